"""Capabilities: each function of this module lets a role do one thing, and names every action it takes."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs.findings import AWS_SOLUTIONS, acknowledge

_READ = ("GetItem", "BatchGetItem", "Query", "ConditionCheckItem", "PartiQLSelect", "DescribeTable")
_WRITE = (
    *("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"),
    *("PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"),
)


def read(role: iam.IRole, table: dynamodb.Table, key: kms.IKey, *, index: str | None = None) -> None:
    """Read single items and queries of a table, and queries of one of its indexes; no scans."""
    _allow(role, [f"dynamodb:{action}" for action in _READ], [table.table_arn])
    if index is not None:
        _allow(role, ["dynamodb:Query"], [f"{table.table_arn}/index/{index}"])
    _through(role, key, "dynamodb", "kms:Decrypt", "kms:DescribeKey")


def write(role: iam.IRole, table: dynamodb.Table, key: kms.IKey) -> None:
    """Write items of a table, singly, in batches, in transactions and by PartiQL."""
    _allow(role, [f"dynamodb:{action}" for action in _WRITE], [table.table_arn])
    _through(role, key, "dynamodb", "kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt", "kms:DescribeKey")


def erase(role: iam.IRole, table: dynamodb.Table, key: kms.IKey) -> None:
    """Delete items of a table in batches."""
    # IAM has no action for deleting in batches alone.
    _allow(role, ["dynamodb:BatchWriteItem"], [table.table_arn])
    _through(role, key, "dynamodb", "kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt", "kms:DescribeKey")


def note(role: iam.IRole, table: dynamodb.Table, key: kms.IKey) -> None:
    """Put or update single items of a table; no deletes, no batches."""
    _allow(role, ["dynamodb:PutItem", "dynamodb:UpdateItem"], [table.table_arn])
    _through(role, key, "dynamodb", "kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt", "kms:DescribeKey")


def note_under(role: iam.IRole, table: dynamodb.Table, key: kms.IKey, *partitions: str) -> None:
    """Put or update single items of a table in partitions that begin so, and nowhere else."""
    role.add_to_principal_policy(
        iam.PolicyStatement(
            actions=["dynamodb:PutItem", "dynamodb:UpdateItem"],
            resources=[table.table_arn],
            conditions={"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{each}*" for each in partitions]}},
        )
    )
    _through(role, key, "dynamodb", "kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt", "kms:DescribeKey")


def follow(role: iam.IRole, table: dynamodb.Table, key: kms.IKey) -> None:
    """Read the stream of a table's changes."""
    stream = table.table_stream_arn
    if stream is None:
        raise ValueError(f"{table.node.path} has no stream to follow: give it a stream view type.")
    _allow(role, [f"dynamodb:{action}" for action in ("DescribeStream", "GetRecords", "GetShardIterator")], [stream])
    # ListStreams knows no resource; Lambda refuses an event source whose role lacks it.
    _allow(role, ["dynamodb:ListStreams"], ["*"])
    _through(role, key, "dynamodb", "kms:Decrypt", "kms:DescribeKey")


def send(role: iam.IRole, queue: sqs.Queue, key: kms.IKey) -> None:
    """Send messages to a queue."""
    _allow(role, ["sqs:SendMessage"], [queue.queue_arn])
    _through(role, key, "sqs", "kms:GenerateDataKey", "kms:Decrypt")


def consume(role: iam.IRole, queue: sqs.Queue, key: kms.IKey) -> None:
    """Receive and delete messages of a queue, as an event source does."""
    actions = ("ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes")
    _allow(role, [f"sqs:{action}" for action in actions], [queue.queue_arn])
    _through(role, key, "sqs", "kms:Decrypt")


def seal(role: iam.IRole, key: kms.IKey) -> None:
    """Encrypt credentials of connections."""
    _allow(role, ["kms:Encrypt", "kms:GenerateDataKey"], [key.key_arn])


def unseal(role: iam.IRole, key: kms.IKey) -> None:
    """Decrypt credentials of connections."""
    _allow(role, ["kms:Decrypt"], [key.key_arn])


def publish(role: iam.IRole, topic: sns.ITopic, key: kms.IKey) -> None:
    """Publish to an encrypted topic."""
    _allow(role, ["sns:Publish"], [topic.topic_arn])
    _through(role, key, "sns", "kms:GenerateDataKey", "kms:Decrypt")


def put_files(role: iam.IRole, bucket: s3.Bucket, key: kms.IKey) -> None:
    """Write the files of exports, and write, read and delete the parts that they are made of."""
    _allow(role, ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload"], [bucket.arn_for_objects("files/*")])
    _allow(role, ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"], [bucket.arn_for_objects("parts/*")])
    _through(role, key, "s3", "kms:GenerateDataKey", "kms:Decrypt")
    _any_key(role, bucket, "files", "parts")


def hand_out_files(role: iam.IRole, bucket: s3.Bucket, key: kms.IKey) -> None:
    """Read the files of exports, which whoever has a link signed by this role does in its name."""
    _allow(role, ["s3:GetObject"], [bucket.arn_for_objects("files/*")])
    _through(role, key, "s3", "kms:Decrypt")
    _any_key(role, bucket, "files")


def invoke_itself(scope: Construct, role: iam.IRole, function: lambda_.IFunction) -> None:
    """Call the function whose role this is. A policy in `scope`: the function waits for everything in its role."""
    statement = iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn])
    iam.Policy(scope, "InvokePolicy", roles=[role], statements=[statement])


def invoke(role: iam.IRole, function: lambda_.IFunction) -> None:
    """Call a function, the version that is deployed and no other."""
    _allow(role, ["lambda:InvokeFunction"], [function.function_arn])


def start(role: iam.IRole, *machines: sfn.StateMachine) -> None:
    """Start executions of state machines."""
    _allow(role, ["states:StartExecution"], [machine.state_machine_arn for machine in machines])


def answer(scope: Construct, role: iam.IRole, *machines: sfn.StateMachine, done: bool = True) -> None:
    """Send task tokens back: a phase cannot go on, or nobody waits for it any more, or (`done`) it has ended.

    A policy in `scope`, beside the role rather than in it: the machine calls the function, the function waits for
    everything in its role, so the role may not wait for the machine.
    """
    actions = [*(["states:SendTaskSuccess"] if done else []), "states:SendTaskFailure"]
    resources = [machine.state_machine_arn for machine in machines]
    statement = iam.PolicyStatement(actions=actions, resources=resources)
    iam.Policy(scope, "AnswerPolicy", roles=[role], statements=[statement])


def _any_key(role: iam.IRole, bucket: s3.Bucket, *folders: str) -> None:
    """A folder of a bucket is named with a star; that is meant."""
    child = bucket.node.default_child
    if not isinstance(child, s3.CfnBucket):
        raise TypeError(f"{bucket.node.path} is no bucket of this stack.")
    name = Stack.of(bucket).get_logical_id(child)
    for folder in folders:
        rule = f"IAM5[Resource::<{name}.Arn>/{folder}/*]"
        acknowledge(role, AWS_SOLUTIONS, rule, "Each export has files of its own; there is no other way to name them.")


def _allow(role: iam.IRole, actions: list[str], resources: list[str]) -> None:
    role.add_to_principal_policy(iam.PolicyStatement(actions=actions, resources=resources))


def _through(role: iam.IRole, key: kms.IKey, service: str, *actions: str) -> None:
    """Let a role use the key where a service asks for it in the role's name, and only there."""
    role.add_to_principal_policy(
        iam.PolicyStatement(
            actions=list(actions),
            resources=[key.key_arn],
            conditions={"StringEquals": {"kms:ViaService": f"{service}.{Stack.of(role).region}.amazonaws.com"}},
        )
    )
