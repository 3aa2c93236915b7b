"""Conditional writes of many items in one request: PartiQL statements, each with its own condition and its own answer.

BatchExecuteStatement costs ordinary write units; a transaction would cost twice as many and fail as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from botocore.exceptions import ClientError

from hubsync.stores.dynamodb.batches import WRITE_LIMIT, chunks, key_of, throttled
from hubsync.stores.dynamodb.items import (
    CLAIM_OPTIONAL,
    ENTRY_OPTIONAL,
    Attributes,
    claim_attributes,
    entry_attributes,
    waiter_attributes,
)
from hubsync.stores.dynamodb.pauses import Sleep, attempts
from hubsync.stores.index_port import DeleteAlias, DeleteEntry, DeleteWaiter, PutClaim, PutEntry, PutWaiter
from hubsync.stores.layout import Address, address_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import BatchStatementRequestTypeDef as Statement

StatementWrite: TypeAlias = PutEntry | DeleteEntry | PutClaim | PutWaiter | DeleteWaiter | DeleteAlias

_REFUSED = frozenset({"ConditionalCheckFailed", "DuplicateItem"})
_PASSING = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
        "ThrottlingError",
        "TransactionConflict",
    }
)


def execute(client: DynamoDBClient, table: str, writes: Sequence[StatementWrite], sleep: Sleep) -> list[bool]:
    """Carry out each write; False where its version was not the stored one. Writes of one item keep their order.

    A statement that passes only at the second try, after an answer that was lost, says False: whoever reads again
    finds the item as it should be.
    """
    results = [False] * len(writes)
    for wave in _waves(writes):
        for chunk in chunks(wave, WRITE_LIMIT):
            statements = {place: _statement(table, writes[place]) for place in chunk}
            for place, done in execute_chunk(client, statements, sleep):
                # A waiter whose place is taken is no failure: the place is kept.
                results[place] = done or isinstance(writes[place], PutWaiter)
    return results


def _waves(writes: Sequence[StatementWrite]) -> list[list[int]]:
    """The places of the writes, so that no wave has two of one item: DynamoDB refuses such a batch."""
    waves: list[list[int]] = []
    seen: dict[Address, int] = {}
    for place, write in enumerate(writes):
        address = address_of(write)
        number = seen[address] = seen.get(address, -1) + 1
        if number == len(waves):
            waves.append([])
        waves[number].append(place)
    return waves


def execute_chunk(client: DynamoDBClient, statements: dict[int, Statement], sleep: Sleep) -> list[tuple[int, bool]]:
    """Carry out at most 25 statements, by place; False where a condition did not hold."""
    results: list[tuple[int, bool]] = []
    for left in attempts(sleep):
        places = list(statements)
        response = client.batch_execute_statement(Statements=[statements[place] for place in places])
        for place, answer in zip(places, response["Responses"], strict=True):
            error = answer.get("Error", {})
            code = error.get("Code")
            if code in _PASSING:
                continue
            if code is not None and code not in _REFUSED:
                raise ClientError(
                    {"Error": {"Code": code, "Message": error.get("Message", "")}}, "BatchExecuteStatement"
                )
            results.append((place, code is None))
            del statements[place]
        if not statements:
            break
        if not left:
            raise throttled("BatchExecuteStatement")
    return results


def _statement(table: str, write: StatementWrite) -> Statement:
    key = key_of(address_of(write))
    match write:
        case PutEntry(entry):
            return _put(table, key, entry_attributes(entry), entry.version, ENTRY_OPTIONAL)
        case PutClaim(_, claim):
            return _put(table, key, claim_attributes(claim), claim.version, CLAIM_OPTIONAL)
        case PutWaiter(_, waiter):
            return _insert(table, {**key, **waiter_attributes(waiter)})
        case DeleteEntry(entry):
            version: Attributes = {"v": {"N": str(entry.version)}}
            return {"Statement": _delete_text(table, ("pk", "sk", "v")), "Parameters": [*(key | version).values()]}
        case DeleteWaiter() | DeleteAlias():
            return {"Statement": _delete_text(table, ("pk", "sk")), "Parameters": [*key.values()]}


def _put(table: str, key: Attributes, attributes: Attributes, version: int, optional: tuple[str, ...]) -> Statement:
    stored: Attributes = {**attributes, "v": {"N": str(version + 1)}}
    if version == 0:
        return _insert(table, {**key, **stored})
    removed = tuple(name for name in optional if name not in stored)
    return {
        "Statement": _update_text(table, tuple(stored), removed),
        "Parameters": [*stored.values(), *key.values(), {"N": str(version)}],
    }


def _insert(table: str, item: Attributes) -> Statement:
    return {"Statement": _insert_text(table, tuple(item)), "Parameters": [*item.values()]}


@lru_cache(maxsize=256)
def _insert_text(table: str, names: tuple[str, ...]) -> str:
    fields = ", ".join(f"'{name}': ?" for name in names)
    return f'INSERT INTO "{table}" VALUE {{{fields}}}'


@lru_cache(maxsize=256)
def _update_text(table: str, names: tuple[str, ...], removed: tuple[str, ...]) -> str:
    changes = [f'SET "{name}"=?' for name in names] + [f'REMOVE "{name}"' for name in removed]
    return f'UPDATE "{table}" {" ".join(changes)} WHERE "pk"=? AND "sk"=? AND "v"=?'


@lru_cache(maxsize=8)
def _delete_text(table: str, names: tuple[str, ...]) -> str:
    conditions = " AND ".join(f'"{name}"=?' for name in names)
    return f'DELETE FROM "{table}" WHERE {conditions}'  # noqa: S608 names only; values are parameters
