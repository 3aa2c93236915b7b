"""The list of mends. Importing this module imports the emulator: set its environment first."""

from __future__ import annotations

from collections.abc import Callable

from infra.local.emulator import callbacks, expressions, handlers, metrics, pages, queues, resources, streams

MENDS: tuple[Callable[[], None], ...] = (
    handlers.report_errors_by_name,
    handlers.end_of_log_without_waiting,
    metrics.metrics_from_log_lines,
    metrics.alarms_as_configured,
    metrics.queue_metrics,
    streams.stream_partiql_writes,
    expressions.parse_once,
    queues.whole_batches,
    callbacks.fail_with_the_function,
    resources.keep_time_to_live,
    pages.revocation,
)


def mend() -> None:
    """Apply every mend to the emulator in this process; call once, before it serves."""
    for each in MENDS:
        each()
