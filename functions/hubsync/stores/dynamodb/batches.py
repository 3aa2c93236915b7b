"""Many items of one table in few requests, and again what the table had no capacity for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

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


def read_items(
    client: DynamoDBClient, table: str, addresses: Iterable[Address], sleep: Sleep
) -> dict[tuple[str, str], Item]:
    """The items that exist, by partition and sort key, read consistently."""
    found: dict[tuple[str, str], Item] = {}
    for chunk in chunks(list(dict.fromkeys(addresses)), READ_LIMIT):
        wanted: dict[str, Any] = {table: {"Keys": [key_of(address) for address in chunk], "ConsistentRead": True}}
        for left in attempts(sleep):
            response = client.batch_get_item(RequestItems=wanted)
            items: list[Item] = list(response["Responses"].get(table, []))
            found.update(((item["pk"]["S"], item["sk"]["S"]), item) for item in items)
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
