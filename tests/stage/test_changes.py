"""A running sync: what a person does on one side reaches the other, once, and comes back as nobody's edit."""

from __future__ import annotations

import time

import httpx
import pytest

from infra.local.crm.signature import pack, sign
from tests.stage.people import contact, email, person
from tests.stage.scene import Scene


@pytest.fixture
def active(scene: Scene) -> Scene:
    """Three people on both sides, in step; webhooks arrive; nothing has been counted yet."""
    scene.hubspot.seed([contact(n) for n in range(3)])
    scene.app.seed([person(n) for n in range(3)])
    scene.apply()
    scene.synced(in_sync=3)
    scene.listen()
    scene.hubspot.forget_calls()
    scene.app.forget_calls()
    return scene


def app_id(scene: Scene, number: int) -> str:
    return str(scene.app.rows()[email(number).title()]["id"])


def hubspot_id(scene: Scene, number: int) -> str:
    return str(scene.hubspot.rows()[email(number)]["id"])


def test_a_webhook_carries_an_edit_into_hubspot(active: Scene) -> None:
    active.app.edit(app_id(active, 1), name={"first": "Grace"})
    active.until("the edit is in HubSpot", lambda: active.hubspot.rows()[email(1)]["firstname"] == "Grace")
    active.counted(in_sync=3)
    assert active.hubspot.writes() == 1
    assert active.app.writes() == 0


def test_a_webhook_brings_a_new_person_into_hubspot_once(active: Scene) -> None:
    active.app.admin("PUT", "webhooks", {"faults": {"double": 1.0, "reorder": True}})
    doubled = active.app.outbox().get("doubled", 0)
    made = active.app.create(person(7))
    active.app.edit(made, name={"last": "Hopper"})
    active.until("the new person is in HubSpot", lambda: email(7) in active.hubspot.rows())
    active.counted(in_sync=4)
    assert active.app.outbox()["doubled"] == doubled + 2
    assert active.hubspot.rows()[email(7)]["lastname"] == "Hopper"
    assert len(active.hubspot.rows()) == len(active.app.rows()) == 4


def test_the_same_webhook_many_times_over_makes_one_contact(active: Scene) -> None:
    active.app.admin("PUT", "webhooks", {"active": False})
    made = active.app.create(person(8))
    event = {"event": "person.created", "id": made, "occurred_at": "2026-11-05T08:00:00.000Z", "delivery": "dlv_1"}
    body = pack([event])
    headers = sign(active.webhook_secret, body, time.time_ns() // 1_000_000)
    for _ in range(8):
        assert httpx.post(active.webhook_url, content=body, headers=headers, timeout=30).status_code == 202
    active.until("the new person is in HubSpot", lambda: email(8) in active.hubspot.rows())
    active.counted(in_sync=4)
    assert active.hubspot.writes() == 1


def test_the_poll_carries_an_edit_and_a_new_contact_into_the_app(active: Scene) -> None:
    active.hubspot.edit(hubspot_id(active, 2), lastname="Lovelace")
    active.hubspot.create(contact(9))
    active.polled("the new contact is in the app", lambda: email(9) in active.app.rows())
    active.polled("the edit is in the app", lambda: active.app.rows()[email(2).title()]["name"]["last"] == "Lovelace")
    active.counted(in_sync=4)
    assert active.app.writes() == 2
    assert active.hubspot.writes() <= 1, "beside the external id of the new contact nothing is written back"


def test_our_own_write_comes_back_and_is_no_edit(active: Scene) -> None:
    delivered = active.app.outbox().get("delivered", 0)
    active.hubspot.edit(hubspot_id(active, 0), firstname="Katherine")
    active.polled("the edit is in the app", lambda: active.app.rows()[email(0).title()]["name"]["first"] == "Katherine")
    active.until("the app tells of our write", lambda: active.app.outbox().get("delivered", 0) > delivered)
    active.at_rest()
    active.poll()
    active.counted(in_sync=3)
    assert active.app.writes() == 1
    assert active.hubspot.writes() == 0


def test_a_lost_webhook_is_found_by_the_poll(active: Scene) -> None:
    lost = active.app.outbox().get("lost", 0)
    active.app.admin("PUT", "webhooks", {"faults": {"lose_next": 1}})
    active.app.edit(app_id(active, 1), name={"first": "Radia"})
    assert active.app.outbox()["lost"] == lost + 1
    active.polled("the edit is in HubSpot", lambda: active.hubspot.rows()[email(1)]["firstname"] == "Radia")
    active.counted(in_sync=3)


def test_the_second_of_two_people_with_one_email_waits_for_the_first(active: Scene) -> None:
    first = app_id(active, 1)
    twin = active.app.create({**person(1), "email": email(1)})
    active.counted(in_sync=3, excluded=1)
    (excluded,) = active.records("excluded")
    assert (excluded["app_id"], excluded["exclusion"]) == (twin, "duplicate")
    assert len(active.hubspot.rows()) == 3

    active.app.edit(first, email=email(100))
    active.until("the first has its new email in HubSpot", lambda: email(100) in active.hubspot.rows())
    active.until("the second has a contact of its own", lambda: email(1) in active.hubspot.rows())
    active.counted(in_sync=4)
