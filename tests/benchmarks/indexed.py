"""Many records in an index, without anybody having synced them: the store's own items, written in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from hubsync.model.entry import Half, IndexEntry
from hubsync.model.status import ExclusionReason, Failure, FailureCategory, RecordStatus
from hubsync.stores.dynamodb.batches import WRITE_LIMIT, key_of
from hubsync.stores.dynamodb.items import entry_attributes
from hubsync.stores.index_port import PutEntry
from hubsync.stores.layout import address_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FIRST = 70_000_000_000
"""HubSpot's id of the first one."""

AT = 1_790_000_000_000
FIELDS = 10
TOO_LONG = Failure(FailureCategory.TOO_LONG, "The job title is too long.", "Shorten it.", "jobtitle")
DELETED = Failure(FailureCategory.DELETED, "The record was deleted in the app.", "Restore it.")


def entries(sync_id: str, number: int) -> Iterator[IndexEntry]:
    """So many pairs: of ten, seven are in sync, one is refused, one was deleted in the app, one is excluded."""
    hashes = {at: at.to_bytes(8) for at in range(1, FIELDS + 1)}
    for at in range(number):
        state: dict[str, Any] = {"status": RecordStatus.IN_SYNC, "reason": "Both sides hold the same values."}
        if at % 10 in (7, 8):
            failure = TOO_LONG if at % 10 == 7 else DELETED
            state = {"status": RecordStatus.FAILING, "failure": failure, "reason": failure.sentence}
        elif at % 10 == 9:
            state = {"status": RecordStatus.EXCLUDED, "exclusion": ExclusionReason.NO_EMAIL, "reason": "No email."}
        yield IndexEntry(
            sync_id,
            f"h-{FIRST + at}",
            Half(f"{FIRST + at}", hashes),
            Half(f"p{at}", hashes, gone=at % 10 == 8),
            generation=1,
            since=AT + at,
            settled_at=AT + at,
            **state,
        )


def fill(client: DynamoDBClient, table: str, wanted: Iterable[IndexEntry]) -> None:
    """Put new entries into the index, just as the store would have."""
    left = iter(wanted)
    while lot := list(islice(left, WRITE_LIMIT)):
        items = [{**key_of(address_of(PutEntry(entry))), **entry_attributes(entry), "v": {"N": "1"}} for entry in lot]
        answer = client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item}} for item in items]})
        assert not answer["UnprocessedItems"]
