"""The two state machines that move a sync from phase to phase; they never loop per record."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs import grants
from infra.constructs.findings import AWS_SOLUTIONS, acknowledge
from infra.constructs.target import Target

DEFINITIONS = Path(__file__).resolve().parents[1] / "statemachines"


class Phases(Construct):
    """`initial_sync` and `comparison`; each phase waits for the token that its last settled page sends."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        phase: lambda_.IFunction,
        plan: lambda_.IFunction,
        notify: lambda_.IFunction,
        target: Target,
    ) -> None:
        super().__init__(scope, id_)
        functions = {
            "PhaseFunctionArn": phase.function_arn,
            "PlanFunctionArn": plan.function_arn,
            "NotifyFunctionArn": notify.function_arn,
        }
        self.initial_sync = self._machine("InitialSync", "initial_sync", functions, target)
        self.comparison = self._machine("Comparison", "comparison", functions, target)
        for machine in (self.initial_sync, self.comparison):
            for function in (phase, plan, notify):
                grants.invoke(machine.role, function)
            acknowledge(
                machine,
                AWS_SOLUTIONS,
                "IAM5[Resource::*]",
                "The deliveries of logs and X-Ray's segments know no resource.",
            )

    def _machine(self, id_: str, file: str, functions: dict[str, str], target: Target) -> sfn.StateMachine:
        return sfn.StateMachine(
            self,
            id_,
            definition_body=sfn.DefinitionBody.from_string((DEFINITIONS / f"{file}.asl.json").read_text()),
            definition_substitutions=functions,
            state_machine_type=sfn.StateMachineType.STANDARD,
            tracing_enabled=not target.local,
            logs=sfn.LogOptions(
                destination=logs.LogGroup(
                    self,
                    f"{id_}Logs",
                    retention=logs.RetentionDays.THREE_MONTHS,
                    removal_policy=target.removal,
                ),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,
            ),
        )
