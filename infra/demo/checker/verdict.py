"""Compares what must be with what is, and says each difference in a sentence with the records' ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra.demo.checker import normal
from infra.demo.checker.expectation import STATUSES, Expectation
from infra.demo.checker.links import mates
from infra.demo.checker.pairs import Held, Pair
from infra.demo.checker.rules import SIDES, Pairing, Side, other
from infra.demo.checker.world import Record, World, identifiers

_NAMES: Mapping[Side, str] = {"hubspot": "HubSpot", "app": "the app"}


def verify(expected: Expectation, world: World) -> list[str]:
    """Everything that is wrong with a world; empty when it is right.

    The records that the sync made are found by their identifiers, and bound to their pairs for the next time.
    """
    faults: list[str] = []
    for side in SIDES:
        faults += _adopt(expected, world, side)
    for pair in expected.pairs:
        faults += _pair(expected, world, pair)
    for still in expected.still:
        now = world.side(still.record.side).get(still.record.id)
        if now is None:
            faults.append(f"{still.record} is lost: it had to stay as it was ({still.why}).")
            continue
        for name in expected.rules.fields(still.record.side):
            held = Held(still.record.fields.get(name), f"the record is {still.status}: {still.why}")
            faults += _field(now, name, held, None)
    return faults


def verify_links(expected: Expectation, world: World) -> list[str]:
    """What is wrong with the links of a sync's records, once its own records and those they lead to are verified."""
    faults: list[str] = []
    for linked, others in expected.links:
        partners = mates(others.pairs)
        for pair in expected.pairs:
            faults += linked.faults(world, pair, partners)
        for still in expected.still:
            faults += linked.still(world, still.record, f"the record is {still.status}: {still.why}")
    return faults


def verify_pair(expected: Expectation, world: World, pair: Pair) -> list[str]:
    """What is wrong with one pair and its links; its new record is looked for first."""
    for side in SIDES:
        if pair.ids[side] is None:
            list(_adopt(expected, world, side))
    faults = list(_pair(expected, world, pair))
    for linked, others in expected.links:
        faults += linked.faults(world, pair, mates(others.pairs))
    return faults


def verify_counts(expected: Expectation, shown: Mapping[str, int]) -> list[str]:
    """What is wrong with the counts by status that the system shows."""
    wanted = expected.counts()
    return [
        f"{expected.rules.name}: {shown.get(status, 0)} records are shown as {status}, "
        f"but the applications' contents make it {wanted[status]}."
        for status in STATUSES
        if shown.get(status, 0) != wanted[status]
    ]


def unchanged(name: str, before: World, after: World) -> list[str]:
    """What differs between two worlds that had to be the same."""
    faults: list[str] = []
    for side in SIDES:
        old, new = before.side(side), after.side(side)
        faults += [f"{name}: {old[key]} is lost." for key in old.keys() - new.keys()]
        faults += [f"{name}: {new[key]} came from nowhere." for key in new.keys() - old.keys()]
        faults += [
            f"{name}: {new[key]} was changed although nobody had changed anything."
            for key in old.keys() & new.keys()
            if old[key].fields != new[key].fields
        ]
        for to in before.links:
            faults += [
                f"{name}: the links of {old[key]} to {to} were changed although nobody had changed anything."
                for key in old.keys() & new.keys()
                if before.linked(to, side, key) != after.linked(to, side, key)
            ]
    return faults


def _adopt(expected: Expectation, world: World, side: Side) -> Iterator[str]:
    """Bind the records that are new on a side to the pairs that wait for one."""
    known = {pair.ids[side] for pair in expected.pairs}
    known |= {still.record.id for still in expected.still if still.record.side == side}
    waiting = {key: pair for pair in expected.pairs if pair.ids[side] is None for key in pair.keys}
    for record in world.side(side).values():
        if record.id in known:
            continue
        keys = identifiers(expected.rules, record)
        pair = next((waiting[key] for key in keys if key in waiting), None)
        if pair is None:
            twin = next((pair for pair in expected.pairs if pair.keys.intersection(keys)), None)
            of = f" The pair {twin} has the same identifier." if twin else ""
            yield f"{record} came from nowhere: no record had to be made for it.{of}"
        elif pair.ids[side] is not None:
            yield f"{record} was made twice: {_NAMES[side]} already has {pair.ids[side]} for {pair}."
        else:
            pair.ids[side] = record.id


def _pair(expected: Expectation, world: World, pair: Pair) -> Iterator[str]:
    for side in SIDES:
        record_id = pair.ids[side]
        if record_id is None:
            yield f"{pair} is missing in {_NAMES[side]}: it had to be made there from {pair.ids[other(side)]}."
            continue
        record = world.side(side).get(record_id)
        if record is None:
            yield f"{pair} is lost in {_NAMES[side]}: nobody deleted {record_id}."
            continue
        pairings = {pairing.name(side): pairing for pairing in expected.rules.pairings}
        for name, held in pair.fields[side].items():
            yield from _field(record, name, held, pairings.get(name))


def _field(record: Record, name: str, held: Held, pairing: Pairing | None) -> Iterator[str]:
    value = record.fields.get(name)
    if held.written and pairing is not None:
        right = normal.same(pairing.sort, value, held.value)
        if right and pairing.sort == "text":
            right = value == normal.text(held.value)
    else:
        right = value == held.value or (normal.empty(value) and normal.empty(held.value))
    if not right:
        yield f"{record}: {name} holds {value!r} and must hold {held.value!r}, because {held.why}."
