"""Counts by status in StateTable: one item for each sync and bucket, so that each has one writer at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pynamodb.attributes import JSONAttribute, UnicodeAttribute

from hubsync.model.sync import Counts
from hubsync.stores.dynamodb.table import ContentionError, StateItem, StateTable, done, unchanged
from hubsync.stores.ports import CountChange, CountMark
from hubsync.stores.tally import Tally, by_bucket, total

TRIES = 5


class TallyItem(StateItem):
    """A tally. `last` is text, because a sequence number may have more digits than DynamoDB's numbers."""

    last = UnicodeAttribute()
    numbers = JSONAttribute()
    recount = UnicodeAttribute(default="")

    def value(self) -> Tally:
        """As the rest of the system knows it."""
        return Tally(int(self.last), self.numbers, self.recount or "")


def partition(sync_id: str) -> str:
    """Where the tallies of a sync stand."""
    return f"counts#{sync_id}"


class DynamoCountStore:
    """Counts by status."""

    def __init__(self, table: StateTable) -> None:
        self._tallies = table.bind(TallyItem)

    def apply(self, changes: Sequence[CountChange | CountMark]) -> None:
        """See the port."""
        for (sync_id, bucket), group in by_bucket(changes).items():
            self._count(sync_id, bucket, group)

    def counts(self, sync_id: str) -> Counts:
        """See the port."""
        items = self._tallies.query(partition(sync_id), consistent_read=True)
        return Counts(total(item.value() for item in items))

    def counted(self, sync_id: str, bucket: str) -> Mapping[str, int]:
        """See the port."""
        item = self._tallies.find(partition(sync_id), bucket)
        return item.value().by_status if item else {}

    def _count(self, sync_id: str, bucket: str, changes: Sequence[CountChange | CountMark]) -> None:
        model = self._tallies
        for _ in range(TRIES):
            item = model.find(partition(sync_id), bucket)
            before = item.value() if item else Tally()
            after = before.counted(changes)
            if after is before:
                return
            new = model(
                partition(sync_id),
                bucket,
                last=f"{after.last:040}",
                numbers=dict(after.by_status),
                recount=after.recount,
            )
            condition = unchanged(model, model.last, item and item.last)
            if done(lambda: new.save(condition=condition)):  # noqa: B023 called at once
                return
        raise ContentionError(f"The counts of sync {sync_id} changed under {TRIES} attempts; deliver the batch again.")
