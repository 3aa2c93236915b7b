"""Reading IndexTable's stream: which entries changed their status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hubsync.model.status import RecordStatus
from hubsync.stores.ports import CountChange


def count_change(record: Mapping[str, Any]) -> CountChange | None:
    """The change that one stream record tells of; None if it is not about an entry.

    `record` is one of `Records` of a Lambda event, with both images.
    """
    change = record["dynamodb"]
    if not change["Keys"]["sk"]["S"].startswith("e#"):
        return None
    sync_id, _, bucket = change["Keys"]["pk"]["S"].rpartition("#")
    return CountChange(
        sync_id=sync_id,
        bucket=bucket,
        before=_status(change.get("OldImage")),
        after=_status(change.get("NewImage")),
        order=change["SequenceNumber"],
    )


def _status(image: Mapping[str, Any] | None) -> RecordStatus | None:
    return RecordStatus(image["st"]["S"]) if image else None
