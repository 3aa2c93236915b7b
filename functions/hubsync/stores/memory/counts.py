"""Counts by status in a dictionary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from hubsync.model.sync import Counts
from hubsync.stores.ports import CountChange, CountMark
from hubsync.stores.tally import Tally, by_bucket, total


class MemoryCountStore:
    """Counts by status."""

    def __init__(self, writes: Counter[str] | None = None) -> None:
        self.writes: Counter[str] = Counter() if writes is None else writes
        self._tallies: dict[tuple[str, str], Tally] = {}

    def apply(self, changes: Sequence[CountChange | CountMark]) -> None:
        """See the port."""
        for place, group in by_bucket(changes).items():
            before = self._tallies.get(place, Tally())
            after = before.counted(group)
            if after is not before:
                self._tallies[place] = after
                self.writes["counts"] += 1

    def counts(self, sync_id: str) -> Counts:
        """See the port."""
        return Counts(total(tally for place, tally in self._tallies.items() if place[0] == sync_id))

    def counted(self, sync_id: str, bucket: str) -> Mapping[str, int]:
        """See the port."""
        return self._tallies.get((sync_id, bucket), Tally()).by_status
