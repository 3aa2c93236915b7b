"""A mend of state machines that wait for a task token."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ministack.services import stepfunctions

from infra.local.emulator.patch import wrap

_waiting = threading.local()


def fail_with_the_function() -> None:
    """On AWS a task that waits for a token fails with the function that was to send it; the emulator drops the error
    and waits until the task's time is over, which is a week for a phase.
    """

    def remember(invoke: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(resource: str, input_data: Any, token: str, state: Any) -> Any:
            _waiting.token = token
            try:
                return invoke(resource, input_data, token, state)
            finally:
                _waiting.token = None

        return wrapped

    def settle(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(function: str, event: Any) -> Any:
            try:
                return call(function, event)
            except stepfunctions._ExecutionError as error:
                task = stepfunctions._task_tokens.get(getattr(_waiting, "token", None) or "")
                if task is not None:
                    task["error"] = {"Error": error.error, "Cause": error.cause}
                    task["event"].set()
                raise

        return wrapped

    wrap(stepfunctions, "_invoke_with_callback", remember)
    wrap(stepfunctions, "_call_lambda", settle)
