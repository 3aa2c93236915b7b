"""An app's webhook at API Gateway: references go onto the queue, or nothing does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hubsync.aws.messages import decode
from hubsync.handlers import webhook
from hubsync.model.message import LookMessage, Queue
from hubsync.model.side import Side
from infra.local.crm.signature import pack, sign
from tests.simulation.syncs import companies, contacts
from tests.simulation.world import World
from tests.situations import PERSON, context, situation


@pytest.fixture
def world(world: World) -> World:
    """A world with both syncs in their initial sync."""
    world.save(contacts())
    world.save(companies())
    return world


def answer(event: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The status and the body of the handler's answer."""
    given = webhook.handler(event, context())
    return given["statusCode"], json.loads(given["body"])


def enqueued(world: World) -> list[LookMessage]:
    """What lies on the queue of changes."""
    assert all(one.queue is Queue.CHANGES for one in world.queues.waiting)
    messages = [decode(one.body) for one in world.queues.waiting]
    return [message for message in messages if isinstance(message, LookMessage)]


@pytest.mark.parametrize("name", ["webhook_orbit_person_updated", "webhook_orbit_base64"])
def test_a_person_that_was_edited_is_looked_at_again(world: World, name: str) -> None:
    assert answer(situation(name)) == (202, {"references": 1})
    (message,) = enqueued(world)
    assert (message.sync_id, message.side, message.ids) == ("s1", Side.APP, (PERSON,))
    assert (message.cause, message.sent_at) == ("webhook", world.clock.now())


def test_hubspots_own_webhooks_name_records_of_its_side(world: World) -> None:
    world.connect_webhooks()
    assert answer(situation("webhook_hubspot_contact_changed")) == (202, {"references": 1})
    (message,) = enqueued(world)
    assert (message.sync_id, message.side, message.ids, message.cause) == ("s1", Side.HUBSPOT, ("101",), "webhook")


def test_a_merge_names_every_id_and_an_association_both_ends(world: World) -> None:
    world.connect_webhooks()
    assert answer(situation("webhook_hubspot_merge_and_association"))[0] == 202
    found = {message.sync_id: message.ids for message in enqueued(world)}
    assert found == {"s1": ("105", "101", "102"), "s2": ("201",)}


def test_a_privacy_deletion_asks_for_more_than_a_look(world: World) -> None:
    world.connect_webhooks()
    assert answer(situation("webhook_hubspot_privacy_deletion")) == (202, {"references": 1})
    (message,) = enqueued(world)
    assert (message.ids, message.cause) == (("101",), "privacy")


def test_an_old_webhook_of_hubspot_is_refused(world: World) -> None:
    world.connect_webhooks()
    assert answer(situation("webhook_hubspot_old_signature"))[0] == 401
    assert world.queues.waiting == []


def test_one_webhook_serves_every_sync_of_its_objects_and_names_each_record_once(world: World) -> None:
    assert answer(situation("webhook_orbit_several_objects")) == (202, {"references": 2})
    found = {message.sync_id: message.ids for message in enqueued(world)}
    assert found == {"s1": (PERSON,), "s2": ("org_01m6qk3z40a1b2c3d4e5f6g7h8",)}
    assert len({message.correlation_id for message in enqueued(world)}) == 1


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("webhook_wrong_signature", 401, "does not hold the signature"),
        ("webhook_without_signature", 401, "x-orbit-signature"),
        ("webhook_old_signature", 401, "too long ago"),
        ("webhook_unknown_connection", 404, "no connection of this name"),
        ("webhook_of_hubspot", 404, "no connection of this name"),
        ("webhook_not_what_the_app_sends", 400, "no type"),
    ],
)
def test_what_is_wrong_is_refused_and_leaves_no_trace(world: World, name: str, status: int, words: str) -> None:
    before = world.stores.writes.copy()
    given, problem = answer(situation(name))
    assert given == problem["status"] == status
    assert words in problem["detail"]
    assert world.queues.waiting == []
    assert world.stores.writes == before


def test_a_body_over_a_megabyte_is_refused_however_well_it_is_signed(world: World) -> None:
    event = situation("webhook_orbit_person_updated")
    fitting, too_large = (of_length(1024 * 1024 + more) for more in (0, 1))
    for body, status in ((too_large, 413), (fitting, 202)):
        headers = {name.lower(): value for name, value in sign("orbit-secret", body, world.clock.now()).items()}
        given, _ = answer({**event, "headers": {**event["headers"], **headers}, "body": body.decode()})
        assert given == status
    assert len(world.queues.waiting) == 1


def of_length(length: int) -> bytes:
    """A webhook's body of so many bytes."""

    def body(note: str) -> bytes:
        return pack([{"event": "person.updated", "id": PERSON, "note": note}])

    return body("x" * (length - len(body(""))))


def test_headers_are_found_in_any_case(world: World) -> None:
    event = situation("webhook_orbit_person_updated")
    event["headers"] = {name.title(): value for name, value in event["headers"].items()}
    assert answer(event)[0] == 202
