"""Trials of a sync on chosen records."""

from __future__ import annotations

from hubsync.api.contract.operation import Answer, Operation
from hubsync.api.contract.records import Record
from hubsync.api.contract.syncs import SyncLine
from hubsync.api.trials import TrialBody


class TriedRecord(Answer):
    """A chosen record as it was named and as it stands; null where it was not found."""

    named: str
    record: Record | None


class Trial(Answer):
    """What came of the last trial of a sync."""

    under_way: bool
    counts: dict[str, int]
    records: list[TriedRecord]


OPERATIONS = (
    Operation(
        "POST",
        "/v1/syncs/{name}/trial",
        "trySync",
        "syncs",
        "Try a sync on chosen records",
        {202: SyncLine},
        (400, 404, 409),
        body=TrialBody,
        matched=True,
    ),
    Operation(
        "GET",
        "/v1/syncs/{name}/trial",
        "readTrial",
        "syncs",
        "What came of the last trial",
        {200: Trial},
        (404, 409),
    ),
)
