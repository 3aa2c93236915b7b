"""All of some writes of the index, or none of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from hubsync.stores.dynamodb.batches import key_of
from hubsync.stores.dynamodb.items import (
    Attributes,
    alias_attributes,
    claim_attributes,
    entry_attributes,
    waiter_attributes,
)
from hubsync.stores.dynamodb.pauses import Sleep, attempts
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
from hubsync.stores.layout import address_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef as Part

_PASSING = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


def transact(client: DynamoDBClient, table: str, writes: Sequence[IndexWrite], sleep: Sleep) -> bool:
    """Carry out all of the writes, or none; False if a version was not the stored one.

    Another transaction on one of the items is waited for; if it stays in the way, boto's error is raised.
    """
    if not writes:
        return True
    parts = [_part(table, write) for write in writes]
    for left in attempts(sleep):
        try:
            client.transact_write_items(TransactItems=parts)
        except client.exceptions.TransactionCanceledException as error:
            codes = cancellation_codes(error)
            if "ConditionalCheckFailed" in codes:
                return False
            if not left or not codes <= _PASSING:
                raise
        else:
            break
    return True


def cancellation_codes(error: ClientError) -> set[str]:
    """Why a transaction was cancelled: the codes of its parts, those that were to blame."""
    reasons = error.response.get("CancellationReasons", ())
    return {reason.get("Code", "None") for reason in reasons} - {"None"}


def _part(table: str, write: IndexWrite) -> Part:
    key = key_of(address_of(write))
    match write:
        case PutEntry(entry):
            return _put(table, {**key, **entry_attributes(entry)}, entry.version)
        case PutClaim(_, claim):
            return _put(table, {**key, **claim_attributes(claim)}, claim.version)
        case PutAlias(_, _, entry_id):
            return {"Put": {"TableName": table, "Item": {**key, **alias_attributes(entry_id)}}}
        case DeleteEntry(entry):
            return {
                "Delete": {
                    "TableName": table,
                    "Key": key,
                    "ConditionExpression": "attribute_not_exists(pk) OR v = :read",
                    "ExpressionAttributeValues": {":read": {"N": str(entry.version)}},
                }
            }
        case DeleteWaiter() | DeleteAlias():
            return {"Delete": {"TableName": table, "Key": key}}
        case PutWaiter(_, waiter):
            # An update and not a put: a place that is taken must be kept, and must not cancel the transaction.
            attributes = waiter_attributes(waiter)
            return {
                "Update": {
                    "TableName": table,
                    "Key": key,
                    "UpdateExpression": "SET " + ", ".join(f"#{n} = if_not_exists(#{n}, :{n})" for n in attributes),
                    "ExpressionAttributeNames": {f"#{name}": name for name in attributes},
                    "ExpressionAttributeValues": {f":{name}": value for name, value in attributes.items()},
                }
            }


def _put(table: str, item: Attributes, version: int) -> Part:
    stored: Attributes = {**item, "v": {"N": str(version + 1)}}
    if version == 0:
        return {"Put": {"TableName": table, "Item": stored, "ConditionExpression": "attribute_not_exists(pk)"}}
    return {
        "Put": {
            "TableName": table,
            "Item": stored,
            "ConditionExpression": "v = :read",
            "ExpressionAttributeValues": {":read": {"N": str(version)}},
        }
    }
