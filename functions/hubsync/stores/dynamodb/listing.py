"""Whole syncs: walking them, listing a status, deleting everything."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from hubsync.model.entry import IndexEntry
from hubsync.model.status import RecordStatus
from hubsync.stores.dynamodb.batches import key_of, write_items
from hubsync.stores.dynamodb.items import STATUS_SHARDS, Attributes, Item, entry_from, status_partition
from hubsync.stores.dynamodb.pauses import Sleep
from hubsync.stores.dynamodb.schema import STATUS_INDEX
from hubsync.stores.index_port import LISTED_STATUSES, Walk
from hubsync.stores.layout import BUCKETS, entry_address

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestTypeDef


def query(client: DynamoDBClient, limit: int, after: Attributes | None = None, **request: Any) -> Iterator[Item]:
    """At most `limit` items of a query behind the key `after`, over as many pages of 1 MB as that takes."""
    start: dict[str, Any] = {"ExclusiveStartKey": after} if after else {}
    while limit > 0:
        response = client.query(Limit=limit, **request, **start)
        yield from response["Items"]
        limit -= len(response["Items"])
        if "LastEvaluatedKey" not in response:
            break
        start = {"ExclusiveStartKey": response["LastEvaluatedKey"]}


def walk(client: DynamoDBClient, table: str, sync_id: str, cursor: str | None, limit: int) -> Walk:
    """Up to `limit` entries behind the cursor, `<bucket>#<entry id>`; a page spans buckets until it is full."""
    entries: list[IndexEntry] = []
    first, _, entry_id = (cursor or BUCKETS[0]).partition("#")
    after = key_of(entry_address(sync_id, entry_id)) if cursor else None
    for bucket in BUCKETS[BUCKETS.index(first) :]:
        items = query(
            client,
            limit - len(entries),
            after,
            TableName=table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :kind)",
            ExpressionAttributeValues={":pk": {"S": f"{sync_id}#{bucket}"}, ":kind": {"S": "e#"}},
        )
        entries.extend(entry_from(item) for item in items)
        if len(entries) >= limit:
            return Walk(tuple(entries), f"{bucket}#{entries[-1].id}")
        after = None
    return Walk(tuple(entries), None)


def by_status(
    client: DynamoDBClient, table: str, sync_id: str, status: RecordStatus, cursor: str | None, limit: int
) -> Walk:
    """Up to `limit` entries in a status, newest first, behind the cursor: a place in the sparse index."""
    if status not in LISTED_STATUSES:
        raise ValueError(f"Records that are {status} are not listed by status; use walk.")
    shards = (
        query(
            client,
            limit,
            TableName=table,
            IndexName=STATUS_INDEX,
            ScanIndexForward=False,
            KeyConditionExpression="gsi_pk = :pk" + (" AND gsi_sk < :cursor" if cursor else ""),
            ExpressionAttributeValues={
                ":pk": {"S": status_partition(sync_id, status, shard)},
                **({":cursor": {"S": cursor}} if cursor else {}),
            },
        )
        for shard in range(STATUS_SHARDS)
    )
    page = list(islice(heapq.merge(*shards, key=lambda item: item["gsi_sk"]["S"], reverse=True), limit))
    return Walk(tuple(entry_from(item) for item in page), page[-1]["gsi_sk"]["S"] if len(page) == limit else None)


def purge(client: DynamoDBClient, table: str, sync_id: str, limit: int, sleep: Sleep) -> bool:
    """Delete up to `limit` items of a sync; True when none is left."""
    for bucket in BUCKETS:
        keys = list(
            query(
                client,
                limit + 1,  # one more, to know whether there are more
                TableName=table,
                ConsistentRead=True,
                ProjectionExpression="pk, sk",
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": f"{sync_id}#{bucket}"}},
            )
        )
        doomed: list[WriteRequestTypeDef] = [{"DeleteRequest": {"Key": dict(key)}} for key in keys[:limit]]
        write_items(client, table, doomed, sleep)
        if len(keys) > limit:
            return False
        limit -= len(keys)
    return True
