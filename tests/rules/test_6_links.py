"""Rules 6.1 and 6.2: links between synced records, through the whole stack.

Contacts and people hang on companies and organisations. HubSpot holds several companies of a contact, Orbit one
organisation of a person.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest

from hubsync.model.side import Direction, Side
from hubsync.stores.ports import PlanOrder
from tests.rules.linked_contacts import Linked, made
from tests.simulation.syncs import companies, contacts, linked
from tests.simulation.test_plan import rehearse
from tests.simulation.world import World


@pytest.mark.parametrize("contacts_first", [True, False])
def test_links_of_both_sides_are_made_on_the_other(contacts_first: bool) -> None:
    """6.1 Associations are kept the same on both sides; whichever of the two syncs comes first, the end is the same."""

    def before(one: Linked) -> None:
        one.link("p0", "Globex")
        one.move("p1", "Initech")

    one = made(contacts_first=contacts_first, before=before)
    assert (one.in_hubspot("p0"), one.in_app("p0")) == ({"Globex"}, "Globex")
    assert (one.in_hubspot("p1"), one.in_app("p1")) == ({"Initech"}, "Initech")
    assert (one.in_hubspot("p2"), one.in_app("p2")) == (set(), None)
    assert one.primary("p1") == "Initech", "the app's only organisation is HubSpot's primary company"
    assert one.waiting() == 0
    one.calm()


@pytest.mark.parametrize("contacts_first", [True, False])
@pytest.mark.parametrize("side", list(Side))
def test_new_records_come_with_their_links(side: Side, contacts_first: bool) -> None:
    """6.1 A record that is made on the other side is linked there; a link to a record that is made as well waits for
    it, in either order, and is then made without anybody pressing anything."""
    world = World(5)
    one = Linked(world)
    if side is Side.HUBSPOT:
        (contact,) = world.hubspot.seed("contacts", [{"email": "new@example.com"}])
        (company,) = world.hubspot.seed("companies", [{"name": "Acme"}])
        world.hubspot.associate("contacts", contact, "companies", company)
    else:
        (organisation,) = world.orbit.seed({"organisations": [{"title": "Acme"}]})["organisations"]
        world.orbit.seed({"people": [{"email": "new@example.com", "organisation_id": organisation}]})
    both = [linked(contacts()), companies()]
    for each in both if contacts_first else reversed(both):
        world.save(each)
    world.settle()
    assert (one.in_hubspot("new"), one.in_app("new")) == ({"Acme"}, "Acme")
    assert one.waiting() == 0
    one.calm()


@pytest.mark.parametrize("kind", ["429", "503", "lost-before", "lost-after"])
def test_a_record_that_was_made_without_its_link_gets_it_at_once(kind: str) -> None:
    """6.1, 9.2 HubSpot makes the contact and not the association: the contact is known, and linked by the next look."""
    one = made()
    organisation = one.organisation("Acme")
    one.world.orbit.create("people", {"email": "new@example.com", "organisation_id": organisation})
    one.world.hubspot.fail(kind, path="/crm/associations/2026-09/contacts/companies/batch/create", times=1)
    one.world.deliver()
    one.world.settle()
    assert one.in_hubspot("new") == {"Acme"}
    assert not one.world.hubspot.faults.active
    one.calm()


def test_a_link_waits_for_its_other_end() -> None:
    """6.1 A link whose other end is not bound yet is kept pending and shown; it is no failure."""
    one = made(sync=linked(contacts()))
    world = one.world
    world.lifecycle.off("companies")
    company = world.hubspot.create("companies", {"name": "Hooli"})
    world.hubspot.associate("contacts", one.contact("p0"), "companies", company)
    one.catch_up()
    assert (one.in_app("p0"), one.waiting()) == (None, 1)
    assert world.statuses() == {"in_sync": 3}
    assert "Waiting: 1 link" in next(entry.reason for entry in world.entries() if entry.waiting_links)
    world.lifecycle.on("companies")
    world.settle()
    assert (one.in_app("p0"), one.waiting()) == ("Hooli", 0)
    one.calm()


def test_edits_of_links_alone_are_found() -> None:
    """6.1 An association moves no modified date in HubSpot: the comparison finds it. The app tells its own."""
    one = made()
    for _ in range(2):
        one.world.poll()
        one.world.settle()
    one.link("p0", "Acme")
    one.move("p1", "Globex")
    one.world.deliver()
    one.world.settle()
    assert one.in_hubspot("p1") == {"Globex"}
    one.world.poll()
    one.world.settle()
    assert one.in_app("p0") is None
    one.world.compare()
    one.world.settle()
    assert one.in_app("p0") == "Acme"
    one.calm()


def test_edits_on_both_sides_both_survive() -> None:
    """6.1, 2.2 A company that was added in HubSpot and another one that was set in the app: HubSpot has both, the app,
    which holds one, keeps its own."""
    one = made()
    one.link("p0", "Acme")
    one.move("p0", "Globex")
    one.catch_up()
    assert (one.in_hubspot("p0"), one.in_app("p0")) == ({"Acme", "Globex"}, "Globex")
    one.calm()


def test_the_one_that_is_mirrored_stays_while_it_is_there() -> None:
    """6.1, 4.4 Further companies in HubSpot do not touch the app's organisation; when the mirrored one goes in HubSpot,
    the next takes its place."""
    one = made(before=lambda one: one.link("p0", "Globex"))
    one.link("p0", "Acme")
    one.catch_up()
    assert one.in_app("p0") == "Globex"
    one.unlink("p0", "Globex")
    one.catch_up()
    assert (one.in_hubspot("p0"), one.in_app("p0")) == ({"Acme"}, "Acme")
    one.calm()


def test_an_app_that_moves_on_leaves_hubspots_link_and_leads_with_the_new_one() -> None:
    """6.2 Unlinking does not travel unless it is asked for, and what moved on in the app is primary in HubSpot."""
    one = made(before=lambda one: one.move("p0", "Globex"))
    one.move("p0", "Acme")
    one.catch_up()
    assert (one.in_hubspot("p0"), one.primary("p0"), one.in_app("p0")) == ({"Acme", "Globex"}, "Acme", "Acme")
    one.calm()


@pytest.mark.parametrize("side", list(Side))
def test_a_link_that_was_removed_stays_on_the_other_side_and_is_not_made_again(side: Side) -> None:
    """6.2 Whether unlinking travels is a setting, off by default; a removal that stays is remembered."""
    one = made(before=lambda one: one.link("p0", "Globex"))
    if side is Side.HUBSPOT:
        one.unlink("p0", "Globex")
    else:
        one.move("p0", None)
    for _ in range(2):
        one.catch_up()
        left = (one.in_hubspot("p0"), one.in_app("p0"))
        assert left == ((set(), "Globex") if side is Side.HUBSPOT else ({"Globex"}, None))
    one.world.hubspot.edit("contacts", one.contact("p0"), {"firstname": "Edited"})
    one.catch_up()
    assert (one.in_hubspot("p0"), one.in_app("p0")) == left
    one.calm()


@pytest.mark.parametrize("side", list(Side))
def test_unlinking_travels_where_it_is_asked_for(side: Side) -> None:
    """6.2 With `unlink: true` a removed link is removed on the other side as well."""
    one = made(sync=linked(contacts(), unlink=True), before=lambda one: one.link("p0", "Globex"))
    if side is Side.HUBSPOT:
        one.unlink("p0", "Globex")
    else:
        one.move("p0", None)
    one.catch_up()
    assert (one.in_hubspot("p0"), one.in_app("p0")) == (set(), None)
    one.calm()


def test_a_link_that_a_person_made_by_hand_is_never_removed() -> None:
    """6.2 Even where unlinking travels, only what both sides had is taken away."""
    one = made(sync=linked(contacts(), unlink=True), before=lambda one: one.move("p0", "Globex"))
    one.link("p0", "Acme")
    one.catch_up()
    one.move("p0", None)
    one.catch_up()
    assert "Acme" in one.in_hubspot("p0")
    assert "Globex" not in one.in_hubspot("p0")
    one.calm()


@pytest.mark.parametrize("direction", [Direction.TO_HUBSPOT, Direction.TO_APP])
def test_links_keep_to_the_direction(direction: Direction) -> None:
    """6.1, 2.4 Nothing is linked against the direction of the sync."""

    def before(one: Linked) -> None:
        one.link("p0", "Globex")
        one.move("p1", "Initech")

    one = made(sync=linked(contacts(direction)), before=before)
    assert one.in_app("p0") == ("Globex" if direction is Direction.TO_APP else None)
    assert one.in_hubspot("p1") == ({"Initech"} if direction is Direction.TO_HUBSPOT else set())
    one.calm()


def test_a_linked_record_that_was_deleted_takes_nothing_along() -> None:
    """6.1, 7.1 The other end is deleted on one side: the link of the other side stays, and is no failure."""
    one = made(sync=linked(contacts(), unlink=True), before=lambda one: one.link("p0", "Globex"))
    one.world.orbit.delete("organisations", one.organisation("Globex"))
    one.catch_up()
    one.world.orbit.edit("people", one.person("p0"), {"organisation_id": None})
    one.catch_up()
    assert one.in_hubspot("p0") == {"Globex"}
    assert one.world.statuses() == {"in_sync": 3}
    assert one.waiting() == 1
    one.calm()


def test_links_cost_one_more_call_a_page_and_nothing_without_them() -> None:
    """6.1 A sync without associations reads none; with them each page costs one batch read for the other type."""
    calls: dict[bool, Counter[str]] = {}
    for with_links in (False, True):
        one = made(sync=linked(contacts()) if with_links else contacts(), people=250)
        one.world.hubspot.calls.reset()
        one.world.compare()
        one.world.settle()
        calls[with_links] = Counter(one.world.hubspot.calls.calls)
    extra = calls[True] - calls[False]
    assert not calls[False] - calls[True]
    assert sum(extra.values()) == 3, extra  # 250 contacts are three pages
    assert all("/associations/" in path for path in extra)


@pytest.mark.parametrize("direction", [Direction.TWO_WAY, Direction.TO_HUBSPOT])
def test_a_plan_says_which_links_would_be_made(direction: Direction) -> None:
    """6.1, 1.10 A plan shows links as they would be, ends, and names the fields that saving then writes."""

    def before(one: Linked) -> None:
        one.link("p0", "Globex")
        one.move("p1", "Initech")

    one = made(sync=contacts(direction), before=before)
    sync = replace(linked(contacts(direction)), generation=2)
    planned = rehearse(one.world, sync)
    assert planned.problem is None
    changes = {each.change.ref.side: each.change for each in planned.differences}
    (in_hubspot,) = changes[Side.HUBSPOT].fields
    assert (in_hubspot.field, in_hubspot.before) == ("associations/companies", [])
    assert in_hubspot.after == [str(one.company("Initech"))]
    if direction is Direction.TWO_WAY:
        assert planned.tally.fields[Side.APP] == {"organisation_id": 1}
    assert one.in_hubspot("p1") == set(), "a plan writes nothing"


def test_the_plan_of_a_new_sync_knows_what_its_links_lead_to() -> None:
    """6.1, 1.10 Before anything of a sync is saved, its plan finds the pairs of the sync that its links lead to."""
    one = Linked(World(11))
    world = one.world
    world.hubspot.seed("companies", [{"name": "Acme"}])
    world.hubspot.seed("contacts", [{"email": "p0@example.com"}])
    world.orbit.seed({"organisations": [{"title": "Acme"}]})
    world.orbit.seed({"people": [{"email": "p1@example.com", "organisation_id": one.organisation("Acme")}]})
    one.link("p0", "Acme")
    world.save(companies())
    world.settle()
    accounts = tuple(world.connection(name) for name in ("hubspot", "orbit"))
    order = PlanOrder("plan-1", world.clock.now(), linked(contacts()), accounts)
    world.app.stores.plans.put_order(order)
    world.app.make_plan("plan-1", world.clock.now() + 900_000)
    report = world.app.stores.plans.report("plan-1")
    assert report is not None
    fields = json.loads(report.text)["counts"]["fields"]
    assert fields["app"] == {"email": 1, "organisation_id": 1}
    assert fields["hubspot"] == {"associations/companies": 1, "email": 1}


def test_the_history_tells_of_links() -> None:
    """6.1, 8.5 What was linked, and what was linked before, in the history of the record."""
    one = made(before=lambda one: one.link("p1", "Acme"))
    one.move("p1", "Initech")
    one.catch_up()
    entry = next(entry for entry in one.world.entries() if entry.hubspot.record_id == str(one.contact("p1")))
    events = one.world.app.history.of(one.world.sync(), entry.id, 10, one.world.clock.ms)
    told = [event.fields["associations/companies"] for event in events if "associations/companies" in event.fields]
    assert [str(one.company(name)) for name in ("Initech", "Acme")] in [change.after for change in told]


def test_a_settings_change_keeps_the_links_baseline() -> None:
    """6.2, 1.2 Saving the sync again remembers what was taken away."""
    one = made(before=lambda one: one.link("p0", "Globex"))
    one.unlink("p0", "Globex")
    one.catch_up()
    one.world.restart()
    one.world.settle()
    assert (one.in_hubspot("p0"), one.in_app("p0")) == (set(), "Globex")
    sync = one.world.sync()
    assert one.world.stores.syncs.put_sync(replace(sync, notify=()))
