"""Which way data may go: one-way syncs, defaults, differences that are left alone (rules 1.3, 2.x)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.side import Direction, Side
from hubsync.model.status import ExclusionReason, RecordStatus
from tests.unit.services.look_world import A, H, Small, contact, contacts, person

TO_HUBSPOT, TO_APP = Direction.TO_HUBSPOT, Direction.TO_APP


def test_two_way_each_lone_record_is_made_on_the_other_side() -> None:
    small = Small([contact("h@example.com", firstname="Hal")], [person("a@example.com", "Ada")])
    assert {one["email"] for one in small.hubspots()} == {"h@example.com", "a@example.com"}
    assert {one["email"] for one in small.apps()} == {"h@example.com", "a@example.com"}
    assert [entry.status for entry in small.entries()] == [RecordStatus.IN_SYNC] * 2


@pytest.mark.parametrize(("direction", "target"), [(TO_HUBSPOT, H), (TO_APP, A)])
def test_one_way_the_targets_own_records_are_left_out(direction: Direction, target: Side) -> None:
    """Rule 1.3: excluded (direction), and nothing is written on the source."""
    small = Small([contact("h@example.com")], [person("a@example.com")], sync=contacts(direction))
    alone = small.entry(target, 0)
    assert (alone.status, alone.exclusion) == (RecordStatus.EXCLUDED, ExclusionReason.DIRECTION)
    assert small.entry(target.other, 0).bound
    assert small.writes()[target.other] == 0
    assert small.writes()[target] == 1


@pytest.mark.parametrize("default", Side)
@pytest.mark.parametrize("direction", [TO_HUBSPOT, TO_APP])
def test_one_way_nothing_is_ever_written_on_the_source(direction: Direction, default: Side) -> None:
    """Rules 2.3 and 2.4: not at the first match, not for an edit, not for a blank."""
    small = Small(
        [contact(firstname="Hal", jobtitle="Dean")], [person(first="Ada", phone="1")], sync=contacts(direction, default)
    )
    small.edit_h(0, lastname="H")
    small.edit_a(0, {"name": {"last": "A"}})
    small.rest(2)
    small.compare()
    source = H if direction is TO_APP else A
    assert small.writes()[source] == 0
    assert small.entry(source, 0).status is RecordStatus.IN_SYNC


def test_one_way_an_edit_on_the_target_is_left_alone_until_the_source_changes() -> None:
    """Rule 2.9."""
    small = Small([contact(firstname="Hal")], [person(first="Hal")], sync=contacts(TO_APP))
    small.edit_a(0, {"name": {"first": "Typed"}})
    small.rest()
    assert small.app(0)["name"]["first"] == "Typed"
    assert small.entry(H, 0).drifted == (2,)
    small.edit_h(0, jobtitle="Dean")
    small.rest()
    assert (small.app(0)["name"]["first"], small.app(0)["job_title"]) == ("Typed", "Dean")
    small.edit_h(0, firstname="Hank")
    small.rest()
    assert small.app(0)["name"]["first"] == "Hank"
    assert small.entry(H, 0).drifted == ()


@pytest.mark.parametrize("default", Side)
def test_at_a_first_match_the_default_wins_and_blanks_are_filled(default: Side) -> None:
    """Rule 2.3."""
    small = Small(
        [contact(firstname="Hal", jobtitle="Dean")],
        [person(first="Ada", phone="+12125550134")],
        sync=contacts(default=default),
    )
    winner = "Hal" if default is H else "Ada"
    assert (small.hubspot(0)["firstname"], small.app(0)["name"]["first"]) == (winner, winner)
    assert (small.hubspot(0)["phone"], small.app(0)["job_title"]) == ("+12125550134", "Dean")


def test_different_fields_changed_on_both_sides_both_survive() -> None:
    """Rule 2.2."""
    small = Small([contact(firstname="Hal")], [person(first="Hal")])
    small.edit_h(0, firstname="Hank")
    small.edit_a(0, {"job_title": "Dean"})
    small.rest()
    assert (small.hubspot(0)["firstname"], small.hubspot(0)["jobtitle"]) == ("Hank", "Dean")
    assert (small.app(0)["name"]["first"], small.app(0)["job_title"]) == ("Hank", "Dean")


def test_a_clear_does_not_travel_and_is_not_refilled() -> None:
    """Rule 2.5."""
    small = Small([contact(firstname="Hal")], [person(first="Hal")])
    small.edit_h(0, firstname="")
    small.rest(2)
    small.compare()
    assert "firstname" not in small.hubspot(0)
    assert small.app(0)["name"]["first"] == "Hal"
    small.edit_a(0, {"name": {"first": "Hank"}})
    small.rest()
    assert small.hubspot(0)["firstname"] == "Hank"


def test_a_clear_travels_where_the_mapping_lets_it() -> None:
    """Rule 2.5."""
    sync = contacts()
    clearing = tuple(replace(mapping, clears=True) for mapping in sync.mappings)
    small = Small([contact(firstname="Hal")], [person(first="Hal")], sync=replace(sync, mappings=clearing))
    small.edit_h(0, firstname="")
    small.rest()
    assert small.app(0)["name"]["first"] is None


def test_the_echo_of_a_write_causes_none() -> None:
    """Rule 2.6: webhooks, polls and comparisons of what we wrote ourselves write nothing, not even into the index."""
    small = Small([contact(firstname="Hal"), contact("b@example.com")], [person(first="hal"), person("c@example.com")])
    small.edit_h(0, firstname="Hank")
    small.rest()
    applications, index = small.writes(), small.index_writes()
    small.rest(3)
    small.compare()
    assert (small.writes(), small.index_writes()) == (applications, index)


def test_a_default_that_an_application_fills_in_is_carried_back() -> None:
    """Rule 2.2: Orbit says of every new person whether they are a VIP, asked or not; that is a value like any other."""
    mappings = (FieldMapping(1, "email", "email", Transform.EMAIL), FieldMapping(2, "vip", "vip", Transform.BOOLEAN))
    small = Small(sync=contacts(mappings=mappings), save=False)
    options = [{"label": text, "value": text} for text in ("true", "false")]
    small.world.hubspot.define(
        "contacts",
        {
            "name": "vip",
            "label": "VIP",
            "type": "bool",
            "fieldType": "booleancheckbox",
            "groupName": "contactinformation",
            "options": options,
        },
    )
    small.world.hubspot.seed("contacts", [contact()])
    small.world.save(small.saved)
    small.world.settle()
    assert small.world.people()[0]["vip"] is False
    small.world.deliver()
    small.world.settle()
    assert small.world.contacts()[0]["vip"] == "false"
