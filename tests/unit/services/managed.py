"""The management of a simulated world, as the API and the command line see it."""

from __future__ import annotations

from tests.simulation.records import explain_of, records_of, view_of
from tests.unit.services.look_world import Small
from tests.unit.services.manage_world import World


def managed(small: Small) -> World:
    """What management stands on, with the records, the syncs and the explanations of a simulated world."""
    world = World()
    world.records, world.view, world.explain = records_of(small.world), view_of(small.world), explain_of(small.world)
    return world
