"""The applications that come with hubsync: one folder each under `apps`, with a manifest in it.

Adding one is adding a file. A manifest is read when it is first asked for, and then kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from hubsync.connectors.declarative.manifest import Manifest, parse_manifest
from hubsync.connectors.declarative.objects import ObjectManifest
from hubsync.connectors.declarative.shape import schema_of
from hubsync.model.app import AppObject
from hubsync.model.mapping import DefaultMapping

_APPS = Path(__file__).parent / "apps"
_FILE = "manifest.yaml"


class UnknownAppError(LookupError):
    """An application that hubsync does not know."""


@cache
def keys() -> tuple[str, ...]:
    """The keys of all applications, in alphabetical order; no manifest is read for it."""
    return tuple(sorted(file.parent.name for file in _APPS.glob(f"*/{_FILE}")))


@cache
def manifest(key: str) -> Manifest:
    """The manifest of an application. Raises `UnknownAppError`, or `ManifestError` if the file is at fault."""
    if key not in keys():
        raise UnknownAppError(f"There is no application {key!r}; there are {', '.join(keys())}.")
    found = parse_manifest((_APPS / key / _FILE).read_text("utf-8"), f"apps/{key}/{_FILE}")
    if found.key != key:
        raise UnknownAppError(f"The folder apps/{key} holds the manifest of {found.key!r}: give both one name.")
    return found


def apps() -> Mapping[str, str]:
    """The name of every application by its key."""
    return {key: manifest(key).name for key in keys()}


def objects(key: str) -> tuple[AppObject, ...]:
    """The object types of an application, with their fields and default mappings (rule 4.1)."""
    return tuple(_object(name, spec) for name, spec in manifest(key).objects.items())


def _object(name: str, spec: ObjectManifest) -> AppObject:
    defaults = tuple(
        DefaultMapping(each.hubspot, each.app, each.transform, each.direction, each.required) for each in spec.defaults
    )
    schema = schema_of(name, spec)
    return AppObject(name, schema.kind, schema.fields, defaults, spec.display)
