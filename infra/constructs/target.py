"""Where the stack goes, AWS or this machine's emulator, and every difference between the two with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_
from constructs import Node

WORKER_TIMEOUT = Duration.seconds(60)
"""Enough for one page: two batch reads and two batch writes of 100 records, each with a retry."""


@dataclass(frozen=True, slots=True)
class Target:
    """What differs between AWS and the emulator. Whatever is not in here is the same on both."""

    stage: Literal["aws", "local"]
    architecture: lambda_.Architecture
    tracing: lambda_.Tracing
    removal: RemovalPolicy
    protected: bool
    bundled: bool
    visibility: Duration
    mfa: cognito.Mfa

    @property
    def local(self) -> bool:
        """Whether the stack goes onto the emulator."""
        return self.stage == "local"


AWS = Target(
    stage="aws",
    architecture=lambda_.Architecture.ARM_64,
    tracing=lambda_.Tracing.ACTIVE,
    removal=RemovalPolicy.RETAIN,
    protected=True,
    bundled=True,
    # Six times the consumer's timeout, as the Lambda guide asks: a throttled batch must not come back too early.
    visibility=Duration.seconds(6 * WORKER_TIMEOUT.to_seconds()),
    # Who signs in can read every customer: a password alone is not enough.
    mfa=cognito.Mfa.REQUIRED,
)

LOCAL = Target(
    stage="local",
    # The emulator starts its own interpreter, whatever the template says; this one is true to it.
    architecture=lambda_.Architecture.X86_64,
    # There is no X-Ray on the emulator, and a trace header would only lengthen the log.
    tracing=lambda_.Tracing.DISABLED,
    # A stage is thrown away with everything in it.
    removal=RemovalPolicy.DESTROY,
    protected=False,
    # The emulator's interpreter has every dependency already; zipping them costs seconds on each `up`.
    bundled=False,
    # A killed worker's message has to come back while a test waits; nothing throttles here.
    visibility=Duration.seconds(90),
    # Nobody wants to set up an app on their telephone for a stage that is gone in the evening.
    mfa=cognito.Mfa.OFF,
)


def target_of(node: Node) -> Target:
    """The target that the context asks for: `-c local=true` means the emulator."""
    return LOCAL if str(node.try_get_context("local") or "").lower() == "true" else AWS
