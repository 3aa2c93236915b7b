"""The state machines' steps: prepare, start a phase, finish, fail."""

from __future__ import annotations

from typing import Any

from hubsync.bootstrap import Bootstrap
from hubsync.model.sync import Phase
from hubsync.observability import logger

app = Bootstrap()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """`action` says which step. The start of a phase returns at once; its token is answered by its last page."""
    sync_id, generation = event["sync_id"], int(event["generation"])
    answer: dict[str, Any] = {}
    match event["action"]:
        case "prepare":
            phases, wait = app.phases.prepare(sync_id, generation)
            answer = {"phases": list(phases), "wait_seconds": wait}
        case "start":
            app.phases.start(sync_id, generation, Phase(event["phase"]), event["task_token"])
        case "finish":
            if event.get("run") != "comparison":
                app.phases.finish(sync_id, generation)
            answer = {"summary": {}}
        case "fail":
            if event.get("run") != "comparison":
                app.phases.fail(sync_id, generation, _problem(event.get("failure") or event.get("error") or {}))
        case unknown:
            raise ValueError(f"There is no action {unknown!r}.")
    app.flush()
    return answer


def _problem(failure: dict[str, Any]) -> str:
    """The state machine's error, in a sentence."""
    return str(failure.get("Cause") or failure.get("Error") or "The run ended for an unknown reason.")[:500]
