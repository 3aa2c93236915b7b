"""What wakes a person. Every alarm goes to the topic, names its remedy, and says what missing data means."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs import metrics

PROMISED_MINUTES = 10
"""A change of one side reaches the other within ten minutes (rule 1.5)."""

POLL_BEHIND = Duration.minutes(15)
COUNTS_BEHIND = Duration.minutes(10)

_ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
_NO_DATA_IS_FINE = cloudwatch.TreatMissingData.NOT_BREACHING
# The counts are emitted when they change: silence means that they are as they were.
_NO_DATA_IS_NO_CHANGE = cloudwatch.TreatMissingData.IGNORE
_MINUTE = Duration.minutes(1)


class Alarms(Construct):
    """Grouped by what is watched; context `failing_threshold` sets how many failing records are one too many."""

    def __init__(self, scope: Construct, id_: str, *, topic: sns.ITopic) -> None:
        super().__init__(scope, id_)
        self._action = actions.SnsAction(topic)

    def records(self) -> None:
        """Records that fail, and messages that five workers could not finish."""
        self._alarm(
            "FailingRecords",
            metrics.own(metrics.FAILING, "Maximum"),
            float(self.node.try_get_context("failing_threshold") or 0),
            "Records are failing. `hubsync status` shows how many; each failing record says why and what mends it.",
            missing=_NO_DATA_IS_NO_CHANGE,
        )
        self._alarm(
            "DeadLettered",
            metrics.own(metrics.DEAD_LETTERED, "Sum"),
            0,
            "Messages were given up after five attempts and their records marked. Look for the worker's errors.",
        )

    def queues(self, changes: sqs.IQueue, dead_letters: Mapping[str, sqs.IQueue]) -> None:
        """Changes that wait too long, and dead letters that their consumer does not take away."""
        self._alarm(
            "ChangesWaiting",
            changes.metric_approximate_age_of_oldest_message(period=_MINUTE, statistic="Maximum"),
            PROMISED_MINUTES * 60,
            f"A change has been waiting for more than {PROMISED_MINUTES} minutes. Look for the worker's errors, a "
            "paused connection, or HubSpot's limits on the dashboard.",
        )
        for name, queue in dead_letters.items():
            self._alarm(
                f"{name}DeadLetters",
                queue.metric_approximate_number_of_messages_visible(period=_MINUTE, statistic="Maximum"),
                0,
                f"Messages lie in the queue {name}DeadLetters and are not taken away. Look for the errors of the "
                "function dead_letter.",
            )

    def functions(self, functions: Mapping[str, lambda_.IFunction]) -> None:
        """A function that raises. Retries heal most of it, so one error in five minutes is not yet an alarm."""
        for name, function in functions.items():
            self._alarm(
                f"{name.title().replace('_', '')}Errors",
                function.metric_errors(period=metrics.PERIOD, statistic="Sum"),
                1,
                f"The function {name} failed more than once in five minutes. Its log group has the stack traces.",
            )

    def lags(self, counts: lambda_.IFunction) -> None:
        """What is behind the clock although nothing fails: the poll, and the counts behind the index."""
        self._alarm(
            "PollBehind",
            metrics.own(metrics.POLL_LAG, "Maximum"),
            POLL_BEHIND.to_seconds(),
            f"A poll has been more than {POLL_BEHIND.to_minutes():.0f} minutes behind for three polls in a row. Look "
            "for poll_deferred in its log, an application that is down, or the limit of HubSpot's search.",
            periods=3,
        )
        self._alarm(
            "CountsBehind",
            counts.metric("IteratorAge", period=metrics.PERIOD, statistic="Maximum"),
            COUNTS_BEHIND.to_milliseconds(),
            f"The counts are more than {COUNTS_BEHIND.to_minutes():.0f} minutes behind the index. Look for the errors "
            "of the function counts.",
        )

    def machines(self, machines: Mapping[str, sfn.IStateMachine]) -> None:
        """A run that failed or ran out of time."""
        for name, machine in machines.items():
            for how, metric in (
                ("Failed", machine.metric_failed(period=metrics.PERIOD, statistic="Sum")),
                ("TimedOut", machine.metric_timed_out(period=metrics.PERIOD, statistic="Sum")),
            ):
                self._alarm(
                    f"{name}{how}",
                    metric,
                    0,
                    f"An execution of {name} has ended without success. Its history shows the phase and the reason.",
                )

    def _alarm(
        self,
        id_: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        description: str,
        missing: cloudwatch.TreatMissingData = _NO_DATA_IS_FINE,
        periods: int = 1,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            id_,
            metric=metric,
            threshold=threshold,
            comparison_operator=_ABOVE,
            evaluation_periods=periods,
            alarm_description=description,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(self._action)
        alarm.add_ok_action(self._action)
