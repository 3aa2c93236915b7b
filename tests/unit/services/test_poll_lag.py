"""How far the poll is behind the clock is told by every poll, above all by one that could not go on."""

from __future__ import annotations

import pytest

from tests.simulation.world import World, contacts

LAG = "PollLagSeconds"
TICK_SECONDS = 300


@pytest.fixture
def world() -> World:
    world = World()
    world.save(contacts())
    world.settle()
    world.poll()
    return world


def lag(world: World) -> float:
    """What the next tick says, over both accounts."""
    world.signals.sums.pop(LAG, None)
    world.poll()
    return world.signals.sums[LAG]


def test_a_poll_that_walks_everything_is_seconds_behind(world: World) -> None:
    assert 0 < lag(world) < 10


def test_an_outage_shows_as_a_lag_that_grows_and_goes(world: World) -> None:
    world.hubspot.fail("503", path="search")
    lags = [lag(world) for _ in range(4)]
    assert lags == pytest.approx([TICK_SECONDS * number for number in range(1, 5)], abs=30)
    world.hubspot.faults.clear()
    assert lag(world) < 10
