"""Who waits for a record to be bound, so that a link to it can be made (rule 6.1).

The waiters of one record are items side by side. A mark before them says that there are any: so the many records that
nobody waits for cost a hundredth of a request each, and not a query.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from hubsync.model.association import LinkWaiter
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.stores.dynamodb import listing
from hubsync.stores.dynamodb.batches import key_of, read_items, write_items
from hubsync.stores.dynamodb.items import Attributes, Item
from hubsync.stores.dynamodb.pauses import Sleep
from hubsync.stores.dynamodb.schema import SCHEMA, check_schema
from hubsync.stores.layout import BUCKETS, Address, link_waiter_address

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestTypeDef

MOST = 100_000
"""Waiters of one record that are read at once; each hundred of them are one message."""

FORGOTTEN_SECONDS = 14 * 86_400
"""After this time a waiter is forgotten that did not say again that it waits."""


def add(
    client: DynamoDBClient, table: str, sync_id: str, waiters: Sequence[LinkWaiter], now: int, sleep: Sleep
) -> None:
    """Store waiters, each record's mark before them."""
    items: dict[Address, Attributes] = {}
    for waiter in waiters:
        items[link_waiter_address(sync_id, waiter.linked)] = {}
        items[link_waiter_address(sync_id, waiter.linked, waiter)] = _attributes(waiter)
    marks_first = sorted(items.items(), key=lambda item: bool(item[1]))
    common: Attributes = {
        "kind": {"S": "link"},
        "schema": {"N": str(SCHEMA)},
        "expires_at": {"N": str(now // 1000 + FORGOTTEN_SECONDS)},
    }
    requests: list[WriteRequestTypeDef] = [
        {"PutRequest": {"Item": {**key_of(address), **common, **attributes}}} for address, attributes in marks_first
    ]
    write_items(client, table, requests, sleep)


def of(
    client: DynamoDBClient, table: str, sync_id: str, linked: Iterable[RecordRef], sleep: Sleep
) -> Mapping[RecordRef, Sequence[LinkWaiter]]:
    """The waiters of some records, read consistently."""
    marks = {link_waiter_address(sync_id, ref): ref for ref in linked}
    marked = read_items(client, table, marks, sleep)
    return {
        ref: _waiters(client, table, mark, ref)
        for mark, ref in marks.items()
        if (mark.partition_key, mark.sort_key) in marked
    }


def remove(client: DynamoDBClient, table: str, sync_id: str, waiters: Sequence[LinkWaiter], sleep: Sleep) -> None:
    """Delete waiters, and their records' marks after them."""
    places = (link_waiter_address(sync_id, waiter.linked, waiter) for waiter in waiters)
    addresses = dict.fromkeys(chain(places, (link_waiter_address(sync_id, waiter.linked) for waiter in waiters)))
    write_items(client, table, [{"DeleteRequest": {"Key": key_of(address)}} for address in addresses], sleep)


def forget(
    client: DynamoDBClient, table: str, sync_id: str, waiting_sync_id: str, waiting: RecordRef, sleep: Sleep
) -> None:
    """Delete one record from every line that it stands in. The marks stay: others may wait there, too."""
    doomed: list[WriteRequestTypeDef] = []
    for bucket in BUCKETS:
        items = listing.query(
            client,
            MOST,
            TableName=table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :kind)",
            ExpressionAttributeValues={":pk": {"S": f"{sync_id}#{bucket}"}, ":kind": {"S": "l#"}},
        )
        doomed += [
            {"DeleteRequest": {"Key": {"pk": item["pk"], "sk": item["sk"]}}}
            for item in items
            if "wi" in item
            and item["ws"]["S"] == waiting_sync_id
            and RecordRef(Side(item["wd"]["S"]), item["wi"]["S"]) == waiting
        ]
    write_items(client, table, doomed, sleep)


def _waiters(client: DynamoDBClient, table: str, mark: Address, linked: RecordRef) -> tuple[LinkWaiter, ...]:
    items = listing.query(
        client,
        MOST,
        TableName=table,
        ConsistentRead=True,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :line)",
        ExpressionAttributeValues={":pk": {"S": mark.partition_key}, ":line": {"S": mark.sort_key}},
    )
    # An id may hold the sign that parts the keys; what the item itself says is what counts.
    return tuple(_waiter(item, linked) for item in items if "wi" in item and item["li"]["S"] == linked.id)


def _attributes(waiter: LinkWaiter) -> Attributes:
    """A waiter without its keys: `li` the linked record's id, `ws`, `wd` and `wi` who waits: sync, side and id."""
    return {
        "li": {"S": waiter.linked.id},
        "ws": {"S": waiter.sync_id},
        "wd": {"S": waiter.waiting.side.value},
        "wi": {"S": waiter.waiting.id},
    }


def _waiter(item: Item, linked: RecordRef) -> LinkWaiter:
    check_schema(int(item["schema"]["N"]))
    return LinkWaiter(linked, item["ws"]["S"], RecordRef(Side(item["wd"]["S"]), item["wi"]["S"]))
