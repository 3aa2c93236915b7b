"""The five-minute tick: polls every account for changes, and repeats task tokens that may have been lost."""

from __future__ import annotations

from typing import Any

from hubsync.bootstrap import Bootstrap
from hubsync.observability import logger

app = Bootstrap()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Poll. The event carries nothing."""
    app.phases.tick()
    app.poll.run(app.deadline(context))
    app.flush()
    return {}
