"""What the applications were really told to write, taken from the requests they answered and from nothing of ours."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hubsync.model.side import Side
from infra.local.http import Request, Response
from tests.simulation.world import World

ORBIT_FIELDS = {"name.first": "first_name", "name.last": "last_name"}
"""Orbit's nested fields, by the names that mappings use."""

OWN = {"hubsync_id", "external_ref"}
"""The fields that hold our external id."""


@dataclass
class Recorder:
    """Listens to both applications. `created` and `updated` are ids by side, `fields` the field writes by side."""

    created: dict[Side, set[str]] = field(default_factory=lambda: {side: set() for side in Side})
    updated: dict[Side, set[str]] = field(default_factory=lambda: {side: set() for side in Side})
    fields: dict[Side, Counter[str]] = field(default_factory=lambda: {side: Counter() for side in Side})

    def listen(self, world: World) -> None:
        """Stand before both simulators from now on."""
        hubspot, orbit = world.hubspot.handle, world.orbit.handle

        def to_hubspot(request: Request) -> Response:
            answer = hubspot(request)
            self._hubspot(request, answer)
            return answer

        def to_orbit(request: Request) -> Response:
            answer = orbit(request)
            self._orbit(request, answer)
            return answer

        world.hubspot.handle = to_hubspot  # type: ignore[method-assign]
        world.orbit.handle = to_orbit  # type: ignore[method-assign]

    def _hubspot(self, request: Request, answer: Response) -> None:
        verb = request.path.rsplit("/", 1)[-1]
        if "/objects/" not in request.path or verb not in ("upsert", "update", "create") or answer.status >= 300:
            return
        sent = {one["objectWriteTraceId"]: one["properties"] for one in request.json()["inputs"]}
        for result in json.loads(answer.content())["results"]:
            self._note(Side.HUBSPOT, result["id"], bool(result.get("new")), sent[result["objectWriteTraceId"]])

    def _orbit(self, request: Request, answer: Response) -> None:
        if request.path.count("/") > 3 or request.method not in ("POST", "PATCH") or answer.status >= 300:
            return
        record = json.loads(answer.content())["data"]
        self._note(Side.APP, record["id"], request.method == "POST", _flat(request.json()))

    def _note(self, side: Side, record_id: str, created: bool, sent: Mapping[str, Any]) -> None:
        if created:
            self.created[side].add(record_id)
        elif record_id not in self.created[side]:
            self.updated[side].add(record_id)
        self.fields[side].update(name for name in sent if name not in OWN)

    def told(self) -> dict[str, object]:
        """Everything, as a plan says it."""
        return {
            "created": {side: len(self.created[side]) for side in Side},
            "updated": {side: len(self.updated[side]) for side in Side},
            "fields": {side: dict(sorted(self.fields[side].items())) for side in Side},
        }


def _flat(body: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in body.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict):
            flat |= _flat(value, f"{path}.")
        else:
            flat[ORBIT_FIELDS.get(path, path)] = value
    return flat
