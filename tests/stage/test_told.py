"""What the applications tell of by themselves: events for a timeline, HubSpot's own webhooks, a privacy deletion."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.stage.accounts import Body
from tests.stage.people import contact, email, person
from tests.stage.scene import Scene

TEMPLATE = "1234567"


@pytest.fixture
def told(scene: Scene) -> Scene:
    """Three people on both sides, in step; both applications post their webhooks, and nobody polls."""
    scene.hubspot.seed([contact(n) for n in range(3)])
    scene.app.seed([person(n) for n in range(3)])
    scene.apply(events={"template": TEMPLATE})
    scene.synced(in_sync=3)
    scene.listen()
    scene.listen_to_hubspot()
    return scene


def test_an_event_of_the_app_is_logged_once_on_the_contacts_timeline(told: Scene) -> None:
    """6.3 Told twice, and doubled on the way, it stands there once; another one beside it. No contact is touched."""
    mine, written = told.hubspot.rows()[email(1)]["id"], told.hubspot.writes()
    somebody = told.app.rows()[email(1).title()]["id"]
    told.app.admin("PUT", "webhooks", {"faults": {"double": 1.0}})
    event = told.app.happen(somebody, event="meeting.held", subject="Kick-off")
    told.until("the event is logged", lambda: len(told.hubspot.events()) == 1)
    told.app.happen(somebody, event="meeting.held", subject="Kick-off", id=event)
    told.app.happen(somebody, event="email.opened", subject="Offer")
    told.until("the other event is logged", lambda: len(told.hubspot.events()) >= 2)
    told.at_rest()
    logged = [
        (each["objectId"], each["eventTemplateId"], each["tokens"]["event"], each["tokens"]["subject"])
        for each in told.hubspot.events()
    ]
    assert logged == [
        (mine, TEMPLATE, "activity.meeting.held", "Kick-off"),
        (mine, TEMPLATE, "activity.email.opened", "Offer"),
    ]
    told.counted(in_sync=3)
    assert told.hubspot.writes() == written


def test_hubspots_webhook_has_records_looked_at_and_a_privacy_deletion_erases(told: Scene) -> None:
    """1.5, 7.4 An edit in HubSpot is in the app without any poll; a forgotten contact leaves nothing in any table, and
    its partner says so; a comparison makes nothing anew."""
    gone = told.hubspot.rows()[email(2)]["id"]
    told.hubspot.edit(gone, firstname="Grace")
    told.until("the edit is in the app", lambda: told.app.rows()[email(2).title()]["name"]["first"] == "Grace")
    told.counted(in_sync=3)
    index, sync_id = told.stage.index_table, told.view()["id"]
    assert _places(told.table(index), sync_id, gone), "there is something to erase"

    told.hubspot.forget(gone)
    told.counted(in_sync=2, failing=1)
    # Its deletion is told as well, by an event of its own, and may be looked at first.
    told.until("nothing of it is stored", lambda: _places(told.table(index), sync_id, gone) == [])
    told.counted(in_sync=2, failing=1)
    (failing,) = told.records("failing")
    assert (failing["app_id"], failing["failure"]["category"]) == (
        told.app.rows()[email(2).title()]["id"],
        "deleted_on_the_other_side",
    )
    told.tell("compare")
    told.at_rest()
    told.counted(in_sync=2, failing=1)
    assert email(2) not in told.hubspot.rows()


def _places(table: dict[str, Body], sync_id: str, number: str) -> list[str]:
    """The items of a sync in whose keys or values a record of HubSpot stands, by its number or by its entry's name."""
    named = re.compile(rf"(^|#)(h-)?{number}(#|$)")
    return [
        place
        for place, item in table.items()
        if item["pk"]["S"].startswith(f"{sync_id}#") and any(named.search(text) for text in _texts(item))
    ]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
