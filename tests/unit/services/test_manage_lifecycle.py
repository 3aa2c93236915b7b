"""Off, on, restart, compare, delete; and what is shown of a sync."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.association import Association
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.identifier import Claim
from hubsync.model.status import RecordStatus
from hubsync.model.sync import Phase, PhaseProgress, Sync, SyncStatus
from hubsync.services.manage.apply import ConcurrentChangeError
from hubsync.services.manage.lifecycle import PURGE_SLICE, NotNowError, UnknownSyncError
from hubsync.stores.index_port import PutClaim, PutEntry
from hubsync.stores.ports import CountChange, Notification
from tests.unit.services.manage_world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.applied()
    world.put(replace(world.sync(), status=SyncStatus.ACTIVE))
    world.orchestrator.initial.clear()
    return world


def entry(sync: Sync, number: int, status: RecordStatus) -> IndexEntry:
    return IndexEntry(sync.id, f"h-{number}", hubspot=Half(str(number)), status=status)


def test_off_keeps_everything_and_on_rescans(world: World) -> None:  # rule 1.7
    before = world.sync()
    assert world.lifecycle.off("contacts").status is SyncStatus.OFF
    assert not world.sync().running
    assert world.sync().mappings == before.mappings
    world.lifecycle.on("contacts")
    after = world.sync()
    assert (after.status, after.generation) == (SyncStatus.INITIAL, before.generation + 1)
    assert world.orchestrator.initial == [(after.id, after.generation)]


def test_off_and_on_may_be_repeated(world: World) -> None:
    world.lifecycle.off("contacts")
    world.lifecycle.off("contacts")
    world.lifecycle.on("contacts")
    world.lifecycle.on("contacts")
    assert world.sync().generation == 2


def test_on_leaves_a_running_sync_alone(world: World) -> None:
    world.lifecycle.on("contacts")
    assert (world.sync().status, world.sync().generation) == (SyncStatus.ACTIVE, 1)
    assert not world.orchestrator.initial


def test_restart_begins_a_generation_but_does_not_turn_on(world: World) -> None:
    world.lifecycle.restart("contacts")
    assert world.sync().generation == 2
    world.lifecycle.off("contacts")
    with pytest.raises(NotNowError, match="off"):
        world.lifecycle.restart("contacts")


def test_only_an_active_sync_is_compared(world: World) -> None:
    world.lifecycle.compare("contacts")
    assert world.orchestrator.comparisons[0][:2] == (world.sync().id, world.clock.now())
    world.lifecycle.off("contacts")
    with pytest.raises(NotNowError, match="only an active sync"):
        world.lifecycle.compare("contacts")
    assert len(world.orchestrator.comparisons) == 1


def test_deleting_destroys_the_key_first_then_purges_in_slices(world: World) -> None:
    sync = world.sync()
    world.stores.index.write([PutEntry(entry(sync, n, RecordStatus.IN_SYNC)) for n in range(PURGE_SLICE + 10)])
    world.stores.index.write([PutClaim(sync.id, Claim("k", hubspot="h-1"))])
    first = world.lifecycle.delete("contacts")
    assert not first.done
    assert (world.sync().status, world.sync().hash_key) == (SyncStatus.DELETING, b"")
    assert world.sync().history_key == b""
    assert world.lifecycle.delete("contacts").done
    assert not world.stores.syncs.syncs()
    assert not world.stores.index.walk(sync.id, None, 10).entries
    with pytest.raises(UnknownSyncError):
        world.lifecycle.delete("contacts")


def test_a_deletion_that_was_cut_off_goes_on_and_nothing_else_is_touched(world: World) -> None:
    kept = replace(world.sync(), id="kept", name="kept", version=0)
    world.put(kept)
    sync = world.sync()
    world.stores.index.write([PutEntry(entry(sync, n, RecordStatus.IN_SYNC)) for n in range(3 * PURGE_SLICE)])
    world.stores.index.write([PutEntry(entry(kept, 1, RecordStatus.IN_SYNC))])
    world.lifecycle.go_on_deleting(until=world.clock.now() + 1)
    assert len(world.stores.syncs.syncs()) == 2
    assert not world.lifecycle.delete("contacts").done
    world.lifecycle.go_on_deleting(until=world.clock.now())  # no time is left
    assert len(world.stores.index.walk(sync.id, None, 10_000).entries) == 2 * PURGE_SLICE
    world.lifecycle.go_on_deleting(until=world.clock.now() + 1)
    assert [each.id for each in world.stores.syncs.syncs()] == ["kept"]
    assert not world.stores.index.walk(sync.id, None, 10).entries
    assert world.stores.index.walk("kept", None, 10).entries


def linking(world: World) -> Sync:
    """A sync whose records are linked by way of `contacts`."""
    via = Association(1, "contacts", "person_id", world.sync().id)
    deals = replace(world.sync(), id="deals-id", name="deals", hubspot_object="deals", associations=(via,), version=0)
    world.put(deals)
    return world.sync("deals")


def test_a_sync_that_others_link_by_is_not_deleted(world: World) -> None:
    """6.1, 1.7 Who deletes it is told which syncs need it; once they are gone, or link no more, it goes."""
    deals = linking(world)
    with pytest.raises(NotNowError, match="deals links records by way of contacts") as refused:
        world.lifecycle.delete("contacts")
    assert "via: contacts" in refused.value.remedy
    assert (world.sync().status, world.sync().hash_key != b"") == (SyncStatus.ACTIVE, True)
    assert world.lifecycle.off("contacts").status is SyncStatus.OFF, "it may rest; links to what is bound go on"
    world.put(replace(deals, associations=()))
    assert world.lifecycle.delete("contacts").done


def test_what_is_being_deleted_itself_needs_nobody(world: World) -> None:
    """6.1, 1.7 Neither a sync that goes, nor a sync that links records by way of itself."""
    deals = linking(world)
    world.put(replace(deals, status=SyncStatus.DELETING))
    world.put(replace(world.sync(), associations=(Association(9, "contacts", "boss_id", world.sync().id),)))
    assert world.lifecycle.delete("contacts").done


@pytest.mark.parametrize("verb", ["off", "on", "restart", "compare"])
def test_nothing_can_be_told_to_a_sync_that_is_going_or_unknown(world: World, verb: str) -> None:
    with pytest.raises(UnknownSyncError):
        getattr(world.lifecycle, verb)("nobody")
    world.put(replace(world.sync(), status=SyncStatus.DELETING))
    with pytest.raises(NotNowError):
        getattr(world.lifecycle, verb)("contacts")


def test_a_change_in_between_is_met_with_another_attempt(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    put, lost = world.stores.syncs.put_sync, [False, False, True]
    monkeypatch.setattr(world.stores.syncs, "put_sync", lambda sync: lost.pop(0) and put(sync))
    world.lifecycle.off("contacts")
    assert world.sync().status is SyncStatus.OFF
    monkeypatch.setattr(world.stores.syncs, "put_sync", lambda sync: False)
    with pytest.raises(ConcurrentChangeError):
        world.lifecycle.on("contacts")


def test_a_sync_is_shown_with_progress_and_counts(world: World) -> None:
    sync = replace(world.sync(), status=SyncStatus.INITIAL)
    world.put(sync)
    world.stores.ledger.open_phase(sync.id, PhaseProgress(Phase.INDEX_HUBSPOT, 1, started_at=5), None)
    world.stores.counts.apply([CountChange(sync.id, "00", None, RecordStatus.FAILING, "1")])
    shown = world.view.sync("contacts")
    assert [(each.phase, each.started_at) for each in shown.progress] == [
        (Phase.INDEX_HUBSPOT, 5),
        (Phase.SYNC_APP, 0),
        (Phase.SYNC_HUBSPOT, 0),
    ]
    assert shown.counts.by_status[RecordStatus.FAILING] == 1
    assert [each.sync.name for each in world.view.syncs()[0]] == ["contacts"]


@pytest.mark.parametrize("status", [None, *RecordStatus])
def test_records_are_listed_by_status_page_by_page(world: World, status: RecordStatus | None) -> None:
    sync = world.sync()
    for number, each in enumerate([*RecordStatus] * 9):
        world.stores.index.write([PutEntry(entry(sync, number, each))])
    found: list[str] = []
    cursor = None
    for _ in range(60):
        page = world.view.records("contacts", status, cursor, 2)
        found += [each.id for each in page.entries]
        assert status is None or {each.status for each in page.entries} <= {status}
        cursor = page.cursor
        if cursor is None:
            break
    assert cursor is None
    assert len(found) == len(set(found)) == (45 if status is None else 9)


def test_the_comparisons_of_a_sync_are_found_among_the_notifications(world: World) -> None:
    sync, store = world.sync(), world.stores.notifications
    assert world.view.comparison("contacts")[1] == []
    for at, sync_id, title in (
        (1, sync.id, "Comparison of 'contacts'"),
        (2, sync.id, "Comparison of 'contacts'"),
        (3, sync.id, "The initial sync of 'contacts' is complete"),
        (4, "another", "Comparison of 'contacts'"),
    ):
        store.add_notification(Notification(sync_id, at, title, "All is well."))
    assert [each.at for each in world.view.comparison("contacts")[1]] == [2, 1]
    assert len(world.view.notifications(10)[0]) == 4
