"""Rule 4.1: fields change while a sync runs; it is noticed, told, and breaks only what depends on them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hubsync.api.shapes import problem
from hubsync.engine.suspend import changes, suspensions
from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.schema import FieldSchema, FieldType, Option
from hubsync.model.side import Direction, Side
from hubsync.model.status import FailureCategory
from hubsync.services.drift import DOUBT_MS, FRESH_MS
from tests.simulation.syncs import CONTACT_MAPPINGS
from tests.simulation.world import World, contacts

SHOE_SIZE = {"name": "shoe_size", "label": "Shoe size", "type": "string", "fieldType": "text", "groupName": "body"}
LEVELS = {
    **SHOE_SIZE,
    "name": "level",
    "type": "enumeration",
    "fieldType": "select",
    "options": [{"value": "gold", "label": "Gold"}, {"value": "silver", "label": "Silver"}],
}
SHOE = FieldMapping(6, "shoe_size", "job_title")
PROPERTIES = "GET /crm/properties/{type}"


def world_of(**changes: Any) -> World:
    """One pair, in sync, with a mapping of the account's own property to the job title."""
    world = World(11)
    world.hubspot.define("contacts", SHOE_SIZE)
    world.hubspot.define("contacts", LEVELS)
    world.hubspot.seed("contacts", [{"email": "ana@example.com", "firstname": "Ana", "shoe_size": "41"}])
    mapping = replace(SHOE, **changes)
    world.save(replace(contacts(), mappings=(*CONTACT_MAPPINGS[:4], mapping), next_number=7))
    world.settle()
    world.deliver()
    world.settle()
    return world


def edit(world: World, **values: Any) -> None:
    """A person edits the contact, and the poll finds it."""
    (contact,) = world.hubspot.records("contacts")
    world.clock.ms += 60_000
    world.hubspot.edit("contacts", contact, values)
    world.poll()
    world.settle()


def person(world: World) -> tuple[str | None, str | None]:
    """First name and job title in Orbit."""
    (one,) = world.people()
    return one["name"].get("first"), one["job_title"]


def compare(world: World) -> None:
    """The nightly comparison."""
    world.clock.ms += FRESH_MS
    world.compare()
    world.settle()


@pytest.mark.parametrize("clears", [False, True])
def test_a_field_that_is_gone_suspends_its_mapping_alone(clears: bool) -> None:
    """4.1 A property is archived: its mapping is suspended and shown, the others go on, and nothing is cleared."""
    world = world_of(clears=clears)
    world.hubspot.redefine("contacts", "shoe_size", archived=True)
    compare(world)
    (suspended,) = world.sync().suspended
    assert problem(suspended, world.sync()) == {
        "path": "mappings[4].hubspot",
        "reason": "There is no field shoe_size in HubSpot any more.",
        "remedy": "Bring it back, or map another field and save the sync.",
    }
    edit(world, firstname="Anna")
    assert person(world) == ("Anna", "41")
    assert world.statuses() == {"in_sync": 1}
    told = world.stores.notifications.notifications(10)[-1]
    assert "shoe_size is gone." in told.text
    assert "Suspended: shoe_size / job_title." in told.text


@pytest.mark.parametrize("clears", [False, True])
def test_a_field_that_is_gone_is_noticed_at_the_first_look(clears: bool) -> None:
    """4.1 Before any comparison: what HubSpot leaves out of an answer is not taken for a person's clear."""
    world = world_of(clears=clears)
    world.clock.ms += DOUBT_MS
    world.hubspot.redefine("contacts", "shoe_size", archived=True)
    edit(world, firstname="Anna")
    assert person(world) == ("Anna", "41")
    assert [each.number for each in world.sync().suspended] == [6]


def test_nothing_is_read_for_what_is_suspended() -> None:
    """4.1 A suspended mapping makes no record look changed: a comparison and a poll find nothing to do."""
    world = world_of()
    world.hubspot.redefine("contacts", "shoe_size", archived=True)
    compare(world)
    before = world.stores.writes["entry"]
    compare(world)
    edit(world)
    assert world.stores.writes["entry"] == before
    assert "0 record(s) differed" in world.stores.notifications.notifications(10)[-2].text


def test_the_mapping_goes_on_when_its_field_is_back() -> None:
    """4.1 What a person changed meanwhile in the app flows then, and what nobody changed is left alone."""
    world = world_of()
    world.hubspot.redefine("contacts", "shoe_size", archived=True)
    compare(world)
    (one,) = world.people()
    world.orbit.edit("people", one["id"], {"job_title": "42"})
    world.deliver()
    world.settle()
    world.hubspot.redefine("contacts", "shoe_size", archived=False)
    compare(world)
    assert world.sync().suspended == ()
    (contact,) = world.contacts()
    assert contact["shoe_size"] == "42"
    assert world.statuses() == {"in_sync": 1}


def test_a_field_that_became_read_only_is_not_written() -> None:
    """4.1 Noticed at the first refusal: the record is tried again without the mapping, and is in sync."""
    world = world_of()
    world.clock.ms += DOUBT_MS
    world.hubspot.redefine("contacts", "shoe_size", read_only=True)
    (one,) = world.people()
    world.orbit.edit("people", one["id"], {"job_title": "42", "name": {"first": "Anna"}})
    world.deliver()
    world.settle()
    assert [each.number for each in world.sync().suspended] == [6]
    (contact,) = world.contacts()
    assert (contact["firstname"], contact["shoe_size"]) == ("Anna", "41")
    assert world.statuses() == {"in_sync": 1}


def test_a_read_only_field_that_is_only_read_goes_on() -> None:
    """4.1 A mapping towards the app does not mind."""
    world = world_of(direction=Direction.TO_APP)
    world.hubspot.redefine("contacts", "shoe_size", read_only=True)
    compare(world)
    assert world.sync().suspended == ()


def test_a_changed_type_suspends_until_it_is_back() -> None:
    """4.1 Text became a number: the two no longer go together by themselves."""
    world = world_of()
    world.hubspot.redefine("contacts", "shoe_size", type="number")
    compare(world)
    (suspended,) = world.sync().suspended
    assert suspended.reason == "The field shoe_size of HubSpot was of the type text and is number now."
    compare(world)
    assert world.sync().suspended == (suspended,)
    world.hubspot.redefine("contacts", "shoe_size", type="string")
    compare(world)
    assert world.sync().suspended == ()


def test_a_new_option_lets_refused_records_in() -> None:
    """4.1 A record that was refused for want of an option is tried again once there is one, without anyone's retry."""
    world = world_of(hubspot_field="level")
    world.clock.ms += DOUBT_MS
    (one,) = world.people()
    world.orbit.edit("people", one["id"], {"job_title": "bronze"})
    world.deliver()
    world.settle()
    (entry,) = world.entries()
    assert entry.failure is not None
    assert entry.failure.category is FailureCategory.OPTION_MISSING
    options = (("gold", "Gold"), ("silver", "Silver"), ("bronze", "Bronze"))
    world.hubspot.redefine("contacts", "level", options=options)
    compare(world)
    assert world.statuses() == {"in_sync": 1}
    assert world.contacts()[0]["level"] == "bronze"
    told = world.stores.notifications.notifications(10)
    assert any("level has new options: Bronze." in each.text for each in told)


def test_refusals_by_the_hundred_ask_for_the_schema_once() -> None:
    """4.1 A doubt costs a call in five minutes, however many records are refused."""
    world = world_of(hubspot_field="level")
    world.orbit.seed(
        {"people": [{"email": f"p{at}@example.com", "name": {}, "job_title": "bronze"} for at in range(250)]}
    )
    world.clock.ms += DOUBT_MS
    world.hubspot.calls.reset()
    world.restart()
    world.settle()
    assert world.statuses() == {"in_sync": 1, "failing": 250}
    assert world.hubspot.calls.calls[PROPERTIES] == 1


def test_a_comparison_asks_for_each_schema_once() -> None:
    """4.1 One call for each account and object type in a night, for all syncs together."""
    world = world_of()
    world.hubspot.calls.reset()
    world.clock.ms += FRESH_MS
    world.compare()
    world.settle()
    world.compare()
    world.settle()
    assert world.hubspot.calls.calls[PROPERTIES] == 1


def test_an_unchanged_schema_is_told_to_nobody() -> None:
    """4.1 And stores nothing of the sync."""
    world = world_of()
    compare(world)
    assert not any("have changed" in each.title for each in world.stores.notifications.notifications(50))


OPTIONS = FieldSchema("f", FieldType.OPTION, options=(Option("a", "A"), Option("b", "B")))


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (None, ["f is gone."]),
        (OPTIONS, []),
        (replace(OPTIONS, label="Another"), []),
        (replace(OPTIONS, read_only=True), ["f can no longer be written."]),
        (replace(OPTIONS, required=True), ["f is required now."]),
        (replace(OPTIONS, max_length=5), ["f takes 5 characters now."]),
        (replace(OPTIONS, type=FieldType.TEXT, options=()), ["f was of the type option and is text now.", "A, B"]),
        (replace(OPTIONS, options=(Option("a", "A"),)), ["f has lost options: B."]),
        (replace(OPTIONS, options=(Option("a", "Z"), Option("b", "B"))), ["f has renamed options: Z."]),
        (
            replace(OPTIONS, options=tuple(Option(letter) for letter in "abcdefghij")),
            ["f has new options: c, d, e, f, g and 3 more.", "renamed"],
        ),
    ],
)
def test_what_is_told_of_a_change(now: FieldSchema | None, told: list[str]) -> None:
    """4.1 Each difference that matters, in a sentence; labels are nobody's concern."""
    sync = replace(contacts(), mappings=(FieldMapping(1, "f", "g"), FieldMapping(2, "f", "h")))
    fields = {} if now is None else {"f": now}
    found = list(changes(sync, Side.HUBSPOT, fields, {"f": OPTIONS, "other": OPTIONS}))
    assert len(found) == len(told)
    assert all(part in sentence for part, sentence in zip(told, found, strict=True))


def test_a_type_of_the_same_kind_goes_on() -> None:
    """4.1 Text that became an email, a date that became a moment: the values still go together."""
    sync = replace(contacts(), mappings=(FieldMapping(1, "f", "g"), FieldMapping(2, "d", "e", Transform.DATE)))
    before = {"f": FieldSchema("f"), "d": FieldSchema("d", FieldType.DATE)}
    now = {"f": FieldSchema("f", FieldType.EMAIL), "d": FieldSchema("d", FieldType.DATETIME)}
    assert suspensions(sync, {Side.HUBSPOT: now}, {Side.HUBSPOT: before}) == ()


def test_an_unknown_side_leaves_its_suspensions() -> None:
    """4.1 An app that could not be asked mends nothing, and breaks nothing."""
    sync = replace(contacts(), mappings=(FieldMapping(1, "f", "g"), FieldMapping(2, "h", "i")))
    was = {"g": FieldSchema("g"), "i": FieldSchema("i")}
    gone = suspensions(sync, {Side.APP: {"i": FieldSchema("i")}}, {Side.APP: was})
    assert [(each.number, each.side) for each in gone] == [(1, Side.APP)]
    fine = {Side.HUBSPOT: {"f": FieldSchema("f"), "h": FieldSchema("h")}}
    assert suspensions(replace(sync, suspended=gone), fine, {}) == gone
