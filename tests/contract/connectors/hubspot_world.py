"""HubSpot's world: its simulator, in the process of the test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

import httpx

from hubsync.connectors.hubspot.connector import connect
from hubsync.connectors.port import CallCount
from hubsync.model.record import Value
from hubsync.model.status import FailureCategory
from infra.local.hubspot import PLANS, HubSpotSimulator, Settings
from infra.local.transport import SimulatorTransport
from tests.contract.connectors.connector_world import FakeAllowance, MergingWorld, Trouble

TOKEN = "a-token"
START = 1_800_000_000_000


class HubSpotWorld(MergingWorld):
    """A HubSpot account whose clock moves with every edit, and which is prepared for hubsync."""

    def __init__(
        self,
        object_type: str,
        *,
        identifier: str,
        text: str,
        other: str,
        kind: str | None = None,
        matched: bool = True,
        invalid: tuple[str, Value, FailureCategory] | None = None,
    ) -> None:
        self.moment = START
        self.simulator = HubSpotSimulator(
            clock=lambda: self.moment,
            random=Random(5),
            token=TOKEN,
            limits=replace(PLANS["unlimited"]),
            settings=Settings(search_lag_ms=0),
        )
        self.client = httpx.Client(transport=SimulatorTransport(self.simulator))
        self.allowance, self.calls = FakeAllowance(), CallCount()
        self.connector = connect(
            self.client,
            token=TOKEN,
            base_url="http://hubspot.example.com",
            allowance=self.allowance,
            calls=self.calls,
        )
        self.object_type, self.identifier, self.text, self.other = object_type, identifier, text, other
        self.kind = kind or {"contacts": "contact", "companies": "company"}[object_type]
        self.matched = matched
        self.searched = [name for name in dict.fromkeys(self.fields) if (object_type, name) != ("contacts", "email")]
        self.invalid = invalid or ("lifecyclestage", "a stage that nobody has", FailureCategory.OPTION_MISSING)
        self.unknown_id = "987654321"
        if self.kind == "custom":
            self._define_own()
        self.connector.prepare([object_type])
        self.forget_calls()

    def _define_own(self) -> None:
        """The account's own object type: it is `2-1`, since it is the first."""
        shown = {"type": "string", "fieldType": "text", "groupName": "cars"}
        names = ("plate", "model", "colour")
        properties = [{"name": name, "label": name, **shown} for name in names]
        properties.append({**properties[0], "name": "doors", "type": "number", "fieldType": "number"})
        answer = self.client.post(
            "http://hubspot.example.com/crm-object-schemas/2026-09/schemas",
            json={"name": "cars", "primaryDisplayProperty": "plate", "properties": properties},
            headers={"Authorization": f"Bearer {TOKEN}"},
        )
        assert answer.json()["objectTypeId"] == "2-1"

    def forget_calls(self) -> None:
        """Start counting anew, in the simulator as in the connector."""
        self.simulator.calls.reset()
        self.calls.calls = self.calls.throttled = 0
        self.calls.by_kind.clear()
        self.allowance.taken.clear()

    def identity(self, number: int) -> Value:
        names = {"email": f"person{number}@example.com", "domain": f"company{number}.example.com"}
        return names.get(self.identifier, f"{self.kind} {number}")

    def seed(self, records: Sequence[Mapping[str, Value]]) -> list[str]:
        return [str(id_) for id_ in self.simulator.seed(self.object_type, records)]

    def edit(self, record_id: str, fields: Mapping[str, Value]) -> None:
        self.moment += 5_000
        self.simulator.edit(self.object_type, int(record_id), fields)

    def delete(self, record_id: str) -> None:
        self.moment += 5_000
        self.simulator.archive(self.object_type, int(record_id))

    def merge(self, kept: str, other: str) -> str:
        self.moment += 5_000
        return str(self.simulator.merge(self.object_type, int(kept), int(other)))

    def content(self) -> Mapping[str, Mapping[str, Value]]:
        found: dict[str, Mapping[str, Value]] = {}
        for id_, properties in self.simulator.records(self.object_type).items():
            found[str(id_)] = dict(properties)
        return found

    def strike(self, trouble: Trouble) -> None:
        kinds = {
            Trouble.THROTTLED: "429",
            Trouble.UNAVAILABLE: "503",
            Trouble.UNANSWERED: "lost-before",
            Trouble.LOST_ANSWER: "lost-after",
        }
        self.simulator.fail(kinds[trouble], times=1)

    def revoke(self) -> None:
        self.simulator.settings.revoked = True

    def forbid(self) -> None:
        self.simulator.settings.scopes = []

    def answered(self) -> int:
        return self.simulator.calls.total
