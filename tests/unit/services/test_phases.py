"""The steps between the phases: fences, tokens, the end and the failure of a run (rules 1.2 to 1.5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.brake import Weight
from hubsync.model.message import PageKey, PageMessage, Queue
from hubsync.model.side import Side
from hubsync.model.sync import INITIAL_PHASES, Phase, SyncStatus
from hubsync.services.phases import Phases, Prepared, SupersededError
from tests.unit.services.look_world import Small, contact, contacts, person


def phases(small: Small) -> Phases:
    found: Phases = small.world.app.phases
    return found


def saved(generation: int = 1, **changes: object) -> Small:
    """A sync that was saved and whose run has not begun."""
    small = Small(save=False)
    small.world.syncs["contacts"] = "s1"
    sync = replace(contacts(), generation=generation, saved_at=small.world.clock.ms, **changes)  # type: ignore[arg-type]
    assert small.world.stores.syncs.put_sync(sync)
    return small


def test_the_first_run_waits_for_nobody_and_sets_the_cursors_first() -> None:
    small = saved()
    assert phases(small).prepare("s1", 1) == Prepared(INITIAL_PHASES, 0, weigh=False)
    cursor = small.world.stores.cursors.cursor("hubspot", "contacts")
    assert cursor is not None
    assert cursor.since < small.world.clock.ms


@pytest.mark.parametrize(("passed", "left"), [(0, 85), (10_500, 75), (85_000, 0), (10**6, 0)])
def test_a_later_run_waits_until_the_longest_lease_is_over(passed: int, left: int) -> None:
    """Rule 1.2: workers of the older run may hold one; whole seconds, rounded up."""
    small = saved(generation=2)
    small.world.clock.ms += passed
    assert phases(small).prepare("s1", 2).wait_seconds == left


@pytest.mark.parametrize("status", [SyncStatus.OFF, SyncStatus.STALLED, SyncStatus.DELETING, SyncStatus.DRAFT])
def test_a_run_of_a_sync_that_does_not_run_ends(status: SyncStatus) -> None:
    small = saved(status=status)
    before = small.traces()
    for step in (
        lambda: phases(small).prepare("s1", 1),
        lambda: phases(small).brake("s1", 1, Weight()),
        lambda: phases(small).start("s1", 1, Phase.INDEX_HUBSPOT, "token"),
        lambda: phases(small).finish("s1", 1),
    ):
        with pytest.raises(SupersededError):
            step()
    assert small.traces() == before


def test_a_run_that_was_held_and_confirmed_has_waited_already() -> None:  # rule 1.10
    small = saved(generation=2, released=2)
    assert phases(small).prepare("s1", 2) == Prepared(INITIAL_PHASES, 0, weigh=False)


@pytest.mark.parametrize("status", [SyncStatus.WEIGHING, SyncStatus.HELD])
def test_no_phase_of_a_run_that_is_weighed_or_held_starts(status: SyncStatus) -> None:  # rule 1.10
    small = saved(status=status)
    before = small.traces()
    with pytest.raises(SupersededError):
        phases(small).start("s1", 1, Phase.INDEX_HUBSPOT, "token")
    with pytest.raises(SupersededError):
        phases(small).finish("s1", 1)
    assert small.traces() == before


@pytest.mark.parametrize("generation", [1, 3])
def test_another_generation_is_not_the_current_one(generation: int) -> None:
    small = saved(generation=2)
    before = small.traces()
    with pytest.raises(SupersededError):
        phases(small).start("s1", generation, Phase.SYNC_APP, "token")
    with pytest.raises(SupersededError):
        phases(small).finish("s1", generation)
    phases(small).fail("s1", generation, "too late")
    assert small.traces() == before


def test_a_phase_starts_with_its_first_page_on_the_bulk_queue() -> None:
    small = saved()
    phases(small).start("s1", 1, Phase.INDEX_HUBSPOT, "token")
    ((queue, page),) = small.waiting()
    assert isinstance(page, PageMessage)
    assert (queue, page.page, page.cursor) == (Queue.BULK, PageKey(1, Phase.INDEX_HUBSPOT, 0), None)
    assert small.world.sync().phase is Phase.INDEX_HUBSPOT
    assert small.world.stores.ledger.task_token("s1", 1, Phase.INDEX_HUBSPOT) == "token"


def test_a_phase_that_is_under_way_is_not_begun_again() -> None:
    """Rule 9.1: Step Functions may call twice."""
    small = saved()
    phases(small).start("s1", 1, Phase.INDEX_HUBSPOT, "token")
    small.world.stores.ledger.expect("s1", PageKey(1, Phase.INDEX_HUBSPOT, 0), ["h:1"], last=False, total=None, now=0)
    small.world.queues.waiting.clear()
    phases(small).start("s1", 1, Phase.INDEX_HUBSPOT, "newer token")
    assert small.waiting() == []
    assert small.world.stores.ledger.task_token("s1", 1, Phase.INDEX_HUBSPOT) == "newer token"


@pytest.mark.parametrize(
    ("phase", "complete"),
    [(Phase.INDEX_HUBSPOT, ()), (Phase.SYNC_APP, (Side.HUBSPOT,)), (Phase.SYNC_HUBSPOT, (Side.HUBSPOT, Side.APP))],
)
def test_an_index_is_complete_once_the_phase_after_it_begins(phase: Phase, complete: tuple[Side, ...]) -> None:
    """Rule 1.3."""
    small = saved()
    phases(small).start("s1", 1, phase, "token")
    assert small.world.sync().indexed == complete


def test_a_lost_token_is_sent_again_by_the_tick() -> None:
    small = Small([contact()], [person()], save=False)
    small.world.save(small.saved)
    orchestrator = small.world.orchestrator
    told: list[str] = []

    class Deaf:
        """Step Functions did not hear it."""

        def __getattr__(self, name: str) -> object:
            return getattr(orchestrator, name)

        def phase_done(self, token: str) -> None:
            told.append(token)

    worker = replace(small.world.app.worker, orchestrator=Deaf())
    vars(small.world.app)["worker"] = worker
    vars(small.world.app)["scan"] = replace(small.world.app.scan, worker=worker)
    small.world.settle()
    assert len(told) == 1
    assert small.world.sync().status is SyncStatus.INITIAL
    phases(small).tick()
    assert small.world.orchestrator.ready() is not None
    for _ in INITIAL_PHASES:
        small.world.settle()
        phases(small).tick()
    small.world.settle()
    assert small.world.sync().status is SyncStatus.ACTIVE


def test_the_tick_leaves_alone_what_is_not_done() -> None:
    small = saved()
    phases(small).start("s1", 1, Phase.INDEX_HUBSPOT, "token")
    before = small.traces()
    phases(small).tick()
    assert small.traces() == before


def test_the_end_of_a_run_is_the_beginning_of_the_incremental_sync() -> None:
    """Rule 1.5; twice is once."""
    small = saved(phase=Phase.SYNC_HUBSPOT, problem="of an earlier run")
    for _ in range(2):
        phases(small).finish("s1", 1)
        sync = small.world.sync()
        assert (sync.status, sync.phase, sync.problem) == (SyncStatus.ACTIVE, None, None)
    assert [event for event, _ in small.world.signals.notes].count("initial_sync_finished") == 1


def test_a_run_that_cannot_go_on_says_why_and_can_be_restarted() -> None:
    small = saved()
    phases(small).fail("s1", 1, "Page 3 could not be handled.")
    sync = small.world.sync()
    assert (sync.status, sync.problem) == (SyncStatus.STALLED, "Page 3 could not be handled.")
    (told,) = small.world.stores.notifications.notifications(10)
    assert "contacts" in told.title
    assert told.text == "Page 3 could not be handled."
    phases(small).fail("s1", 1, "again")
    assert len(small.world.stores.notifications.notifications(10)) == 1
    small.world.restart()
    small.world.settle()
    assert small.world.sync().status is SyncStatus.ACTIVE
