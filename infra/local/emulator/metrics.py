"""Mends of CloudWatch: metrics in log lines, metrics of queues, and alarms that look at what they were told to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ministack.core import responses
from ministack.services import cloudwatch, lambda_svc, sqs

from infra.local.emulator.patch import wrap

QUEUES_EVERY_SECONDS = 5
KEPT_POINTS = 1_000

_BREACHES: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": lambda value, limit: value > limit,
    "GreaterThanOrEqualToThreshold": lambda value, limit: value >= limit,
    "LessThanThreshold": lambda value, limit: value < limit,
    "LessThanOrEqualToThreshold": lambda value, limit: value <= limit,
}


def metrics_from_log_lines() -> None:
    """On AWS a log line in the embedded metric format becomes metrics; in the emulator it stays a line."""

    def feed(execute: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
        def wrapped(*args: Any, **kwargs: Any) -> dict[str, Any]:
            answer = execute(*args, **kwargs)
            metrics = [metric for line in (answer.get("log") or "").splitlines() for metric in embedded(line)]
            for metric in metrics:
                cloudwatch.record_metric(*metric)
            if metrics:
                cloudwatch._evaluate_all_alarms()
            return answer

        return wrapped

    wrap(lambda_svc, "_execute_function_warm", feed)


def embedded(line: str) -> Iterator[tuple[str, str, float, str, dict[str, str]]]:
    """The metrics in one log line as (namespace, name, value, unit, dimensions); none if it is another line."""
    if not line.startswith("{") or '"_aws"' not in line:
        return
    try:
        document = json.loads(line)
        directives = document["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    for directive in directives:
        for metric in directive["Metrics"]:
            values = document.get(metric["Name"], [])
            for value in values if isinstance(values, list) else [values]:
                for names in directive["Dimensions"]:
                    dimensions = {name: str(document.get(name, "")) for name in names}
                    unit = metric.get("Unit", "None")
                    yield directive["Namespace"], metric["Name"], float(value), unit, dimensions


def alarms_as_configured() -> None:
    """The emulator's alarms ignore dimensions and what missing data means: one queue's backlog would ring for all."""

    def evaluate(_: Callable[..., None]) -> Callable[..., None]:
        def wrapped(alarm: dict[str, Any]) -> None:
            state, reason = judge(alarm, time.time())
            before = alarm["StateValue"]
            if state in (None, before):
                return
            alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
            cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
            cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)

        return wrapped

    wrap(cloudwatch, "_evaluate_alarm", evaluate)


def judge(alarm: dict[str, Any], now: float) -> tuple[str | None, str]:
    """An alarm's state by its newest datapoints and the reason, or None where it keeps the one it has."""
    dimensions = {each["Name"]: each["Value"] for each in alarm.get("Dimensions") or []}
    key = (alarm.get("Namespace"), alarm.get("MetricName"), cloudwatch._dims_key(dimensions))
    since = now - alarm.get("Period", 60) * alarm.get("EvaluationPeriods", 1)
    points = [point for point in cloudwatch._metrics.get(key) or [] if point["Timestamp"] >= since]
    if not points:
        missing = alarm.get("TreatMissingData", "missing")
        states = {"notBreaching": "OK", "breaching": "ALARM", "missing": "INSUFFICIENT_DATA"}
        return states.get(missing), f"No datapoints were received; missing data is treated as {missing}."
    value = cloudwatch._stat_value(cloudwatch._calc_stats(points), alarm.get("Statistic") or "Average", points)
    limit, comparison = float(alarm["Threshold"]), alarm["ComparisonOperator"]
    breaches = _BREACHES[comparison](float(value), limit)
    return ("ALARM" if breaches else "OK"), f"{alarm['Statistic']} {value} against {comparison} {limit}"


def queue_metrics() -> None:
    """SQS tells CloudWatch how much waits and for how long; the emulator does not, nor does it look at an alarm
    unless somebody puts a metric."""

    def tick() -> None:
        while True:
            time.sleep(QUEUES_EVERY_SECONDS)
            for (account, region, _), queue in list(sqs._queues.all_items()):
                _in_scope(account, region, partial(_measure, queue))
            for account, region in {(key[0], key[1]) for key in list(cloudwatch._alarms._data)}:
                _in_scope(account, region, cloudwatch._evaluate_all_alarms)

    threading.Thread(target=tick, daemon=True, name="queue-metrics").start()


def _in_scope(account: str, region: str, work: Callable[[], None]) -> None:
    tokens = responses._request_account_id.set(account), responses._request_region.set(region)
    try:
        work()
    finally:
        responses._request_account_id.reset(tokens[0])
        responses._request_region.reset(tokens[1])


def _measure(queue: dict[str, Any]) -> None:
    now = time.time()
    waiting = list(queue["messages"])
    visible = [each for each in waiting if each.get("visible_at", 0) <= now]
    oldest = max((now - each["sent_at"] for each in waiting), default=0.0)
    dimensions = {"QueueName": queue["attributes"]["QueueArn"].rsplit(":", 1)[-1]}
    for name, value in (
        ("ApproximateNumberOfMessagesVisible", len(visible)),
        ("ApproximateAgeOfOldestMessage", oldest),
    ):
        unit = "Count" if name.endswith("Visible") else "Seconds"
        cloudwatch.record_metric("AWS/SQS", name, value, unit, dimensions)
        # The emulator keeps every datapoint for ever; a stage that runs for days must not grow with them.
        points = cloudwatch._metric_bucket(("AWS/SQS", name, cloudwatch._dims_key(dimensions)))
        del points[:-KEPT_POINTS]
