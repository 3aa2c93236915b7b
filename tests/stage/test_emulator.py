"""The emulator's mends, each shown on the running emulator: what AWS does, it does now too."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import boto3
import pytest

from infra.local.emulator.patch import EmulatorChangedError, rewrite, wrap
from infra.local.stage_info import StageInfo

HANDLER = '''
import json, os

class OrderLostError(Exception):
    """An error of this handler's own."""

def handler(event, context):
    if "Records" in event:
        print(json.dumps({"taken": len(event["Records"])}))
        return {}
    if event.get("raise"):
        raise OrderLostError("number 7")
    if event.get("metric") is not None:
        print(json.dumps({"_aws": {"Timestamp": 0, "CloudWatchMetrics": [{"Namespace": "tried",
            "Dimensions": [["service"]], "Metrics": [{"Name": "Broken", "Unit": "Count"}]}]},
            "service": event["service"], "Broken": event["metric"]}))
    return {"pid": os.getpid()}
'''


@pytest.fixture(scope="module")
def client(stage: StageInfo) -> Callable[[str], Any]:
    """boto3's clients of the stage, by service."""

    def of(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=stage.aws_endpoint,
            region_name=stage.region,
            aws_access_key_id=stage.account,
            aws_secret_access_key="local",
        )

    return of


@pytest.fixture(scope="module")
def function(client: Callable[[str], Any]) -> Iterator[str]:
    """A function that does as it is told."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("tried.py", HANDLER)
    client("lambda").create_function(
        FunctionName="tried",
        Runtime="python3.13",
        Role="arn:aws:iam::000000000000:role/tried",
        Handler="tried.handler",
        Code={"ZipFile": packed.getvalue()},
        Timeout=10,
    )
    yield "tried"
    client("lambda").delete_function(FunctionName="tried")


def invoke(client: Callable[[str], Any], function: str, **event: Any) -> dict[str, Any]:
    answer = client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    body: dict[str, Any] = json.loads(answer["Payload"].read())
    return body


def until(condition: Callable[[], Any], seconds: float = 120.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.2)
    return found


def test_an_exception_is_told_by_its_name_and_the_process_lives_on(client: Callable[[str], Any], function: str) -> None:
    before = invoke(client, function)
    error = invoke(client, function, **{"raise": True})
    assert (error["errorType"], error["errorMessage"]) == ("OrderLostError", "number 7")
    assert any("raise OrderLostError" in line for line in error["stackTrace"])
    assert invoke(client, function) == before


def test_a_handler_that_logs_nothing_costs_no_wait(client: Callable[[str], Any], function: str) -> None:
    lambda_ = client("lambda")

    def took() -> float:
        begun = time.monotonic()
        lambda_.invoke(FunctionName=function, Payload=b"{}")
        return time.monotonic() - begun

    took()
    assert min(took() for _ in range(10)) < 0.045


def test_a_condition_that_is_parsed_once_is_still_of_its_own_values(client: Callable[[str], Any]) -> None:
    dynamodb = client("dynamodb")
    keys = {"pk": "HASH", "sk": "RANGE"}
    dynamodb.create_table(
        TableName="sorted",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    for at in range(4):
        dynamodb.put_item(TableName="sorted", Item={"pk": {"S": "p"}, "sk": {"S": "ab"[at % 2] + str(at)}})

    def found(begin: str, condition: str = "pk = :pk AND begins_with(sk, :begin)") -> list[str]:
        values = {":pk": {"S": "p"}, ":begin": {"S": begin}}
        answer = dynamodb.query(TableName="sorted", KeyConditionExpression=condition, ExpressionAttributeValues=values)
        return [item["sk"]["S"] for item in answer["Items"]]

    for _ in range(2):
        assert (found("a"), found("b"), found("c")) == (["a0", "a2"], ["b1", "b3"], [])
        with pytest.raises(dynamodb.exceptions.ClientError, match="KeyConditionExpression"):
            found("a", "pk = :pk AND AND sk = :begin")
    dynamodb.delete_table(TableName="sorted")


def test_what_a_condition_says_is_found_out_once() -> None:
    """And whoever asked may change what he was given."""
    from infra.local.emulator import expressions

    parsed: list[str] = []
    parse = expressions._remembered(lambda text: parsed.append(text) or [text])
    parse("pk = :pk").append("spoilt")
    assert [parse("pk = :pk"), parse("sk = :sk"), parse("pk = :pk")] == [["pk = :pk"], ["sk = :sk"], ["pk = :pk"]]
    assert parsed == ["pk = :pk", "sk = :sk"]


@pytest.mark.parametrize(
    "text", ["pk = :a", "pk = :a AND sk < :b", "pk = :a AND begins_with(sk, :b)", "sk = :n", "pk = :a OR sk = :b"]
)
def test_a_plain_condition_holds_where_the_emulator_s_own_does(text: str) -> None:
    from ministack.services import dynamodb

    from infra.local.emulator import expressions

    asked: list[str] = []

    def evaluate(text: str, *rest: Any) -> Any:
        asked.append(text)
        return original(text, *rest)

    def found(evaluate: Callable[..., Any], *case: Any) -> Any:
        try:
            return evaluate(text, *case, {})
        except ValueError as error:
            return str(error)

    original = dynamodb._evaluate_condition
    at_once = expressions._at_once(evaluate)
    words = [{"S": word} for word in ("", "a", "ab", "b", "é", "\U0001f600")]
    cases = [
        ({"pk": pk, **sk}, {":a": a, ":b": b, ":n": {"N": "1"}})
        for pk, a, b in product(words[1:3], words[1:3], words)
        for sk in ({}, {"sk": {"N": "1"}}, *({"sk": word} for word in words))
    ]
    for item, values in cases:
        assert found(at_once, item, values) == found(original, item, values), (item, values)
    assert len(asked) < len(cases) or text in ("sk = :n", "pk = :a OR sk = :b")


def test_writes_by_partiql_are_in_the_stream(client: Callable[[str], Any]) -> None:
    dynamodb = client("dynamodb")
    table = dynamodb.create_table(
        TableName="tried",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )["TableDescription"]

    def run(*statements: str) -> list[str]:
        answer = dynamodb.batch_execute_statement(Statements=[{"Statement": each} for each in statements])
        return [each.get("Error", {}).get("Code", "") for each in answer["Responses"]]

    assert run("INSERT INTO \"tried\" VALUE {'pk': 'a', 'v': 1}") == [""]
    assert run("UPDATE \"tried\" SET v=2 WHERE pk='a' AND v=1") == [""]
    refused = run("UPDATE \"tried\" SET v=3 WHERE pk='a' AND v=1", "INSERT INTO \"tried\" VALUE {'pk': 'a'}")
    assert refused == ["ConditionalCheckFailed", "DuplicateItem"]
    assert run("DELETE FROM \"tried\" WHERE pk='a' AND v=2") == [""]

    streams, arn = client("dynamodbstreams"), table["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    dynamodb.delete_table(TableName="tried")

    def images(record: dict[str, Any]) -> tuple[Any, Any]:
        change = record["dynamodb"]
        return tuple(change.get(name, {}).get("v", {}).get("N") for name in ("OldImage", "NewImage"))

    assert [(each["eventName"], images(each)) for each in records] == [
        ("INSERT", (None, "1")),
        ("MODIFY", ("1", "2")),
        ("REMOVE", ("2", None)),
    ]
    sequence = [int(each["dynamodb"]["SequenceNumber"]) for each in records]
    assert sequence == sorted(set(sequence))


def test_a_batch_is_as_large_as_its_mapping_says(client: Callable[[str], Any], function: str) -> None:
    sqs, lambda_ = client("sqs"), client("lambda")
    url = sqs.create_queue(QueueName="tried")["QueueUrl"]
    for start in (0, 10, 20):
        entries = [{"Id": str(number), "MessageBody": "{}"} for number in range(start, start + 10)]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    mapping = lambda_.create_event_source_mapping(
        FunctionName=function, EventSourceArn=arn, BatchSize=50, MaximumBatchingWindowInSeconds=1
    )

    def taken() -> list[int]:
        events = client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
        return [json.loads(each["message"])["taken"] for each in events if '"taken"' in each["message"]]

    try:
        assert until(taken) == [30]
    finally:
        lambda_.delete_event_source_mapping(UUID=mapping["UUID"])
        sqs.delete_queue(QueueUrl=url)


def test_a_task_that_waits_for_a_token_fails_with_its_function(client: Callable[[str], Any], function: str) -> None:
    machines = client("stepfunctions")
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": function, "Payload": {"raise": True, "token.$": "$$.Task.Token"}},
        "Catch": [{"ErrorEquals": ["OrderLostError"], "Next": "Told"}],
        "End": True,
    }
    definition = {"StartAt": "Ask", "States": {"Ask": task, "Told": {"Type": "Succeed"}}}
    role = "arn:aws:iam::000000000000:role/tried"
    machine = machines.create_state_machine(name="tried", definition=json.dumps(definition), roleArn=role)
    run = machines.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    ended = until(lambda: (seen := machines.describe_execution(executionArn=run))["status"] != "RUNNING" and seen)
    assert (ended["status"], json.loads(ended["output"])["Error"]) == ("SUCCEEDED", "OrderLostError")
    machines.delete_state_machine(stateMachineArn=machine["stateMachineArn"])


def test_a_metric_in_a_log_line_rings_the_alarm_of_its_dimensions_only(
    client: Callable[[str], Any], function: str
) -> None:
    cloudwatch = client("cloudwatch")
    for service in ("ours", "theirs"):
        cloudwatch.put_metric_alarm(
            AlarmName=service,
            Namespace="tried",
            MetricName="Broken",
            Dimensions=[{"Name": "service", "Value": service}],
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching",
        )
    invoke(client, function, metric=3, service="ours")

    def states() -> dict[str, str]:
        alarms = cloudwatch.describe_alarms(AlarmNames=["ours", "theirs"])["MetricAlarms"]
        return {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}

    until(lambda: states() == {"ours": "ALARM", "theirs": "OK"})
    cloudwatch.delete_alarms(AlarmNames=["ours", "theirs"])


def test_a_dead_letter_that_stays_rings_the_stack_s_alarm(stage: StageInfo, client: Callable[[str], Any]) -> None:
    client("sqs").send_message(QueueUrl=stage.undelivered_url, MessageBody="{}")

    def ringing() -> list[str]:
        alarms = client("cloudwatch").describe_alarms(StateValue="ALARM")["MetricAlarms"]
        return [alarm["AlarmName"] for alarm in alarms if "UndeliveredDeadLetters" in alarm["AlarmName"]]

    try:
        assert len(until(ringing)) == 1
    finally:
        client("sqs").purge_queue(QueueUrl=stage.undelivered_url)


def test_both_tables_let_go_of_what_has_expired(stage: StageInfo, client: Callable[[str], Any]) -> None:
    for table in (stage.index_table, stage.state_table):
        described = client("dynamodb").describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        assert described == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


def test_a_mend_that_no_longer_fits_says_so() -> None:
    class Emulator:
        """Stands in for a module of a later release."""

        script = "print(1)"

    with pytest.raises(EmulatorChangedError, match=r"Emulator\.gone"):
        wrap(Emulator, "gone", lambda original: original)
    with pytest.raises(EmulatorChangedError, match="no longer contains"):
        rewrite(Emulator, "script", "print(2)", "print(3)")
    rewrite(Emulator, "script", "1", "2")
    assert Emulator.script == "print(2)"
