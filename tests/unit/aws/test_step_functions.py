"""What the state machines are told, and what they may say to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

from hubsync.aws.orchestrator import OVER, StepFunctionsOrchestrator

Answer = Callable[[StepFunctionsOrchestrator], None]

ANSWERS: dict[str, tuple[str, dict[str, object], Answer]] = {
    "done": ("send_task_success", {"output": "{}"}, lambda told: told.phase_done("token")),
    "failed": (
        "send_task_failure",
        {"error": "PhaseFailed", "cause": "Page 7 could not be handled."},
        lambda told: told.phase_failed("token", "Page 7 could not be handled."),
    ),
    "superseded": (
        "send_task_failure",
        {"error": "Superseded", "cause": ANY},
        lambda told: told.phase_superseded("token"),
    ),
}
answers = pytest.mark.parametrize("how", ANSWERS)


@pytest.fixture
def machine() -> Iterator[Stubber]:
    client = boto3.client(
        "stepfunctions", region_name="eu-central-1", aws_access_key_id="none", aws_secret_access_key="none"
    )
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def orchestrator(machine: Stubber) -> StepFunctionsOrchestrator:
    return StepFunctionsOrchestrator(machine.client, initial_sync="arn:initial", comparison="arn:comparison")


@answers
def test_a_token_is_answered(machine: Stubber, how: str) -> None:
    operation, said, answer = ANSWERS[how]
    machine.add_response(operation, {}, {"taskToken": "token", **said})
    answer(orchestrator(machine))


@answers
@pytest.mark.parametrize("code", sorted(OVER))
def test_a_task_that_is_over_already_does_no_harm(machine: Stubber, how: str, code: str) -> None:
    operation, _, answer = ANSWERS[how]
    machine.add_client_error(operation, code)
    answer(orchestrator(machine))


@answers
def test_any_other_trouble_is_heard_of(machine: Stubber, how: str) -> None:
    operation, _, answer = ANSWERS[how]
    machine.add_client_error(operation, "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        answer(orchestrator(machine))


def test_starting_the_same_run_twice_is_one_start(machine: Stubber) -> None:
    expected = {
        "stateMachineArn": "arn:comparison",
        "name": "s1-night",
        "input": '{"sync_id": "s1", "generation": 1700000000000}',
    }
    machine.add_client_error("start_execution", "ExecutionAlreadyExists", expected_params=expected)
    orchestrator(machine).start_comparison("s1", 1_700_000_000_000, "night")
