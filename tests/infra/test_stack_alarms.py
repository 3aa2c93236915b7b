"""Alarms and the dashboard: the emulator stores them, only the template shows what they say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from stack_template import StackTemplate

from infra.constructs import metrics


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
