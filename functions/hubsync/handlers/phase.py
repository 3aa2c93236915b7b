"""The state machines' steps: prepare, brake, start a phase, finish, fail."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from hubsync.bootstrap import Bootstrap
from hubsync.model.brake import Weight
from hubsync.model.sync import Phase
from hubsync.observability import logger

app = Bootstrap()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """`action` says which step. The start of a phase returns at once; its token is answered by its last page."""
    sync_id, generation = event["sync_id"], int(event["generation"])
    comparing = event.get("run") == "comparison"
    answer: dict[str, Any] = {}
    match event["action"]:
        case "prepare" if comparing:
            answer = {"weigh": app.phases.weighs(sync_id)}
        case "prepare":
            prepared = app.phases.prepare(sync_id, generation)
            answer = {**asdict(prepared), "phases": list(prepared.phases)}
        case "brake" if comparing:
            answer = {"held": app.phases.brake_comparison(sync_id, _weight(event["weighed"]))}
        case "brake":
            answer = {"held": app.phases.brake(sync_id, generation, _weight(event["weighed"]))}
        case "start":
            app.phases.start(sync_id, generation, Phase(event["phase"]), event["task_token"])
        case "finish":
            if not comparing:
                app.phases.finish(sync_id, generation)
            answer = {"summary": {}}
        case "fail":
            if not comparing:
                app.phases.fail(sync_id, generation, _problem(event.get("failure") or event.get("error") or {}))
        case unknown:
            raise ValueError(f"There is no action {unknown!r}.")
    app.flush()
    return answer


def _weight(weighed: dict[str, Any]) -> Weight:
    """What the function plan answered; or, where it could not, that nothing is known."""
    if "weight" in weighed:
        return Weight(**weighed["weight"])
    return Weight(problem=f"Its plan could not be made: {_problem(weighed)}")


def _problem(failure: dict[str, Any]) -> str:
    """The state machine's error, in a sentence."""
    return str(failure.get("Cause") or failure.get("Error") or "The run ended for an unknown reason.")[:500]
