"""Two workers at the same records: what the storms can only meet by luck is staged here move by move."""

from __future__ import annotations

from typing import Any

import pytest

from hubsync.model.message import LookMessage
from hubsync.model.side import Side
from hubsync.services.look import gather
from tests.simulation.invariants import assert_at_peace, assert_nothing_is_written
from tests.simulation.world import World, contacts


def _in_step() -> World:
    world = World(1)
    world.hubspot.seed("contacts", [{"email": "a@example.com", "firstname": "Old"}])
    world.orbit.seed({"people": [{"email": "a@example.com", "name": {"first": "Old"}}]})
    world.save(contacts())
    world.settle()
    world.clock.ms += 60_000
    return world


def test_a_stale_read_does_not_undo_another_workers_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise 3: a record that was read before another look changed it is not taken for a person's edit."""
    world = _in_step()
    contact, person = next(iter(world.hubspot.records("contacts"))), world.people()[0]["id"]
    world.orbit.edit("people", person, {"name": {"first": "New"}})
    slow = LookMessage("s1", Side.HUBSPOT, (str(contact),), "poll", "slow", world.clock.ms)
    read, overtaken = gather.read, []

    def read_and_be_overtaken(desk: Any, side: Side, ids: Any) -> Any:
        records = read(desk, side, ids)
        if side is Side.HUBSPOT and not overtaken:
            overtaken.append(True)
            world.notice(Side.APP, person)
        return records

    monkeypatch.setattr(gather, "read", read_and_be_overtaken)
    world.app.worker.handle([slow], world.clock.ms + 60_000)
    world.settle()
    assert overtaken
    assert world.people()[0]["name"]["first"] == "New"
    assert world.contacts()[0]["firstname"] == "New"


def test_every_duplicate_keeps_its_place_in_the_line() -> None:
    """Rule 3.5: whenever the first is deleted the next takes its place, until none is left."""
    world = World(1)
    world.save(contacts())
    world.settle()
    for number in range(5):
        world.orbit.create("people", {"email": "same@example.com", "name": {"first": f"v{number}"}})
    world.deliver()
    world.settle()
    taken = []
    while world.people():
        (first,) = [entry for entry in world.entries() if entry.status == "in_sync"]
        taken.append(first.app.record_id)
        world.orbit.delete("people", first.app.record_id or "")
        world.deliver()
        world.settle()
    assert len(set(taken)) == 5


def test_a_merge_may_swallow_a_record_whose_create_was_never_booked() -> None:
    """Rules 7.3 and 9.1: killed at any call of a create; the new contact is merged into another before we are back."""
    merged = 0
    for calls in range(60):
        world = _in_step()
        world.orbit.create("people", {"email": "b@example.com", "name": {"first": "New"}})
        world.deliver()
        world.fuse.left = calls
        world.run(1)
        known = sorted(world.hubspot.records("contacts"))
        if len(known) == 2:
            survivor = world.hubspot.merge("contacts", *known)
            world.untracked.add(str(survivor))
            merged += 1
        world.make_peace()
        assert_at_peace(world)
        assert_nothing_is_written(world)
    assert merged > 5
