"""What came of a trial: how each of the chosen records stands now (rule 1.10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from hubsync.model.entry import IndexEntry
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.sync import Sync
from hubsync.stores.index_port import IndexStore

NAMES = {Side.HUBSPOT: "HubSpot", Side.APP: "the app"}


@dataclass(frozen=True, slots=True)
class Tried:
    """The last trial of a sync, or the one under way. `entries` has None for a record that was not found."""

    sync: Sync
    entries: Mapping[RecordRef, IndexEntry | None]

    @property
    def counts(self) -> Mapping[str, int]:
        """The chosen records by status; a pair counts once. What was not found is counted as that."""
        found = {entry.id: entry for entry in self.entries.values() if entry is not None}
        counted = Counter(str(entry.status) for entry in found.values())
        if missing := sum(entry is None for entry in self.entries.values()):
            counted["not_found"] = missing
        return counted

    def told(self) -> str:
        """The same in words, with a line for each record."""
        counted = ", ".join(f"{number:,} {status.replace('_', ' ')}" for status, number in self.counts.items())
        lines = [f"  {ref.side}:{ref.id}  {_line(ref, entry)}" for ref, entry in self.entries.items()]
        return "\n".join([f"Of the chosen records: {counted}.", "", *lines])


def what_came_of(sync: Sync, index: IndexStore) -> Tried | None:
    """What came of the last trial of `sync`; None if it never had one."""
    if sync.trial is None:
        return None
    found = index.find(sync.id, sync.trial.records)
    return Tried(sync, {ref: found.get(ref) for ref in sync.trial.records})


def _line(ref: RecordRef, entry: IndexEntry | None) -> str:
    if entry is None:
        return f"There is no such record in {NAMES[ref.side]}."
    return f"{entry.status.replace('_', ' ')}: {entry.reason}"
