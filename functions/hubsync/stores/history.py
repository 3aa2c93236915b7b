"""The port of the history: sealed events beside their entry, each for a time.

What is in an event is sealed before it comes here (`hubsync.services.history`); a store sees its key, when it expires,
and what became of the write. One conformance suite (`tests/contract/stores`) runs against every implementation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from hubsync.model.history import EventKey, Outcome


@dataclass(frozen=True, slots=True)
class SealedEvent:
    """One event. `expires_at` is in epoch seconds."""

    key: EventKey
    sealed: bytes
    expires_at: int
    outcome: Outcome | None = None


class HistoryStore(Protocol):
    """Events by record. Every write is unconditional, and repeating it does no harm.

    `IndexStore.purge` deletes a sync's history together with its index, beside which it stands.
    """

    def add(self, events: Sequence[SealedEvent]) -> None:
        """Store events, any number; one with the same key is replaced."""
        ...

    def mark(self, outcomes: Mapping[EventKey, Outcome]) -> None:
        """Note what became of writes; an event that is not there any more is passed over."""
        ...

    def drop(self, keys: Iterable[EventKey]) -> None:
        """Delete events of writes that never went out."""
        ...

    def events(self, sync_id: str, entry_id: str, limit: int) -> Sequence[SealedEvent]:
        """The newest events of an entry, newest first. One that has expired may still be among them."""
        ...

    def purge_record(self, sync_id: str, entry_id: str) -> None:
        """Delete every event of an entry."""
        ...
