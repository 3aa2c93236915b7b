"""The phases' pages: the order of the first (rule 3.5), fences (rule 1.2), progress, and the counts (rule 8.1)."""

from __future__ import annotations

from typing import Any

import pytest

from hubsync.model.message import LookMessage, PageKey, PageMessage, Queue
from hubsync.model.status import ExclusionReason, RecordStatus
from hubsync.model.sync import INITIAL_PHASES, Phase, SyncStatus
from hubsync.services import scan
from infra.local.parts.faults import Fault
from tests.unit.services.look_world import A, H, Small, contact, person


def several_pages(*, twins: tuple[int, ...] = ()) -> Small:
    """250 people on three pages of 100; those at `twins` share an email, and a contact has it."""
    emails = ["ana@example.com" if at in twins else f"p{at}@example.com" for at in range(250)]
    return Small([contact()], [person(email) for email in emails], save=False)


@pytest.fixture(autouse=True)
def _one_page_of_the_list_is_one_of_the_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "SPAN", 100)


def save(small: Small) -> None:
    small.world.save(small.saved)
    small.world.settle()


@pytest.mark.parametrize("trouble", ["none", "the app's list", "reading the partners", "a crash"])
def test_the_first_that_the_app_returns_is_first_even_if_its_page_is_put_off(trouble: str) -> None:
    """Rule 3.5: no page is asked for before the one before it has claimed."""
    small = several_pages(twins=(7, 120, 230))
    if trouble == "the app's list":
        small.world.orbit.gate.faults.add(Fault("people.list", 429, times=4))
    if trouble == "reading the partners":
        small.world.hubspot.fail("429", "contacts/batch/read", times=4)
    if trouble == "a crash":
        small.world.save(small.saved)
        while small.world.sync().phase is not Phase.SYNC_APP:
            small.world.step()
        small.world.fuse.left = 9
        small.world.settle()
        assert small.world.fuse.blown == 1
    else:
        save(small)
    assert not small.world.hubspot.faults.active
    assert small.entry(A, 7).hubspot.record_id == str(small.h[0])
    for twin in (120, 230):
        assert small.entry(A, twin).exclusion is ExclusionReason.DUPLICATE
    assert len(small.hubspots()) == 248


def test_a_page_that_waits_half_a_minute_lets_no_other_go_ahead() -> None:
    """Rule 3.5: the page that is put off holds the first of the twins, and the next page would be due at once."""
    small = several_pages(twins=(7, 120))
    small.world.hubspot.fail("429", "contacts/batch/read", times=1, retry_after=30)
    small.world.save(small.saved)
    put_off = 0
    while small.world.step():
        pages = [m for _, m in small.waiting() if isinstance(m, PageMessage) and m.page.phase is Phase.SYNC_APP]
        if any(page.deferrals for page in pages):
            put_off += 1
            assert [page.page.number for page in pages] == [0]
    assert put_off
    assert small.entry(A, 7).hubspot.record_id == str(small.h[0])
    assert small.entry(A, 120).exclusion is ExclusionReason.DUPLICATE


def test_a_page_is_on_the_queue_only_once_the_one_before_has_claimed() -> None:
    small = several_pages(twins=(7, 120))
    small.world.save(small.saved)
    while small.world.sync().status is SyncStatus.INITIAL:
        pages = [
            m.page.number for _, m in small.waiting() if isinstance(m, PageMessage) and m.page.phase is Phase.SYNC_APP
        ]
        assert len(pages) <= 1
        if pages and pages[0] >= 1:
            claimed = {entry.app.record_id for entry in small.entries()}
            assert claimed >= {small.a[0], small.a[7]}
            assert small.entry(A, 7).bound
        small.world.step()
    assert len(small.entries()) == 250


def test_every_phase_ends_with_every_record_settled() -> None:
    """The ledger's numbers are the progress bars."""
    small = several_pages()
    save(small)
    ledger = small.world.stores.ledger
    done = {phase: ledger.progress("s1", 1, phase) for phase in INITIAL_PHASES}
    for progress in done.values():
        assert progress is not None
        assert progress.done
        assert progress.settled == progress.seen
    app = done[Phase.SYNC_APP]
    assert app is not None
    assert (app.pages, app.seen) == (3, 250)
    assert small.world.sync().status is SyncStatus.ACTIVE


def test_the_counts_of_the_stream_are_those_of_the_index() -> None:
    """Rule 8.1: also while it runs, for the stream here never lags."""
    small = Small(
        [contact(), contact("b@example.com")],
        [person(), person(first="Twin"), person(None, "No mail"), person("c@example.com")],
        save=False,
    )
    small.world.save(small.saved)
    while small.world.step():
        assert small.world.counted() == small.world.statuses()
    small.delete_a(0)
    small.edit_h(1, jobtitle="x" * 300)
    small.rest(2)
    assert small.world.counted() == small.world.statuses()
    assert set(small.world.statuses()) == {"in_sync", "excluded", "failing"}
    assert sum(small.world.statuses().values()) == len(small.entries())


def test_an_edit_during_the_initial_sync_makes_no_duplicate() -> None:
    """Rule 1.3: what is not bound yet waits for its phase."""
    small = Small([contact()], [person()], save=False)
    small.world.save(small.saved)
    while small.world.sync().phase is not Phase.INDEX_HUBSPOT:
        small.world.step()
    small.edit_a(0, {"job_title": "Dean"})
    small.world.deliver()
    small.world.settle()
    small.rest()
    assert len(small.hubspots()) == 1
    assert small.hubspot(0)["jobtitle"] == "Dean"


# --- fences


def old_page(phase: Phase) -> PageMessage:
    return PageMessage("s1", PageKey(1, phase, 0), None, "old", 0)


@pytest.mark.parametrize("phase", INITIAL_PHASES)
def test_a_page_of_an_older_run_is_dropped(phase: Phase) -> None:
    """Rule 1.2."""
    small = Small([contact()], [person()])
    small.world.restart()
    while small.world.sync().phase is None:
        small.world.step()
    calls = sum(small.world.hubspot.calls.calls.values()), sum(small.world.orbit.gate.counts.values())
    before = small.traces()
    small.world.app.scan.page(old_page(phase), small.world.clock.ms + 60_000)
    assert small.traces() == before
    assert calls == (sum(small.world.hubspot.calls.calls.values()), sum(small.world.orbit.gate.counts.values()))


def test_references_of_an_older_run_are_dropped() -> None:
    """Rule 1.2."""
    small = Small([contact()], [person()])
    small.world.restart()
    small.edit_h(0, lastname="A")
    message = LookMessage("s1", H, (str(small.h[0]),), "sync_app", "old", 0, PageKey(1, Phase.SYNC_APP, 0))
    before = small.traces()
    assert small.world.app.worker.handle([message], small.world.clock.ms + 60_000) == {}
    assert small.traces() == before


def test_a_save_between_lease_and_write_stops_the_write() -> None:
    """Rule 1.2: workers re-check the sync once they hold the lease."""
    small = Small([contact()], [person()])
    small.edit_h(0, lastname="A")
    index = small.world.stores.index
    write, restarted = index.write, []

    def saved_meanwhile(writes: Any) -> Any:
        done = write(writes)
        leased = [one.entry for one in writes if hasattr(one, "entry") and one.entry.lease_until > small.world.clock.ms]
        if leased and not restarted:
            restarted.append(leased)
            small.world.restart()
        return done

    index.write = saved_meanwhile  # type: ignore[method-assign]
    updates = small.world.orbit.gate.counts["people.update"]
    small.world.poll()
    while not restarted:
        small.world.step()
    assert small.world.orbit.gate.counts["people.update"] == updates
    assert small.app(0)["name"]["last"] is None
    small.world.settle()
    small.rest()
    assert small.app(0)["name"]["last"] == "A"
    assert small.world.orbit.gate.counts["people.update"] == updates + 1


def test_a_restart_keeps_bindings_and_writes_nothing_that_stands_already() -> None:
    """Rule 1.2."""
    small = Small([contact(firstname="Ana")], [person(first="ana"), person("b@example.com")])
    bound = {entry.id: (entry.hubspot.record_id, entry.app.record_id) for entry in small.entries()}
    before = small.writes()
    small.world.restart()
    small.world.settle()
    assert {entry.id: (entry.hubspot.record_id, entry.app.record_id) for entry in small.entries()} == bound
    assert small.writes() == before
    assert small.world.sync().generation == 2
    assert small.world.sync().status is SyncStatus.ACTIVE


def test_a_sync_that_is_off_reads_and_writes_nothing() -> None:
    """Rule 1.7."""
    small = Small([contact()], [person()])
    small.world.lifecycle.off("contacts")
    small.edit_h(0, lastname="A")
    small.edit_a(0, {"job_title": "Dean"})
    calls = sum(small.world.hubspot.calls.calls.values()), sum(small.world.orbit.gate.counts.values())
    small.world.queues.send(Queue.CHANGES, [LookMessage("s1", H, (str(small.h[0]),), "poll", "c", 0)])
    small.rest(2)
    assert calls == (sum(small.world.hubspot.calls.calls.values()), sum(small.world.orbit.gate.counts.values()))
    small.world.lifecycle.on("contacts")
    small.world.settle()
    assert (small.app(0)["name"]["last"], small.hubspot(0)["jobtitle"]) == ("A", "Dean")
    assert small.entry(H, 0).status is RecordStatus.IN_SYNC


def test_a_page_that_is_delivered_twice_is_handled_twice_without_harm() -> None:
    """Rule 9.1."""
    small = Small([contact()], [person(), person("b@example.com")], save=False)
    small.world.queues.doubling = 1.0
    small.world.save(small.saved)
    small.world.settle()
    assert {entry.status for entry in small.entries()} == {RecordStatus.IN_SYNC}
    assert (len(small.hubspots()), len(small.apps())) == (2, 2)
