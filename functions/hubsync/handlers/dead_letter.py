"""The dead-letter consumer: SQS, both dead-letter queues."""

from __future__ import annotations

from typing import Any

from hubsync.aws.messages import UnreadableMessageError, decode
from hubsync.bootstrap import Bootstrap
from hubsync.observability import logger

app = Bootstrap()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Mark what the messages were about; a message that nobody can read is logged and let go."""
    failed = []
    for record in event["Records"]:
        try:
            app.dead_letters.handle(decode(record["body"]))
        except UnreadableMessageError:
            app.signals.count("DeadLettered")
            logger.exception("dead_letter_unreadable", extra={"message_id": record["messageId"]})
        except Exception:
            logger.exception("dead_letter_failed")
            failed.append(record["messageId"])
    app.flush()
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
