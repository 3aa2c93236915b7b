"""Makes exports. It writes their files and how far they are, and nothing else."""

from __future__ import annotations

from typing import Any

from hubsync.bootstrap import Bootstrap
from hubsync.observability import logger

app = Bootstrap()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Go on with the export that `export_id` names, until it is done or the time is."""
    try:
        app.make_export(event["export_id"], app.deadline(context))
    finally:
        app.flush()
    return {}
