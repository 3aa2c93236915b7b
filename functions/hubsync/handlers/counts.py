"""Counts by status, from the index table's stream; and the metrics that the alarm on failing records watches."""

from __future__ import annotations

from typing import Any

from hubsync.bootstrap import Bootstrap
from hubsync.model.status import RecordStatus
from hubsync.observability import logger
from hubsync.stores.dynamodb.stream import count_change
from hubsync.stores.ports import CountMark

app = Bootstrap()

METRICS = {
    RecordStatus.FAILING: "FailingRecords",
    RecordStatus.EXCLUDED: "ExcludedRecords",
    RecordStatus.IN_SYNC: "InSyncRecords",
    RecordStatus.PENDING: "PendingRecords",
}


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Count a batch of changes. A batch that is delivered again is passed over by its sequence numbers."""
    changes = [change for record in event["Records"] if (change := count_change(record)) is not None]
    app.stores.counts.apply(changes)
    if any(isinstance(change, CountMark) or change.before is not change.after for change in changes):
        totals = dict.fromkeys(METRICS, 0)
        for sync in app.stores.syncs.syncs():
            counts = app.stores.counts.counts(sync.id).by_status
            for status in METRICS:
                totals[status] += counts.get(status, 0)
        for status, metric in METRICS.items():
            app.signals.count(metric, totals[status])
    app.flush()
    return {"batchItemFailures": []}
