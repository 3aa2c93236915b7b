"""The record worker: what it does with a batch, and which messages it lets come back."""

from __future__ import annotations

from typing import Any

import pytest

from hubsync.aws.messages import decode
from hubsync.handlers import phase, worker
from hubsync.model.message import LookMessage, Queue
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import Phase
from infra.local.parts.faults import Fault
from tests.simulation.syncs import contacts
from tests.simulation.world import World
from tests.situations import context, message_ids, situation


@pytest.fixture
def running(world: World) -> World:
    """Contacts 501, 502 and 503 of HubSpot, their people in Orbit, the sync between them active."""
    rows = [{"hs_object_id": key, "email": f"p{key}@example.com", "firstname": "Ada"} for key in (501, 502, 503)]
    world.hubspot.seed("contacts", rows)
    world.save(contacts())
    world.settle()
    assert world.statuses() == {RecordStatus.IN_SYNC: 3}
    world.signals.notes.clear()
    return world


def person_of(world: World, contact: int) -> Any:
    return next(person for person in world.people() if person["email"] == f"p{contact}@example.com")


def failures(event: dict[str, Any]) -> list[str]:
    """The ids of the messages that the handler lets come back."""
    return [failure["itemIdentifier"] for failure in worker.handler(event, context())["batchItemFailures"]]


def test_each_record_of_a_batch_is_brought_to_the_other_side(running: World) -> None:
    person = person_of(running, 502)
    running.hubspot.edit("contacts", 501, {"firstname": "Grace"})
    running.orbit.edit("people", person["id"], {"name": {"last": "Hopper"}})

    assert failures(situation("sqs_changes_batch", person=person["id"])) == []

    assert person_of(running, 501)["name"]["first"] == "Grace"
    assert running.hubspot.record("contacts", 502).properties["lastname"] == "Hopper"
    assert running.queues.waiting == []


def test_every_write_is_told_with_the_correlation_id_of_its_cause(running: World) -> None:
    person = person_of(running, 502)
    running.hubspot.edit("contacts", 501, {"firstname": "Grace"})
    running.orbit.edit("people", person["id"], {"name": {"last": "Hopper"}})
    worker.handler(situation("sqs_changes_batch", person=person["id"]), context())
    told = {
        facts["entry"]: (facts["cause"], facts["correlation_id"])
        for event, facts in running.signals.notes
        if event == "record_decided"
    }
    assert told == {"h-501": ("poll", "corr-poll"), "h-502": ("webhook", "corr-webhook")}


def test_unreadable_messages_come_back_alone(running: World) -> None:
    running.hubspot.edit("contacts", 501, {"firstname": "Grace"})
    event = situation("sqs_poisonous_message")
    assert failures(event) == message_ids(event)[1:]
    assert person_of(running, 501)["name"]["first"] == "Grace"


def test_an_error_of_one_group_takes_no_other_down(running: World) -> None:
    # Neither an outage nor a refusal: an answer that should be impossible.
    running.orbit.gate.faults.add(Fault(kind="people.batch", status=418, times=None))
    event = situation("sqs_changes_batch", person=person_of(running, 502)["id"])
    assert failures(event) == message_ids(event)[1:2]


def test_an_outage_is_no_failure_but_a_message_for_later(running: World) -> None:
    running.orbit.gate.faults.add(Fault(kind="people.batch", status=503, retry_after=7, times=None))
    person = person_of(running, 502)["id"]
    assert failures(situation("sqs_changes_batch", person=person)) == []
    (later,) = running.queues.waiting
    message = decode(later.body)
    assert isinstance(message, LookMessage)
    assert (message.ids, message.deferrals, message.correlation_id) == ((person,), 1, "corr-webhook")
    assert later.due >= running.clock.now() + 7_000


def test_a_redelivered_message_of_many_is_split_and_nothing_is_read(running: World) -> None:
    calls = running.hubspot.calls.total
    event = situation("sqs_redelivered")
    assert failures(event) == []
    assert running.hubspot.calls.total == calls
    singles = [decode(one.body) for one in running.queues.waiting]
    assert [one.queue for one in running.queues.waiting] == [Queue.CHANGES] * 3
    assert [single.ids for single in singles if isinstance(single, LookMessage)] == [("501",), ("502",), ("503",)]
    original = decode(event["Records"][0]["body"])
    assert {(single.correlation_id, single.sent_at) for single in singles} == {
        (original.correlation_id, original.sent_at)
    }


def test_a_redelivered_message_of_one_is_looked_at(running: World) -> None:
    running.hubspot.edit("contacts", 501, {"firstname": "Grace"})
    assert failures(situation("sqs_redelivered_alone")) == []
    assert running.queues.waiting == []
    assert person_of(running, 501)["name"]["first"] == "Grace"


def test_what_a_page_waits_for_goes_back_to_the_queue_of_pages(running: World) -> None:
    assert failures(situation("sqs_redelivered_of_a_page")) == []
    assert [one.queue for one in running.queues.waiting] == [Queue.BULK] * 2
    assert {decode(one.body).page for one in running.queues.waiting} == {
        decode(situation("sqs_redelivered_of_a_page")["Records"][0]["body"]).page
    }


def test_a_page_is_indexed_and_the_last_one_ends_the_phase(world: World) -> None:
    world.hubspot.seed("contacts", [{"hs_object_id": 501, "email": "p501@example.com"}])
    world.save(contacts())
    phase.handler(situation("phase_start"), context())
    (run,) = world.orchestrator.runs.values()
    run.token, steps = situation("phase_start")["task_token"], list(run.steps)

    assert failures(situation("sqs_page_index_hubspot")) == []

    (entry,) = world.entries()
    assert (entry.id, entry.status) == ("h-501", RecordStatus.PENDING)
    progress = world.stores.ledger.progress("s1", 1, Phase.INDEX_HUBSPOT)
    assert progress is not None
    assert (progress.seen, progress.settled, progress.done) == (1, 1, True)
    assert run.steps == steps[1:]
    assert world.people() == []


def test_a_page_of_an_older_generation_is_dropped(world: World) -> None:
    world.hubspot.seed("contacts", [{"hs_object_id": 501, "email": "p501@example.com"}])
    world.save(contacts())
    world.restart()
    assert failures(situation("sqs_page_index_hubspot")) == []
    assert world.entries() == []


def test_a_page_of_a_comparison_is_compared(running: World) -> None:
    phase.handler(situation("phase_start_comparison"), context())
    # What a person did while nobody looked: the list shows it.
    running.hubspot.edit("contacts", 503, {"firstname": "Radia"})
    assert failures(situation("sqs_page_compare_hubspot")) == []
    assert person_of(running, 503)["name"]["first"] == "Radia"
    progress = running.stores.ledger.progress("s1", 1_790_000_000_000, Phase.COMPARE_HUBSPOT)
    assert progress is not None
    assert (progress.seen, progress.done) == (3, True)


def test_messages_of_a_sync_that_is_off_are_done_with(running: World) -> None:
    running.lifecycle.off("contacts")
    running.hubspot.edit("contacts", 501, {"firstname": "Grace"})
    assert failures(situation("sqs_changes_batch")) == []
    assert person_of(running, 501)["name"]["first"] == "Ada"


def test_no_side_is_written_by_a_message_about_what_has_not_changed(running: World) -> None:
    writes, entries = running.hubspot.calls.written("contacts"), running.entries()
    stored = running.stores.index.writes["entry"]
    assert failures(situation("sqs_changes_batch", person=person_of(running, 502)["id"])) == []
    assert running.hubspot.calls.written("contacts") == writes
    assert running.entries() == entries
    assert running.stores.index.writes["entry"] == stored
    assert {one.half(Side.APP).present for one in entries} == {True}
