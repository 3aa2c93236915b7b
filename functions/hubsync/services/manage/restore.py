"""Resync deleted: review what was deleted on one side, confirm, and it is made again, once (rule 7.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from hubsync.model.entry import IndexEntry
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import Sync
from hubsync.services.look.restore import RESTORE, deleted_there
from hubsync.services.manage.enqueue import Enqueue
from hubsync.services.manage.expected import Expected
from hubsync.services.manage.lifecycle import NotNowError
from hubsync.services.manage.locate import locate
from hubsync.services.manage.retry import running
from hubsync.stores.index_port import IndexStore
from hubsync.stores.ports import SyncStore

LOT = 1_000
"""Failing records among which one call looks for deleted ones; the next call goes on behind them."""
SHOWN = 50
WORDS = {Side.HUBSPOT: "HubSpot", Side.APP: "the app"}


class ReviewChangedError(Exception):
    """What is to be restored is not what was reviewed any more."""


@dataclass(frozen=True, slots=True)
class Review:
    """What a restore would make again.

    `entries` are the first of `count`; `token` binds the confirmation to what was reviewed. `left` are names that
    cannot be restored: not known, not deleted there, or deleted for privacy's sake. `cursor` is where to go on (None:
    that was all).
    """

    sync: Sync
    target: Side
    count: int
    entries: tuple[IndexEntry, ...]
    token: str
    left: tuple[str, ...] = ()
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Restore:
    """The use case over its ports. Raises `UnknownSyncError`, `NotNowError`, `StaleError`."""

    syncs: SyncStore
    index: IndexStore
    enqueue: Enqueue

    def review(
        self,
        name: str,
        target: Side,
        records: Sequence[str] | None,
        cursor: str | None = None,
        *,
        expected: Expected = None,
    ) -> Review:
        """What would be made again on `target`: some records by name, or (None) all that were deleted there, a `LOT` of
        failing records in one call.
        """
        return self._review(self._sync(name, target, expected), target, records, cursor)[0]

    def confirm(
        self,
        name: str,
        target: Side,
        records: Sequence[str] | None,
        count: int,
        token: str,
        cursor: str | None = None,
        *,
        expected: Expected = None,
    ) -> Review:
        """Make them again. Raises `ReviewChangedError` if they are not what was reviewed: count and token must fit."""
        sync = self._sync(name, target, expected)
        review, entries = self._review(sync, target, records, cursor)
        if (review.count, review.token) != (count, token):
            raise ReviewChangedError(f"{review.count} record(s) can be restored now, not what was reviewed.")
        refs = [ref for entry in entries if (ref := entry.ref(target.other)) is not None]
        self.enqueue(sync, refs, RESTORE)
        return review

    def _sync(self, name: str, target: Side, expected: Expected) -> Sync:
        sync = running(self.syncs, name, expected)
        if not sync.direction.writes(target):
            raise NotNowError(
                f"{name} writes nothing to {WORDS[target]}.",
                remedy=f"Restore to {WORDS[target.other]}, or change the sync's direction.",
            )
        return sync

    def _review(
        self, sync: Sync, target: Side, records: Sequence[str] | None, cursor: str | None
    ) -> tuple[Review, list[IndexEntry]]:
        left: tuple[str, ...] = ()
        following = None
        if records is None:
            page = self.index.by_status(sync.id, RecordStatus.FAILING, cursor, LOT)
            entries = [entry for entry in page.entries if _is(entry, target)]
            following = page.cursor
        else:
            found = {each: entry for each, entry in locate(self.index, sync.id, records).items() if _is(entry, target)}
            entries = list({entry.id: entry for entry in found.values()}.values())
            left = tuple(each for each in records if each not in found)
        token = _token(sync, target, entries)
        return Review(sync, target, len(entries), tuple(entries[:SHOWN]), token, left, following), entries


def _is(entry: IndexEntry, target: Side) -> bool:
    """Whether the entry's record on `target` was deleted and may be made again."""
    return deleted_there(entry) and entry.half(target).gone


def _token(sync: Sync, target: Side, entries: Sequence[IndexEntry]) -> str:
    """A hash of what was reviewed: which records, and since when they have been deleted."""
    digest = blake2b(f"{sync.id} {target}".encode(), digest_size=12)
    for name, since in sorted((entry.id, entry.since) for entry in entries):
        digest.update(f"\n{name} {since}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
