"""The poll: its window, its place, its lock, and what it drops (rule 1.5, promise 4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hubsync.connectors.errors import NeedsPersonError, RetryLaterError
from hubsync.connectors.port import ChangePage, ChangeWindow
from hubsync.model.connection import ConnectionStatus
from hubsync.model.message import LookMessage, Queue
from hubsync.model.record import Record, RecordRef
from hubsync.services.poll import LAG_MS, LOCK_MS, MANY, OVERLAP_MS, Poll, start_cursors
from hubsync.stores.ports import PollCursor
from tests.unit.services.look_world import H, Small, contact, person

NOW = 1_795_000_000_000


@dataclass
class Feed:
    """HubSpot's changes, as scripted: pages of ids, and what happens when one is asked for."""

    pages: Sequence[Sequence[int]]
    total: int | None = None
    trouble: Callable[[int], None] = lambda number: None
    asked: list[ChangeWindow] = field(default_factory=list)

    def now(self, object_type: str) -> int:
        return NOW

    def changes(self, object_type: str, fields: Sequence[str], window: ChangeWindow) -> ChangePage:
        self.trouble(len(self.asked))
        self.asked.append(window)
        left = [page for page in self.pages if page[-1] > window.after_id]
        records = tuple(Record(RecordRef(H, str(one)), {"email": f"p{one}@example.com"}) for one in left[0])
        following = replace(window, after_id=left[0][-1]) if len(left) > 1 else None
        return ChangePage(records, following, self.total or sum(len(page) for page in self.pages))


@dataclass
class OnlyHubSpot:
    """Connectors of which only HubSpot's account has a feed."""

    source: Feed

    def feed(self, connection: Any) -> Feed | None:
        return self.source if connection.app == "hubspot" else None

    def changed(self, connection: Any, object_type: str) -> None:
        return None


def scripted(small: Small, feed: Feed) -> Poll:
    return replace(small.world.app.poll, connectors=OnlyHubSpot(feed))  # type: ignore[arg-type]


def cursor(small: Small) -> PollCursor:
    found = small.world.stores.cursors.cursor("hubspot", "contacts")
    assert found is not None
    return found


def run(small: Small, feed: Feed, seconds: int = 250) -> None:
    scripted(small, feed).run(small.world.clock.ms + seconds * 1000)


def sent(small: Small) -> list[tuple[Queue, tuple[str, ...]]]:
    return [(queue, one.ids) for queue, one in small.waiting() if isinstance(one, LookMessage)]


def test_a_window_overlaps_the_last_one_and_ends_before_hubspots_now() -> None:
    small = Small()
    since = cursor(small).since
    feed = Feed([[1]])
    run(small, feed)
    assert feed.asked == [ChangeWindow(since - OVERLAP_MS, NOW - LAG_MS)]
    assert (cursor(small).since, cursor(small).until, cursor(small).lock_until) == (NOW - LAG_MS, None, 0)


def test_each_page_is_enqueued_before_the_place_is_saved() -> None:
    """A crash between the two repeats a page and loses none."""
    small = Small()
    places = []

    def look_back(number: int) -> None:
        places.append((cursor(small).after_id, len(sent(small))))

    run(small, Feed([[1, 2], [3], [4]], trouble=look_back))
    assert places == [(0, 0), (2, 1), (3, 2)]
    assert [ids for _, ids in sent(small)] == [("1", "2"), ("3",), ("4",)]


def test_a_walk_that_was_cut_off_goes_on_in_the_same_window() -> None:
    small = Small()

    def outage(number: int) -> None:
        if number == 2:
            raise RetryLaterError("HubSpot is down.", after=5, kind="unavailable")

    since = cursor(small).since
    run(small, Feed([[1], [2], [3]], trouble=outage))
    assert (cursor(small).since, cursor(small).until, cursor(small).after_id) == (since, NOW - LAG_MS, 2)
    small.world.clock.ms += LOCK_MS
    again = Feed([[1], [2], [3]])
    run(small, again)
    assert again.asked == [ChangeWindow(since - OVERLAP_MS, NOW - LAG_MS, 2)]
    assert [ids for _, ids in sent(small)] == [("1",), ("2",), ("3",)]
    assert (cursor(small).since, cursor(small).after_id) == (NOW - LAG_MS, 0)


def test_no_page_is_asked_for_that_the_invocation_could_not_finish() -> None:
    small = Small()

    def slow(number: int) -> None:
        small.world.clock.ms += 10_000

    feed = Feed([[1], [2], [3], [4]], trouble=slow)
    run(small, feed, seconds=45)
    assert len(feed.asked) == 2
    assert (cursor(small).after_id, cursor(small).lock_until) == (2, 0)


def test_two_polls_never_walk_at_once() -> None:
    small = Small()
    assert small.world.stores.cursors.put_cursor(replace(cursor(small), lock_until=small.world.clock.ms + 1))
    feed = Feed([[1]])
    run(small, feed)
    assert feed.asked == []
    small.world.clock.ms += 1
    run(small, feed)
    assert len(feed.asked) == 1


def test_whoever_loses_the_race_for_the_lock_walks_nothing() -> None:
    small = Small()
    feed = Feed([[1]])
    poll = scripted(small, feed)
    stale = cursor(small)
    assert small.world.stores.cursors.put_cursor(replace(stale, lock_until=0))

    class Stale:
        def cursor(self, *_: str) -> PollCursor:
            return stale

        def put_cursor(self, one: PollCursor) -> bool:
            return small.world.stores.cursors.put_cursor(one)

    replace(poll, cursors=Stale()).run(small.world.clock.ms + 250_000)
    assert feed.asked == []


def test_the_lock_is_renewed_while_the_walk_goes_on() -> None:
    small = Small()
    locks = []

    def slow(number: int) -> None:
        locks.append(cursor(small).lock_until > small.world.clock.ms)
        small.world.clock.ms += LOCK_MS - 1_000

    run(small, Feed([[1], [2], [3]], trouble=slow), seconds=600)
    assert locks == [True, True, True]


def test_a_mass_edit_does_not_keep_people_waiting() -> None:
    small = Small()
    run(small, Feed([[1], [2]], total=MANY + 1))
    assert {queue for queue, _ in sent(small)} == {Queue.BULK}
    few = Small()
    run(few, Feed([[1], [2]], total=MANY))
    assert {queue for queue, _ in sent(few)} == {Queue.CHANGES}


def test_a_message_holds_a_hundred_references_at_most() -> None:
    small = Small()
    run(small, Feed([list(range(1, 251))]))
    assert [len(ids) for _, ids in sent(small)] == [100, 100, 50]


def test_what_equals_its_fingerprints_is_dropped_at_once() -> None:
    """Promise 4: our own writes come back in the overlap, and cost neither a message nor a read."""
    small = Small([contact(firstname="Ana")], [person("b@example.com")])
    small.edit_h(0, lastname="A")
    small.rest()
    queued, reads = small.world.queues.sent, small.world.hubspot.calls.calls["POST /crm/objects/{type}/batch/read"]
    small.world.poll()
    assert small.world.queues.sent == queued
    assert small.world.hubspot.calls.calls["POST /crm/objects/{type}/batch/read"] == reads


def test_an_account_that_fails_does_not_keep_the_others() -> None:
    small = Small([contact()], [person()])
    small.world.hubspot.fail("503", "search")
    small.edit_a(0, {"job_title": "Dean"})
    small.world.orbit.outbox.clear()
    small.world.poll()
    small.world.settle()
    assert small.hubspot(0)["jobtitle"] == "Dean"
    assert "poll_deferred" in [event for event, _ in small.world.signals.notes]


def test_a_dead_token_found_by_the_poll_needs_a_person() -> None:
    """Rule 1.9."""

    def dead(number: int) -> None:
        raise NeedsPersonError("The token is dead.", remedy="Give a new one.")

    small = Small()
    since = cursor(small).since
    run(small, Feed([[1]], trouble=dead))
    assert small.world.connection("hubspot").status is ConnectionStatus.NEEDS_PERSON
    assert cursor(small).since == since
    feed = Feed([[1]])
    small.world.clock.ms += LOCK_MS
    run(small, feed)
    assert feed.asked == []


def test_a_lost_webhook_is_found_by_asking_the_app() -> None:
    """Rule 1.6, without waiting for the night."""
    small = Small([contact()], [person()])
    small.edit_a(0, {"job_title": "Dean"})
    small.world.orbit.outbox.clear()
    small.world.poll()
    small.world.settle()
    assert small.hubspot(0)["jobtitle"] == "Dean"


def test_cursors_are_set_once() -> None:
    """A restart does not move the place of a sync that is polled already."""
    small = Small()
    before = cursor(small)
    start_cursors(small.world.stores.cursors, small.saved, small.world.clock.ms + 10**9)
    assert cursor(small) == before
    assert small.world.stores.cursors.cursor("orbit", "people") is not None
