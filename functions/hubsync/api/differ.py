"""The route that compares a document with what is deployed, setting by setting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from hubsync.api.deployed import Part, write_document
from hubsync.api.document import read_document
from hubsync.services.manage.differ import Differ, Differing

LISTED = ("mappings", "associations")
"""Lists whose items go by the fields that they are about, not by their place."""

SECTIONS = ("connections", "syncs")


def add_differ(app: APIGatewayHttpResolver, differ: Differ, body: Callable[[], object]) -> None:
    """Add the route; `body` reads the JSON of the request."""

    @app.post("/v1/diff")
    def diff() -> Part:
        return told(differ(read_document(body())))


def told(found: Differing) -> Part:
    """What applying does with each part, and which settings it changes: old and new, null where there is none."""
    before: Mapping[str, Any] = write_document(found.before)
    after: Mapping[str, Any] = write_document(found.after)
    changes = {"connections": found.connections, "syncs": found.syncs}
    parts: list[Part] = []
    for section in SECTIONS:
        for name, change in changes[section].items():
            old, new = (dict(flat(side[section].get(name, {}))) for side in (before, after))
            settings = [
                {"path": path, "before": old.get(path), "after": new.get(path)}
                for path in dict.fromkeys((*old, *new))
                if old.get(path) != new.get(path)
            ]
            secrets = list(found.secrets.get(name, ())) if section == "connections" else []
            parts.append(
                {"path": f"{section}.{name}", "change": change.value, "settings": settings, "secrets": secrets}
            )
    return {"parts": parts, "others": list(found.others)}


def flat(part: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every setting by its path: `app.object`, `mappings[email, email].direction`."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key in LISTED and isinstance(value, list):
                for each in value:
                    yield from _listed(each, f"{path}{key}")
            else:
                yield from flat(value, f"{path}{key}.")
    else:
        yield path.removesuffix("."), part


def _listed(each: Mapping[str, Any], path: str) -> Iterator[tuple[str, object]]:
    ends = [each["hubspot"], each["app"]]
    where = f"{path}[{', '.join('+'.join(end) if isinstance(end, list) else str(end) for end in ends)}]"
    yield where, True
    yield from flat({key: value for key, value in each.items() if key not in ("hubspot", "app")}, f"{where}.")
