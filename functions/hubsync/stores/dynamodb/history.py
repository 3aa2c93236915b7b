"""The history in IndexTable, beside its entry: what lists, deletes and purges a sync meets it in the same 16 queries.

event     sk  `h#<entry>#<at>.<version>.<side>`     x  sealed     oc  outcome     expires_at  time to live
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hubsync.model.history import EventKey, Outcome
from hubsync.model.side import Side
from hubsync.stores.dynamodb.batches import WRITE_LIMIT, chunks, key_of, write_items
from hubsync.stores.dynamodb.items import Attributes, Item
from hubsync.stores.dynamodb.listing import query
from hubsync.stores.dynamodb.pauses import Sleep
from hubsync.stores.dynamodb.schema import SCHEMA, check_schema
from hubsync.stores.dynamodb.statements import execute_chunk
from hubsync.stores.history import SealedEvent
from hubsync.stores.layout import Address, event_address, events_address

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import BatchStatementRequestTypeDef as Statement
    from mypy_boto3_dynamodb.type_defs import WriteRequestTypeDef

PURGED = 100_000
"""Events of one entry that one call deletes at most: far more than any record is written in its events' lifetime."""

SIDES = {side[0]: side for side in Side}


class DynamoHistoryStore:
    """Sealed events. `sleep` waits before a throttled part of a batch is sent again."""

    def __init__(self, client: DynamoDBClient, table: str, sleep: Sleep = time.sleep) -> None:
        self._client = client
        self._table = table
        self._sleep = sleep

    def add(self, events: Sequence[SealedEvent]) -> None:
        """See the port. One request for 25 events."""
        items = {event.key: _item(event) for event in events}
        puts: list[WriteRequestTypeDef] = [{"PutRequest": {"Item": item}} for item in items.values()]
        write_items(self._client, self._table, puts, self._sleep)

    def mark(self, outcomes: Mapping[EventKey, Outcome]) -> None:
        """See the port."""
        for keys in chunks(list(outcomes), WRITE_LIMIT):
            statements = {at: _marking(self._table, key, outcomes[key]) for at, key in enumerate(keys)}
            execute_chunk(self._client, statements, self._sleep)

    def drop(self, keys: Iterable[EventKey]) -> None:
        """See the port."""
        self._delete([key_of(event_address(key)) for key in dict.fromkeys(keys)])

    def events(self, sync_id: str, entry_id: str, limit: int) -> Sequence[SealedEvent]:
        """See the port. One query."""
        place = events_address(sync_id, entry_id)
        items = self._query(place, limit)
        return tuple(_event(item, sync_id, entry_id, place) for item in items)

    def purge_record(self, sync_id: str, entry_id: str) -> None:
        """See the port."""
        place = events_address(sync_id, entry_id)
        self._delete(
            [{"pk": item["pk"], "sk": item["sk"]} for item in self._query(place, PURGED, ProjectionExpression="pk, sk")]
        )

    def _query(self, place: Address, limit: int, **request: Any) -> list[Item]:
        return list(
            query(
                self._client,
                limit,
                None,
                TableName=self._table,
                ConsistentRead=True,
                ScanIndexForward=False,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :line)",
                ExpressionAttributeValues={":pk": {"S": place.partition_key}, ":line": {"S": place.sort_key}},
                **request,
            )
        )

    def _delete(self, keys: Sequence[Attributes]) -> None:
        doomed: list[WriteRequestTypeDef] = [{"DeleteRequest": {"Key": key}} for key in keys]
        write_items(self._client, self._table, doomed, self._sleep)


def _item(event: SealedEvent) -> Attributes:
    item: Attributes = {
        **key_of(event_address(event.key)),
        "kind": {"S": "history"},
        "schema": {"N": str(SCHEMA)},
        "x": {"B": event.sealed},
        "expires_at": {"N": str(event.expires_at)},
    }
    return item | ({"oc": {"S": event.outcome.value}} if event.outcome else {})


def _marking(table: str, key: EventKey, outcome: Outcome) -> Statement:
    text = f'UPDATE "{table}" SET "oc"=? WHERE "pk"=? AND "sk"=?'  # noqa: S608 values are parameters
    return {"Statement": text, "Parameters": [{"S": outcome.value}, *key_of(event_address(key)).values()]}


def _event(item: Item, sync_id: str, entry_id: str, place: Address) -> SealedEvent:
    check_schema(int(item["schema"]["N"]))
    at, version, side = item["sk"]["S"].removeprefix(place.sort_key).split(".")
    outcome = item.get("oc")
    return SealedEvent(
        EventKey(sync_id, entry_id, int(at), int(version), SIDES[side]),
        item["x"]["B"],
        int(item["expires_at"]["N"]),
        Outcome(outcome["S"]) if outcome else None,
    )
