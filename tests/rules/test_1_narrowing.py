"""Rule 1.2: what an edit of a sync cannot affect is not read again, and a new mapping fills its own field alone."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from hubsync.model.brake import Brake
from hubsync.model.conflict import ConflictPolicy
from hubsync.model.filter import Condition, Filters, Group, Operator
from hubsync.model.lifecycle import Covers, Lifecycle
from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.side import Direction, Side
from hubsync.model.status import RecordStatus, RecordWarning, WarningCode
from hubsync.model.sync import Sync, SyncStatus
from hubsync.services.manage.document import ClauseSpec, FiltersSpec
from hubsync.services.manage.narrow import Reach, reach
from hubsync.services.manage.plan import Change, restarted
from hubsync.stores.index_port import PutEntry
from tests.rules.scene import CONTACT, PERSON, Pair, Scene
from tests.simulation.edits import hear, lists, reset, save
from tests.simulation.syncs import CONTACT_MAPPINGS
from tests.simulation.world import World as Simulation
from tests.simulation.world import contacts
from tests.unit.services.manage_world import World, document_of, mappings, sync_of

ANAS = ClauseSpec(all=(ClauseSpec("first_name", "equals", "Ana"),))


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
        {"brake": Brake(records=500)},
        {"notify": ("ops@example.com",), "history_days": 30},
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
        {"phone_region": "ES"},
        {"mappings": mappings(("firstname", "first_name"), ("email", "email"), ("phone", "phone"))},
        {"default": Side.APP, "phone_region": "ES"},
        {"filters": FiltersSpec(app=ANAS, strict=True)},
        {"default": Side.APP, "brake": Brake(records=500)},
    ],
)
def test_an_edit_that_every_record_may_feel_looks_at_all_of_them(edit: dict[str, Any]) -> None:
    """1.2 Direction, formats, new mappings, strict filters, the mapping of a match key: a full initial sync. So is one
    with a brake, for nobody listens while it is weighed."""
    world = saved()
    before = world.sync()
    world.applied(document_of(contacts=sync_of(**edit)))
    after = world.sync()
    assert (after.generation, after.narrow, after.indexed) == (before.generation + 1, False, ())
    assert world.orchestrator.initial == [(before.id, before.generation + 1)]


@pytest.mark.parametrize(
    "edit",
    [
        {"default": Side.APP},
        {"conflict": ConflictPolicy.NEWEST},
        {"require_email": False},
        {"filters": FiltersSpec(app=ANAS)},
        {"mappings": mappings(("email", "email"))},
        {"mappings": mappings(("firstname", "first_name"), ("email", "email"), clears=True)},
        {"mappings": mappings(("email", "email")), "default": Side.APP, "notify": ("ops@example.com",)},
    ],
)
def test_an_edit_that_only_what_is_not_in_step_may_feel_is_a_narrow_run(edit: dict[str, Any]) -> None:
    """1.2 Filters, a mapping that goes, whose value stands, what is let in: a run that keeps both indexes."""
    world = saved()
    before = world.sync()
    (done,) = world.applied(document_of(contacts=sync_of(**edit))).syncs
    after = world.sync()
    assert done.change is Change.CHANGED
    assert (after.generation, after.status) == (before.generation + 1, SyncStatus.INITIAL)
    assert (after.narrow, after.indexed) == (True, before.indexed)
    assert world.orchestrator.initial == [(before.id, before.generation + 1)]
    world.applied(document_of(contacts=sync_of(**edit)), restart=True)
    assert (world.sync().narrow, world.sync().indexed) == (False, ()), "a restart that is asked for reads everything"


def test_how_far_further_edits_reach() -> None:
    """1.2 Marketing contacts are about new ones; a field that records are known by counts without its mapping, too; a
    lifecycle stage that decides who is covered does so as well; strict filters may move out what is in step."""
    stage = FieldMapping(7, "lifecyclestage", "phone")
    sync = replace(contacts(), status=SyncStatus.ACTIVE, indexed=tuple(Side), mappings=(*CONTACT_MAPPINGS, stage))
    assert reach(sync, replace(sync, marketing_contacts=True)) is Reach.OPEN
    assert reach(sync, replace(sync, mappings=sync.mappings[:-1])) is Reach.OPEN
    assert reach(sync, replace(sync, mappings=sync.mappings[1:])) is Reach.ALL
    covering = replace(sync, lifecycle=Lifecycle(Covers.LEADS))
    assert reach(covering, replace(covering, mappings=sync.mappings[:-1])) is Reach.ALL
    strict = replace(sync, filters=Filters(strict=True))
    assert reach(strict, replace(strict, default_side=Side.APP)) is Reach.OPEN
    assert reach(strict, replace(strict, mappings=sync.mappings[:-1])) is Reach.ALL
    assert reach(strict, replace(strict, filters=Filters())) is Reach.ALL
    assert reach(None, sync) is Reach.ALL


def test_a_tightened_admission_is_felt_by_what_is_in_step() -> None:
    """1.2 Contacts without an email that were let in are left out again: all have to be looked at."""
    world = saved()
    world.put(replace(world.sync(), require_email=False))
    world.applied(document_of(contacts=sync_of(require_email=True)))
    assert not world.sync().narrow


@pytest.mark.parametrize(("narrow", "expected"), [(False, False), (True, True)])
def test_on_an_unfinished_run_the_wider_one_follows(narrow: bool, expected: bool) -> None:
    """1.2 Saved in the middle of a full run, a narrow edit is followed by a full one; of a narrow one, by a narrow one
    that looks at what both may concern."""
    world = saved()
    world.put(replace(world.sync(), status=SyncStatus.INITIAL, narrow=narrow))
    world.applied(document_of(contacts=sync_of(default=Side.APP)))
    assert world.sync().narrow is expected


def test_an_index_that_is_incomplete_is_read_in_full() -> None:
    """1.2 Without both lists nobody knows what is out of step."""
    world = saved()
    world.put(replace(world.sync(), indexed=(Side.HUBSPOT,)))
    world.applied(document_of(contacts=sync_of(default=Side.APP)))
    assert not world.sync().narrow


@pytest.mark.parametrize("status", [SyncStatus.OFF, SyncStatus.STALLED, SyncStatus.HELD])
def test_a_sync_that_did_not_listen_reads_everything(status: SyncStatus) -> None:
    """1.2 Nobody heard of changes meanwhile: an edit that reaches few is followed by a full run."""
    world = saved()
    world.put(replace(world.sync(), status=status))
    world.applied(document_of(contacts=sync_of(default=Side.APP)))
    if status is SyncStatus.OFF:
        world.lifecycle.on("contacts")
    assert (world.sync().status, world.sync().narrow, world.sync().indexed) == (SyncStatus.INITIAL, False, ())


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


def test_a_narrow_run_reads_what_it_may_let_in_and_nothing_else() -> None:
    """1.2 Of 300 pairs, 30 are kept out by a filter that goes: one read on each side, no list, 30 records written."""
    world = Simulation(7)
    rows = [
        {"email": f"p{at}@example.com", "firstname": "Ana", "country": "Portugal" if at % 10 else "Spain"}
        for at in range(300)
    ]
    world.hubspot.seed("contacts", rows)
    filters = Filters(Group(conditions=(Condition("country", Operator.EQUALS, values=("portugal",)),)))
    world.save(replace(contacts(), filters=filters))
    hear(world)
    assert world.statuses() == {"in_sync": 270, "excluded": 30}
    reset(world)
    assert save(world, lambda sync: replace(sync, filters=Filters())) is Reach.OPEN
    world.settle()
    assert world.statuses() == {"in_sync": 300}
    assert dict(world.hubspot.calls.calls) == {"POST /crm/objects/{type}/batch/read": 1}
    assert world.orbit.gate.counts["people.create"] == 30
    assert lists(world) == 0
    hear(world)
    reset(world)
    world.compare()
    world.settle()
    assert dict(world.hubspot.calls.calls) == {"GET /crm/objects/{type}": 3}, "what is in step was looked at after all"


GRADE = FieldMapping(5, "jobtitle", "job_title", Transform.NUMBER)
"""A mapping that a job title in words fails for."""


def without_grade(sync: Sync) -> Sync:
    """The mapping is taken out."""
    return replace(sync, mappings=CONTACT_MAPPINGS[:4])


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("side", list(Side))
def test_a_failure_clears_with_the_mapping_that_it_is_about(side: Side, full: bool) -> None:
    """1.2, 8.4 The side that was not edited shows what it showed when last in sync; the pair is looked at even so."""
    pair = Pair(
        contacts(mappings=(*CONTACT_MAPPINGS[:4], GRADE)),
        {"email": "ana@example.com", "jobtitle": "1"},
        {"email": "ana@example.com", "job_title": "1"},
    )
    if side is Side.HUBSPOT:
        pair.edit_contact(jobtitle="Pilot")
    else:
        pair.edit_person(job_title="Pilot")
    pair.look()
    assert pair.pair.status is RecordStatus.FAILING
    reset(pair.world)
    assert save(pair.world, without_grade, full=full) is Reach.OPEN
    pair.world.settle()
    assert pair.pair.status is RecordStatus.IN_SYNC
    assert (lists(pair.world) == 0) is not full


def test_a_warning_goes_with_the_mapping_that_it_is_about() -> None:
    """1.2 A pair in step bears a warning about a mapping; once that is taken out, nothing is left to warn of."""
    pair = Pair(
        contacts(mappings=(*CONTACT_MAPPINGS[:4], GRADE)), {"email": "ana@example.com"}, {"email": "ana@example.com"}
    )
    warned = replace(pair.pair, warnings=(RecordWarning(GRADE.number, WarningCode.OWNER_UNKNOWN),))
    assert pair.world.stores.index.write([PutEntry(warned)]) == [True]
    save(pair.world, without_grade)
    pair.world.settle()
    assert pair.pair.warnings == ()


def test_a_deleted_record_and_a_duplicate_are_not_read_for_an_edit() -> None:
    """1.2 No setting brings a deleted record back, and none makes a second one of an email the first."""
    scene = Scene([CONTACT], [PERSON, {**PERSON, "name": {"first": "Bo"}}])
    scene.delete_hubspot(0)
    scene.compare()
    assert scene.world.statuses() == {"failing": 1, "excluded": 1}
    reset(scene.world)
    save(scene.world, lambda sync: replace(sync, default_side=Side.APP))
    scene.world.settle()
    assert scene.world.sync().status is SyncStatus.ACTIVE
    assert scene.world.hubspot.calls.total == 0
    assert not scene.world.orbit.gate.counts


def test_what_a_narrow_run_has_to_put_off_is_looked_at_later() -> None:
    """1.2 HubSpot is away for a moment in the middle of it: the run waits, and ends."""
    scene = Scene([CONTACT, {"firstname": "Bo"}], [PERSON, {"name": {"first": "Cy"}}])
    assert scene.world.statuses() == {"in_sync": 1, "excluded": 2}
    scene.world.hubspot.fail("503", path="/crm/objects", times=3)
    save(scene.world, lambda sync: replace(sync, require_email=False))
    scene.world.settle()
    assert scene.world.statuses() == {"in_sync": 3}
    assert scene.world.sync().status is SyncStatus.ACTIVE


def test_who_works_by_the_old_settings_writes_no_more() -> None:
    """1.2 A worker is in the middle of a write when a narrow edit is saved: it is fenced, and looks by the new ones."""
    at, done = 0, False
    while not done:
        pair = Pair()
        pair.edit_person(job_title="Captain")
        pair.world.deliver()
        pair.world.fuse.left = at
        pair.world.fuse.interrupt = partial(save, pair.world, lambda sync: replace(sync, mappings=CONTACT_MAPPINGS[:4]))
        pair.world.step()
        written = pair.contact("jobtitle")
        saved_before = [facts for name, facts in pair.world.signals.notes if name == "record_decided"]
        done = not pair.world.fuse.interrupted
        pair.world.fuse.interrupt = pair.world.fuse.left = None
        pair.world.settle()
        if not done and not saved_before:
            assert pair.contact("jobtitle") == written, at
        assert pair.pair.status is RecordStatus.IN_SYNC
        at += 1
    assert at > 5
