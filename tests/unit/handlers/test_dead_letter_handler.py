"""The dead-letter consumer: records are marked, phases are let go, what nobody can read is let go too."""

from __future__ import annotations

from typing import Any

import pytest

from hubsync.aws.messages import decode
from hubsync.handlers import dead_letter, phase
from hubsync.model.message import PageMessage
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.status import FailureCategory, RecordStatus
from hubsync.model.sync import Phase
from hubsync.services.worker import ledger_id
from tests.simulation.syncs import contacts
from tests.simulation.world import World
from tests.situations import context, message_ids, situation

REF = RecordRef(Side.HUBSPOT, "501")


@pytest.fixture
def world(world: World) -> World:
    """A world whose sync is in its first phase; contact 501 has not been indexed."""
    world.hubspot.seed("contacts", [{"hs_object_id": 501, "email": "p501@example.com"}])
    world.save(contacts())
    phase.handler(situation("phase_start"), context())
    (run,) = world.orchestrator.runs.values()
    run.token = situation("phase_start")["task_token"]
    return world


def failures(event: dict[str, Any]) -> list[str]:
    return [failure["itemIdentifier"] for failure in dead_letter.handler(event, context())["batchItemFailures"]]


def test_a_record_that_nobody_could_look_at_is_marked_with_a_remedy(world: World) -> None:
    assert failures(situation("dead_letter_look")) == []
    (entry,) = world.entries()
    assert (entry.id, entry.status) == ("h-501", RecordStatus.FAILING)
    assert entry.failure is not None
    assert entry.failure.category is FailureCategory.UNEXPECTED
    assert "correlation id" in entry.failure.remedy
    assert world.signals.sums["DeadLettered"] == 1
    (told,) = [facts for event, facts in world.signals.notes if event == "dead_letter"]
    assert (told["sync"], told["correlation_id"]) == ("s1", "corr-poll")


def test_a_record_that_was_settled_since_is_left_alone(world: World) -> None:
    world.settle()
    (entry,) = world.entries()
    assert entry.status is RecordStatus.IN_SYNC
    assert failures(situation("dead_letter_look")) == []
    assert world.entries() == [entry]


def test_the_page_that_waits_for_the_record_is_let_go(world: World) -> None:
    event = situation("dead_letter_look_of_a_page")
    page = decode(event["Records"][0]["body"]).page
    assert page is not None
    world.stores.ledger.expect("s1", page, [ledger_id(REF)], last=True, total=None, now=world.clock.now())
    (run,) = world.orchestrator.runs.values()
    steps = list(run.steps)

    assert failures(event) == []

    progress = world.stores.ledger.progress("s1", 1, Phase.INDEX_HUBSPOT)
    assert progress is not None
    assert progress.done
    assert (run.steps, run.failed) == (steps[1:], None)


def test_a_page_that_nobody_could_read_ends_the_run_with_its_number(world: World) -> None:
    event = situation("dead_letter_page")
    assert isinstance(decode(event["Records"][0]["body"]), PageMessage)
    assert failures(event) == []
    (run,) = world.orchestrator.runs.values()
    assert run.failed == "Page 3 of the phase index_hubspot could not be handled."


def test_an_unreadable_message_is_let_go_and_keeps_no_other(world: World) -> None:
    assert failures(situation("dead_letter_unreadable")) == []
    assert [entry.status for entry in world.entries()] == [RecordStatus.FAILING]


def test_what_the_consumer_could_not_do_comes_back(world: World) -> None:
    class Broken:
        def handle(self, message: object) -> None:
            raise RuntimeError("the table does not answer")

    vars(world.app)["dead_letters"] = Broken()
    event = situation("dead_letter_unreadable")
    assert failures(event) == message_ids(event)[1:]


def test_letters_of_a_deleted_sync_are_let_go(world: World) -> None:
    world.stores.syncs.delete_sync("s1")
    assert failures(situation("dead_letter_look")) == []
    assert world.entries() == []
