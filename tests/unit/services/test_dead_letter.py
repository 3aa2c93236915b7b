"""What no worker could handle: the records are marked, the phase that waits is let go, and it mends itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hubsync.model.message import LookMessage, PageKey, PageMessage
from hubsync.model.status import FailureCategory, RecordStatus
from hubsync.model.sync import INITIAL_PHASES, Phase, SyncStatus
from hubsync.services import worker as worker_module
from hubsync.services.worker import ledger_id
from hubsync.stores.index_port import PutEntry
from tests.unit.services.look_world import A, H, Small, contact, person


def message(small: Small, *ids: str, **changes: Any) -> LookMessage:
    return replace(LookMessage("s1", A, ids, "webhook", "corr", small.world.clock.ms), **changes)


def bury(small: Small, letter: LookMessage | PageMessage) -> None:
    small.world.app.dead_letters.handle(letter)


def test_a_record_that_was_never_looked_at_fails_as_unexpected() -> None:
    """Rule 8.1: it is not lost from sight, and rule 8.2: it says what to do."""
    small = Small()
    small.a.append(str(small.world.orbit.create("people", person(first="Ana"))["id"]))
    bury(small, message(small, small.a[0]))
    entry = small.entry(A, 0)
    assert entry.status is RecordStatus.FAILING
    assert entry.failure is not None
    assert entry.failure.category is FailureCategory.UNEXPECTED
    assert entry.failure.remedy
    assert small.world.counted() == {"failing": 1}


def test_repeating_it_does_no_harm() -> None:
    small = Small([contact()], [person()])
    small.world.clock.ms += 60_000
    letter = message(small, small.a[0], "never seen")
    bury(small, letter)
    before = [replace(entry, settled_at=0, since=0, version=0) for entry in small.entries()]
    bury(small, letter)
    assert [replace(entry, settled_at=0, since=0, version=0) for entry in small.entries()] == before
    assert small.world.counted() == small.world.statuses() == {"failing": 2}


def test_a_binding_and_its_baseline_survive_the_mark() -> None:
    small = Small([contact()], [person()])
    before = small.entry(A, 0)
    small.world.clock.ms += 60_000
    bury(small, message(small, small.a[0]))
    after = small.entry(A, 0)
    assert after.status is RecordStatus.FAILING
    assert (after.hubspot, after.app) == (before.hubspot, before.app)


def test_what_was_settled_since_is_left_alone() -> None:
    small = Small([contact()], [person()])
    letter = message(small, small.a[0])
    small.edit_a(0, {"job_title": "Dean"})
    small.rest()
    bury(small, letter)
    assert small.entry(A, 0).status is RecordStatus.IN_SYNC


def test_what_another_worker_is_at_is_left_alone() -> None:
    small = Small([contact()], [person()])
    small.world.clock.ms += 60_000
    leased = replace(small.entry(A, 0), lease_until=small.world.clock.ms + 1)
    assert list(small.world.stores.index.write([PutEntry(leased)])) == [True]
    bury(small, message(small, small.a[0]))
    assert small.entry(A, 0).status is RecordStatus.IN_SYNC
    small.world.clock.ms += 1
    bury(small, message(small, small.a[0]))
    assert small.entry(A, 0).status is RecordStatus.FAILING


@pytest.mark.parametrize("known", [False, True])
def test_a_comparison_mends_what_was_marked(known: bool) -> None:
    """Rule 8.4 and the remedy that is shown: though nothing about the record has changed since."""
    small = Small([contact()], [person()]) if known else Small()
    if not known:
        small.a.append(str(small.world.orbit.create("people", person())["id"]))
        small.world.orbit.outbox.clear()
    small.world.clock.ms += 60_000
    bury(small, message(small, small.a[0]))
    assert small.entry(A, 0).status is RecordStatus.FAILING
    small.compare()
    assert small.entry(A, 0).status is RecordStatus.IN_SYNC
    assert small.world.counted() == {"in_sync": 1}


def test_the_phase_that_waits_for_it_is_let_go() -> None:
    small = Small([contact()], [person(), person("b@example.com")])
    small.world.restart()
    while small.world.sync().phase is not Phase.SYNC_APP:
        small.world.step()
    small.world.queues.waiting.clear()
    page = PageKey(2, Phase.SYNC_APP, 0)
    ids = [ledger_id(ref) for ref in message(small, *small.a).refs]
    small.world.stores.ledger.expect("s1", page, ids, last=True, total=None, now=0)
    small.world.stores.ledger.settle("s1", page, ids[:1], 0)
    small.world.clock.ms += 60_000
    bury(small, message(small, small.a[1], page=page))
    small.world.settle()
    assert small.world.sync().status is SyncStatus.ACTIVE


@pytest.mark.parametrize("phase", INITIAL_PHASES)
def test_a_page_that_nobody_can_read_stops_the_run_with_a_reason(phase: Phase) -> None:
    """Rather than to wait for ever."""
    small = Small([contact()], [person()])
    small.world.restart()
    while small.world.sync().phase is not phase:
        small.world.step()
    small.world.queues.waiting.clear()
    bury(small, PageMessage("s1", PageKey(2, phase, 3), None, "corr", 0))
    run = small.world.orchestrator.runs["s1-2"]
    assert "Page 3" in str(run.failed)


def test_a_letter_of_a_sync_that_is_gone_marks_nothing() -> None:
    small = Small([contact()], [person()])
    before = small.traces()
    bury(small, message(small, small.a[0], sync_id="gone"))
    assert small.traces() == before


def test_one_poisonous_record_of_many_ends_alone_among_the_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the second receive on each reference stands for itself; five receives, then the dead letters."""
    small = Small([contact()], [person(), person("poison@example.com"), person("c@example.com")])
    poison, look = small.a[1], worker_module.look

    def choking(desk: Any, refs: Any, *rest: Any, **more: Any) -> Any:
        if any(ref.id == poison for ref in refs):
            raise ZeroDivisionError
        return look(desk, refs, *rest, **more)

    monkeypatch.setattr(worker_module, "look", choking)
    for at in range(3):
        small.edit_a(at, {"job_title": "Dean"})
    small.world.deliver()
    small.world.settle()
    assert small.entry(A, 1).status is RecordStatus.FAILING
    assert [small.entry(A, at).status for at in (0, 2)] == [RecordStatus.IN_SYNC] * 2
    assert small.hubspot(0)["jobtitle"] == "Dean"
    monkeypatch.setattr(worker_module, "look", look)
    small.world.poll()
    small.world.settle()
    assert small.entry(A, 1).status is RecordStatus.IN_SYNC
    assert small.entry(H, 0).status is RecordStatus.IN_SYNC


def test_what_was_to_be_erased_is_not_written_down_anew() -> None:
    """Rule 7.4: the alarm rings, and no entry is made for a record that has to be forgotten."""
    small = Small([contact()], [person()])
    before = small.entries()
    bury(small, message(small, "999", side=H, cause="privacy"))
    assert small.entries() == before
    assert small.world.signals.sums["DeadLettered"] == 1
