"""One Lambda of hubsync: its handler, its own role, its own log group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.findings import AWS_SOLUTIONS, SERVERLESS, acknowledge
from infra.constructs.target import Target

SERVICE = "hubsync"


class Function(Construct):
    """A function whose role may write its own log, and nothing else until it is granted something.

    `name` is the module under `hubsync.handlers`. `loops` says that the function takes part in a chain through a
    queue back to itself: Lambda stops such chains after some 16 rounds unless it is told that they are meant, and a
    scan of a million records is a chain of ten thousand pages.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        code: lambda_.Code,
        target: Target,
        timeout: Duration,
        environment: Mapping[str, str],
        memory: int = 512,
        loops: bool = False,
        disk: Size | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.name = name
        self.logs = logs.LogGroup(
            self, "Logs", retention=logs.RetentionDays.THREE_MONTHS, removal_policy=target.removal
        )
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"What hubsync's {name} function may do",
        )
        self.logs.grant_write(self.role)
        extra: dict[str, Any] = {"recursive_loop": lambda_.RecursiveLoop.ALLOW} if loops else {}
        self.function = lambda_.Function(
            self,
            "Function",
            description=f"hubsync: {name}",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=target.architecture,
            handler=f"hubsync.handlers.{name}.handler",
            code=code,
            role=self.role,
            log_group=self.logs,
            memory_size=memory,
            timeout=timeout,
            ephemeral_storage_size=disk,
            tracing=target.tracing,
            environment={
                "POWERTOOLS_SERVICE_NAME": SERVICE,
                "POWERTOOLS_METRICS_NAMESPACE": SERVICE,
                "LOG_LEVEL": "INFO",
                "STAGE": target.stage,
                **environment,
            },
            **extra,
        )
        acknowledge(
            self.role,
            AWS_SOLUTIONS,
            "IAM5[Resource::*]",
            "X-Ray's PutTraceSegments and PutTelemetryRecords, and DynamoDB's ListStreams, know no resource.",
        )
        newest = "3.14 is offered; 3.13 is what this project is tested with."
        acknowledge(self.function, AWS_SOLUTIONS, "L1", newest)
        acknowledge(self.function, SERVERLESS, "LambdaLatestVersion", newest)
        acknowledge(
            self.function,
            SERVERLESS,
            "LambdaDLQ",
            "Events come from queues, a stream or a caller who waits. The two that the scheduler starts carry nothing "
            "that the next tick does not carry too, and their errors have an alarm.",
        )
