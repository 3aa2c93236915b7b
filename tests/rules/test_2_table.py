"""The decision table, enumerated: every combination of values, baselines, directions and policies, and the oracle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

import pytest

from hubsync.engine.context import Context
from hubsync.engine.decide import decide
from hubsync.engine.identify import fingerprint
from hubsync.model.conflict import ConflictPolicy, Winner
from hubsync.model.decision import Decision
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.mapping import FieldMapping
from hubsync.model.record import Record, RecordRef, Value
from hubsync.model.side import Direction, Side
from hubsync.model.sync import ObjectKind, Sync
from tests.rules.oracle import UNKNOWN, Case, Outcome, expected

H, A = Side.HUBSPOT, Side.APP
KEY = b"k" * 32
ABSENT = "absent"
"""Stands for a field that is missing from the answer; it says the same as null."""

BASELINES = [UNKNOWN, None, "v1", "v2", "v3"]
VALUES = [ABSENT, None, "v1", "v2", "v3"]
DIRECTIONS = [direction.value for direction in Direction]
SIDES = [side.value for side in Side]


def sync_of(case: Case, mappings: Sequence[FieldMapping] = (FieldMapping(1, "left", "right"),)) -> Sync:
    """A sync with the settings of a case; custom objects have no rules of their own."""
    return Sync(
        id="s",
        name="table",
        kind=ObjectKind.CUSTOM,
        hubspot_connection="hubspot",
        app_connection="app",
        hubspot_object="things",
        app_object="things",
        direction=Direction(case.direction),
        mappings=tuple(
            replace(
                mapping,
                direction=Direction(case.field_direction),
                clears=case.clears,
                winner=None if case.winner is None else Winner(case.winner),
            )
            for mapping in mappings
        ),
        match_keys=(),
        default_side=Side(case.default),
        conflict=ConflictPolicy.NEWEST if case.newest else ConflictPolicy.DEFAULT,
        hash_key=KEY,
    )


def baseline(values: Mapping[int, str | None]) -> dict[int, bytes]:
    """What the index holds of them."""
    return {number: fingerprint(KEY, value) for number, value in values.items() if value != UNKNOWN}


def shown(fields: Mapping[str, str | None]) -> dict[str, Value]:
    """A record's fields as they are read: one that is absent is not there."""
    return {name: value for name, value in fields.items() if value != ABSENT}


def decided(cases: Sequence[Case]) -> tuple[list[Outcome], Decision]:
    """What the engine makes of a pair with one field for each case; the settings are those of the first."""
    mappings = [FieldMapping(number, f"left{number}", f"right{number}") for number in range(1, len(cases) + 1)]
    sync = sync_of(cases[0], mappings)
    numbered = dict(enumerate(cases, start=1))
    entry = IndexEntry(
        "s",
        "h-1",
        hubspot=Half("1", baseline({number: case.was_in_hubspot for number, case in numbered.items()})),
        app=Half("1", baseline({number: case.was_in_app for number, case in numbered.items()})),
        version=1,
    )
    hubspot = shown({f"left{number}": case.in_hubspot for number, case in numbered.items()})
    app = shown({f"right{number}": case.in_app for number, case in numbered.items()})
    times = {side: 2_000 if cases[0].newer == side else 1_000 for side in Side}
    decision = decide(
        entry,
        Record(RecordRef(H, "1"), hubspot, modified_at=times[H]),
        Record(RecordRef(A, "1"), app, modified_at=times[A]),
        Context(sync),
    )
    to_hubspot, to_app = ({} if side not in decision.patches else decision.patches[side].fields for side in (H, A))
    contested = {win.number: win.winner.other.value for win in decision.wins if win.contested}
    return [
        Outcome(
            {**hubspot, **to_hubspot}.get(f"left{number}"),
            {**app, **to_app}.get(f"right{number}"),
            contested.get(number) if f"left{number}" in to_hubspot or f"right{number}" in to_app else None,
        )
        for number in numbered
    ], decision


def known(case: Case) -> Case:
    """The case as the oracle knows it: absent is empty."""
    empty = {name: None for name in ("in_hubspot", "in_app") if getattr(case, name) == ABSENT}
    return replace(case, **empty)


def wrong(found: Outcome, case: Case) -> bool:
    """Whether the engine did something else. A filled blank may count as contested: nobody's value was lost."""
    wanted = expected(known(case))
    same = (found.in_hubspot, found.in_app) == (wanted.in_hubspot, wanted.in_app)
    return not same or (wanted.overruled is not None and found.overruled != wanted.overruled)


def settings() -> Iterator[Case]:
    """Every combination of settings, with no values yet."""
    for direction, field_direction, default, clears in product(DIRECTIONS, DIRECTIONS, SIDES, [False, True]):
        yield Case(None, None, None, None, direction, field_direction, default, clears)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_whole_table(direction: str) -> None:
    """2.2, 2.3, 2.4, 2.5 Absent, null and three values on both baselines and both sides, in every direction of sync and
    field, for every default and both ways with clears: the engine does what an oracle says that knows only the rules.
    """
    disagreements, cases = [], 0
    for setting in settings():
        if setting.direction != direction:
            continue
        for was_in_hubspot, was_in_app, in_hubspot, in_app in product(BASELINES, BASELINES, VALUES, VALUES):
            case = replace(
                setting, was_in_hubspot=was_in_hubspot, was_in_app=was_in_app, in_hubspot=in_hubspot, in_app=in_app
            )
            (found,), _ = decided([case])
            cases += 1
            if wrong(found, case):
                disagreements.append((case, found, expected(known(case))))
    assert cases == 625 * 12
    assert not disagreements, f"{len(disagreements)} of {cases}: {disagreements[:3]}"


POLICIES = [(True, None), (True, "hubspot"), (True, "app"), (False, "hubspot"), (False, "app"), (False, "newest")]
"""Whether the sync lets the newer record win, and the field's own winner."""


@pytest.mark.parametrize(("newest", "winner"), POLICIES)
def test_the_whole_table_with_other_policies(newest: bool, winner: str | None) -> None:
    """2.3, 2.4, 2.7 The newer record wins, or the field has a winner of its own: the table once more, with either
    record newer, or neither.
    """
    disagreements = []
    for setting, newer in product(settings(), [None, "hubspot", "app"]):
        if setting.clears or setting.direction != "two_way" or (winner in SIDES and newer is not None):
            continue
        for was_in_hubspot, was_in_app, in_hubspot, in_app in product(
            BASELINES[:4], BASELINES[:4], VALUES[1:], VALUES[1:]
        ):
            case = replace(setting, newest=newest, winner=winner, newer=newer)
            case = replace(
                case, was_in_hubspot=was_in_hubspot, was_in_app=was_in_app, in_hubspot=in_hubspot, in_app=in_app
            )
            (found,), _ = decided([case])
            if wrong(found, case):
                disagreements.append((case, found, expected(case)))
    assert not disagreements, f"{len(disagreements)}: {disagreements[:3]}"


EVENTS = {
    "left alone": ("v1", "v1", "v1", "v1"),
    "left different": ("v1", "v2", "v1", "v2"),
    "changed in HubSpot": ("v1", "v1", "v2", "v1"),
    "changed in the app": ("v1", "v1", "v1", "v2"),
    "changed on both sides": ("v1", "v1", "v2", "v3"),
    "cleared in HubSpot": ("v1", "v1", None, "v1"),
    "cleared in the app": ("v1", "v1", "v1", None),
    "first match": (UNKNOWN, UNKNOWN, "v1", "v2"),
    "first match, a blank": (UNKNOWN, UNKNOWN, None, "v2"),
}


def test_what_happens_to_one_field_says_nothing_of_another() -> None:
    """2.2 Two fields of one pair, whatever happened to each of them, under every setting: each has the outcome that it
    would have alone, so edits of different fields both survive.
    """
    for setting in settings():
        for one, other in product(EVENTS.values(), repeat=2):
            cases = [
                replace(setting, was_in_hubspot=wh, was_in_app=wa, in_hubspot=h, in_app=a)
                for wh, wa, h, a in (one, other)
            ]
            found, _ = decided(cases)
            for case, outcome in zip(cases, found, strict=True):
                assert not wrong(outcome, case), (setting, one, other, found)


def test_what_is_decided_once_is_decided() -> None:
    """2.6 Whatever a decision may leave on the two sides, read back and with its baselines, leaves nothing to do."""
    for setting, in_hubspot, in_app in product(settings(), VALUES, VALUES):
        case = known(replace(setting, in_hubspot=in_hubspot, in_app=in_app))
        settled = replace(case, was_in_hubspot=case.in_hubspot, was_in_app=case.in_app)
        _, decision = decided([settled])
        assert not decision.patches, settled


@pytest.mark.parametrize("side", list(Side))
def test_a_lone_record_takes_along_what_may_go(side: Side) -> None:
    """2.1, 2.4 A record that only one side has is made on the other where the sync's direction says so, with the
    fields that have a value and whose own direction agrees; otherwise nothing is written.
    """
    for setting, value in product(settings(), VALUES):
        sync = sync_of(setting)
        entry = IndexEntry("s", "x", version=1).with_half(side, Half("1"))
        name, target = ("left", "right") if side is H else ("right", "left")
        record = Record(RecordRef(side, "1"), shown({name: value}))
        records = (record, None) if side is H else (None, record)
        decision = decide(entry, *records, Context(sync, may_create=frozenset(Side)))
        wanted: dict[str, Value] | None = None
        if setting.direction in ("two_way", f"to_{side.other}"):
            carried = value not in (None, ABSENT) and setting.field_direction in ("two_way", f"to_{side.other}")
            wanted = {target: value} if carried else {}
        made = decision.patches.get(side.other)
        assert (None if made is None else dict(made.fields)) == wanted, (setting, value)
        assert side not in decision.patches
