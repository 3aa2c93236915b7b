"""Edits of a sync's settings in a world, saved as applying a document saves them."""

from __future__ import annotations

from collections.abc import Callable

from hubsync.model.sync import Sync
from hubsync.services.manage.narrow import Reach, narrowed, reach
from hubsync.services.manage.plan import restarted
from tests.simulation.world import World

Edit = Callable[[Sync], Sync]
"""From the settings that there are to those that there are to be."""


def save(world: World, edit: Edit, *, full: bool = False) -> Reach:
    """Save an edit of the settings, as applying a document does, and start its run."""
    before = world.sync()
    after = edit(before)
    reaches = reach(before, after)
    begun = restarted(after, world.clock.ms)
    if reaches is Reach.OPEN and not full:
        begun = narrowed(begun, before.indexed)
    if reaches is not Reach.NONE:
        assert world.stores.syncs.put_sync(begun)
        world.orchestrator.start_initial(begun.id, begun.generation)
    return reaches


def hear(world: World) -> None:
    """Everything that was edited is heard of."""
    world.clock.ms += 60_000
    world.deliver()
    world.settle()
    world.poll()
    world.settle()


def lists(world: World) -> int:
    """How many pages of either list were read."""
    return world.hubspot.calls.calls["GET /crm/objects/{type}"] + world.orbit.gate.counts["people.list"]


def reset(world: World) -> None:
    """Count from here on."""
    world.hubspot.calls.reset()
    world.orbit.gate.counts.clear()
