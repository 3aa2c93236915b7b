"""Whole syncs: walking them, listing a status, deleting everything."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from hubsync.model.entry import IndexEntry
from hubsync.model.status import RecordStatus
from hubsync.stores.dynamodb.batches import write_items
from hubsync.stores.dynamodb.items import STATUS_SHARDS, Attributes, Item, entry_from, status_partition
from hubsync.stores.dynamodb.pauses import Sleep
from hubsync.stores.dynamodb.schema import STATUS_INDEX
from hubsync.stores.index_port import LISTED_STATUSES, Walk
from hubsync.stores.layout import BUCKETS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestTypeDef

ENTRY = "e#"
"""How the sort key of an entry begins."""

LOOKED_AT = 1_000
"""The most entries that one request looks at where a status is sought: half a megabyte."""


def query(
    client: DynamoDBClient, limit: int, after: Attributes | None = None, *, page: int | None = None, **request: Any
) -> Iterator[Item]:
    """At most `limit` items of a query behind the key `after`, over as many requests as that takes: each has up to
    1 MB, and up to `page` items.
    """
    start: dict[str, Any] = {"ExclusiveStartKey": after} if after else {}
    while limit > 0:
        response = client.query(Limit=min(limit, page or limit), **request, **start)
        yield from response["Items"]
        limit -= len(response["Items"])
        if "LastEvaluatedKey" not in response:
            break
        start = {"ExclusiveStartKey": response["LastEvaluatedKey"]}


def walk(
    client: DynamoDBClient,
    table: str,
    sync_id: str,
    cursor: str | None,
    limit: int,
    status: RecordStatus | None = None,
) -> Walk:
    """Up to `limit` entries behind the cursor, `<bucket>#<entry id>`; a page spans buckets until it is full.

    Where a status is sought, each request looks at as many entries as those before let expect to be enough, and at
    twice as many as the one before at most. One call sends no more requests than there are buckets: what is left by
    then is left to the next one.
    """
    entries: list[IndexEntry] = []
    bucket, _, last = (cursor or BUCKETS[0]).partition("#")
    sought: dict[str, Any] = {} if status is None else {"FilterExpression": "st = :status"}
    values = {} if status is None else {":status": {"S": status.value}}
    look, passed = limit, 0
    for _ in BUCKETS:
        partition = f"{sync_id}#{bucket}"
        start: dict[str, Any] = {"ExclusiveStartKey": {"pk": {"S": partition}, "sk": {"S": f"{ENTRY}{last}"}}}
        response = client.query(
            TableName=table,
            ConsistentRead=True,
            Limit=limit - len(entries) if status is None else look,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :kind)",
            ExpressionAttributeValues={":pk": {"S": partition}, ":kind": {"S": ENTRY}, **values},
            **(start if last else {}),
            **sought,
        )
        entries += (entry_from(item) for item in response["Items"])
        passed += response["ScannedCount"]
        if len(entries) >= limit:
            return Walk(tuple(entries[:limit]), f"{bucket}#{entries[limit - 1].id}")
        if "LastEvaluatedKey" in response:
            last = response["LastEvaluatedKey"]["sk"]["S"].removeprefix(ENTRY)
        elif bucket == BUCKETS[-1]:
            return Walk(tuple(entries), None)
        else:
            bucket, last = BUCKETS[BUCKETS.index(bucket) + 1], ""
        missing = limit - len(entries)
        look = min(2 * look, LOOKED_AT, missing + missing * passed // len(entries) if entries else LOOKED_AT)
    return Walk(tuple(entries), f"{bucket}#{last}")


def by_status(
    client: DynamoDBClient, table: str, sync_id: str, status: RecordStatus, cursor: str | None, limit: int
) -> Walk:
    """Up to `limit` entries in a status, newest first, behind the cursor: a place in the sparse index.

    Each shard is asked for half as much again as its share: hardly ever is one asked twice.
    """
    if status not in LISTED_STATUSES:
        raise ValueError(f"Records that are {status} are not listed by status; use walk.")
    shards = (
        query(
            client,
            limit,
            page=limit * 3 // 8 + 1,
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
