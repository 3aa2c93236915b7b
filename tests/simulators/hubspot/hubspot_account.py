"""A simulated account with a clock that a test turns, and a plain HTTP client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

import httpx

from infra.local.hubspot import HubSpotSimulator, Settings
from infra.local.transport import SimulatorTransport

START = 1_790_000_000_123
CONTACTS = "/crm/objects/2026-09/contacts"
COMPANIES = "/crm/objects/2026-09/companies"


class Clock:
    """Stands still until it is told, or moves by `step` milliseconds whenever it is read."""

    def __init__(self) -> None:
        self.now = START
        self.step = 0

    def __call__(self) -> int:
        self.now += self.step
        return self.now - self.step

    def advance(self, milliseconds: int) -> None:
        self.now += milliseconds


class Hub:
    """The simulator, its clock, and a client that bears its token."""

    def __init__(self, **options: Any) -> None:
        self.clock = Clock()
        options.setdefault("settings", Settings(search_lag_ms=0))
        self.sim = HubSpotSimulator(clock=self.clock, random=Random(7), token="pat-test", **options)
        self.client = httpx.Client(
            transport=SimulatorTransport(self.sim),
            base_url="http://hubspot.example.com",
            headers={"Authorization": "Bearer pat-test"},
        )

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.client.get(path, params=params)

    def post(self, path: str, body: Any) -> httpx.Response:
        return self.client.post(path, json=body)

    def batch(self, path: str, inputs: Iterable[Mapping[str, Any]], **more: Any) -> httpx.Response:
        return self.client.post(path, json={"inputs": list(inputs), **more})

    def search(self, path: str, *filters: tuple[str, str, Any], **more: Any) -> httpx.Response:
        """One group of filters; a list becomes `values`, a pair for BETWEEN value and highValue."""
        group = []
        for name, operator, value in filters:
            item: dict[str, Any] = {"propertyName": name, "operator": operator}
            if isinstance(value, list):
                item["values"] = value
            elif isinstance(value, tuple):
                item["value"], item["highValue"] = value
            elif value is not None:
                item["value"] = value
            group.append(item)
        return self.client.post(f"{path}/search", json={"filterGroups": [{"filters": group}], **more})

    def contact(self, **values: str) -> int:
        """Seed one contact."""
        return self.sim.seed("contacts", [values])[0]


def ids(response: httpx.Response) -> list[int]:
    """The ids of a page, in its order."""
    return [int(item["id"]) for item in response.json()["results"]]
