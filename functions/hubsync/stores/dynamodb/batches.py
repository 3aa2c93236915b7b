"""Many items of one table in few requests, and again what the table had no capacity for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from botocore.exceptions import ClientError

from hubsync.stores.dynamodb.items import Attributes, Item
from hubsync.stores.dynamodb.pauses import Sleep, attempts
from hubsync.stores.layout import Address

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestTypeDef

READ_LIMIT = 100
"""Keys of one BatchGetItem (DynamoDB API reference)."""

WRITE_LIMIT = 25
"""Items of one BatchWriteItem, statements of one BatchExecuteStatement (DynamoDB API reference)."""

Key: TypeAlias = tuple[str, str]
"""Partition and sort key of an item."""

_T = TypeVar("_T")


def chunks(values: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """The values in runs of at most `size`."""
    return (values[at : at + size] for at in range(0, len(values), size))


def key_of(address: Address) -> Attributes:
    """An address in DynamoDB's terms."""
    return {"pk": {"S": address.partition_key}, "sk": {"S": address.sort_key}}


def throttled(operation: str) -> ClientError:
    """What boto would have raised, had the table refused the whole request and not parts of it."""
    message = "The table had no capacity for a part of the batch, again and again; deliver the message again later."
    return ClientError({"Error": {"Code": "ThrottlingException", "Message": message}}, operation)


def read_items(client: DynamoDBClient, table: str, addresses: Iterable[Address], sleep: Sleep) -> dict[Key, Item]:
    """The items that exist, by partition and sort key, read consistently."""
    return read_tables(client, {table: [(each.partition_key, each.sort_key) for each in addresses]}, sleep)[table]


def read_tables(client: DynamoDBClient, keys: Mapping[str, Iterable[Key]], sleep: Sleep) -> dict[str, dict[Key, Item]]:
    """The items of several tables that exist, read consistently: a request for a hundred, whatever their tables."""
    found: dict[str, dict[Key, Item]] = {table: {} for table in keys}
    for chunk in chunks([(table, key) for table, each in keys.items() for key in dict.fromkeys(each)], READ_LIMIT):
        wanted: dict[str, Any] = {}
        for table, (pk, sk) in chunk:
            asked = wanted.setdefault(table, {"Keys": [], "ConsistentRead": True})
            asked["Keys"].append({"pk": {"S": pk}, "sk": {"S": sk}})
        for left in attempts(sleep):
            response = client.batch_get_item(RequestItems=wanted)
            for table, items in response["Responses"].items():
                found[table].update(((item["pk"]["S"], item["sk"]["S"]), item) for item in items)
            wanted = dict(response.get("UnprocessedKeys", {}))
            if not wanted:
                break
            if not left:
                raise throttled("BatchGetItem")
    return found


def write_items(client: DynamoDBClient, table: str, requests: Sequence[WriteRequestTypeDef], sleep: Sleep) -> None:
    """Put and delete without a condition; each item at most once in `requests`."""
    for chunk in chunks(requests, WRITE_LIMIT):
        wanted: dict[str, Any] = {table: chunk}
        for left in attempts(sleep):
            wanted = dict(client.batch_write_item(RequestItems=wanted).get("UnprocessedItems", {}))
            if not wanted:
                break
            if not left:
                raise throttled("BatchWriteItem")
