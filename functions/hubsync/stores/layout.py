"""Where the items of the index stand: a bucket and a sort key for each.

Sixteen buckets a sync, chosen by a stable hash of the item's own id, so that ascending ids make no hot partition and
a whole sync is listed in sixteen queries (docs/architecture.md, "Keys").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote
from zlib import crc32

from hubsync.model.association import LinkWaiter
from hubsync.model.history import EventKey
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.stores.index_port import (
    DeleteAlias,
    DeleteEntry,
    DeleteWaiter,
    IndexWrite,
    PutAlias,
    PutClaim,
    PutEntry,
    PutWaiter,
)

BUCKETS = tuple(f"{number:02}" for number in range(16))
"""Their names, in the order in which they are walked."""

MARK = "n#recount"

TRANSACTION_LIMIT = 50
"""The most writes of one transaction; DynamoDB takes 100, what needs more than half of that has a design problem."""


class Address(NamedTuple):
    """Names one item of the index."""

    sync_id: str
    bucket: str
    sort_key: str

    @property
    def partition_key(self) -> str:
        """Sync and bucket."""
        return f"{self.sync_id}#{self.bucket}"


def bucket_of(own_id: str) -> str:
    """The bucket of an item. CRC-32 is the same in every release and on every machine, which `hash` is not."""
    return BUCKETS[crc32(own_id.encode()) % len(BUCKETS)]


def mark_address(sync_id: str, bucket: str) -> Address:
    """Where the mark of a bucket's recount stands; each bucket has its own, so that it is in the bucket's stream."""
    return Address(sync_id, bucket, MARK)


def entry_address(sync_id: str, entry_id: str) -> Address:
    """Where an entry stands."""
    return Address(sync_id, bucket_of(entry_id), f"e#{entry_id}")


def claim_address(sync_id: str, key: str) -> Address:
    """Where a claim stands."""
    return Address(sync_id, bucket_of(key), f"c#{key}")


def alias_address(sync_id: str, ref: RecordRef) -> Address:
    """Where a record's alias stands."""
    own_id = f"{ref.side}#{ref.id}"
    return Address(sync_id, bucket_of(own_id), f"r#{own_id}")


def waiter_address(sync_id: str, key: str, side: Side, place: str) -> Address:
    """Where a waiting duplicate stands: beside its claim. The places of one slot sort as text."""
    return Address(sync_id, bucket_of(key), f"w#{key}#{side}#{place}")


def events_address(sync_id: str, entry_id: str) -> Address:
    """Where an entry's history stands: beside the entry. The id is quoted, so that no other id begins like it."""
    return Address(sync_id, bucket_of(entry_id), f"h#{quote(entry_id, safe='')}#")


def event_address(key: EventKey) -> Address:
    """Where one event stands; an entry's events sort by time."""
    line = events_address(key.sync_id, key.entry_id)
    return line._replace(sort_key=f"{line.sort_key}{key.at:015}.{key.version:010}.{key.side[0]}")


def link_waiter_address(sync_id: str, linked: RecordRef, waiter: LinkWaiter | None = None) -> Address:
    """Where a record stands that waits for `linked` to be bound; without a waiter, the mark that somebody does."""
    own_id = f"{linked.side}#{linked.id}"
    tail = "" if waiter is None else f"{waiter.sync_id}#{waiter.waiting.side}#{waiter.waiting.id}"
    return Address(sync_id, bucket_of(own_id), f"l#{own_id}#{tail}")


def address_of(write: IndexWrite) -> Address:
    """The item that a write is about."""
    match write:
        case PutEntry(entry) | DeleteEntry(entry):
            return entry_address(entry.sync_id, entry.id)
        case PutClaim(sync_id, claim):
            return claim_address(sync_id, claim.key)
        case PutAlias(sync_id, ref, _):
            return alias_address(sync_id, ref)
        case DeleteAlias(sync_id, ref):
            return alias_address(sync_id, ref)
        case PutWaiter(sync_id, waiter) | DeleteWaiter(sync_id, waiter):
            return waiter_address(sync_id, waiter.key, waiter.side, waiter.place)


def check_transaction(writes: Sequence[IndexWrite]) -> None:
    """Refuse what no transaction can carry out: too many writes, or two of one item."""
    if len(writes) > TRANSACTION_LIMIT:
        raise ValueError(f"A transaction takes at most {TRANSACTION_LIMIT} writes, not {len(writes)}; split it up.")
    if len({address_of(write) for write in writes}) < len(writes):
        raise ValueError("A transaction writes each item once; merge the writes of one item into one.")
