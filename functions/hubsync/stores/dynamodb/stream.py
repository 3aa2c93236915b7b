"""Reading IndexTable's stream: which entries changed their status, and where a recount begins and ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hubsync.model.status import RecordStatus
from hubsync.stores.dynamodb.recount import read_mark
from hubsync.stores.layout import MARK
from hubsync.stores.ports import CountChange, CountMark


def count_change(record: Mapping[str, Any]) -> CountChange | CountMark | None:
    """The change, or the mark of a recount, that one stream record tells of; None if it is neither.

    `record` is one of `Records` of a Lambda event, with both images.
    """
    change = record["dynamodb"]
    sync_id, _, bucket = change["Keys"]["pk"]["S"].rpartition("#")
    if change["Keys"]["sk"]["S"] == MARK and "NewImage" in change:
        recount, counted = read_mark(change["NewImage"])
        return CountMark(sync_id, bucket, recount, counted, change["SequenceNumber"])
    if not change["Keys"]["sk"]["S"].startswith("e#"):
        return None
    return CountChange(
        sync_id=sync_id,
        bucket=bucket,
        before=_status(change.get("OldImage")),
        after=_status(change.get("NewImage")),
        order=change["SequenceNumber"],
    )


def _status(image: Mapping[str, Any] | None) -> RecordStatus | None:
    return RecordStatus(image["st"]["S"]) if image else None
