"""The CDK app. `cdk synth` gives the stack for AWS, `cdk synth -c local=true` the same one for the emulator."""

from __future__ import annotations

import os

from aws_cdk import App, Environment, Validations

from infra.constructs.target import Target, target_of
from infra.stacks.hubsync_stack import HubsyncStack

STACK_NAME = "Hubsync"


def build(app: App, target: Target | None = None) -> HubsyncStack:
    """The stack in an app, for the target that the context asks for unless one is given."""
    target = target or target_of(app.node)
    environment = Environment(
        account=os.environ.get("CDK_DEFAULT_ACCOUNT"), region=os.environ.get("CDK_DEFAULT_REGION")
    )
    return HubsyncStack(
        app,
        STACK_NAME,
        target=target,
        env=environment,
        description="hubsync keeps HubSpot and another application in step",
    )


def check(app: App) -> None:
    """Let cdk-nag look at the app; what it finds and nobody has acknowledged fails the synthesis."""
    from cdk_nag import AwsSolutionsChecks, ServerlessChecks

    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))


def main() -> None:
    """Synthesise for the CDK command line."""
    app = App()
    stack = build(app)
    if not stack.target.local:
        check(app)
    app.synth()


if __name__ == "__main__":
    main()
