"""A fresh Orbit with a clock that stands still until a test moves it, and a client with its token."""

from __future__ import annotations

import random
from collections.abc import Iterator

import httpx
import pytest

from infra.local.crm import Orbit
from infra.local.transport import SimulatorTransport


@pytest.fixture
def clock() -> list[int]:
    """The time in epoch milliseconds: 2026-03-01T09:30:00.125Z."""
    return [1_772_357_400_125]


@pytest.fixture
def orbit(clock: list[int]) -> Orbit:
    return Orbit(lambda: clock[0], random.Random(7), token="T", webhook_secret="S")


@pytest.fixture
def api(orbit: Orbit) -> Iterator[httpx.Client]:
    transport = SimulatorTransport(orbit)
    headers = {"Authorization": "Bearer T"}
    with httpx.Client(transport=transport, base_url="http://orbit.example.com", headers=headers) as client:
        yield client
