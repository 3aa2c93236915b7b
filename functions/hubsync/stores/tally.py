"""Counting entries by status from a stream that repeats itself (promise 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hubsync.stores.ports import CountChange, CountMark


@dataclass(frozen=True, slots=True)
class Tally:
    """The count of one bucket of a sync, and the sequence number of the last change in it.

    `recount` names the recount that has begun, as long as no status has changed since: what it finds is then the truth
    at its end, whatever was counted before.
    """

    last: int = -1
    by_status: Mapping[str, int] = field(default_factory=dict)
    recount: str = ""

    def counted(self, changes: Iterable[CountChange | CountMark]) -> Tally:
        """This tally with the changes that are newer than its last one, in their order; itself if there are none.

        Sequence numbers have up to 40 digits and no fixed width, so they are compared as numbers.
        """
        numbers = dict(self.by_status)
        last, recount = self.last, self.recount
        for change in sorted(changes, key=lambda change: int(change.order)):
            if int(change.order) <= last:
                continue
            last = int(change.order)
            if isinstance(change, CountMark):
                if change.counted is None:
                    recount = change.recount
                elif change.recount == recount:
                    numbers, recount = dict(change.counted), ""
                continue
            if change.before is not change.after:
                recount = ""
            if change.before is not None:
                numbers[change.before] = numbers.get(change.before, 0) - 1
            if change.after is not None:
                numbers[change.after] = numbers.get(change.after, 0) + 1
        if last == self.last:
            return self
        return Tally(last, {status: number for status, number in numbers.items() if number}, recount)


def total(tallies: Iterable[Tally]) -> dict[str, int]:
    """The sum over the buckets; a status that no record has is left out."""
    numbers: dict[str, int] = {}
    for tally in tallies:
        for status, number in tally.by_status.items():
            numbers[status] = numbers.get(status, 0) + number
    return {status: number for status, number in numbers.items() if number}


def by_bucket(changes: Iterable[CountChange | CountMark]) -> dict[tuple[str, str], list[CountChange | CountMark]]:
    """Changes by sync and bucket."""
    groups: dict[tuple[str, str], list[CountChange | CountMark]] = {}
    for change in changes:
        groups.setdefault((change.sync_id, change.bucket), []).append(change)
    return groups
