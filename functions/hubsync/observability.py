"""Logs and metrics: structured lines and CloudWatch's embedded format, through Powertools."""

from __future__ import annotations

from collections import Counter

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics()

SECONDS = frozenset({"PollLagSeconds", "OutageSeconds"})


class PowertoolsSignals:
    """Signals as log lines and metrics (`Signals`). Metrics are added up and flushed at the end of an invocation."""

    def __init__(self) -> None:
        self._sums: Counter[str] = Counter()

    def count(self, metric: str, value: float = 1) -> None:
        """Add to a metric."""
        self._sums[metric] += value  # type: ignore[assignment]

    def note(self, event: str, **facts: str | float | None) -> None:
        """Log what happened."""
        logger.info(event, extra=facts)

    def flush(self) -> None:
        """Write the metrics of this invocation, one line."""
        for name, value in self._sums.items():
            metrics.add_metric(name, MetricUnit.Seconds if name in SECONDS else MetricUnit.Count, value)
        if self._sums:
            metrics.flush_metrics()
        self._sums.clear()
