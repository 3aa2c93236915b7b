"""The template as a whole: one app for both targets, clean by two linters, with the outputs that others read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.infra.stack_template import StackTemplate

OUTPUTS = {
    *(
        "ApiId",
        "ApiUrl",
        "WebhookUrl",
        "SignInUrl",
        "UserPoolId",
        "MachineClientIds",
        "KeyId",
        "TopicArn",
        "DashboardName",
    ),
    *("ChangesQueueUrl", "BulkQueueUrl", "ChangesDlqUrl", "BulkDlqUrl", "UndeliveredUrl"),
    *("IndexTableName", "StateTableName", "InitialSyncArn", "ComparisonArn"),
    *("WebhookFunction", "ApiFunction", "PollFunction", "WorkerFunction", "PhaseFunction"),
    *("DeadLetterFunction", "CountsFunction", "NotifyFunction", "CompareFunction", "PlanFunction"),
    *("ExportFunction", "ExportBucketName"),
}


def differences(aws: Any, local: Any, path: str = "") -> set[str]:
    """Where two templates differ, by type and property; logical ids have no say."""
    if isinstance(aws, dict) and isinstance(local, dict):
        return {
            found
            for key in aws.keys() | local.keys()
            for found in differences(aws.get(key), local.get(key), f"{path}.{key}")
        }
    return set() if aws == local else {path.lstrip(".")}


def test_both_targets_have_the_same_resources(aws: StackTemplate, local: StackTemplate) -> None:
    assert {name: each["Type"] for name, each in aws.resources.items()} == {
        # The mails of alarms and of ended syncs go to whom the context names, on either target.
        name: each["Type"]
        for name, each in local.resources.items()
    }


def test_the_emulator_gets_the_same_stack_but_for_what_is_listed(aws: StackTemplate, local: StackTemplate) -> None:
    found = {
        f"{each['Type']}: {difference}"
        for name, each in aws.resources.items()
        if each["Type"] != "AWS::CDK::Metadata"
        for difference in differences(each, local.resources[name])
    }
    kept = ("AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::Logs::LogGroup", "AWS::Cognito::UserPool")
    kept += ("AWS::S3::Bucket",)
    assert found == {
        *{f"{type_}: {policy}" for type_ in kept for policy in ("DeletionPolicy", "UpdateReplacePolicy")},
        "AWS::DynamoDB::Table: Properties.DeletionProtectionEnabled",
        "AWS::Cognito::UserPool: Properties.DeletionProtection",
        # No second factor on a stage.
        "AWS::Cognito::UserPool: Properties.EnabledMfas",
        "AWS::Cognito::UserPool: Properties.MfaConfiguration",
        "AWS::Lambda::Function: Properties.Architectures",
        # One package has the dependencies of the deployed runtime in it, the other has none.
        "AWS::Lambda::Function: Properties.Code.S3Key",
        "AWS::Lambda::Function: Properties.Environment.Variables.STAGE",
        "AWS::Lambda::Function: Properties.TracingConfig",
        "AWS::StepFunctions::StateMachine: Properties.TracingConfiguration.Enabled",
        "AWS::SQS::Queue: Properties.VisibilityTimeout",
        # X-Ray's two actions.
        "AWS::IAM::Policy: Properties.PolicyDocument.Statement",
    }


def test_the_outputs_are_those_that_others_read(aws: StackTemplate) -> None:
    assert set(aws.outputs) == OUTPUTS


def test_cfn_lint_has_nothing_to_say(aws: StackTemplate) -> None:
    linter = Path(sys.executable).with_name("cfn-lint")
    said = subprocess.run(
        [str(linter), "--ignore-checks", "W3005", "--regions", "eu-central-1", "--", str(aws.path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stdout) == (0, "")


def test_a_finding_that_nobody_acknowledged_fails_the_synthesis(tmp_path: Path) -> None:
    from aws_cdk import App, Stack
    from aws_cdk import aws_sqs as sqs

    from infra.app import check

    app = App(outdir=str(tmp_path))
    sqs.Queue(Stack(app, "Careless"), "Queue")
    check(app)
    with pytest.raises(RuntimeError, match="AwsSolutions-SQS4"):
        app.synth()
