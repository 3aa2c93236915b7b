"""What a decision costs: a contact of thirty fields, one of them edited, in step otherwise."""

from __future__ import annotations

from dataclasses import replace
from time import process_time_ns

from hubsync.engine.baseline import fingerprints
from hubsync.engine.context import Context
from hubsync.engine.decide import decide
from hubsync.model.decision import Action, Decision
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.record import Record, RecordRef
from hubsync.model.side import Direction, Side
from tests.simulation.syncs import contacts

FIELDS = 30
KINDS = (
    (Transform.EMAIL, "ana@example.com"),
    (Transform.PHONE, "+12125550134"),
    (Transform.NUMBER, "12.50"),
    (Transform.DATE, "2026-11-25"),
    (Transform.BOOLEAN, "true"),
)


def kind(at: int) -> tuple[Transform, str]:
    """How a field is compared and what it holds: one of each kind, the rest text."""
    return KINDS[at] if at < len(KINDS) else (Transform.TEXT, f"Value {at}")


def name(at: int) -> str:
    """What a field is called, on both sides."""
    return "email" if at == 0 else f"field{at}"


class Pair:
    """A bound pair whose last field was edited in HubSpot, and everything that a look knows of it."""

    def __init__(self, fields: int = FIELDS) -> None:
        mappings = tuple(FieldMapping(at + 1, name(at), name(at), kind(at)[0]) for at in range(fields))
        self.sync = replace(contacts(Direction.TWO_WAY), mappings=mappings, next_number=fields + 1)
        was = {name(at): kind(at)[1] for at in range(fields)}
        before = {side: Record(RecordRef(side, "1"), was) for side in Side}
        halves = {side: Half("1", fingerprints(self.sync, side, record)) for side, record in before.items()}
        self.entry = IndexEntry("s1", "h-1", halves[Side.HUBSPOT], halves[Side.APP], version=1)
        self.hubspot = Record(RecordRef(Side.HUBSPOT, "1"), {**was, name(fields - 1): "Edited"})
        self.app = before[Side.APP]
        shown = {
            record.ref.side: fingerprints(self.sync, record.ref.side, record) for record in (self.hubspot, self.app)
        }
        self.context = Context(self.sync, frozenset(Side), shown=shown)

    def decide(self) -> Decision:
        """One decision."""
        return decide(self.entry, self.hubspot, self.app, self.context)


def microseconds(times: int = 100, rounds: int = 100) -> float:
    """The CPU that one decision takes: the best of some rounds, so that other work on the machine does not count."""
    pair = Pair()
    assert pair.decide().action is Action.UPDATE
    best = min(_round(pair, times) for _ in range(rounds))
    return best / times / 1_000


def _round(pair: Pair, times: int) -> int:
    began = process_time_ns()
    for _ in range(times):
        pair.decide()
    return process_time_ns() - began
