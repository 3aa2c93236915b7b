"""The history in dictionaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from hubsync.model.history import EventKey, Outcome
from hubsync.stores.history import SealedEvent


class MemoryHistoryStore:
    """Sealed events by record."""

    def __init__(self, writes: Counter[str] | None = None) -> None:
        self.writes: Counter[str] = Counter() if writes is None else writes
        self._events: dict[EventKey, SealedEvent] = {}

    def add(self, events: Sequence[SealedEvent]) -> None:
        """See the port."""
        for event in events:
            self._events[event.key] = event
            self.writes["history"] += 1

    def mark(self, outcomes: Mapping[EventKey, Outcome]) -> None:
        """See the port."""
        for key, outcome in outcomes.items():
            if key in self._events:
                self._events[key] = replace(self._events[key], outcome=outcome)
                self.writes["history marked"] += 1

    def drop(self, keys: Iterable[EventKey]) -> None:
        """See the port."""
        for key in keys:
            self.writes["history dropped"] += self._events.pop(key, None) is not None

    def events(self, sync_id: str, entry_id: str, limit: int) -> Sequence[SealedEvent]:
        """See the port."""
        mine = [key for key in self._events if (key.sync_id, key.entry_id) == (sync_id, entry_id)]
        return tuple(self._events[key] for key in sorted(mine, reverse=True)[:limit])

    def purge_record(self, sync_id: str, entry_id: str) -> None:
        """See the port."""
        self.drop([key for key in self._events if (key.sync_id, key.entry_id) == (sync_id, entry_id)])

    def purge(self, sync_id: str, limit: int) -> tuple[int, bool]:
        """Delete up to `limit` events of a sync: how many there were, and whether none is left."""
        doomed = [key for key in self._events if key.sync_id == sync_id]
        for key in doomed[:limit]:
            del self._events[key]
        return len(doomed[:limit]), len(doomed) <= limit
