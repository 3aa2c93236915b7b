"""The manifest: all that hubsync has to know of an application, checked to the last key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

import yaml
from pydantic import Field, StringConstraints, ValidationError

from hubsync.connectors.declarative.auth import AnyAuth
from hubsync.connectors.declarative.directory import OwnersManifest
from hubsync.connectors.declarative.events import EventsManifest
from hubsync.connectors.declarative.failures import ErrorsManifest
from hubsync.connectors.declarative.objects import ObjectManifest
from hubsync.connectors.declarative.part import Part
from hubsync.connectors.declarative.signature import SignatureManifest

# The parser in C where it was built, some ten times as fast: a manifest is read at a cold start.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ManifestError(ValueError):
    """A manifest that is not one; the message has a line for each fault, with its path and the reason."""


class RateLimitManifest(Part):
    """How many calls an account may make in how many seconds."""

    calls: Annotated[int, Field(gt=0)]
    seconds: Annotated[int, Field(gt=0)]


class WebhooksManifest(Part):
    """The application's webhooks: how they are signed and what stands in them."""

    signature: SignatureManifest
    events: EventsManifest


class Manifest(Part):
    """One application. `headers` go with every call."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    name: Annotated[str, StringConstraints(min_length=1)]
    base_url: Annotated[str, StringConstraints(pattern=r"^https://[^\s?#]+[^\s?#/]$")]
    auth: AnyAuth
    headers: Mapping[str, str] = {}
    rate_limit: RateLimitManifest
    errors: ErrorsManifest = ErrorsManifest()
    objects: Mapping[str, ObjectManifest] = Field(min_length=1)
    owners: OwnersManifest | None = None
    webhooks: WebhooksManifest | None = None


class _Loader(_SafeLoader):  # type: ignore[misc]  # which of the two it is shows at run time
    """The safe loader, except that a key given twice is refused: YAML would silently take the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping of a node."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} is given twice", key.start_mark
                )
            seen.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def parse_manifest(text: str, source: str = "the manifest") -> Manifest:
    """A manifest from YAML. Raises `ManifestError`; `source` names the file in its message."""
    try:
        data = yaml.load(text, _Loader)  # noqa: S506 - it is a safe one
    except yaml.YAMLError as error:
        raise ManifestError(f"{source} is not YAML: {' '.join(str(error).split())}") from None
    except TypeError:
        raise ManifestError(f"{source} has a key that is not text.") from None
    try:
        # Through JSON, where texts stand for enums and lists for tuples, and strictness means what a reader expects.
        manifest = Manifest.model_validate_json(json.dumps(data, default=str))
    except ValidationError as error:
        lines = (f"  {_path(fault['loc'])}: {fault['msg']}" for fault in error.errors(include_url=False))
        faults = "\n".join(lines).replace("Value error, ", "")
        raise ManifestError(f"{source} is no manifest:\n{faults}") from None
    _names_are_objects(manifest, source)
    return manifest


def manifest_schema() -> dict[str, Any]:
    """The JSON Schema of a manifest, for editors."""
    return Manifest.model_json_schema()


def _names_are_objects(manifest: Manifest, source: str) -> None:
    """Webhooks and references name object types of this application."""
    rules = manifest.webhooks.events.objects if manifest.webhooks else ()
    named = {f"webhooks.events.objects[{index}].object": rule.object for index, rule in enumerate(rules)}
    activities = manifest.webhooks.events.activities if manifest.webhooks else ()
    named |= {f"webhooks.events.activities[{at}].object": rule.object for at, rule in enumerate(activities)}
    for name, spec in manifest.objects.items():
        for field, one in spec.fields.items():
            if one.refers_to is not None:
                named[f"objects.{name}.fields.{field}.refers_to"] = one.refers_to
    for path, object_type in named.items():
        if object_type not in manifest.objects:
            known = ", ".join(manifest.objects)
            raise ManifestError(f"{source} is no manifest:\n  {path}: {object_type!r} is none of {known}")


def _path(place: tuple[int | str, ...]) -> str:
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text or "the whole"
