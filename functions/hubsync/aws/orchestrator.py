"""Runs, on Step Functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

SUPERSEDED = "Superseded"
"""The error that the definitions in `infra/statemachines` lead to a success, next to the one by which the phase
function says the same of itself (`hubsync.services.phases.SupersededError`)."""

OVER = frozenset({"TaskTimedOut", "InvalidToken", "TaskDoesNotExist", "InvalidOutput"})
"""What Step Functions says of a task that is over already."""


class StepFunctionsOrchestrator:
    """Starts executions and answers their task tokens (`Orchestrator`)."""

    def __init__(self, client: SFNClient, *, initial_sync: str, comparison: str) -> None:
        self._client = client
        self._initial_sync = initial_sync
        self._comparison = comparison

    def start_initial(self, sync_id: str, generation: int) -> None:
        """Start the initial sync of a generation; its name makes a second start of the same no start."""
        self._start(self._initial_sync, f"{sync_id}-{generation}", sync_id, generation)

    def start_comparison(self, sync_id: str, generation: int, run: str) -> None:
        """Start a comparison. `generation` numbers its pages in the ledger."""
        self._start(self._comparison, f"{sync_id}-{run}", sync_id, generation)

    def phase_done(self, task_token: str) -> None:
        """Let the state machine go on."""
        try:
            self._client.send_task_success(taskToken=task_token, output="{}")
        except ClientError as error:
            _over(error)

    def phase_failed(self, task_token: str, sentence: str) -> None:
        """Let the state machine end the run."""
        self._fail(task_token, "PhaseFailed", sentence)

    def phase_superseded(self, task_token: str) -> None:
        """Let the state machine end the run as a success: its phases catch this very error."""
        self._fail(task_token, SUPERSEDED, "The sync was saved again, turned off or deleted.")

    def _fail(self, task_token: str, error_name: str, sentence: str) -> None:
        try:
            self._client.send_task_failure(taskToken=task_token, error=error_name, cause=sentence)
        except ClientError as error:
            _over(error)

    def _start(self, machine: str, name: str, sync_id: str, generation: int) -> None:
        document = json.dumps({"sync_id": sync_id, "generation": generation})
        try:
            self._client.start_execution(stateMachineArn=machine, name=name, input=document)
        except self._client.exceptions.ExecutionAlreadyExists:
            return


def _over(error: ClientError) -> None:
    """Swallow the answer that a task is over; raise any other."""
    if error.response["Error"]["Code"] not in OVER:
        raise error
