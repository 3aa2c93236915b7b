"""The events of `events/`, by the situation they are named after."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

EVENTS = Path(__file__).parents[1] / "events"
PERSON = "per_01m6qk3z40a1b2c3d4e5f6g7h8"
"""The id of the person that they tell of; Orbit gives out its ids itself, so a test puts the real one in its place."""


def situation(name: str, **ids: str) -> dict[str, Any]:
    """The event of a file, `person` being the id of the person that it tells of."""
    text = (EVENTS / f"{name}.json").read_text()
    event: dict[str, Any] = json.loads(text.replace(PERSON, ids.get("person", PERSON)))
    return event


def names() -> list[str]:
    """Every situation there is."""
    return sorted(path.stem for path in EVENTS.glob("*.json"))


def message_ids(event: dict[str, Any]) -> list[str]:
    """The ids of the messages in an SQS event."""
    return [record["messageId"] for record in event["Records"]]


def context(milliseconds: int = 60_000) -> Any:
    """Lambda's context object, with so much time left."""
    return SimpleNamespace(
        get_remaining_time_in_millis=lambda: milliseconds,
        function_name="tried",
        memory_limit_in_mb=512,
        invoked_function_arn="arn:aws:lambda:eu-central-1:000000000000:function:tried",
        aws_request_id="3e0f7a52-7c1c-4f0a-9a53-f4d6b1e6a001",
    )
