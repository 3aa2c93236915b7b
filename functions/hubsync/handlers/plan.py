"""Makes plans: called by the API, which does not wait for it. It may write neither to the index nor to a queue."""

from __future__ import annotations

from typing import Any

from hubsync.bootstrap import Bootstrap
from hubsync.observability import logger

app = Bootstrap()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Make the plan that `plan_id` names."""
    try:
        app.make_plan(event["plan_id"], app.deadline(context))
    finally:
        app.flush()
    return {}
