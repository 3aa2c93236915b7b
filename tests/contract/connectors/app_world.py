"""The worlds of the applications that a manifest describes: their simulators, in the process of the test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, ClassVar

import httpx

from hubsync.connectors import catalogue
from hubsync.connectors.declarative.connector import connect
from hubsync.connectors.port import CallCount
from hubsync.model.record import Value
from hubsync.model.status import FailureCategory
from infra.local.crm import Orbit
from infra.local.ledgerly import Ledgerly
from infra.local.parts.faults import Fault
from infra.local.transport import SimulatorTransport
from tests.contract.connectors.connector_world import FakeAllowance, Trouble, World

START = 1_800_000_000_000


class AppWorld(World):
    """One account of a simulated application whose clock moves with every edit.

    `paths` are the places of fields in the application's own JSON where they are not called as in the manifest.
    """

    paths: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self,
        simulator: Callable[[Callable[[], int]], Any],
        object_type: str,
        *,
        kind: str,
        identifier: str,
        text: str,
        other: str,
        invalid: tuple[str, Value, FailureCategory],
        matched: bool = True,
    ) -> None:
        self.moment = START
        self.simulator = simulator(lambda: self.moment)
        self.client = httpx.Client(transport=SimulatorTransport(self.simulator))
        self.allowance, self.calls = FakeAllowance(), CallCount()
        self.connector = connect(
            catalogue.manifest(self.simulator.name),
            self.client,
            token=self.simulator.token,
            allowance=self.allowance,
            calls=self.calls,
            base_url="http://app.example.com",
            threads=1,
        )
        self.object_type, self.kind, self.matched = object_type, kind, matched
        self.identifier, self.text, self.other, self.invalid = identifier, text, other, invalid
        search = catalogue.manifest(self.simulator.name).objects[object_type].search
        self.searched = [name for name in dict.fromkeys(self.fields) if name in search]

    def identity(self, number: int) -> Value:
        return f"person{number}@example.com" if self.kind in ("contact", "lead") else f"Company {number} Ltd"

    def seed(self, records: Sequence[Mapping[str, Value]]) -> list[str]:
        made = self.simulator.seed({self.object_type: [self._body(fields) for fields in records]})
        return [str(key) for key in made[self.object_type]]

    def edit(self, record_id: str, fields: Mapping[str, Value]) -> None:
        self.moment += 5_000
        self.simulator.edit(self.object_type, record_id, self._body(fields))

    def delete(self, record_id: str) -> None:
        self.moment += 5_000
        self.simulator.delete(self.object_type, record_id)

    def strike(self, trouble: Trouble) -> None:
        statuses = {Trouble.THROTTLED: 429, Trouble.UNAVAILABLE: 503}
        fault = Fault(status=statuses.get(trouble), after=trouble is Trouble.LOST_ANSWER)
        self.simulator.gate.faults.add(fault)

    def revoke(self) -> None:
        self.simulator.token = "another-token"

    def forbid(self) -> None:
        self.simulator.gate.faults.add(Fault(status=403, times=None))

    def answered(self) -> int:
        return int(self.simulator.gate.counts.total())

    def _body(self, fields: Mapping[str, Value]) -> dict[str, Any]:
        body: dict[str, Any] = {}
        for name, value in fields.items():
            *groups, last = self.paths.get(name, name).split(".")
            place = body
            for group in groups:
                place = place.setdefault(group, {})
            place[last] = value
        return body

    def _fields(self, body: Mapping[str, Any]) -> dict[str, Value]:
        found = dict(body)
        for name, path in self.paths.items():
            group, last = path.split(".")
            if isinstance(body.get(group), Mapping):
                found[name] = body[group][last]
        return found


class OrbitWorld(AppWorld):
    """An Orbit CRM account."""

    unknown_id = "per_0000000000000000000000zzzz"
    paths: ClassVar[Mapping[str, str]] = {"first_name": "name.first", "last_name": "name.last"}

    def __init__(self, object_type: str, **settings: Any) -> None:
        super().__init__(lambda clock: Orbit(clock, Random(5), calls_per_second=0), object_type, **settings)

    def forbid(self) -> None:
        self.simulator.scopes.clear()

    def content(self) -> Mapping[str, Mapping[str, Value]]:
        return {body["id"]: self._fields(body) for body in self.simulator.records(self.object_type)}


class LedgerlyWorld(AppWorld):
    """A Ledgerly account."""

    unknown_id = "987654321"

    def __init__(self, object_type: str, *, id_field: str, **settings: Any) -> None:
        super().__init__(lambda clock: Ledgerly(clock, Random(5), calls_per_10_seconds=0), object_type, **settings)
        self._id_field = id_field

    def content(self) -> Mapping[str, Mapping[str, Value]]:
        living = (body for body in self.simulator.records(self.object_type) if body["Status"] == "ACTIVE")
        return {str(body[self._id_field]): self._fields(body) for body in living}
