"""The initial sync through API, state machine, queues, worker and tables: what comes of two applications."""

from __future__ import annotations

import pytest

from tests.stage.people import contact, email, person
from tests.stage.scene import Scene

LONE_CONTACTS, BOTH, LONE_PEOPLE = range(30), range(30, 60), range(60, 90)


def seed(scene: Scene) -> None:
    """Sixty on each side, thirty of them the same people: with another name in the app, without a phone in HubSpot."""
    scene.hubspot.seed([contact(n) for n in LONE_CONTACTS] + [contact(n, phone="") for n in BOTH])
    scene.app.seed([person(n) for n in (*BOTH, *LONE_PEOPLE)])


def budget(contacts: int, written: int) -> float:
    """The calls of HubSpot that an initial sync may take."""
    return 1.2 * (2 * contacts + written) / 100 + 20


def test_two_ways_two_applications_become_one(scene: Scene) -> None:
    seed(scene)
    scene.apply()
    scene.synced(in_sync=90)

    contacts, people = scene.hubspot.rows(), scene.app.rows()
    assert len(contacts) == len(people) == 90
    for n in (*LONE_CONTACTS, *BOTH):
        # HubSpot's name wins where both have one; the app's phone fills HubSpot's gap.
        made = people[email(n) if n in LONE_CONTACTS else email(n).title()]
        assert made["name"] == {"first": f"Ada {n}", "last": "Hubb"}
        assert made["phone"] == contacts[email(n)]["phone"] == contact(n)["phone"]
    for n in LONE_PEOPLE:
        made = contacts[email(n)]
        assert (made["firstname"], made["lastname"], made["phone"]) == (f"Bea {n}", "Orbison", contact(n)["phone"])

    assert scene.hubspot.writes() == len(BOTH) + len(LONE_PEOPLE)
    assert scene.app.writes() == len(BOTH) + len(LONE_CONTACTS)
    assert scene.hubspot.calls() <= budget(60, 60)
    assert [each["title"] for each in scene.notifications()] == [f"The initial sync of {scene.name!r} is complete"]


def test_a_second_look_at_an_unchanged_world_writes_nothing_anywhere(scene: Scene) -> None:
    seed(scene)
    scene.apply()
    scene.synced(in_sync=90)
    entries = scene.table(scene.stage.index_table)
    hubspot, app = scene.hubspot.writes(), scene.app.writes()

    scene.tell("compare")
    scene.at_rest()
    scene.poll()
    scene.at_rest()

    told = (each["text"] for each in scene.notifications() if each["title"] == f"Comparison of {scene.name!r}")
    found = {line for text in told for line in text.splitlines()}
    assert "hubspot: 0 record(s) differed from the index." in found
    assert "app: 0 record(s) differed from the index." in found
    assert (scene.hubspot.writes(), scene.app.writes()) == (hubspot, app)
    # Every write raises the version of its item.
    assert scene.table(scene.stage.index_table) == entries


@pytest.mark.slow
def test_to_hubspot_the_app_is_only_read(scene: Scene) -> None:
    seed(scene)
    before = scene.app.rows()
    scene.apply(direction="to_hubspot", default="app")
    scene.synced(in_sync=60, excluded=30)

    contacts = scene.hubspot.rows()
    assert scene.app.rows() == before
    assert scene.app.writes() == 0
    assert len(contacts) == 90
    assert all(contacts[email(n)]["firstname"] == f"Bea {n}" for n in (*BOTH, *LONE_PEOPLE))
    assert {each["exclusion"] for each in scene.records("excluded")} == {"direction"}


@pytest.mark.slow
def test_to_the_app_hubspot_is_only_read(scene: Scene) -> None:
    seed(scene)
    scene.apply(direction="to_app")
    scene.synced(in_sync=60, excluded=30)

    people = scene.app.rows()
    assert len(people) == 90
    assert scene.hubspot.writes() == 0
    assert all(people[email(n)]["name"]["last"] == "Hubb" for n in LONE_CONTACTS)
    assert all(people[email(n).title()]["name"]["last"] == "Hubb" for n in BOTH)
    assert {each["exclusion"] for each in scene.records("excluded")} == {"direction"}


@pytest.mark.slow
def test_a_thousand_contacts_keep_to_the_budget_of_calls(scene: Scene) -> None:
    scene.hubspot.seed([contact(n, phone="") for n in range(1000)])
    scene.app.seed([person(n) for n in range(700, 1300)])
    scene.apply()
    scene.synced(in_sync=1300)

    assert scene.hubspot.writes() == 600
    assert scene.hubspot.calls() <= budget(1000, 600)
    assert len(scene.hubspot.rows()) == len(scene.app.rows()) == 1300
