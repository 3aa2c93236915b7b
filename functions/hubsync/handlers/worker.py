"""The record worker: SQS, both queues. Partial batch failures: only what failed comes back."""

from __future__ import annotations

from typing import Any

from hubsync.aws.messages import decode
from hubsync.bootstrap import Bootstrap
from hubsync.model.message import EventMessage, LookMessage, PageMessage
from hubsync.model.sync import INITIAL_PHASES
from hubsync.observability import logger

app = Bootstrap()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle a batch of messages; answers with the ids of those that failed."""
    deadline = app.deadline(context)
    looks: list[tuple[str, LookMessage]] = []
    alone: list[tuple[str, LookMessage]] = []
    events: list[tuple[str, EventMessage]] = []
    failed: list[str] = []
    for record in event["Records"]:
        message_id, again = record["messageId"], int(record["attributes"]["ApproximateReceiveCount"]) > 1
        try:
            message = decode(record["body"])
            if isinstance(message, EventMessage):
                events.append((message_id, message))
            elif isinstance(message, PageMessage):
                _page(message, deadline)
            elif not again:
                looks.append((message_id, message))
            elif not app.worker.split(message):
                alone.append((message_id, message))
        except Exception:  # whatever it is, only this message comes back
            logger.exception("message_failed")
            failed.append(message_id)
    # What came back stands alone: in a group it would take the others down with it, as often as it is received.
    for group in (looks, *([one] for one in alone)):
        broken = app.worker.handle([message for _, message in group], deadline)
        failed.extend(group[position][0] for position in broken)
    if events:
        broken = app.event_log.handle([message for _, message in events])
        failed.extend(events[position][0] for position in broken)
    app.flush()
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _page(message: PageMessage, deadline: int) -> None:
    """A page goes to the scan or to the comparison."""
    scan = app.scan if message.page.phase in INITIAL_PHASES else app.comparison
    scan.page(message, deadline)
