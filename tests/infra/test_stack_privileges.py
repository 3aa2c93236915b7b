"""Least privilege: who may do what, and above all who may not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.infra.stack_template import StackTemplate, as_list

FUNCTIONS = ("Webhook", "Api", "Poll", "Worker", "Phase", "DeadLetter", "Counts", "Notify", "Compare", "Plan", "Export")
READS = {f"dynamodb:{name}" for name in ("GetItem", "BatchGetItem", "Query", "ConditionCheckItem")}
WRITES = {
    f"dynamodb:{name}"
    for name in (
        *("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"),
        *("PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"),
    )
}
INDEX, STATE, KEY = "TablesIndexTable", "TablesStateTable", "EncryptionKey"
# Actions of which IAM knows no resource.
WITHOUT_RESOURCE = {
    *("xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"),
    "dynamodb:ListStreams",
    *("logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery"),
    *("logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies"),
    "logs:DescribeLogGroups",
}


def statements(template: StackTemplate) -> list[dict[str, Any]]:
    return [
        statement
        for policy in template.of("AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def test_no_action_has_a_wildcard(aws: StackTemplate) -> None:
    actions = {action for statement in statements(aws) for action in as_list(statement["Action"])}
    assert actions
    assert not {action for action in actions if "*" in action}


def test_any_resource_only_where_an_action_knows_none(aws: StackTemplate) -> None:
    anything = {
        action
        for statement in statements(aws)
        if "*" in as_list(statement["Resource"])
        for action in as_list(statement["Action"])
    }
    assert anything
    assert anything <= WITHOUT_RESOURCE


def test_no_role_carries_a_policy_of_another_author(aws: StackTemplate) -> None:
    for role in aws.of("AWS::IAM::Role").values():
        assert "ManagedPolicyArns" not in role["Properties"]


def test_every_function_has_a_role_of_its_own(aws: StackTemplate) -> None:
    roles = [each["Properties"]["Role"]["Fn::GetAtt"][0] for each in aws.of("AWS::Lambda::Function").values()]
    assert len(set(roles)) == len(roles) == len(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_writes_no_other_log_than_its_own(aws: StackTemplate, name: str) -> None:
    logs = {target for action, target in aws.allowed(f"{name}Role") if action.startswith("logs:")}
    assert logs == {f"{name}Logs"}


def test_who_reads_and_who_writes_the_index(aws: StackTemplate) -> None:
    allowed = {name: aws.allowed(f"{name}Role") for name in FUNCTIONS}
    readers = {name for name, may in allowed.items() if (("dynamodb:GetItem", INDEX)) in may}
    writers = {name for name, may in allowed.items() if {(action, INDEX) for action in WRITES} & may}
    erasers = {name: {action for action, target in may if target == INDEX} & WRITES for name, may in allowed.items()}
    assert readers == {"Api", "Poll", "Worker", "DeadLetter", "Notify", "Plan", "Export"}
    assert writers == {"Api", "Poll", "Worker", "DeadLetter"}
    # These two only delete, what belongs to a sync that is going.
    assert erasers["Api"] == erasers["Poll"] == {"dynamodb:BatchWriteItem"}
    assert not {target for _, target in allowed["Phase"] if target.startswith(INDEX)}


def test_who_writes_the_state(aws: StackTemplate) -> None:
    allowed = {name: aws.allowed(f"{name}Role") for name in FUNCTIONS}
    writers = {name for name, may in allowed.items() if {(action, STATE) for action in WRITES} & may}
    assert writers == {"Api", "Poll", "Worker", "Phase", "DeadLetter", "Counts", "Notify", "Plan", "Export"}
    assert {action for action, target in allowed["Notify"] if target == STATE} & WRITES == {
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
    }


def test_a_webhook_can_read_its_connection_and_send_a_change_and_that_is_all(aws: StackTemplate) -> None:
    assert aws.allowed("WebhookRole") == {
        *{(action, STATE) for action in READS | {"dynamodb:PartiQLSelect", "dynamodb:DescribeTable"}},
        *{(f"dynamodb: kms:{use}", KEY) for use in ("Decrypt", "DescribeKey")},
        ("sqs:SendMessage", "QueuesChangesQueue"),
        *{(f"sqs: kms:{use}", KEY) for use in ("Decrypt", "GenerateDataKey")},
        ("kms:Decrypt", KEY),
        *{(f"logs:{action}", "WebhookLogs") for action in ("CreateLogStream", "PutLogEvents")},
        *{(f"xray:{action}", "*") for action in ("PutTraceSegments", "PutTelemetryRecords")},
    }


def test_a_plan_can_write_its_report_and_the_call_budgets_and_that_is_all(aws: StackTemplate) -> None:
    """1.10 That a plan writes nothing is no promise of its code alone: its role lets it do nothing else."""
    assert aws.allowed("PlanRole") == {
        *{
            (action, table)
            for action in READS | {"dynamodb:PartiQLSelect", "dynamodb:DescribeTable"}
            for table in (INDEX, STATE)
        },
        ("dynamodb:Query", f"{INDEX}/index/by-status"),
        *{(f"dynamodb:{action}", STATE) for action in ("PutItem", "UpdateItem")},
        *{(f"dynamodb: kms:{use}", KEY) for use in ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey")},
        *{(f"kms:{use}", KEY) for use in ("Decrypt", "Encrypt", "GenerateDataKey")},
        *{(f"logs:{action}", "PlanLogs") for action in ("CreateLogStream", "PutLogEvents")},
        *{(f"xray:{action}", "*") for action in ("PutTraceSegments", "PutTelemetryRecords")},
    }
    (writing,) = [each for each in aws.statements("PlanRole") if "dynamodb:PutItem" in each["Action"]]
    assert writing["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["plan#*", "budget#*"]}}


def test_an_export_can_write_its_files_and_how_far_it_is_and_that_is_all(aws: StackTemplate) -> None:
    """8.5 It reads everything and can change nothing of it."""
    assert aws.allowed("ExportRole") == {
        *{
            (action, table)
            for action in READS | {"dynamodb:PartiQLSelect", "dynamodb:DescribeTable"}
            for table in (INDEX, STATE)
        },
        ("dynamodb:Query", f"{INDEX}/index/by-status"),
        *{(f"dynamodb:{action}", STATE) for action in ("PutItem", "UpdateItem")},
        *{(f"dynamodb: kms:{use}", KEY) for use in ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey")},
        ("kms:Decrypt", KEY),
        *{(f"s3:{action}", "FilesExports/parts/*") for action in ("PutObject", "GetObject", "DeleteObject")},
        *{(f"s3:{action}", "FilesExports/files/*") for action in ("PutObject", "GetObject", "AbortMultipartUpload")},
        *{(f"s3: kms:{use}", KEY) for use in ("Decrypt", "GenerateDataKey")},
        ("lambda:InvokeFunction", "Export"),
        ("ses:SendEmail", "arn:AWS::P:ses:AWS:AWS::A:identity/*"),
        *{(f"logs:{action}", "ExportLogs") for action in ("CreateLogStream", "PutLogEvents")},
        *{(f"xray:{action}", "*") for action in ("PutTraceSegments", "PutTelemetryRecords")},
    }
    (writing,) = [each for each in aws.statements("ExportRole") if "dynamodb:PutItem" in each["Action"]]
    assert writing["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["exports*", "budget#*"]}}


def test_who_has_to_do_with_the_files_of_exports(aws: StackTemplate) -> None:
    """8.5 Links are signed by the API and by the export itself; nobody else can read a file, nobody can list them."""
    touching = {
        (name, action, target)
        for name in FUNCTIONS
        for action, target in aws.allowed(f"{name}Role")
        if action.startswith("s3:") and not action.startswith("s3: ") and name != "Export"
    }
    assert touching == {("Api", "s3:GetObject", "FilesExports/files/*")}
    callers = {name for name in FUNCTIONS if ("lambda:InvokeFunction", "Export") in aws.allowed(f"{name}Role")}
    assert callers == {"Api", "Poll", "Export"}


def test_only_six_functions_can_open_credentials_and_only_two_seal(aws: StackTemplate) -> None:
    allowed = {name: aws.allowed(f"{name}Role") for name in FUNCTIONS}
    assert {name for name, may in allowed.items() if ("kms:Decrypt", KEY) in may} == {
        *("Webhook", "Api", "Poll", "Worker", "Plan", "Export")
    }
    assert {name for name, may in allowed.items() if ("kms:Encrypt", KEY) in may} == {"Api", "Plan"}


@pytest.mark.parametrize(
    ("queue", "senders"),
    [
        ("QueuesChangesQueue", {"Webhook", "Api", "Poll", "Worker"}),
        ("QueuesBulkQueue", {"Api", "Poll", "Worker", "Phase"}),
        ("QueuesUndelivered", {"Counts"}),
    ],
)
def test_who_sends_to_a_queue(aws: StackTemplate, queue: str, senders: set[str]) -> None:
    assert {name for name in FUNCTIONS if ("sqs:SendMessage", queue) in aws.allowed(f"{name}Role")} == senders


def test_who_starts_and_who_answers_the_state_machines(aws: StackTemplate) -> None:
    def who(action: str, machine: str) -> set[str]:
        return {name for name in FUNCTIONS if (f"states:{action}", machine) in aws.allowed(f"{name}Role")}

    assert who("StartExecution", "PhasesInitialSync") == {"Api"}
    assert who("StartExecution", "PhasesComparison") == {"Api", "Compare"}
    for machine in ("PhasesInitialSync", "PhasesComparison"):
        assert who("SendTaskSuccess", machine) == {"Poll", "Worker", "Phase", "DeadLetter"}
        assert who("SendTaskFailure", machine) == {"Api", "Poll", "Worker", "Phase", "DeadLetter"}


def test_whom_the_state_machines_call(aws: StackTemplate) -> None:
    """1.10 Both let the plan function weigh their runs."""

    def called(machine: str) -> set[str]:
        allowed = aws.allowed(f"Phases{machine}Role")
        return {function for action, function in allowed if action == "lambda:InvokeFunction"}

    assert called("InitialSync") == called("Comparison") == {"Phase", "Plan", "Notify"}


def test_who_tells_people(aws: StackTemplate) -> None:
    publishers = {name for name in FUNCTIONS if ("sns:Publish", "NotificationsTopic") in aws.allowed(f"{name}Role")}
    assert publishers == {"Notify", "Poll", "Worker"}


def test_mail_goes_out_from_one_address_only(aws: StackTemplate) -> None:
    sending = [s for s in statements(aws) if s["Action"] == "ses:SendEmail"]
    assert len(sending) == 2
    for each in sending:
        assert each["Condition"] == {"StringEquals": {"ses:FromAddress": "sync@example.com"}}


@pytest.mark.parametrize(("schedule", "function"), [("Poll", "Poll"), ("Compare", "Compare")])
def test_a_schedule_may_start_its_function_and_no_other(aws: StackTemplate, schedule: str, function: str) -> None:
    invoked = {
        target for action, target in aws.allowed(f"Schedules{schedule}Role") if action == "lambda:InvokeFunction"
    }
    assert invoked == {function}
