"""The index in DynamoDB: the hot path, in batches."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from hubsync.model.association import LinkWaiter
from hubsync.model.entry import IndexEntry, entry_id_for
from hubsync.model.identifier import Claim, Waiter
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.stores.dynamodb import link_waiters, listing, recount, transaction
from hubsync.stores.dynamodb.batches import key_of, read_items, write_items
from hubsync.stores.dynamodb.items import Item, alias_attributes, claim_from, entry_from, waiter_from
from hubsync.stores.dynamodb.pauses import Sleep
from hubsync.stores.dynamodb.statements import execute
from hubsync.stores.index_port import IndexWrite, PutAlias, Walk
from hubsync.stores.layout import (
    Address,
    address_of,
    alias_address,
    check_transaction,
    claim_address,
    entry_address,
    waiter_address,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestTypeDef


class DynamoIndexStore:
    """Entries, claims, aliases and waiting duplicates in IndexTable.

    `sleep` waits before a throttled part of a batch is sent again. Errors of the service are boto's.
    """

    def __init__(self, client: DynamoDBClient, table: str, sleep: Sleep = time.sleep) -> None:
        self._client = client
        self._table = table
        self._sleep = sleep

    def find(self, sync_id: str, refs: Iterable[RecordRef]) -> Mapping[RecordRef, IndexEntry]:
        """See the port. One request for 100 records of the side that entries are made for; two more for the others."""
        wanted = list(dict.fromkeys(refs))
        entries = dict(self.entries(sync_id, (entry_id_for(ref) for ref in wanted)))
        found = {ref: entries[entry_id_for(ref)] for ref in wanted if _names(entries.get(entry_id_for(ref)), ref)}
        aliases = self._aliases(sync_id, [ref for ref in wanted if ref not in found])
        entries.update(self.entries(sync_id, (name for name in aliases.values() if name not in entries)))
        found.update((ref, entries[name]) for ref, name in aliases.items() if _names(entries.get(name), ref))
        return found

    def entries(self, sync_id: str, entry_ids: Iterable[str]) -> Mapping[str, IndexEntry]:
        """See the port."""
        items = self._read(entry_address(sync_id, entry_id) for entry_id in entry_ids)
        return {entry.id: entry for entry in map(entry_from, items.values())}

    def claims(self, sync_id: str, keys: Iterable[str]) -> Mapping[str, Claim]:
        """See the port."""
        wanted = list(dict.fromkeys(keys))
        items = self._read(claim_address(sync_id, key) for key in wanted)
        stored = {claim.key: claim for claim in map(claim_from, items.values())}
        return {key: stored.get(key) or Claim(key) for key in wanted}

    def waiters(self, sync_id: str, key: str, side: Side, limit: int = 1) -> Sequence[Waiter]:
        """See the port."""
        line = waiter_address(sync_id, key, side, "")
        items = listing.query(
            self._client,
            limit,
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :line)",
            ExpressionAttributeValues={":pk": {"S": line.partition_key}, ":line": {"S": line.sort_key}},
        )
        return tuple(waiter_from(item, key, side) for item in items)

    def add_link_waiters(self, sync_id: str, waiters: Sequence[LinkWaiter], now: int) -> None:
        """See the port."""
        link_waiters.add(self._client, self._table, sync_id, waiters, now, self._sleep)

    def link_waiters(self, sync_id: str, linked: Iterable[RecordRef]) -> Mapping[RecordRef, Sequence[LinkWaiter]]:
        """See the port. One request for 100 records, and one for each that somebody waits for."""
        return link_waiters.of(self._client, self._table, sync_id, linked, self._sleep)

    def remove_link_waiters(self, sync_id: str, waiters: Sequence[LinkWaiter]) -> None:
        """See the port."""
        link_waiters.remove(self._client, self._table, sync_id, waiters, self._sleep)

    def forget_waiting(self, sync_id: str, waiting_sync_id: str, waiting: RecordRef) -> None:
        """See the port. A query for each bucket."""
        link_waiters.forget(self._client, self._table, sync_id, waiting_sync_id, waiting, self._sleep)

    def write(self, writes: Sequence[IndexWrite]) -> Sequence[bool]:
        """See the port."""
        # PartiQL has no unconditional put, so aliases go another way; of one alias the last is as good as all.
        aliases: dict[Address, WriteRequestTypeDef] = {
            address_of(write): {
                "PutRequest": {"Item": {**key_of(address_of(write)), **alias_attributes(write.entry_id)}}
            }
            for write in writes
            if isinstance(write, PutAlias)
        }
        write_items(self._client, self._table, list(aliases.values()), self._sleep)
        conditional = [write for write in writes if not isinstance(write, PutAlias)]
        answers = iter(execute(self._client, self._table, conditional, self._sleep))
        return [True if isinstance(write, PutAlias) else next(answers) for write in writes]

    def transact(self, writes: Sequence[IndexWrite]) -> bool:
        """See the port."""
        check_transaction(writes)
        return transaction.transact(self._client, self._table, writes, self._sleep)

    def walk(self, sync_id: str, cursor: str | None, limit: int, status: RecordStatus | None = None) -> Walk:
        """See the port. At most one query for each bucket."""
        return listing.walk(self._client, self._table, sync_id, cursor, limit, status)

    def by_status(self, sync_id: str, status: RecordStatus, cursor: str | None, limit: int) -> Walk:
        """See the port."""
        return listing.by_status(self._client, self._table, sync_id, status, cursor, limit)

    def recount(self, sync_id: str, bucket: str, name: str) -> None:
        """See the port. A query over the bucket, and two writes."""
        recount.recount(self._client, self._table, sync_id, bucket, name)

    def purge(self, sync_id: str, limit: int) -> bool:
        """See the port."""
        return listing.purge(self._client, self._table, sync_id, limit, self._sleep)

    def _read(self, addresses: Iterable[Address]) -> dict[tuple[str, str], Item]:
        return read_items(self._client, self._table, addresses, self._sleep)

    def _aliases(self, sync_id: str, refs: Sequence[RecordRef]) -> dict[RecordRef, str]:
        places = {ref: alias_address(sync_id, ref) for ref in refs}
        items = self._read(places.values())
        stored = {ref: items.get((place.partition_key, place.sort_key)) for ref, place in places.items()}
        return {ref: item["ei"]["S"] for ref, item in stored.items() if item}


def _names(entry: IndexEntry | None, ref: RecordRef) -> bool:
    """Whether an entry is about this very record."""
    return entry is not None and entry.half(ref.side).record_id == ref.id
