"""The handlers over ports in memory and simulated applications; each test gets a world of its own."""

from __future__ import annotations

import pytest

from hubsync.handlers import compare, counts, dead_letter, export, notify, phase, plan, poll, webhook, worker
from tests.simulation.world import World

MODULES = (compare, counts, dead_letter, export, notify, phase, plan, poll, webhook, worker)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """An empty HubSpot, an empty Orbit, and hubsync's handlers between them."""
    for module in MODULES:
        # The world takes the place of each handler's own wiring; this gives it back.
        monkeypatch.setattr(module, "app", vars(module)["app"])
    world = World()
    for module in MODULES:
        vars(module)["app"] = world.app
    return world
