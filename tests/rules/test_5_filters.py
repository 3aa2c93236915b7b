"""Rule 5.1: filters limit what enters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.engine.suspend import changes
from hubsync.model.entry import IndexEntry
from hubsync.model.filter import Condition, Filters, Group, Joined, Operator
from hubsync.model.schema import FieldSchema, FieldType
from hubsync.model.side import Direction, Side
from hubsync.model.status import ExclusionReason, RecordStatus
from hubsync.model.sync import Sync
from tests.simulation.edits import save
from tests.simulation.invariants import assert_nothing_is_written
from tests.simulation.syncs import contacts
from tests.simulation.world import World

H, A = Side.HUBSPOT, Side.APP
O = Operator  # noqa: E741 - so that the tables can be read
T = FieldType


def only(field: str, value: str) -> Group:
    return Group(Joined.ALL, (Condition(field, O.EQUALS, T.TEXT, (value,)),))


SPAIN = only("country", "spain")
VIPS = only("job_title", "vip")


def filtered(direction: Direction = Direction.TWO_WAY, **filters: Any) -> Sync:
    return replace(contacts(direction), filters=Filters(**filters))


def world_of(sync: Sync, hubspot: list[dict[str, str]], app: list[dict[str, Any]]) -> World:
    world = World()
    world.hubspot.seed("contacts", hubspot)
    world.orbit.seed({"people": app})
    world.save(sync)
    world.settle()
    return world


def only_entry(world: World) -> IndexEntry:
    (entry,) = world.entries()
    return entry


def told(world: World) -> None:
    """Whatever was edited is heard of."""
    world.deliver()
    world.poll()
    world.settle()


def ana(**more: str) -> dict[str, str]:
    return {"email": "ana@example.com", "firstname": "Ana", **more}


def test_a_record_that_does_not_match_stays_out_and_enters_as_soon_as_it_does() -> None:
    """5.1 The filter's field is not mapped, and still a change of it is heard of."""
    world = world_of(filtered(hubspot=SPAIN), [ana(country="France")], [])
    entry = only_entry(world)
    assert (entry.status, entry.exclusion) == (RecordStatus.EXCLUDED, ExclusionReason.FILTER)
    assert "HubSpot" in entry.reason
    assert world.people() == []
    (contact,) = world.hubspot.records("contacts")
    world.hubspot.edit("contacts", contact, {"country": "Spain"})
    told(world)
    assert world.statuses() == {"in_sync": 1}
    assert [person["email"] for person in world.people()] == ["ana@example.com"]


def test_what_is_in_sync_goes_on_when_it_stops_matching() -> None:
    """5.1 Filters limit what enters, not what stays."""
    world = world_of(filtered(hubspot=SPAIN), [ana(country="Spain")], [])
    (contact,) = world.hubspot.records("contacts")
    world.clock.ms += 600_000
    world.hubspot.edit("contacts", contact, {"country": "France", "firstname": "Anna"})
    told(world)
    assert world.statuses() == {"in_sync": 1}
    assert world.people()[0]["name"]["first"] == "Anna"
    world.restart()
    world.settle()
    assert world.statuses() == {"in_sync": 1}


@pytest.mark.parametrize(
    ("country", "title", "enters"),
    [("Spain", "VIP", True), ("Spain", None, True), ("France", "VIP", True), ("France", None, False)],
)
def test_for_a_matched_pair_one_side_is_enough(country: str, title: str | None, enters: bool) -> None:
    """5.1 A pair enters when either of its records may; when neither may, it is bound and stays out (3.3)."""
    person = {"email": "ANA@example.com", "job_title": title, "name": {"last": "Ruiz"}}
    world = world_of(filtered(hubspot=SPAIN, app=VIPS), [ana(country=country)], [person])
    entry = only_entry(world)
    assert entry.bound
    if enters:
        assert entry.status is RecordStatus.IN_SYNC
        assert (world.contacts()[0]["lastname"], world.people()[0]["name"]["first"]) == ("Ruiz", "Ana")
    else:
        assert entry.exclusion is ExclusionReason.FILTER
        assert world.people()[0]["name"]["first"] is None
    assert_nothing_is_written(world)


def test_a_side_without_a_filter_lets_everything_in() -> None:
    """5.1 With a filter on HubSpot's side alone, a pair enters by way of the app."""
    person = {"email": "ana@example.com", "name": {"last": "Ruiz"}}
    world = world_of(filtered(hubspot=SPAIN), [ana(country="France")], [person])
    assert world.statuses() == {"in_sync": 1}


def test_in_a_one_way_sync_only_the_source_counts() -> None:
    """5.1 Nothing enters from the target's side: it cannot let a pair in."""
    person = {"email": "ana@example.com", "name": {"last": "Ruiz"}}
    world = world_of(filtered(Direction.TO_APP, hubspot=SPAIN), [ana(country="France")], [person])
    assert only_entry(world).exclusion is ExclusionReason.FILTER


@pytest.mark.parametrize("who", list(Side))
def test_a_pair_that_was_kept_out_enters_by_either_side(who: Side) -> None:
    """5.1 An excluded pair enters as soon as one of its records matches, as at a first match."""
    person = {"email": "ana@example.com", "name": {"first": "Eva", "last": "Ruiz"}}
    world = world_of(filtered(hubspot=SPAIN, app=VIPS), [ana(country="France")], [person])
    (contact,), (record,) = world.hubspot.records("contacts"), world.living()
    world.clock.ms += 600_000
    if who is H:
        world.hubspot.edit("contacts", contact, {"country": "Spain"})
    else:
        world.orbit.edit("people", record, {"job_title": "vip"})
    told(world)
    assert world.statuses() == {"in_sync": 1}
    assert world.people()[0]["name"] == {"first": "Ana", "last": "Ruiz"}
    assert world.contacts()[0]["lastname"] == "Ruiz"


def test_a_pair_that_stays_out_costs_no_further_read() -> None:
    """5.1 A comparison finds an excluded pair as it was last seen, and does not read its partner again."""
    person = {"email": "ana@example.com", "name": {"last": "Ruiz"}}
    world = world_of(filtered(hubspot=SPAIN, app=VIPS), [ana(country="France")], [person])
    world.hubspot.calls.calls.clear()
    before = dict(world.orbit.gate.counts)
    world.compare()
    world.settle()
    assert not [kind for kind in world.hubspot.calls.calls if "batch/read" in kind]
    after = world.orbit.gate.counts
    assert {kind for kind in after if after[kind] != before.get(kind, 0)} <= {"people.list", "people.schema", "schema"}


def test_a_duplicate_of_a_record_that_a_filter_keeps_out_is_a_duplicate() -> None:
    """5.1 Matching does not depend on filters (3.3): the first one is the first, whether it may enter or not."""
    twins = [{"email": "ana@example.com"}, {"email": "ana@example.com", "job_title": "VIP"}]
    world = world_of(filtered(app=VIPS), [], twins)
    assert {entry.exclusion for entry in world.entries()} == {ExclusionReason.FILTER, ExclusionReason.DUPLICATE}


def test_a_widened_filter_lets_excluded_pairs_and_records_in_when_it_is_saved() -> None:
    """5.1 Saving the sync looks again at everything that a filter kept out (1.2)."""
    people = [{"email": "ana@example.com", "name": {"last": "Ruiz"}}, {"email": "eva@example.com"}]
    world = world_of(filtered(hubspot=SPAIN, app=VIPS), [ana(country="France")], people)
    assert world.statuses() == {"excluded": 2}
    assert world.stores.syncs.put_sync(replace(world.sync(), filters=Filters()))
    world.restart()
    world.settle()
    assert world.statuses() == {"in_sync": 2}


def strict_world() -> World:
    world = world_of(filtered(hubspot=SPAIN, app=VIPS, strict=True), [ana(country="Spain")], [])
    assert world.statuses() == {"in_sync": 1}
    world.clock.ms += 600_000
    return world


def test_strict_moves_a_pair_out_that_neither_side_lets_in() -> None:
    """5.1 Strict: it is excluded, keeps its binding, nothing is deleted and nothing flows while it is out."""
    world = strict_world()
    (contact,), (person,) = world.hubspot.records("contacts"), world.living()
    world.hubspot.edit("contacts", contact, {"country": "France", "firstname": "Anna"})
    told(world)
    entry = only_entry(world)
    assert (entry.status, entry.exclusion, entry.bound) == (RecordStatus.EXCLUDED, ExclusionReason.FILTER, True)
    assert world.people()[0]["name"]["first"] == "Ana"
    assert_nothing_is_written(world)
    world.orbit.edit("people", person, {"job_title": "vip"})
    told(world)
    assert world.statuses() == {"in_sync": 1}
    assert world.people()[0]["name"]["first"] == "Anna"


def test_what_changed_while_a_pair_was_out_is_merged_when_it_enters_again() -> None:
    """5.1 Strict: the baseline is that of the time it left, so different fields of both sides survive (2.2)."""
    world = strict_world()
    (contact,), (person,) = world.hubspot.records("contacts"), world.living()
    world.hubspot.edit("contacts", contact, {"country": "France"})
    told(world)
    world.clock.ms += 600_000
    world.hubspot.edit("contacts", contact, {"firstname": "Anna"})
    world.orbit.edit("people", person, {"name": {"last": "Ruiz"}})
    told(world)
    assert world.statuses() == {"excluded": 1}
    world.clock.ms += 600_000
    world.hubspot.edit("contacts", contact, {"country": "Spain"})
    told(world)
    assert world.people()[0]["name"] == {"first": "Anna", "last": "Ruiz"}
    assert world.contacts()[0]["lastname"] == "Ruiz"


@pytest.mark.parametrize("operator", [O.IS_UNKNOWN, O.NOT_EQUALS])
def test_a_filter_whose_property_vanished_lets_nothing_in(operator: Operator) -> None:
    """5.1 HubSpot leaves out of its records what it does not have: that is no empty value that everybody fulfils."""
    values = () if operator is O.IS_UNKNOWN else ("spain",)
    group = Group(Joined.ALL, (Condition("shoe_size", operator, T.TEXT, values),))
    world = world_of(filtered(hubspot=group), [ana()], [])
    assert only_entry(world).exclusion is ExclusionReason.FILTER
    assert world.people() == []


@pytest.mark.parametrize("before", [Filters(hubspot=SPAIN, app=VIPS), Filters(hubspot=SPAIN, app=VIPS, strict=True)])
def test_filters_that_are_strict_from_now_on_move_out_what_is_in(before: Filters) -> None:
    """5.1 Saving strict filters, or others, moves out what neither side lets in, though nobody edited a record."""
    world = world_of(replace(contacts(), filters=before), [ana(country="Spain")], [])
    assert world.statuses() == {"in_sync": 1}
    save(world, lambda sync: replace(sync, filters=Filters(hubspot=only("country", "france"), app=VIPS, strict=True)))
    world.settle()
    assert only_entry(world).exclusion is ExclusionReason.FILTER


def test_strict_moves_nobody_out_for_a_property_that_vanished() -> None:
    """5.1 Strict: what cannot be asked any more is no reason to leave; the schema's change is told (4.1)."""
    world = strict_world()
    gone = replace(world.sync(), filters=Filters(hubspot=only("shoe_size", "41"), app=VIPS, strict=True))
    assert world.stores.syncs.put_sync(gone)
    (contact,) = world.hubspot.records("contacts")
    world.hubspot.edit("contacts", contact, {"firstname": "Anna"})
    told(world)
    assert world.statuses() == {"in_sync": 1}
    assert world.people()[0]["name"]["first"] == "Anna"


def test_a_filters_field_that_changes_is_told() -> None:
    """5.1 A field that only a filter asks for is watched like a mapped one when an account's schema changes (4.1)."""
    before = {"country": FieldSchema("country")}
    assert list(changes(filtered(hubspot=SPAIN), H, {}, before)) == ["country is gone."]


@given(st.lists(st.sampled_from(["Spain", "France", "out", "in", "both"]), max_size=6))
def test_without_strict_nothing_that_entered_ever_leaves(moves: list[str]) -> None:
    """5.1 Whatever the filter's fields go through, a pair in sync stays in sync."""
    world = world_of(filtered(hubspot=SPAIN, app=VIPS), [ana(country="Spain")], [])
    (contact,), (person,) = world.hubspot.records("contacts"), world.living()
    deeds: dict[str, Callable[[], object]] = {
        "Spain": lambda: world.hubspot.edit("contacts", contact, {"country": "Spain"}),
        "France": lambda: world.hubspot.edit("contacts", contact, {"country": "France"}),
        "in": lambda: world.orbit.edit("people", person, {"job_title": "vip"}),
        "out": lambda: world.orbit.edit("people", person, {"job_title": "clerk"}),
        "both": world.restart,
    }
    for move in moves:
        world.clock.ms += 60_000
        deeds[move]()
        told(world)
        assert world.statuses() == {"in_sync": 1}
