"""HubSpot's connector against its simulator, and against answers that a test makes up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import httpx
import pytest

from hubsync.connectors.hubspot.connector import HubSpotConnector, connect
from hubsync.connectors.port import CallCount
from infra.local.hubspot import PLANS, HubSpotSimulator, Settings
from infra.local.transport import SimulatorTransport

TOKEN = "a-token"
NOW = 1_800_000_000_123

Handler = Callable[[httpx.Request], httpx.Response]


class Buckets:
    """An allowance that grants everything and remembers which budget was drawn on."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.penalties: list[float] = []

    def take(self, calls: int = 1, *, bucket: str = "normal") -> None:
        self.taken[bucket] += calls

    def expect(self, calls: int, *, bucket: str = "normal") -> None:
        """A guess does no harm."""

    def penalise(self, seconds: float, *, bucket: str = "normal") -> None:
        self.penalties.append(seconds)


@dataclass
class Desk:
    """A connector, the requests it made, and the counts of them."""

    connector: HubSpotConnector
    calls: CallCount
    allowance: Buckets
    requests: list[httpx.Request] = field(default_factory=list)


def desk_for(transport: httpx.BaseTransport) -> tuple[Desk, httpx.Client]:
    requests: list[httpx.Request] = []
    client = httpx.Client(transport=transport, event_hooks={"request": [requests.append]})
    calls, allowance = CallCount(), Buckets()
    connector = connect(client, token=TOKEN, base_url="http://hubspot.example.com", allowance=allowance, calls=calls)
    return Desk(connector, calls, allowance, requests), client


@pytest.fixture
def simulator() -> HubSpotSimulator:
    """A HubSpot without limits or lag whose clock stands still."""
    return HubSpotSimulator(
        clock=lambda: NOW,
        random=Random(3),
        token=TOKEN,
        limits=replace(PLANS["unlimited"]),
        settings=Settings(search_lag_ms=0),
    )


@pytest.fixture
def desk(simulator: HubSpotSimulator) -> Iterator[Desk]:
    """A connector to the simulator."""
    made, client = desk_for(SimulatorTransport(simulator))
    yield made
    client.close()


@pytest.fixture
def scripted() -> Iterator[Callable[[Handler], Desk]]:
    """Makes a connector whose HubSpot is a function of the test."""
    clients: list[httpx.Client] = []

    def make(handler: Handler) -> Desk:
        made, client = desk_for(httpx.MockTransport(handler))
        clients.append(client)
        return made

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def many_fields(simulator: HubSpotSimulator) -> list[str]:
    """More properties than a URL or a search holds, defined for contacts."""
    names = [f"a_custom_property_with_a_long_name_{number:03d}" for number in range(200)]
    for name in names:
        body: dict[str, Any] = {"name": name, "label": name, "type": "string", "fieldType": "text"}
        simulator.define("contacts", {**body, "groupName": "information"})
    return names
