"""Counting a bucket's entries anew. The stream keeps order within a bucket, so two marks in it say what lies between.

A snapshot of a bucket there is not. But what is counted between two marks is the truth at the second one, if the stream
tells of no change of status between them; else it is left aside, and the next night counts again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hubsync.stores.dynamodb.batches import key_of
from hubsync.stores.dynamodb.items import Attributes, Item
from hubsync.stores.dynamodb.listing import query
from hubsync.stores.dynamodb.schema import SCHEMA
from hubsync.stores.layout import mark_address

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EVERYTHING = 1_000_000_000


def _count(client: DynamoDBClient, table: str, sync_id: str, bucket: str) -> Mapping[str, int]:
    """How many entries of a bucket there are, by status."""
    items = query(
        client,
        EVERYTHING,
        TableName=table,
        ConsistentRead=True,
        ProjectionExpression="st",
        KeyConditionExpression="pk = :pk AND begins_with(sk, :kind)",
        ExpressionAttributeValues={":pk": {"S": f"{sync_id}#{bucket}"}, ":kind": {"S": "e#"}},
    )
    return Counter(item["st"]["S"] for item in items)


def recount(client: DynamoDBClient, table: str, sync_id: str, bucket: str, name: str) -> None:
    """Count the entries of a bucket between two marks. It reads the whole bucket."""
    _mark(client, table, sync_id, bucket, {"recount": {"S": name}})
    counted = _count(client, table, sync_id, bucket)
    _mark(client, table, sync_id, bucket, {"recount": {"S": name}, "counted": {"S": json.dumps(counted)}})


def read_mark(image: Item) -> tuple[str, Mapping[str, int] | None]:
    """The recount that a mark is of, and what it counted, if it is the second one."""
    counted = image.get("counted")
    return image["recount"]["S"], None if counted is None else json.loads(counted["S"])


def _mark(client: DynamoDBClient, table: str, sync_id: str, bucket: str, what: Attributes) -> None:
    common: Attributes = {"kind": {"S": "recount"}, "schema": {"N": str(SCHEMA)}}
    client.put_item(TableName=table, Item={**key_of(mark_address(sync_id, bucket)), **common, **what})
