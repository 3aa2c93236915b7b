"""The state machines' steps, with what the state machines send."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hubsync.aws.messages import decode
from hubsync.handlers import phase
from hubsync.model.brake import Brake
from hubsync.model.message import PageMessage, Queue
from hubsync.model.sync import Phase, SyncStatus
from hubsync.services.phases import SupersededError
from tests.simulation.syncs import contacts
from tests.simulation.world import World
from tests.situations import context, situation


@pytest.fixture
def world(world: World) -> World:
    """A world whose sync has just been saved."""
    world.save(contacts())
    return world


def step(name: str, **changed: Any) -> dict[str, Any]:
    return phase.handler({**situation(name), **changed}, context())


def test_a_first_run_waits_for_nobody_and_sets_the_cursors_first(world: World) -> None:
    phases = ["index_hubspot", "sync_app", "sync_hubspot"]
    assert step("phase_prepare") == {"phases": phases, "wait_seconds": 0, "weigh": False}
    cursors = [world.stores.cursors.cursor(*feed) for feed in (("hubspot", "contacts"), ("orbit", "people"))]
    assert all(cursor is not None and cursor.since < world.clock.now() for cursor in cursors)


def test_a_restart_waits_for_the_longest_lease_of_the_run_before(world: World) -> None:
    world.restart()
    assert step("phase_prepare", generation=2)["wait_seconds"] == 85


def test_a_run_with_a_brake_is_weighed_and_held_by_its_weight(world: World) -> None:  # rule 1.10
    braked = replace(world.sync(), status=SyncStatus.WEIGHING, brake=Brake(records=2))
    assert world.stores.syncs.put_sync(braked)
    assert step("phase_prepare")["weigh"] is True
    assert step("phase_brake") == step("phase_brake") == {"held": True}
    assert (world.sync().status, world.sync().weighed) == (SyncStatus.HELD, "s1-1")
    assert "1 created in HubSpot, 2 changed in the app" in (world.sync().problem or "")


def test_a_run_within_its_brake_goes_on(world: World) -> None:  # rule 1.10
    braked = replace(world.sync(), status=SyncStatus.WEIGHING, brake=Brake(records=3))
    assert world.stores.syncs.put_sync(braked)
    assert step("phase_brake") == step("phase_brake") == {"held": False}
    assert (world.sync().status, world.sync().problem) == (SyncStatus.INITIAL, None)


def test_the_start_of_a_phase_puts_its_first_page_on_the_queue_once(world: World) -> None:
    assert step("phase_start") == {}
    assert step("phase_start", task_token="a newer one") == {}
    assert world.sync().phase is Phase.INDEX_HUBSPOT
    assert world.stores.ledger.task_token("s1", 1, Phase.INDEX_HUBSPOT) == "a newer one"
    assert {one.queue for one in world.queues.waiting} == {Queue.BULK}
    pages = [decode(one.body) for one in world.queues.waiting]
    assert all(isinstance(page, PageMessage) and page.cursor is None and page.page.number == 0 for page in pages)


def test_the_end_of_the_last_phase_makes_the_sync_active(world: World) -> None:
    assert step("phase_finish") == {"summary": {}}
    assert (world.sync().status, world.sync().phase) == (SyncStatus.ACTIVE, None)
    assert step("phase_finish") == {"summary": {}}


def test_a_failure_stands_with_the_sync_and_people_are_told(world: World) -> None:
    assert step("phase_fail") == {}
    sentence = "Page 3 of the phase index_hubspot could not be handled."
    assert (world.sync().status, world.sync().problem) == (SyncStatus.STALLED, sentence)
    (told,) = world.stores.notifications.notifications(10)
    assert (told.title, told.text) == ("The initial sync of 'contacts' has stopped", sentence)


def test_a_failure_without_words_has_some_all_the_same(world: World) -> None:
    step("phase_fail", failure={})
    assert world.sync().problem == "The run ended for an unknown reason."


@pytest.mark.parametrize("name", ["phase_finish_comparison", "phase_fail_comparison"])
def test_the_end_of_a_comparison_leaves_the_sync_as_it_is(world: World, name: str) -> None:
    before = world.sync()
    step(name)
    assert world.sync() == before


@pytest.mark.parametrize("name", ["phase_prepare", "phase_start", "phase_finish"])
def test_an_older_run_ends_at_its_next_step(world: World, name: str) -> None:
    world.restart()
    with pytest.raises(SupersededError):
        step(name)
    assert world.queues.waiting == []
    assert world.sync().status is SyncStatus.INITIAL


def test_a_late_failure_of_an_older_run_changes_nothing(world: World) -> None:
    world.restart()
    before = world.sync()
    step("phase_fail")
    assert world.sync() == before


def test_a_step_that_nobody_knows_is_an_error(world: World) -> None:
    with pytest.raises(ValueError, match="There is no action 'dance'"):
        step("phase_prepare", action="dance")
