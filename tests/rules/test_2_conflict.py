"""Rules 2.x: whose value stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.engine.context import Context
from hubsync.engine.decide import decide
from hubsync.engine.identify import fingerprint
from hubsync.engine.prefer import AFTERMATH_MS
from hubsync.model.conflict import ConflictPolicy, Winner
from hubsync.model.decision import Decision
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.mapping import FieldMapping
from hubsync.model.record import Record, RecordRef
from hubsync.model.side import Direction, Side
from hubsync.model.sync import Sync
from tests.simulation.syncs import contacts
from tests.simulation.world import World

H, A = Side.HUBSPOT, Side.APP
NAME = FieldMapping(2, "firstname", "first_name")
WINNERS = st.sampled_from([None, *Winner])
TIMES = st.none() | st.integers(1, 10)


def newest(**changes: object) -> Sync:
    """Contacts of which the newer record wins."""
    return replace(contacts(), conflict=ConflictPolicy.NEWEST, **changes)  # type: ignore[arg-type]


def people(sync: Sync, times: tuple[int | None, int | None], values: tuple[str, str] = ("Ana", "Eva")) -> list[Record]:
    """A contact and a person with the same email and different first names, changed at these times."""
    return [
        Record(RecordRef(side, "1"), {"email": "a@example.com", field: value}, modified_at=time)
        for side, field, value, time in zip(Side, ("firstname", "first_name"), values, times, strict=True)
    ]


def settled(sync: Sync, written_at: tuple[int, int] = (0, 0)) -> IndexEntry:
    """A pair whose first names were both `old`, and which bears these times of our own writes."""
    was = {1: fingerprint(sync.hash_key, "a@example.com"), 2: fingerprint(sync.hash_key, "old")}
    halves = [Half("1", was, written_at=time) for time in written_at]
    return IndexEntry(sync.id, "h-1", *halves, version=1)


def matched(sync: Sync) -> IndexEntry:
    """A pair that has just found each other."""
    return IndexEntry(sync.id, "h-1", Half("1"), Half("1"), version=1)


def written(decision: Decision) -> Mapping[Side, object]:
    """The first name that is written, by side."""
    return {side: patch.fields.get(NAME.field(side)) for side, patch in decision.patches.items()}


@pytest.mark.parametrize("first", [True, False], ids=["first match", "changed on both sides"])
@pytest.mark.parametrize("default", list(Side))
@pytest.mark.parametrize(
    ("times", "winner"),
    [((20, 10), H), ((10, 20), A), ((10, 10), None), ((None, 20), None), ((20, None), None), ((None, None), None)],
)
def test_the_newer_record_wins(
    first: bool, default: Side, times: tuple[int | None, int | None], winner: Side | None
) -> None:
    """2.7 The newer record wins by the records' times; equal or unknown times fall back to the default side."""
    sync = newest(default_side=default)
    entry = matched(sync) if first else settled(sync)
    decision = decide(entry, *people(sync, times), Context(sync))
    wins = winner or default
    assert written(decision) == {wins.other: "Ana" if wins is H else "Eva"}
    assert [(win.winner, win.contested) for win in decision.wins] == [(wins, True)]
    assert ("newer" in decision.wins[0].why) is (winner is not None)


def test_a_time_that_our_own_write_left_is_nobodys() -> None:
    """2.7 Our own write moves a record's time: it does not make that side the newer one. The default decides."""
    sync = newest(default_side=A)
    long_ago = 1_000_000
    ours = settled(sync, written_at=(long_ago + 500, 0))
    in_hubspot = long_ago + 500
    decision = decide(ours, *people(sync, (in_hubspot, long_ago)), Context(sync))
    assert written(decision) == {H: "Eva"}
    just_after = people(sync, (in_hubspot + AFTERMATH_MS, long_ago))
    assert written(decide(ours, *just_after, Context(sync))) == {H: "Eva"}
    later = people(sync, (in_hubspot + AFTERMATH_MS + 1, long_ago))
    assert written(decide(ours, *later, Context(sync))) == {A: "Ana"}


def test_what_only_one_side_changed_flows_whatever_the_times() -> None:
    """2.7 A side that equals its baseline was changed by nobody: the newer record has no say over it."""
    sync = newest()
    decision = decide(settled(sync), *people(sync, (10, 99), ("Ana", "old")), Context(sync))
    assert written(decision) == {A: "Ana"}
    assert not decision.wins[0].contested


def test_an_empty_newer_value_fills_nothing() -> None:
    """2.7 An empty value does not win for being newer (2.3): the older value fills the blank."""
    sync = newest()
    decision = decide(settled(sync), *people(sync, (99, 10), ("", "Eva")), Context(sync))
    assert written(decision) == {H: "Eva"}


@pytest.mark.parametrize(
    ("winner", "expected"),
    [(None, H), (Winner.HUBSPOT, H), (Winner.APP, A), (Winner.NEWEST, A)],
)
def test_a_field_has_a_winner_of_its_own(winner: Winner | None, expected: Side) -> None:
    """2.7 A mapping's winner overrules the sync's default side, for its field alone."""
    mappings = tuple(replace(each, winner=winner) if each.number == 2 else each for each in contacts().mappings)
    sync = replace(contacts(), mappings=mappings)
    decision = decide(settled(sync), *people(sync, (10, 20)), Context(sync))
    assert written(decision) == {expected.other: "Ana" if expected is H else "Eva"}


@given(st.sampled_from(ConflictPolicy), st.sampled_from(Side), WINNERS, st.tuples(TIMES, TIMES), st.booleans())
def test_policies_choose_between_the_two_and_nothing_else(
    conflict: ConflictPolicy, default: Side, winner: Winner | None, times: tuple[int | None, int | None], first: bool
) -> None:
    """2.7 Whatever the policy, one of the two values stands on both sides, and the loser is told."""
    mappings = tuple(replace(each, winner=winner) for each in contacts().mappings)
    sync = replace(contacts(), mappings=mappings, conflict=conflict, default_side=default)
    decision = decide(matched(sync) if first else settled(sync), *people(sync, times), Context(sync))
    (win,) = decision.wins
    assert win.contested
    assert written(decision) == {win.winner.other: "Ana" if win.winner is H else "Eva"}


@given(st.sampled_from(ConflictPolicy), WINNERS, st.tuples(TIMES, TIMES), st.sampled_from(Direction))
def test_no_policy_overrules_the_direction(
    conflict: ConflictPolicy, winner: Winner | None, times: tuple[int | None, int | None], direction: Direction
) -> None:
    """2.7 A newer or a named winner is never written against the direction (2.4)."""
    mappings = tuple(replace(each, winner=winner) for each in contacts().mappings)
    sync = replace(contacts(direction), mappings=mappings, conflict=conflict)
    decision = decide(settled(sync), *people(sync, times), Context(sync))
    assert all(direction.writes(side) for side in decision.patches)


@given(st.tuples(TIMES, TIMES))
def test_the_other_side_wins_where_the_times_are_exchanged(times: tuple[int | None, int | None]) -> None:
    """2.7 Newest is symmetric: with exchanged times the other side wins, unless the default had to decide."""
    sync = newest()
    wins = [decide(settled(sync), *people(sync, each), Context(sync)).wins[0].winner for each in (times, times[::-1])]
    decided = None not in times and times[0] != times[1]
    assert (wins[0] is not wins[1]) is decided


def world_in_step(sync: Sync) -> World:
    """A contact and a person in sync, long after hubsync's last write."""
    world = World()
    world.hubspot.seed("contacts", [{"email": "a@example.com", "firstname": "Ana"}])
    world.save(sync)
    world.settle()
    world.clock.ms += 3_600_000
    return world


def test_a_record_that_we_wrote_last_is_not_the_newer_one() -> None:
    """2.7 HubSpot's edit is carried to the app, whose record bears our time then. For a field that is mapped from now
    on the default side decides: nobody edited the app.
    """
    world = World()
    world.hubspot.seed("contacts", [{"email": "a@example.com", "firstname": "Ana", "jobtitle": "from HubSpot"}])
    world.orbit.seed({"people": [{"email": "a@example.com", "job_title": "from the app"}]})
    sync = newest(mappings=contacts().mappings[:3])
    world.save(sync)
    world.settle()
    world.clock.ms += 3_600_000
    (contact,) = world.hubspot.records("contacts")
    world.hubspot.edit("contacts", contact, {"firstname": "Anna"})
    world.clock.ms += 60_000
    world.poll()
    world.settle()
    assert world.people()[0]["name"]["first"] == "Anna"
    assert world.stores.syncs.put_sync(replace(world.sync(), mappings=contacts().mappings))
    world.restart()
    world.settle()
    assert world.contacts()[0]["jobtitle"] == world.people()[0]["job_title"] == "from HubSpot"


@pytest.mark.parametrize("last", list(Side))
def test_the_last_edit_wins_in_both_applications(last: Side) -> None:
    """2.7 Both edit one field between two looks; the later edit is on both sides afterwards."""
    world = world_in_step(newest(default_side=last.other))
    (contact,), (person,) = world.hubspot.records("contacts"), world.living()
    edits = {
        H: lambda: world.hubspot.edit("contacts", contact, {"firstname": "from HubSpot"}),
        A: lambda: world.orbit.edit("people", person, {"name": {"first": "from the app"}}),
    }
    for side in (last.other, last):
        world.clock.ms += 60_000
        edits[side]()
    world.deliver()
    world.settle()
    value = "from HubSpot" if last is H else "from the app"
    assert world.contacts()[0]["firstname"] == world.people()[0]["name"]["first"] == value
    assert "conflict_decided" in [event for event, _ in world.signals.notes]
