"""The mails of an initial sync, at its end or where it is held; called by the state machine."""

from __future__ import annotations

from typing import Any

from hubsync.bootstrap import Bootstrap
from hubsync.observability import logger

app = Bootstrap()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Send the mail of `sync_id`'s `generation` that `event` names."""
    sync_id, generation = event["sync_id"], int(event["generation"])
    if event["event"] == "run_held":
        app.report.held(sync_id, None if event.get("run") == "comparison" else generation)
    else:
        app.report.send(sync_id, generation)
    app.flush()
    return {}
