"""Makes plans. It may write neither to the index nor to a queue.

Called by the API, which does not wait for it, and by the state machine, which weighs a run before it writes.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from hubsync.bootstrap import Bootstrap
from hubsync.observability import logger

app = Bootstrap()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Make the plan that `plan_id` names; or weigh the run of `sync_id`'s `generation`, and answer with its weight."""
    answer: dict[str, Any] = {}
    try:
        if event["action"] == "weigh":
            comparing, number = event.get("run") == "comparison", int(event["generation"])
            answer = asdict(app.weigh(event["sync_id"], number, app.deadline(context), comparing=comparing))
        else:
            app.make_plan(event["plan_id"], app.deadline(context))
    finally:
        app.flush()
    return answer
