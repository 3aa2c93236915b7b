"""Looks at failing records again because somebody asks for it, one or all (rule 8.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hubsync.model.entry import IndexEntry
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import Sync
from hubsync.services.manage.enqueue import Enqueue
from hubsync.services.manage.expected import Expected, hold
from hubsync.services.manage.lifecycle import NotNowError, sync_named
from hubsync.services.manage.locate import locate
from hubsync.stores.index_port import IndexStore
from hubsync.stores.ports import SyncStore

RETRY = "retry"
SLICE = 1_000
"""Failing records that one call enqueues; the next call goes on behind them."""


@dataclass(frozen=True, slots=True)
class Retried:
    """How many records are looked at again, which names are not known, and where to go on (None: that was all)."""

    records: int
    unknown: tuple[str, ...] = ()
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """The use case over its ports. Raises `UnknownSyncError`, `NotNowError`, `StaleError`."""

    syncs: SyncStore
    index: IndexStore
    enqueue: Enqueue

    def some(self, name: str, records: Sequence[str], *, expected: Expected = None) -> Retried:
        """Look at some records again, whatever their status, by entry id or by the id of a record."""
        sync = running(self.syncs, name, expected)
        found = locate(self.index, sync.id, records)
        refs = [ref for entry in found.values() if (ref := living(entry)) is not None]
        unknown = tuple(each for each in records if each not in found)
        return Retried(self.enqueue(sync, refs, RETRY), unknown)

    def all(self, name: str, cursor: str | None = None, *, expected: Expected = None) -> Retried:
        """Look at all failing records again, `SLICE` of them in one call."""
        sync = running(self.syncs, name, expected)
        page = self.index.by_status(sync.id, RecordStatus.FAILING, cursor, SLICE)
        refs = [ref for entry in page.entries if (ref := living(entry)) is not None]
        return Retried(self.enqueue(sync, refs, RETRY), cursor=page.cursor)


def running(syncs: SyncStore, name: str, expected: Expected = None) -> Sync:
    """A sync whose records may be read and written now. Raises `UnknownSyncError`, `NotNowError`, `StaleError`."""
    sync = sync_named(syncs, name)
    hold(expected, name, sync)
    if not sync.running:
        raise NotNowError(f"{name} does not run.", remedy=f"Turn it on first: hubsync on {name}.")
    return sync


def living(entry: IndexEntry) -> RecordRef | None:
    """A record of the entry that is there, as far as we know."""
    return next((entry.ref(side) for side in Side if entry.half(side).present), None)
