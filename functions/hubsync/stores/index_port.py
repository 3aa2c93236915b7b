"""The port of the index: what is written to it, and how it is asked. What `hubsync.stores.ports` says holds here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from hubsync.model.association import LinkWaiter
from hubsync.model.entry import IndexEntry
from hubsync.model.identifier import Claim, Waiter
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus


@dataclass(frozen=True, slots=True)
class PutEntry:
    """Store an entry if its version is still the stored one."""

    entry: IndexEntry


@dataclass(frozen=True, slots=True)
class DeleteEntry:
    """Delete an entry if its version is still the stored one. An entry that is gone already counts as deleted."""

    entry: IndexEntry


@dataclass(frozen=True, slots=True)
class PutClaim:
    """Store a claim if its version is still the stored one.

    A claim with both slots empty goes on counting its versions for a day and is then forgotten: were it deleted at
    once, a worker that read it before could not tell it from the claim that someone else stored after.
    """

    sync_id: str
    claim: Claim


@dataclass(frozen=True, slots=True)
class PutAlias:
    """Remember which entry a record belongs to that the entry was not made for. Unconditional: the entry decides."""

    sync_id: str
    ref: RecordRef
    entry_id: str


@dataclass(frozen=True, slots=True)
class DeleteAlias:
    """Forget which entry a record belongs to. Unconditional."""

    sync_id: str
    ref: RecordRef


@dataclass(frozen=True, slots=True)
class PutWaiter:
    """Put a duplicate in the line for a slot. Unconditional; who has that place already keeps it."""

    sync_id: str
    waiter: Waiter


@dataclass(frozen=True, slots=True)
class DeleteWaiter:
    """Take a duplicate out of the line. Unconditional."""

    sync_id: str
    waiter: Waiter


LISTED_STATUSES = frozenset(RecordStatus) - {RecordStatus.IN_SYNC}
"""The statuses of the sparse index: what people look for, and few (docs/architecture.md, "Keys")."""

IndexWrite: TypeAlias = PutEntry | DeleteEntry | PutClaim | PutAlias | DeleteAlias | PutWaiter | DeleteWaiter


@dataclass(frozen=True, slots=True)
class Walk:
    """Some entries of a sync and where to go on; `cursor` is None at the end."""

    entries: tuple[IndexEntry, ...]
    cursor: str | None


class IndexStore(Protocol):
    """Entries, claims, aliases and waiting duplicates. The hot path: every method works in batches."""

    def find(self, sync_id: str, refs: Iterable[RecordRef]) -> Mapping[RecordRef, IndexEntry]:
        """The entries that these records belong to: the entry made for the record, else the one its alias names.

        An entry is an answer only if its half of that side names this very record.
        """
        ...

    def entries(self, sync_id: str, entry_ids: Iterable[str]) -> Mapping[str, IndexEntry]:
        """Entries by id."""
        ...

    def claims(self, sync_id: str, keys: Iterable[str]) -> Mapping[str, Claim]:
        """The claims under these keys; one that is not stored comes back empty with version 0."""
        ...

    def waiters(self, sync_id: str, key: str, side: Side, limit: int = 1) -> Sequence[Waiter]:
        """The first of those who wait for a slot, by place."""
        ...

    def add_link_waiters(self, sync_id: str, waiters: Sequence[LinkWaiter], now: int) -> None:
        """Write down who waits for records of this sync to be bound (rule 6.1).

        Repeating it only renews the two weeks after which a waiter is forgotten: whoever still waits says so every
        night, and who was deleted meanwhile leaves nothing behind. `now` is epoch ms.
        """
        ...

    def link_waiters(self, sync_id: str, linked: Iterable[RecordRef]) -> Mapping[RecordRef, Sequence[LinkWaiter]]:
        """All who wait for these records. Records that nobody waits for are left out, and cost next to nothing."""
        ...

    def remove_link_waiters(self, sync_id: str, waiters: Sequence[LinkWaiter]) -> None:
        """Let these wait no longer. Others who began to wait for the same records meanwhile may be forgotten, too:
        they have read since that their record is bound.
        """
        ...

    def forget_waiting(self, sync_id: str, waiting_sync_id: str, waiting: RecordRef) -> None:
        """Let a record of another sync wait for none of this one's; who waits beside it goes on waiting. It reads all
        who wait for this sync's records: for a record that has to be forgotten (rule 7.4), and nothing else.
        """
        ...

    def write(self, writes: Sequence[IndexWrite]) -> Sequence[bool]:
        """Carry out each write on its own; False where its version was not the stored one. Any number of them.

        Aliases come first, so that a crash on the way leaves no entry that its record does not lead to; the writes of
        one item keep their order.
        """
        ...

    def transact(self, writes: Sequence[IndexWrite]) -> bool:
        """Carry out all of at most 50 writes, or none; False if a version was not the stored one.

        ValueError if there are more of them, or two of one item.
        """
        ...

    def walk(self, sync_id: str, cursor: str | None, limit: int, status: RecordStatus | None = None) -> Walk:
        """The entries of a sync, bucket by bucket, at most about `limit` in a call (never more than 2 x `limit`).

        With a `status` only those in it, which are sought among all: so much is looked through in a call, and a page
        may be short, or empty, before the end.
        """
        ...

    def by_status(self, sync_id: str, status: RecordStatus, cursor: str | None, limit: int) -> Walk:
        """The entries in a status, newest first, from the sparse index (eventually consistent).

        ValueError for a status that is not one of `LISTED_STATUSES`.
        """
        ...

    def recount(self, sync_id: str, bucket: str, name: str) -> None:
        """Count the entries of a bucket, between two marks in its stream, so that counts that went wrong come right."""
        ...

    def purge(self, sync_id: str, limit: int) -> bool:
        """Delete up to `limit` items of a sync, of every kind, its history included; True when none is left."""
        ...
