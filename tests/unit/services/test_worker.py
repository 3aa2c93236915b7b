"""Messages become looks: grouping, splitting, putting off, settling."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import hubsync
from hubsync.model.message import LookMessage, PageKey, Queue
from hubsync.model.sync import Phase
from hubsync.services import worker as worker_module
from hubsync.services.pause import LONGEST, OTHERS_AT_IT, SOON, pause
from hubsync.services.worker import ledger_id
from tests.unit.services.look_world import A, H, Small, contact, person


def message(small: Small, *ids: str, **changes: Any) -> LookMessage:
    return replace(LookMessage("s1", A, ids, "webhook", "corr", small.world.clock.ms), **changes)


def handle(small: Small, *messages: LookMessage) -> dict[int, Exception]:
    return small.world.app.worker.handle(list(messages), small.world.clock.ms + 60_000)


def test_a_message_that_came_back_is_split_so_that_a_poisonous_reference_stands_alone() -> None:
    small = Small()
    worker = small.world.app.worker
    assert worker.split(message(small, "p1", "p2", deferrals=2))
    assert [(queue, one.ids, one.deferrals) for queue, one in small.waiting() if isinstance(one, LookMessage)] == [
        (Queue.CHANGES, ("p1",), 2),
        (Queue.CHANGES, ("p2",), 2),
    ]
    assert not worker.split(message(small, "p1"))
    assert len(small.waiting()) == 2


def test_references_of_a_scan_are_split_into_its_own_queue() -> None:
    small = Small()
    page = PageKey(1, Phase.SYNC_APP, 0)
    assert small.world.app.worker.split(message(small, "p1", "p2", page=page))
    assert {(queue, one.page) for queue, one in small.waiting()} == {(Queue.BULK, page)}


def test_references_of_many_messages_share_their_reads() -> None:
    """One batch read for a hundred events, not a hundred."""
    small = Small([], [person(f"p{at}@example.com") for at in range(60)])
    small.world.orbit.gate.reset_counts()
    assert handle(small, *[message(small, one) for one in small.a]) == {}
    assert small.world.orbit.gate.counts == {"people.batch": 1}


def test_a_bug_in_one_group_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    small = Small([contact()], [person()])
    small.edit_h(0, lastname="A")
    look = worker_module.look

    def broken_for_people(desk: Any, refs: Any, errand: Any, *rest: Any, **more: Any) -> Any:
        if refs[0].side is A:
            raise ZeroDivisionError
        return look(desk, refs, errand, *rest, **more)

    monkeypatch.setattr(worker_module, "look", broken_for_people)
    mine = message(small, small.a[0])
    theirs = message(small, str(small.h[0]), side=H)
    failed = handle(small, mine, theirs)
    assert {position: type(error) for position, error in failed.items()} == {0: ZeroDivisionError}
    assert small.app(0)["name"]["last"] == "A"


def test_what_was_put_off_is_a_new_message_with_only_the_rest() -> None:
    """The receive count then counts crashes only."""
    small = Small([contact(), contact("b@example.com")], [person(), person("b@example.com")])
    small.edit_a(0, {"job_title": "Dean"})
    small.world.orbit.outbox.clear()
    small.world.hubspot.fail("429", "batch/update", times=1, retry_after=7)
    assert handle(small, message(small, *small.a)) == {}
    ((queue, sent),) = small.waiting()
    assert isinstance(sent, LookMessage)
    assert (queue, sent.ids, sent.deferrals, sent.correlation_id) == (Queue.CHANGES, (small.a[0],), 1, "corr")
    assert small.world.queues.waiting[0].due >= small.world.clock.ms + 6_000
    small.world.settle()
    assert small.hubspot(0)["jobtitle"] == "Dean"


def test_a_reference_named_by_several_messages_is_put_off_once() -> None:
    small = Small([contact()], [person()])
    small.edit_a(0, {"job_title": "Dean"})
    small.world.orbit.outbox.clear()
    small.world.hubspot.fail("503", "batch/update", times=1)
    handle(small, *[message(small, small.a[0]) for _ in range(3)])
    assert len(small.waiting()) == 1


def test_pauses_grow_from_the_fourth_deferral_on_and_end_at_a_quarter_of_an_hour() -> None:
    waits = [pause(1.0, deferrals, "unavailable") for deferrals in range(14)]
    assert waits[:4] == [1.0, 1.0, 1.0, 2.0]
    assert waits == sorted(waits)
    assert 500 < max(waits) <= LONGEST == 900.0
    assert pause(60.0, 0, "unavailable") == 60.0
    assert pause(5_000.0, 0, "throttled") == 900.0


@pytest.mark.parametrize("kind", sorted(OTHERS_AT_IT))
def test_who_only_waits_for_others_does_not_sleep_on_when_they_are_gone(kind: str) -> None:
    waits = [pause(1.0, deferrals, kind) for deferrals in range(14)]
    assert waits == sorted(waits)
    assert max(waits) == SOON
    assert pause(3_600.0, 20, kind) == LONGEST, "the budget of a day may be used up"


def test_every_kind_that_says_so_is_one_that_there_is() -> None:
    source = "\n".join(
        each.read_text() for each in Path(hubsync.__file__).parent.rglob("*.py") if each.name != "pause.py"
    )
    assert {kind for kind in OTHERS_AT_IT if f'"{kind}"' not in source} == set()


def test_a_page_counts_what_is_settled_and_not_what_was_put_off() -> None:
    small = Small([contact(), contact("b@example.com")], [person(), person("b@example.com")])
    small.world.restart()
    while small.world.sync().phase is not Phase.SYNC_APP:
        small.world.step()
    ledger, page = small.world.stores.ledger, PageKey(2, Phase.SYNC_APP, 9)
    expected = [ledger_id(ref) for ref in message(small, *small.a).refs]
    ledger.expect("s1", page, expected, last=False, total=None, now=0)
    small.edit_a(0, {"job_title": "Dean"})
    small.world.hubspot.fail("503", "batch/update", times=1)
    handle(small, message(small, *small.a, page=page))
    assert ledger.unsettled("s1", 2, Phase.SYNC_APP)[9] == (expected[0],)
    deferred = [one for queue, one in small.waiting() if isinstance(one, LookMessage) and queue is Queue.BULK]
    assert [(one.ids, one.page) for one in deferred] == [((small.a[0],), page)]


def test_a_sync_that_is_gone_takes_its_messages_along() -> None:
    small = Small([contact()], [person()])
    before = small.traces()
    assert handle(small, message(small, small.a[0], sync_id="gone")) == {}
    assert small.traces() == before


def test_an_unknown_reference_whose_record_is_gone_leaves_nothing() -> None:
    small = Small()
    handle(small, message(small, "per_00000000000000000000000000"))
    assert small.entries() == []
    assert small.waiting() == []


def test_each_record_keeps_the_correlation_id_of_its_own_cause() -> None:
    """One look serves many messages; each write is told with the webhook that led to it."""
    small = Small([contact(), contact("b@example.com")], [person(), person("b@example.com")])
    for at in range(2):
        small.edit_a(at, {"job_title": "Dean"})
    now = small.world.clock.ms
    messages = [LookMessage("s1", A, (small.a[at],), "webhook", f"hook-{at}", now) for at in range(2)]
    small.world.app.worker.handle(messages, now + 60_000)
    told = {
        facts["entry"]: facts["correlation_id"]
        for name, facts in small.world.signals.notes[-4:]
        if name == "record_decided"
    }
    assert told == {small.entry(A, at).id: f"hook-{at}" for at in range(2)}
