"""The events are of the shape in which AWS sends them: by Powertools' own models, and by our own state machines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.utilities.parser.models import (
    APIGatewayProxyEventV2Model,
    DynamoDBStreamModel,
    EventBridgeModel,
    SqsModel,
)
from pydantic import BaseModel

from tests.situations import names, situation

MODELS: dict[str, type[BaseModel]] = {
    "api": APIGatewayProxyEventV2Model,
    "webhook": APIGatewayProxyEventV2Model,
    "sqs": SqsModel,
    "dead": SqsModel,
    "stream": DynamoDBStreamModel,
    "schedule": EventBridgeModel,
}
MACHINES = Path(__file__).parents[3] / "infra" / "statemachines"
OWN = ("phase", "notify")
CALLS = (
    "plan",
    "export",
)
"""What one function of ours sends another (`tests/unit/aws/test_functions.py`)."""


@pytest.mark.parametrize("name", [name for name in names() if not name.startswith((*OWN, *CALLS))])
def test_an_event_of_aws_has_its_shape(name: str) -> None:
    MODELS[name.partition("_")[0]].model_validate(situation(name))


@pytest.mark.parametrize("name", [name for name in names() if name.startswith(OWN)])
def test_an_event_of_a_state_machine_has_the_keys_of_a_task(name: str) -> None:
    event = situation(name)
    tasks = [
        {key.removesuffix(".$"): None if key.endswith(".$") else value for key, value in payload.items()}
        for payload in payloads()
    ]
    assert any(
        task.keys() == event.keys() and all(value in (None, event[key]) for key, value in task.items())
        for task in tasks
    ), f"no task of {[path.name for path in MACHINES.iterdir()]} sends {event}"


def payloads() -> list[dict[str, Any]]:
    """What the tasks of the state machines send to their functions."""
    return [
        state["Parameters"]["Payload"]
        for path in sorted(MACHINES.glob("*.asl.json"))
        for state in json.loads(path.read_text())["States"].values()
        if state["Type"] == "Task"
    ]
