"""HTTP, schedules and state machines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hubsync.aws.orchestrator import SUPERSEDED
from hubsync.services.phases import SupersededError
from infra.constructs.phases import DEFINITIONS
from tests.infra.stack_template import StackTemplate

MACHINES = {
    "initial_sync": ["index_hubspot", "sync_app", "sync_hubspot"],
    "comparison": ["compare_hubspot", "compare_app", "compare_index"],
}
machines = pytest.mark.parametrize("file", MACHINES)


def definition(file: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DEFINITIONS / f"{file}.asl.json").read_text())
    return loaded


def test_the_api_is_throttled_and_its_access_logged_without_the_caller(aws: StackTemplate) -> None:
    stage = aws.properties("AWS::ApiGatewayV2::Stage", "HttpStage")
    assert stage["DefaultRouteSettings"] == {"ThrottlingBurstLimit": 400, "ThrottlingRateLimit": 200}
    assert stage["AccessLogSettings"]["DestinationArn"]["Fn::GetAtt"][0].startswith("HttpAccess")
    logged = json.loads(stage["AccessLogSettings"]["Format"])
    assert logged["route"] == "$context.routeKey"
    assert not {value for value in logged.values() if "sourceIp" in value or "header" in value}


def test_webhooks_have_a_function_and_everything_else_has_the_api(aws: StackTemplate) -> None:
    targets = {
        each["Properties"]["RouteKey"]: each["Properties"]["Target"]["Fn::Join"][1][1]["Ref"]
        for each in aws.of("AWS::ApiGatewayV2::Route").values()
    }
    webhook = targets.pop("POST /webhooks/{connection_id}")
    assert len(targets) == 5
    assert len(set(targets.values())) == 1
    assert webhook not in targets.values()


@pytest.mark.parametrize(
    ("name", "expression", "max_age"),
    [("Poll", "rate(5 minutes)", 300), ("Compare", "cron(30 2 * * ? *)", 7200)],
)
def test_a_schedule_fires_and_keeps_what_it_cannot_deliver(
    aws: StackTemplate, name: str, expression: str, max_age: int
) -> None:
    (schedule,) = [
        each["Properties"]
        for each in aws.of("AWS::Scheduler::Schedule").values()
        if each["Properties"]["Target"]["Arn"]["Fn::GetAtt"][0].startswith(f"{name}Function")
    ]
    assert schedule["ScheduleExpression"] == expression
    assert schedule["State"] == "ENABLED"
    target = schedule["Target"]
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": max_age, "MaximumRetryAttempts": 2}
    assert target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0].startswith("QueuesUndelivered")
    assert target["RoleArn"]["Fn::GetAtt"][0].startswith(f"Schedules{name}Role")


@pytest.mark.parametrize("machine", ["PhasesInitialSync", "PhasesComparison"])
def test_a_machine_is_standard_logged_and_traced(aws: StackTemplate, machine: str) -> None:
    properties = aws.properties("AWS::StepFunctions::StateMachine", machine)
    assert properties["StateMachineType"] == "STANDARD"
    assert properties["TracingConfiguration"] == {"Enabled": True}
    assert properties["LoggingConfiguration"]["Level"] == "ALL"
    assert properties["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert {"PhaseFunctionArn"} <= set(properties["DefinitionSubstitutions"])


@machines
def test_every_state_leads_to_a_state_and_is_reached(file: str) -> None:
    states = definition(file)["States"]
    reached = {definition(file)["StartAt"]}
    for state in states.values():
        reached |= {state[key] for key in ("Next", "Default") if key in state}
        reached |= {each["Next"] for each in (*state.get("Catch", []), *state.get("Choices", []))}
    assert reached == set(states)


@machines
def test_the_phases_come_in_order_and_each_waits_for_its_token(file: str) -> None:
    states = definition(file)["States"]
    name, phases = definition(file)["StartAt"], []
    while (following := states[name].get("Next", states[name].get("Default"))) is not None:
        parameters = states[name].get("Parameters", {})
        if states[name].get("Resource", "").endswith(".waitForTaskToken"):
            assert parameters["Payload"]["action"] == "start"
            assert parameters["Payload"]["task_token.$"] == "$$.Task.Token"
            assert states[name]["TimeoutSeconds"] == 7 * 24 * 3600
            phases.append(parameters["Payload"]["phase"])
        name = following
    assert phases == MACHINES[file]
    assert states[name]["Type"] == "Succeed"


@machines
def test_a_task_tries_again_only_where_lambda_itself_failed(file: str) -> None:
    tasks = [state for state in definition(file)["States"].values() if state["Type"] == "Task"]
    assert tasks
    for task in tasks:
        (retry,) = task["Retry"]
        assert all(error.startswith("Lambda.") for error in retry["ErrorEquals"])


@machines
def test_a_failure_is_written_down_before_the_execution_fails(file: str) -> None:
    states = definition(file)["States"]
    failing = states["Record the failure"]
    assert failing["Parameters"]["Payload"]["action"] == "fail"
    assert failing["Parameters"]["Payload"]["failure.$"] == "$.failure"
    assert states[failing["Next"]]["Type"] == "Fail"
    for name, state in states.items():
        payload = state.get("Parameters", {}).get("Payload", {})
        if payload.get("action") in ("prepare", "brake", "start", "finish"):
            assert [catch["Next"] for catch in state["Catch"]] == ["Superseded", "Record the failure"], name


@machines
def test_a_run_that_nobody_waits_for_any_more_ends_as_a_success(file: str) -> None:  # rule 1.2
    states = definition(file)["States"]
    assert states["Superseded"]["Type"] == "Succeed"
    catches = [catch for state in states.values() for catch in state.get("Catch", []) if catch["Next"] == "Superseded"]
    assert catches
    for catch in catches:
        # What a token is answered with, and the error by which the phase function ends.
        assert set(catch["ErrorEquals"]) == {SUPERSEDED, SupersededError.__name__}


def test_the_initial_sync_waits_for_older_writers_before_it_starts() -> None:
    states = definition("initial_sync")["States"]
    wait = states[states["Prepare"]["Next"]]
    assert (wait["Type"], wait["SecondsPath"]) == ("Wait", "$.prepared.wait_seconds")
    choice = states[wait["Next"]]
    assert choice["Choices"] == [{"Variable": "$.prepared.weigh", "BooleanEquals": True, "Next": "Weigh"}]
    assert states[choice["Default"]]["Parameters"]["Payload"]["phase"] == "index_hubspot"


@machines
def test_a_run_with_a_brake_is_weighed_before_its_first_phase(file: str) -> None:
    """1.10 Nothing is written before the run was weighed, and a held run asks and ends."""
    states = definition(file)["States"]
    weigh = states["Weigh"]
    assert weigh["Parameters"]["FunctionName"] == "${PlanFunctionArn}"
    assert weigh["TimeoutSeconds"] > 900  # its function's own
    hold = states[weigh["Next"]]
    assert hold["Parameters"]["Payload"]["action"] == "brake"
    assert hold["Parameters"]["Payload"]["weighed.$"] == weigh["ResultPath"]
    choice = states[hold["Next"]]
    assert choice["Choices"] == [{"Variable": "$.braked.held", "BooleanEquals": True, "Next": "Ask"}]
    assert states[choice["Default"]]["Parameters"]["Payload"]["phase"] == MACHINES[file][0]
    assert states[states["Ask"]["Next"]]["Type"] == "Succeed"


@machines
def test_a_plan_that_fails_reaches_the_brake(file: str) -> None:
    """1.10 What cannot be weighed is held or left out: whatever ends the function is handed to the brake."""
    weigh = definition(file)["States"]["Weigh"]
    superseded, anything = weigh["Catch"]
    assert superseded["Next"] == "Superseded"
    assert anything == {"ErrorEquals": ["States.ALL"], "ResultPath": weigh["ResultPath"], "Next": weigh["Next"]}


@pytest.mark.parametrize("name", ["Notify", "Ask"])
def test_mail_that_cannot_be_sent_fails_no_run(name: str) -> None:
    states = definition("initial_sync")["States"]
    assert [catch["Next"] for catch in states[name]["Catch"]] == ["Done"]
