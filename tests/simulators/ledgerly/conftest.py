"""A fresh Ledgerly with a clock that stands still until a test moves it, and a client with its key."""

from __future__ import annotations

import random
from collections.abc import Iterator

import httpx
import pytest

from infra.local.ledgerly import Ledgerly
from infra.local.transport import SimulatorTransport


@pytest.fixture
def clock() -> list[int]:
    """The time in epoch milliseconds: 2026-03-01T09:30:00.125Z."""
    return [1_772_357_400_125]


@pytest.fixture
def ledgerly(clock: list[int]) -> Ledgerly:
    return Ledgerly(lambda: clock[0], random.Random(7), token="K", webhook_secret="S")


@pytest.fixture
def api(ledgerly: Ledgerly) -> Iterator[httpx.Client]:
    base = "http://ledgerly.example.com/api/2.0"
    headers = {"X-Ledgerly-Key": "K"}
    with httpx.Client(transport=SimulatorTransport(ledgerly), base_url=base, headers=headers) as client:
        yield client
