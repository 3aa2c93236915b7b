"""The nightly tick: starts a comparison of every active sync."""

from __future__ import annotations

from typing import Any

from hubsync.bootstrap import Bootstrap
from hubsync.model.sync import SyncStatus
from hubsync.observability import logger

app = Bootstrap()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Start the comparisons. The invocation's id names them, so that a repeated event starts none twice."""
    active = [sync for sync in app.stores.syncs.syncs() if sync.status is SyncStatus.ACTIVE]
    for sync in active:
        app.orchestrator.start_comparison(sync.id, app.clock.now(), event.get("id") or context.aws_request_id)
    app.flush()
    return {"started": len(active)}
