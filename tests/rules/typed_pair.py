"""A bound pair with one mapping, in which one sees how values of every type are carried through the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hubsync.engine.context import Context
from hubsync.engine.decide import decide
from hubsync.model.decision import Action, Decision
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.mapping import FieldMapping
from hubsync.model.record import Record, Value
from hubsync.model.schema import FieldSchema
from hubsync.model.side import Direction, Side
from hubsync.model.status import FailureCategory
from hubsync.model.sync import Sync
from tests.simulation.syncs import contacts
from tests.unit.engine.engine_cases import applied, record

H, A = Side.HUBSPOT, Side.APP
BOTH = frozenset(Side)
PHRASES = ("ana", "eva", "zebra")
"""Customers' values of these tests: none may stand in a sentence."""


@dataclass
class Pair:
    """A bound pair with one mapping of interest, settled step by step."""

    mapping: FieldMapping
    schemas: Mapping[Side, Mapping[str, FieldSchema]] | None = None
    direction: Direction = Direction.TWO_WAY
    default: Side = H

    def __post_init__(self) -> None:
        sync = contacts(self.direction, self.default, require_email=False)
        self.sync: Sync = replace(sync, mappings=(self.mapping,), match_keys=(), phone_region="ES")
        self.context = Context(self.sync, BOTH, schemas=self.schemas or {})
        self.entry = IndexEntry("s1", "h-1", hubspot=Half("1"), app=Half("1"), version=1)
        self.records: dict[Side, Record | None] = {side: record(side, {}) for side in Side}

    def put(self, side: Side, **fields: Value) -> Pair:
        now = self.records[side]
        assert now is not None
        self.records[side] = record(side, {**now.fields, **fields})
        return self

    def decide(self) -> Decision:
        return decide(self.entry, self.records[H], self.records[A], self.context)

    def settle(self) -> Decision:
        """Carry out the decision, check that it comes to rest, and give it back."""
        decision = self.decide()
        assert decision.action in (Action.UPDATE, Action.NOTHING), decision.reason
        self.entry, self.records = applied(self.sync, self.entry, self.records, decision)
        again = self.decide()
        assert (again.action, again.patches) == (Action.NOTHING, {})
        return decision

    def made(self, source: Side) -> Decision:
        """The decision about the record of `source` alone."""
        entry = IndexEntry("s1", "x").with_half(source, Half("1"))
        records = {side: self.records[side] if side is source else None for side in Side}
        return decide(entry, records[H], records[A], self.context)

    def shown(self, side: Side) -> Mapping[str, Value]:
        now = self.records[side]
        assert now is not None
        return now.fields


def refusal(decision: Decision) -> tuple[FailureCategory, str | None]:
    """What a decision refuses; no sentence holds a customer's value, and the remedy is one."""
    failure = decision.failure
    assert failure is not None
    assert failure.remedy.endswith(".")
    assert not any(phrase in f"{failure.sentence} {failure.remedy}".lower().split() for phrase in PHRASES)
    return failure.category, failure.field
