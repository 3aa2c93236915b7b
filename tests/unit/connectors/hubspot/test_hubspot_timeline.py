"""Logging events on timelines (rule 6.3)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from hubsync.connectors.errors import ConnectorBugError, NeedsPersonError
from hubsync.connectors.port import Timeline
from hubsync.model.activity import TimelineEvent
from infra.local.hubspot import HubSpotSimulator


def event(number: int) -> TimelineEvent:
    return TimelineEvent(f"id-{number}", "101", 1_790_000_000_123, {"event": "email.opened", "subject": f"S{number}"})


def test_a_hundred_events_are_one_call(simulator: HubSpotSimulator, desk: Any) -> None:
    assert isinstance(desk.connector, Timeline)
    desk.connector.log_events("7", [event(number) for number in range(101)])
    assert desk.calls.by_kind == {"timeline events": 2}
    first = next(iter(simulator.account.events.values()))
    assert (first["id"], first["objectId"], first["timestamp"]) == ("id-0", "101", "2026-09-21T14:13:20.123Z")


def test_no_event_no_call(desk: Any) -> None:
    desk.connector.log_events("7", [])
    assert desk.calls.calls == 0


def test_one_that_is_known_already_does_not_stop_the_others(scripted: Any) -> None:
    """Where HubSpot refuses an id that it has seen, the batch is sent one by one."""
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        import json

        inputs = [item["id"] for item in json.loads(request.content)["inputs"]]
        if "id-1" in inputs:
            return httpx.Response(409, json={"message": "The event exists."})
        seen.extend(inputs)
        return httpx.Response(201, json={"status": "COMPLETE", "results": []})

    scripted(answer).connector.log_events("7", [event(number) for number in range(3)])
    assert seen == ["id-0", "id-2"]


@pytest.mark.parametrize(("status", "error"), [(400, ConnectorBugError), (403, NeedsPersonError)])
def test_what_no_event_is_to_blame_for_is_raised(scripted: Any, status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        scripted(lambda _: httpx.Response(status, json={"message": "no"})).connector.log_events("7", [event(1)])
