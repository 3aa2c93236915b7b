"""Counts by status and notifications, in every implementation."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from hubsync.model.status import RecordStatus
from hubsync.model.sync import Counts
from hubsync.stores.ports import CountChange, CountMark, Notification
from tests.contract.stores.stores_under_test import Stores

pytestmark = pytest.mark.xdist_group("stores")

PENDING, FAILING, IN_SYNC = RecordStatus.PENDING, RecordStatus.FAILING, RecordStatus.IN_SYNC


def change(
    order: int, before: RecordStatus | None, after: RecordStatus | None, bucket: str = "00", sync_id: str = "s1"
) -> CountChange:
    """One change out of the stream."""
    return CountChange(sync_id, bucket, before, after, str(order))


def mark(order: int, counted: Mapping[str, int] | None = None, *, name: str = "r1") -> CountMark:
    """The begin of a recount, or with what it counted its end."""
    return CountMark("s1", "00", name, counted, str(order))


class TestCounts:
    """Exact, however often and in whatever pieces the stream tells of the changes."""

    def test_a_life(self, stores: Stores) -> None:
        assert stores.counts.counts("s1") == Counts({})
        stores.counts.apply([change(1, None, PENDING), change(2, None, PENDING)])
        assert stores.counts.counts("s1") == Counts({PENDING: 2})
        stores.counts.apply([change(3, PENDING, IN_SYNC), change(4, IN_SYNC, IN_SYNC)])
        assert stores.counts.counts("s1") == Counts({PENDING: 1, IN_SYNC: 1})
        stores.counts.apply([change(5, IN_SYNC, None), change(6, PENDING, None)])
        assert stores.counts.counts("s1") == Counts({})

    def test_repeats_count_once(self, stores: Stores) -> None:
        first = [change(8, None, PENDING), change(9, PENDING, FAILING)]
        second = [change(10, None, PENDING), change(11, PENDING, IN_SYNC)]
        for batch in (first, first, [*first, *second], second, [*second, *second]):
            stores.counts.apply(batch)
        assert stores.counts.counts("s1") == Counts({FAILING: 1, IN_SYNC: 1})

    def test_sequence_numbers_are_numbers_of_any_length(self, stores: Stores) -> None:
        long = 10**37
        stores.counts.apply([change(long + 9, None, PENDING)])
        stores.counts.apply([change(long + 10, PENDING, IN_SYNC), change(999, None, FAILING)])
        stores.counts.apply([change(10 * long, None, FAILING)])
        assert stores.counts.counts("s1") == Counts({IN_SYNC: 1, FAILING: 1})

    def test_buckets_have_sequences_of_their_own(self, stores: Stores) -> None:
        stores.counts.apply([change(100, None, PENDING, "07"), change(1, None, PENDING, "08")])
        stores.counts.apply([change(2, PENDING, IN_SYNC, "08")])
        assert stores.counts.counts("s1") == Counts({PENDING: 1, IN_SYNC: 1})

    def test_a_record_may_be_counted_in_one_bucket_before_it_is_missed_in_another(self, stores: Stores) -> None:
        stores.counts.apply([change(5, PENDING, None, "01")])
        stores.counts.apply([change(4, None, PENDING, "02")])
        assert stores.counts.counts("s1") == Counts({})

    def test_a_recount_replaces_a_count_that_went_wrong(self, stores: Stores) -> None:
        stores.counts.apply([change(1, None, PENDING)])  # and of the next two changes nobody is told
        marks = [mark(4), mark(5, {IN_SYNC: 1, FAILING: 1})]
        stores.counts.apply(marks)
        assert stores.counts.counts("s1") == Counts({IN_SYNC: 1, FAILING: 1})
        stores.counts.apply([*marks, change(6, FAILING, IN_SYNC)])
        assert stores.counts.counts("s1") == Counts({IN_SYNC: 2})

    def test_a_recount_that_was_overtaken_is_left_aside(self, stores: Stores) -> None:
        stores.counts.apply([change(1, None, PENDING), mark(2)])
        stores.counts.apply([change(3, PENDING, IN_SYNC), mark(4, {PENDING: 1})])
        assert stores.counts.counts("s1") == Counts({IN_SYNC: 1})

    def test_a_change_that_is_none_of_the_status_does_not_overtake(self, stores: Stores) -> None:
        stores.counts.apply([mark(2), change(3, IN_SYNC, IN_SYNC)])
        stores.counts.apply([mark(4, {IN_SYNC: 3})])
        assert stores.counts.counts("s1") == Counts({IN_SYNC: 3})

    def test_the_end_of_another_recount_ends_none(self, stores: Stores) -> None:
        stores.counts.apply([change(1, None, PENDING), mark(2, name="first"), mark(3, {IN_SYNC: 9}, name="second")])
        assert stores.counts.counts("s1") == Counts({PENDING: 1})

    def test_a_recount_is_its_buckets_own(self, stores: Stores) -> None:
        stores.counts.apply([change(1, None, PENDING, "01"), mark(2), mark(3, {})])
        assert stores.counts.counts("s1") == Counts({PENDING: 1})

    def test_syncs_do_not_mix(self, stores: Stores) -> None:
        stores.counts.apply([change(1, None, PENDING), change(1, None, FAILING, sync_id="s2")])
        assert stores.counts.counts("s2") == Counts({FAILING: 1})


class TestNotifications:
    """Newest first."""

    def test_the_newest_ones(self, stores: Stores) -> None:
        kept = [Notification("s1", 1_000 * number, f"Title {number}", "Text.") for number in range(12)]
        for notification in kept:
            stores.notifications.add_notification(notification)
        assert stores.notifications.notifications(3) == tuple(reversed(kept[-3:]))

    def test_page_by_page(self, stores: Stores) -> None:
        kept = [Notification("s1", 1_000 * (number // 2), f"Title {number}", "Text.") for number in range(6)]
        for notification in kept:
            stores.notifications.add_notification(notification)
        first, place = stores.notifications.notifications_from(None, 4)
        assert place is not None
        second, end = stores.notifications.notifications_from(place, 2)
        assert (len(first), len(second), end) == (4, 2, None)
        assert {each.title for each in (*first, *second)} == {each.title for each in kept}
        assert [each.at for each in (*first, *second)] == [2_000, 2_000, 1_000, 1_000, 0, 0]

    def test_the_same_one_is_kept_once(self, stores: Stores) -> None:
        for text in ("First.", "Second."):
            stores.notifications.add_notification(Notification("s1", 1_000, "Title", text))
        stores.notifications.add_notification(Notification("s2", 1_000, "Title", "Other sync."))
        stores.notifications.add_notification(Notification("s1", 1_000, "Other title", "Text."))
        texts = sorted(notification.text for notification in stores.notifications.notifications(9))
        assert texts == ["First.", "Other sync.", "Text."]
