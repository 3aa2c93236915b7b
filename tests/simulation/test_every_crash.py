"""Kills the process before and after every single call of a small initial sync, and of the incremental sync after it.

Where the random storms of `test_any_sync` find what nobody thought of, this leaves no call out (rule 9.1).
"""

from __future__ import annotations

import pytest

from tests.simulation.invariants import assert_at_peace, assert_nothing_is_written
from tests.simulation.world import World, contacts

STRIDE = 8
"""The fast run kills at every eighth call, beginning at a different one for each part; the slow run at every one."""


def _world() -> World:
    world = World(7)
    world.hubspot.seed("contacts", [{"email": f"p{at}@example.com", "firstname": f"H{at}"} for at in range(3)])
    people = [{"email": f"P{at}@example.com", "name": {"last": f"A{at}"}} for at in range(1, 4)]
    world.orbit.seed({"people": [*people, {"email": "p2@example.com", "name": {"first": "Twin"}}]})
    return world


def _edits(world: World) -> None:
    """What people do once both sides are in step: an edit each way, an email, a new record each way, a deletion."""
    people = {person["email"].lower(): person["id"] for person in world.people()}
    world.hubspot.edit("contacts", 101, {"lastname": "Edited in HubSpot"})
    world.orbit.edit("people", people["p3@example.com"], {"name": {"first": "Edited in Orbit"}})
    world.hubspot.edit("contacts", 102, {"email": "moved@example.com"})
    world.hubspot.create("contacts", {"email": "new1@example.com", "firstname": "New"})
    world.orbit.create("people", {"email": "new2@example.com", "name": {"first": "New"}})
    world.hubspot.archive("contacts", 103)


def _calls_of(part: str) -> int:
    """How many calls to the outside the part makes when nothing goes wrong."""
    world, plenty = _world(), 1_000_000
    world.save(contacts())
    if part == "initial":
        world.fuse.left = plenty
        world.settle()
        return plenty - (world.fuse.left or 0)
    world.settle()
    _edits(world)
    world.fuse.left = plenty
    _incremental(world)
    return plenty - (world.fuse.left or 0)


def _incremental(world: World) -> None:
    world.deliver()
    world.settle()
    world.poll()
    world.settle()


def _survives(part: str, calls: int) -> None:
    world = _world()
    world.save(contacts())
    if part == "initial":
        world.fuse.left = calls
        world.settle()
    else:
        world.settle()
        _edits(world)
        world.fuse.left = calls
        _incremental(world)
    world.make_peace()
    assert_at_peace(world)
    assert_nothing_is_written(world)
    expected = 4 if part == "initial" else 5
    assert len(world.contacts()) == expected, f"killed at call {calls}"
    assert len(world.people()) == expected + (1 if part == "initial" else 2), f"killed at call {calls}"


@pytest.mark.parametrize(("part", "first"), [("initial", 0), ("incremental", 1)])
def test_every_eighth_crash(part: str, first: int) -> None:
    """Whatever call is the last one, both sides end as if nothing had happened."""
    total = _calls_of(part)
    assert total > 100
    for calls in range(first, total, STRIDE):
        _survives(part, calls)


@pytest.mark.slow
@pytest.mark.parametrize("part", ["initial", "incremental"])
def test_every_crash(part: str) -> None:
    """The same for every single call."""
    for calls in range(_calls_of(part)):
        _survives(part, calls)
