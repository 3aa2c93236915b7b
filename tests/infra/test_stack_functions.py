"""The ten functions: runtime, size, logs, environment, and what feeds them."""

from __future__ import annotations

import json

import pytest

from infra.constructs.bundling import SOURCE
from tests.infra.stack_template import StackTemplate

BOTH_TABLES = {"INDEX_TABLE", "STATE_TABLE"}
BOTH_QUEUES = {"CHANGES_QUEUE_URL", "BULK_QUEUE_URL"}
EVERYONE = {
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "LOG_LEVEL",
    "STAGE",
}
ENVIRONMENT = {
    "Webhook": {"STATE_TABLE", "CHANGES_QUEUE_URL", "KEY_ID"},
    "Api": BOTH_TABLES
    | BOTH_QUEUES
    | {
        "KEY_ID",
        "INITIAL_SYNC_ARN",
        "COMPARISON_ARN",
        "SIGN_IN_URL",
        "SIGN_IN_CLIENT_ID",
        "SIGN_IN_CALLBACKS",
        "PLAN_FUNCTION",
        "CUSTOM_MAPPINGS",
    }
    | {"MAIL_FROM", "EXPORT_BUCKET", "EXPORT_FUNCTION"},
    "Poll": BOTH_TABLES | BOTH_QUEUES | {"KEY_ID", "TOPIC_ARN", "EXPORT_FUNCTION"},
    "Worker": BOTH_TABLES | BOTH_QUEUES | {"KEY_ID", "TOPIC_ARN"},
    "Phase": {"STATE_TABLE", "BULK_QUEUE_URL"},
    "DeadLetter": BOTH_TABLES,
    "Counts": {"STATE_TABLE"},
    "Notify": BOTH_TABLES | {"MAIL_FROM", "TOPIC_ARN"},
    "Compare": {"STATE_TABLE", "COMPARISON_ARN"},
    "Plan": BOTH_TABLES | {"KEY_ID"},
    "Export": BOTH_TABLES | {"KEY_ID", "MAIL_FROM", "EXPORT_BUCKET"},
}
functions = pytest.mark.parametrize("name", ENVIRONMENT)


def test_there_are_no_other_functions(aws: StackTemplate) -> None:
    assert len(aws.of("AWS::Lambda::Function")) == len(ENVIRONMENT)


@functions
def test_a_function_runs_on_python_3_13_on_arm_and_is_traced(aws: StackTemplate, name: str) -> None:
    properties = aws.properties("AWS::Lambda::Function", f"{name}Function")
    assert properties["Runtime"] == "python3.13"
    assert properties["Architectures"] == ["arm64"]
    assert properties["TracingConfig"] == {"Mode": "Active"}
    assert properties["MemorySize"] >= 512
    assert "ReservedConcurrentExecutions" not in properties
    assert "FunctionName" not in properties


@functions
def test_a_function_logs_into_a_group_of_its_own_for_three_months(aws: StackTemplate, name: str) -> None:
    properties = aws.properties("AWS::Lambda::Function", f"{name}Function")
    group = aws.resources[properties["LoggingConfig"]["LogGroup"]["Ref"]]
    assert properties["LoggingConfig"]["LogGroup"]["Ref"].startswith(f"{name}Logs")
    assert group["Properties"]["RetentionInDays"] == 90


@functions
def test_a_function_is_told_what_it_needs_and_no_more(aws: StackTemplate, name: str) -> None:
    variables = aws.properties("AWS::Lambda::Function", f"{name}Function")["Environment"]["Variables"]
    assert set(variables) == EVERYONE | ENVIRONMENT[name]
    assert variables["STAGE"] == "aws"
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == variables["POWERTOOLS_SERVICE_NAME"] == "hubsync"


@functions
def test_a_handler_is_a_module_that_exists(aws: StackTemplate, name: str) -> None:
    handler = aws.properties("AWS::Lambda::Function", f"{name}Function")["Handler"]
    module, _, function = handler.rpartition(".")
    source = (SOURCE / module.replace(".", "/")).with_suffix(".py")
    assert function == "handler"
    assert source.is_file()


def test_who_sends_itself_work_is_not_stopped_after_sixteen_rounds(aws: StackTemplate) -> None:
    loops = {
        name
        for name in ENVIRONMENT
        if aws.properties("AWS::Lambda::Function", f"{name}Function").get("RecursiveLoop") == "Allow"
    }
    assert loops == {"Worker", "Phase", "Poll", "DeadLetter", "Export"}


def test_changes_come_in_batches_and_pages_one_by_one(aws: StackTemplate) -> None:
    changes = aws.properties("AWS::Lambda::EventSourceMapping", "ConsumersChanges" + _digest(aws, "ConsumersChanges"))
    bulk = aws.properties("AWS::Lambda::EventSourceMapping", "ConsumersBulk" + _digest(aws, "ConsumersBulk"))
    assert (changes["BatchSize"], changes["MaximumBatchingWindowInSeconds"]) == (50, 1)
    assert bulk["BatchSize"] == 1
    for mapping in (changes, bulk):
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert mapping["ScalingConfig"] == {"MaximumConcurrency": 4}
        assert mapping["FunctionName"]["Ref"].startswith("WorkerFunction")


def test_both_queues_of_dead_letters_have_a_consumer(aws: StackTemplate) -> None:
    sources = {
        mapping["Properties"]["EventSourceArn"]["Fn::GetAtt"][0][:-8]
        for mapping in aws.of("AWS::Lambda::EventSourceMapping").values()
        if mapping["Properties"]["FunctionName"]["Ref"].startswith("DeadLetterFunction")
    }
    assert sources == {"QueuesChangesDeadLetters", "QueuesBulkDeadLetters"}


def test_the_counts_follow_entries_in_order_and_lose_none(aws: StackTemplate) -> None:
    mapping = aws.properties("AWS::Lambda::EventSourceMapping", "ConsumersCounts")
    patterns = [json.loads(each["Pattern"]) for each in mapping["FilterCriteria"]["Filters"]]
    assert patterns == [
        {"dynamodb": {image: {"kind": {"S": ["entry", "recount"]}}}} for image in ("NewImage", "OldImage")
    ]
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["ParallelizationFactor"] == 1
    assert mapping["BisectBatchOnFunctionError"] is False
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0].startswith("QueuesUndelivered")


def _digest(template: StackTemplate, prefix: str) -> str:
    """`ConsumersChanges` is also how `ConsumersChangesDeadLetters` starts: the digest tells them apart."""
    length = len(prefix) + 8
    (found,) = [
        name
        for name in template.of("AWS::Lambda::EventSourceMapping")
        if name.startswith(prefix) and len(name) == length
    ]
    return found[len(prefix) :]


def test_a_plan_has_all_the_time_and_memory_that_a_function_can_count_on(aws: StackTemplate) -> None:
    properties = aws.properties("AWS::Lambda::Function", "PlanFunction")
    assert properties["Timeout"] == 900
    assert properties["MemorySize"] == 3008
