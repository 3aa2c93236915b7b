"""Alarms and the dashboard: the emulator stores them, only the template shows what they say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra.constructs import metrics
from tests.infra.stack_template import StackTemplate

OPERATING = Path(__file__).resolve().parents[2] / "docs" / "operating.md"
NAME = re.compile(r"`(\w+)`")


def alarm(template: StackTemplate, name: str) -> dict[str, Any]:
    (found,) = [
        each["Properties"]
        for logical_id, each in template.of("AWS::CloudWatch::Alarm").items()
        if logical_id[:-8] == f"Alarms{name}"
    ]
    return found


def test_every_alarm_reaches_the_topic_and_says_what_silence_means(aws: StackTemplate) -> None:
    for name, each in aws.of("AWS::CloudWatch::Alarm").items():
        properties = each["Properties"]
        assert properties["TreatMissingData"] in ("notBreaching", "ignore"), name
        assert properties["AlarmActions"] == properties["OKActions"]
        assert properties["AlarmActions"][0]["Ref"].startswith("NotificationsTopic"), name
        assert properties["AlarmDescription"].endswith("."), name


def test_failing_records_ring_and_silence_changes_nothing(aws: StackTemplate) -> None:
    failing = alarm(aws, "FailingRecords")
    assert (failing["Namespace"], failing["MetricName"]) == ("hubsync", "FailingRecords")
    assert failing["Dimensions"] == [{"Name": "service", "Value": "hubsync"}]
    assert (failing["ComparisonOperator"], failing["Threshold"]) == ("GreaterThanThreshold", 0)
    assert (failing["Statistic"], failing["TreatMissingData"]) == ("Maximum", "ignore")


def test_a_change_that_waits_longer_than_promised_rings(aws: StackTemplate) -> None:
    waiting = alarm(aws, "ChangesWaiting")
    assert waiting["MetricName"] == "ApproximateAgeOfOldestMessage"
    assert waiting["Threshold"] == 600
    assert waiting["Dimensions"][0]["Value"]["Fn::GetAtt"][0].startswith("QueuesChangesQueue")


def test_a_poll_that_stays_behind_rings(aws: StackTemplate) -> None:
    behind = alarm(aws, "PollBehind")
    assert (behind["Namespace"], behind["MetricName"], behind["Statistic"]) == ("hubsync", "PollLagSeconds", "Maximum")
    assert (behind["Threshold"], behind["Period"], behind["EvaluationPeriods"]) == (900, 300, 3)


def test_counts_that_stay_behind_the_index_ring(aws: StackTemplate) -> None:
    behind = alarm(aws, "CountsBehind")
    assert (behind["Namespace"], behind["MetricName"], behind["Statistic"]) == ("AWS/Lambda", "IteratorAge", "Maximum")
    assert (behind["Threshold"], behind["EvaluationPeriods"]) == (600_000, 1)
    assert behind["Dimensions"][0]["Value"]["Ref"].startswith("CountsFunction")


def test_the_alarms_that_are_told_are_those_that_there_are(aws: StackTemplate) -> None:
    section = OPERATING.read_text().split("\n## Alarms\n", 1)[1].split("\n## ", 1)[0]
    told = {
        name for line in section.splitlines() if line.startswith("| `") for name in NAME.findall(line.split("|")[1])
    }
    alarms = aws.of("AWS::CloudWatch::Alarm")
    assert told == {logical_id[len("Alarms") : -8] for logical_id in alarms}
    assert f" {len(alarms)} alarms," in OPERATING.read_text()


@pytest.mark.parametrize(
    ("name", "queue"),
    [
        ("ChangesDeadLetters", "QueuesChangesDeadLetters"),
        ("BulkDeadLetters", "QueuesBulkDeadLetters"),
        ("UndeliveredDeadLetters", "QueuesUndelivered"),
    ],
)
def test_a_dead_letter_that_stays_rings(aws: StackTemplate, name: str, queue: str) -> None:
    dead = alarm(aws, name)
    assert dead["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert dead["Threshold"] == 0
    assert dead["Dimensions"][0]["Value"]["Fn::GetAtt"][0].startswith(queue)


def test_every_function_and_every_machine_is_watched(aws: StackTemplate) -> None:
    watched = {
        dimension["Value"]["Ref"]
        for each in aws.of("AWS::CloudWatch::Alarm").values()
        for dimension in each["Properties"].get("Dimensions", [])
        if dimension["Name"] in ("FunctionName", "StateMachineArn")
    }
    assert watched == {*aws.of("AWS::Lambda::Function"), *aws.of("AWS::StepFunctions::StateMachine")}


def test_the_dashboard_shows_what_people_ask_for(aws: StackTemplate) -> None:
    body = json.dumps(aws.properties("AWS::CloudWatch::Dashboard", "DashboardBoard")["DashboardBody"])
    own = {value for name, value in vars(metrics).items() if name.isupper() and isinstance(value, str)}
    assert own
    aws_metrics = {
        *("ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"),
        *("Duration", "Errors", "Throttles", "ReadThrottleEvents", "WriteThrottleEvents"),
        *("ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed"),
    }
    assert {name for name in own | aws_metrics if name not in body} == set()


def test_operations_are_told_by_mail_if_they_say_where(aws: StackTemplate) -> None:
    subscription = aws.properties("AWS::SNS::Subscription", "NotificationsTopic")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "operations@example.com")
