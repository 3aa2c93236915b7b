"""Rule 1.2: what an edit of a sync cannot affect is not read again, and a new mapping fills its own field alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hubsync.model.conflict import ConflictPolicy
from hubsync.model.mapping import FieldMapping
from hubsync.model.side import Direction, Side
from hubsync.model.sync import SyncStatus
from hubsync.services.manage.plan import Change, restarted
from tests.simulation.syncs import CONTACT_MAPPINGS
from tests.simulation.world import World as Simulation
from tests.simulation.world import contacts
from tests.unit.services.manage_world import World, document_of, mappings, sync_of


def saved() -> World:
    """A sync whose initial sync is over."""
    world = World()
    world.applied()
    world.put(replace(world.sync(), status=SyncStatus.ACTIVE, indexed=tuple(Side)))
    world.orchestrator.initial.clear()
    return world


@pytest.mark.parametrize(
    "edit",
    [
        {"notify": ("ops@example.com",)},
        {"history_days": 30},
        {"default": Side.APP},
        {"conflict": ConflictPolicy.NEWEST},
    ],
)
def test_an_edit_that_no_record_feels_starts_nothing(edit: dict[str, Any]) -> None:
    """1.2 It is saved, and neither list is read again: the run, and the work under way, go on as they were."""
    world = saved()
    before = world.sync()
    (done,) = world.applied(document_of(contacts=sync_of(**edit))).syncs
    after = world.sync()
    assert done.change is Change.CHANGED
    assert after != before
    assert (after.generation, after.status, after.indexed) == (before.generation, SyncStatus.ACTIVE, before.indexed)
    assert world.orchestrator.initial == []


@pytest.mark.parametrize(
    "edit",
    [
        {"direction": Direction.TO_APP},
        {"require_email": False},
        {"phone_region": "ES"},
        {"mappings": mappings(("firstname", "first_name"), ("email", "email"), ("phone", "phone"))},
        {"default": Side.APP, "phone_region": "ES"},
    ],
)
def test_an_edit_that_records_may_feel_looks_at_them(edit: dict[str, Any]) -> None:
    """1.2 Direction, admission, formats and mappings: saving starts the initial sync anew."""
    world = saved()
    before = world.sync()
    world.applied(document_of(contacts=sync_of(**edit)))
    assert world.sync().generation == before.generation + 1
    assert world.orchestrator.initial == [(before.id, before.generation + 1)]


def test_a_stalled_sync_starts_anew_whatever_was_edited() -> None:
    """1.2 Saving it again is how it goes on."""
    world = saved()
    world.put(replace(world.sync(), status=SyncStatus.STALLED))
    world.applied(document_of(contacts=sync_of(notify=("ops@example.com",))))
    assert world.sync().status is SyncStatus.INITIAL


def test_a_new_mapping_fills_that_field_alone() -> None:
    """1.2 One update for each record, of one field; what differs elsewhere on purpose stays as it is."""
    world = Simulation(41)
    people = [{"email": f"p{at}@example.com", "name": {"first": "Ana"}, "job_title": "Boss"} for at in range(30)]
    world.orbit.seed({"people": people})
    without = tuple(each for each in CONTACT_MAPPINGS if each.app_field != "job_title")
    world.save(contacts(mappings=without))
    world.settle()
    (first, *_) = world.hubspot.records("contacts")
    world.clock.ms += 60_000
    world.hubspot.edit("contacts", first, {"firstname": ""})  # a clear that does not travel
    world.poll()
    world.settle()
    before = {entry.id: entry for entry in world.entries()}
    sync = world.sync()
    title = FieldMapping(9, "jobtitle", "job_title")
    assert world.stores.syncs.put_sync(
        restarted(replace(sync, mappings=(*without, title), next_number=10), world.clock.ms)
    )
    world.hubspot.calls.reset()
    world.orchestrator.start_initial(sync.id, sync.generation + 1)
    world.settle()
    assert world.hubspot.calls.written("contacts") == 30
    assert {contact["jobtitle"] for contact in world.contacts()} == {"Boss"}
    assert world.hubspot.records("contacts")[first].get("firstname") is None
    for entry in world.entries():
        for side in Side:
            kept = {key: value for key, value in entry.half(side).fingerprints.items() if key != title.number}
            assert kept == before[entry.id].half(side).fingerprints
