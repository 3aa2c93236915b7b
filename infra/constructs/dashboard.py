"""One page that answers: is everything in step, and if not, where does it hang?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs import metrics

_THIRD = 8


class Dashboard(Construct):
    """Rows from what people ask first to what engineers ask last."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        self.dashboard = cloudwatch.Dashboard(self, "Board", period_override=cloudwatch.PeriodOverride.AUTO)

    def records(self) -> None:
        """How many records are in which state."""
        states = (metrics.IN_SYNC, metrics.PENDING, metrics.FAILING, metrics.EXCLUDED)
        self.dashboard.add_widgets(
            cloudwatch.SingleValueWidget(
                title="Records now",
                metrics=[metrics.own(name, "Maximum") for name in states],
                width=_THIRD * 2,
            ),
            _graph("Failing records", [metrics.own(metrics.FAILING, "Maximum")]),
        )

    def queues(self, queues: Mapping[str, sqs.IQueue]) -> None:
        """How much waits, for how long, and what was given up."""
        self.dashboard.add_widgets(
            _graph(
                "Messages waiting",
                [q.metric_approximate_number_of_messages_visible(label=name) for name, q in queues.items()],
            ),
            _graph(
                "Age of the oldest message (s)",
                [q.metric_approximate_age_of_oldest_message(label=name) for name, q in queues.items()],
            ),
            _graph("Dead letters", [metrics.own(metrics.DEAD_LETTERED, "Sum")]),
        )

    def remote(self) -> None:
        """What was asked of HubSpot and written to either side, and how far the poll lags behind."""
        self.dashboard.add_widgets(
            _graph(
                "HubSpot",
                [metrics.own(name, "Sum") for name in (metrics.HUBSPOT_CALLS, metrics.HUBSPOT_THROTTLED)],
            ),
            _graph(
                "Looks and writes",
                [metrics.own(name, "Sum") for name in (metrics.LOOKED, metrics.WRITES_HUBSPOT, metrics.WRITES_APP)],
            ),
            _graph("Poll lag (s)", [metrics.own(metrics.POLL_LAG, "Maximum")]),
        )

    def functions(self, worker: lambda_.IFunction, functions: Mapping[str, lambda_.IFunction]) -> None:
        """The worker's time and trouble, and everybody's errors."""
        self.dashboard.add_widgets(
            _graph(
                "Worker: duration (ms)",
                [worker.metric_duration(statistic=statistic) for statistic in ("p50", "p95", "Maximum")],
            ),
            _graph("Worker: errors and throttles", [worker.metric_errors(), worker.metric_throttles()]),
            _graph("Errors by function", [f.metric_errors(label=name) for name, f in functions.items()]),
        )

    def machinery(self, tables: Mapping[str, dynamodb.ITable], machines: Mapping[str, sfn.IStateMachine]) -> None:
        """Throttled tables and the executions of the state machines."""
        self.dashboard.add_widgets(
            _graph(
                "Table throttles",
                [
                    table.metric(name, label=f"{label} {name}", statistic="Sum")
                    for label, table in tables.items()
                    for name in ("ReadThrottleEvents", "WriteThrottleEvents")
                ],
            ),
            _graph("Executions started", [m.metric_started(label=name) for name, m in machines.items()]),
            _graph(
                "Executions ended",
                [
                    metric
                    for name, machine in machines.items()
                    for metric in (
                        machine.metric_succeeded(label=f"{name} succeeded"),
                        machine.metric_failed(label=f"{name} failed"),
                    )
                ],
            ),
        )


def _graph(title: str, shown: Sequence[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(shown), width=_THIRD)
