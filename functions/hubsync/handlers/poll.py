"""The five-minute tick: polls every account for changes, and makes up for what may have been lost or cut off."""

from __future__ import annotations

from typing import Any

from hubsync.bootstrap import Bootstrap
from hubsync.observability import logger

app = Bootstrap()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Poll. The event carries nothing."""
    deadline = app.deadline(context)
    app.phases.tick()
    app.poll.run(deadline)
    # People wait for the poll and nobody for this: it gets half of what is left, so that its last slice fits, too.
    now = app.clock.now()
    app.lifecycle.go_on_deleting(until=now + (deadline - now) // 2)
    app.revive_exports()
    app.flush()
    return {}
