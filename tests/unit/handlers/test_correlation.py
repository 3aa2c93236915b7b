"""One correlation id goes from the webhook, or the poll, through the queue to the write."""

from __future__ import annotations

from typing import Any

import pytest

from hubsync.handlers import poll, webhook, worker
from infra.local.crm.signature import pack, sign
from tests.simulation.syncs import contacts
from tests.simulation.world import World
from tests.situations import context, situation


@pytest.fixture
def running(world: World) -> World:
    """One contact and its person, in step for ten minutes."""
    world.hubspot.seed("contacts", [{"hs_object_id": 501, "email": "p501@example.com", "firstname": "Ada"}])
    world.save(contacts())
    world.settle()
    world.clock.ms += 600_000
    world.signals.notes.clear()
    return world


def work(world: World) -> None:
    """The worker takes what lies on the queue, as SQS hands it out."""
    record = situation("sqs_changes_batch")["Records"][0]
    bodies = [one.body for one in world.queues.waiting]
    world.queues.waiting.clear()
    records = [{**record, "messageId": str(at), "body": body} for at, body in enumerate(bodies)]
    assert worker.handler({"Records": records}, context()) == {"batchItemFailures": []}


def told(world: World, event: str) -> list[Any]:
    """The correlation ids of the notes of an event, with the cause where one is told."""
    return [(facts["correlation_id"], facts.get("cause")) for name, facts in world.signals.notes if name == event]


def test_from_the_webhook_to_the_write(running: World) -> None:
    (person,) = running.people()
    running.orbit.edit("people", person["id"], {"name": {"first": "Grace"}})
    body = pack([{"event": "person.updated", "id": person["id"]}])
    event = situation("webhook_orbit_person_updated")
    signature = {name.lower(): value for name, value in sign("orbit-secret", body, running.clock.now()).items()}
    webhook.handler({**event, "headers": {**event["headers"], **signature}, "body": body.decode()}, context())
    work(running)

    assert running.hubspot.record("contacts", 501).properties["firstname"] == "Grace"
    ((received, _),) = told(running, "webhook_received")
    assert told(running, "record_decided") == [(received, "webhook")]


def test_from_the_poll_to_the_write(running: World) -> None:
    running.hubspot.edit("contacts", 501, {"firstname": "Grace"})
    running.clock.ms += 10_000
    poll.handler(situation("schedule_poll"), context())
    work(running)

    assert running.people()[0]["name"]["first"] == "Grace"
    ((decided, cause),) = told(running, "record_decided")
    assert cause == "poll"
    assert (decided, None) in told(running, "polled")
