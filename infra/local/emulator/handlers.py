"""Mends of how the emulator runs a Python handler."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from infra.local.emulator.patch import rewrite, wrap

END_OF_LOG = "\x1eend"
_LONGEST_WAIT = 0.25

# Passages of the emulator's worker script, and what they become.
_ERROR_LOST = 'json.dumps({"status": "error", "error": str(e), "trace": traceback.format_exc()})'
_ERROR_TOLD = (
    'json.dumps({"status": "ok", "raised": {"errorMessage": str(e), "errorType": type(e).__name__, '
    '"stackTrace": print(traceback.format_exc()) or traceback.format_tb(e.__traceback__)}})'
)
_ANSWERED = "        _real_stdout.flush()\n\nrun()"
_LOGGED = f"        sys.stderr.write({END_OF_LOG!r} + chr(10)); sys.stderr.flush()\n"

_raised = threading.local()


def report_errors_by_name() -> None:
    """AWS answers with the exception's class and stack and keeps the process; the emulator kills the process and
    calls every error `Runtime.HandlerError`, so that no state machine can match one and every error costs a cold start.
    """
    rewrite(lambda_runtime, "_PYTHON_WORKER_SCRIPT", _ERROR_LOST, _ERROR_TOLD)

    def remember(invoke: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
        def wrapped(*args: Any, **kwargs: Any) -> dict[str, Any]:
            answer = invoke(*args, **kwargs)
            _raised.error = answer.get("raised")
            return answer

        return wrapped

    def report(execute: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
        def wrapped(*args: Any, **kwargs: Any) -> dict[str, Any]:
            _raised.error = None
            answer = execute(*args, **kwargs)
            if _raised.error:
                return {**answer, "body": _raised.error, "error": True}
            return answer

        return wrapped

    wrap(lambda_runtime.Worker, "invoke", remember)
    wrap(lambda_svc, "_execute_function_warm", report)


def end_of_log_without_waiting() -> None:
    """The emulator waits 50 ms for log lines of a handler that wrote none. Here the worker says where its log ends."""
    rewrite(lambda_runtime, "_PYTHON_WORKER_SCRIPT", _ANSWERED, _LOGGED + _ANSWERED)

    def until_marked(_: Callable[..., str]) -> Callable[..., str]:
        def drain(worker: Any, *_args: Any, **_kwargs: Any) -> str:
            return "\n".join(_lines(worker._stderr_queue))

        return drain

    wrap(lambda_runtime.Worker, "_drain_stderr_bounded", until_marked)


def _lines(waiting: queue.Queue[str]) -> list[str]:
    """The lines up to the mark; a worker that died sends none, and is waited for no longer than before."""
    lines: list[str] = []
    deadline = time.monotonic() + _LONGEST_WAIT
    while (left := deadline - time.monotonic()) > 0:
        try:
            line = waiting.get(timeout=left)
        except queue.Empty:
            break
        if line.endswith(END_OF_LOG):
            last = line.removesuffix(END_OF_LOG)
            return [*lines, last] if last else lines
        lines.append(line)
    return lines
