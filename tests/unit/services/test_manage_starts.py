"""Whether what is applied begins to run: brakes, drafts, trials, and syncs that a document turns on or off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.brake import Brake
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.sync import Phase, PhaseProgress, SyncStatus, Trial
from hubsync.services.manage.document import Document, RefusedDocumentError
from hubsync.services.manage.lifecycle import NotNowError
from hubsync.services.manage.plan import Change
from tests.unit.services.manage_world import ORBIT, World, document_of, sync_of


@pytest.fixture
def world() -> World:
    return World()


def changes(world: World, document: Document | None = None, **options: bool) -> dict[str, Change]:
    return {planned.sync.name: planned.change for planned in world.applied(document, **options).syncs}


def braked(world: World, status: SyncStatus) -> Document:
    """A document whose sync has a brake; the stored sync stands at `status`, of its first generation."""
    document = document_of(contacts=sync_of(brake=Brake(records=5)))
    world.applied(document)
    assert (world.sync().status, world.sync().brake) == (SyncStatus.WEIGHING, Brake(records=5))
    assert world.orchestrator.initial == [(world.sync().id, 1)]
    world.put(replace(world.sync(), status=status, problem="4 of 4 records."))
    world.orchestrator.initial.clear()
    return document


def test_a_held_sync_is_weighed_again_when_it_is_saved_again(world: World) -> None:  # rule 1.10
    document = braked(world, SyncStatus.HELD)
    assert changes(world, document) == {"contacts": Change.RESTARTED}
    sync = world.sync()
    assert (sync.status, sync.generation, sync.problem) == (SyncStatus.WEIGHING, 2, None)
    assert world.orchestrator.initial == [(sync.id, 2)]


def test_a_run_that_is_being_weighed_is_started_but_once(world: World) -> None:  # rule 1.10
    document = braked(world, SyncStatus.WEIGHING)
    assert changes(world, document) == {"contacts": Change.UNCHANGED}
    assert world.orchestrator.initial == [(world.sync().id, 1)]


def test_another_brake_starts_nothing_in_an_active_sync(world: World) -> None:  # rule 1.10
    braked(world, SyncStatus.ACTIVE)
    assert changes(world, document_of(contacts=sync_of(brake=Brake(share=0.5)))) == {"contacts": Change.CHANGED}
    assert (world.sync().status, world.sync().brake) == (SyncStatus.ACTIVE, Brake(share=0.5))
    assert not world.orchestrator.initial


@pytest.mark.parametrize("status", [SyncStatus.HELD, SyncStatus.WEIGHING, SyncStatus.ACTIVE])
def test_a_new_token_weighs_a_sync_with_a_brake_again(world: World, status: SyncStatus) -> None:  # rule 1.10
    braked(world, status)
    world.applied(Document({"orbit": replace(ORBIT, token="new-token")}))
    assert (world.sync().status, world.sync().generation) == (SyncStatus.WEIGHING, 2)
    assert world.orchestrator.initial == [(world.sync().id, 2)]


def test_a_brake_that_holds_nothing_is_a_fault(world: World) -> None:  # rule 1.10
    with pytest.raises(RefusedDocumentError) as refused:
        world.applied(document_of(contacts=sync_of(brake=Brake())))
    (fault,) = refused.value.faults
    assert (fault.path, fault.remedy) == ("syncs.contacts.brake", "Give it records, or share, or both.")


DRAFT = document_of(contacts=sync_of(draft=True))
TRIED = (RecordRef(Side.HUBSPOT, "7"),)


def test_a_draft_is_saved_and_not_started(world: World) -> None:  # rule 1.10
    assert changes(world, DRAFT) == {"contacts": Change.NEW}
    sync = world.sync()
    assert (sync.status, sync.generation, sync.saved_at) == (SyncStatus.DRAFT, 0, world.clock.now())
    assert changes(world, DRAFT) == changes(world, DRAFT, restart=True) == {"contacts": Change.UNCHANGED}
    edited = document_of(contacts=sync_of(draft=True, phone_region="ES"))
    assert changes(world, edited) == {"contacts": Change.CHANGED}
    world.applied(Document({"orbit": replace(ORBIT, token="new-token")}))
    assert (world.sync().status, world.sync().phone_region) == (SyncStatus.DRAFT, "ES")
    assert not world.orchestrator.initial


def test_a_draft_starts_when_the_document_says_so_no_more(world: World) -> None:  # rule 1.10
    world.applied(DRAFT)
    assert changes(world, document_of(contacts=sync_of())) == {"contacts": Change.RESTARTED}
    assert (world.sync().status, world.sync().generation) == (SyncStatus.INITIAL, 1)
    assert world.orchestrator.initial == [(world.sync().id, 1)]
    assert changes(world, DRAFT) == {"contacts": Change.UNCHANGED}  # what was started is no draft any more
    assert world.sync().status is SyncStatus.INITIAL


def test_a_draft_starts_when_it_is_turned_on(world: World) -> None:  # rule 1.10
    world.applied(DRAFT)
    with pytest.raises(NotNowError, match="a draft"):
        world.lifecycle.restart("contacts")
    assert world.lifecycle.on("contacts").status is SyncStatus.INITIAL
    assert world.orchestrator.initial == [(world.sync().id, 1)]


OFF, ON = (document_of(contacts=sync_of(enabled=enabled)) for enabled in (False, True))


def test_a_document_turns_a_sync_off_and_on(world: World) -> None:  # rule 1.7
    world.applied()
    world.stores.ledger.open_phase(world.sync().id, PhaseProgress(Phase.INDEX_HUBSPOT, 1), "waiting")
    assert changes(world, OFF) == {"contacts": Change.CHANGED}
    assert (world.sync().status, world.sync().generation) == (SyncStatus.OFF, 1)
    assert world.orchestrator.superseded == ["waiting"]
    for same in (OFF, document_of()):  # what says nothing leaves it as it is
        assert changes(world, same) == {"contacts": Change.UNCHANGED}
    assert changes(world, ON) == {"contacts": Change.RESTARTED}
    assert (world.sync().status, world.sync().generation) == (SyncStatus.INITIAL, 2)
    assert changes(world, ON) == {"contacts": Change.UNCHANGED}
    assert [generation for _, generation in world.orchestrator.initial] == [1, 2, 2]


def test_a_sync_takes_new_settings_as_it_is_turned_off(world: World) -> None:  # rule 1.7
    world.applied()
    world.orchestrator.initial.clear()
    changes(world, document_of(contacts=sync_of(enabled=False, default=Side.APP)), restart=True)
    assert (world.sync().status, world.sync().default_side, world.sync().generation) == (SyncStatus.OFF, Side.APP, 2)
    assert not world.orchestrator.initial


def test_a_new_sync_may_be_off(world: World) -> None:  # rule 1.7
    assert changes(world, OFF) == {"contacts": Change.NEW}
    assert world.sync().status is SyncStatus.OFF
    assert not world.orchestrator.initial
    assert world.lifecycle.on("contacts").status is SyncStatus.INITIAL


def test_a_sync_that_is_off_and_tried_goes_on_being_tried_until_it_is_turned_on(world: World) -> None:  # rule 1.10
    world.applied(OFF)
    world.lifecycle.attempt("contacts", TRIED)
    assert changes(world, OFF) == {"contacts": Change.UNCHANGED}
    changes(world, document_of(contacts=sync_of(enabled=False, phone_region="ES")))
    assert (world.sync().trying, world.sync().turned_off) == (True, True)
    changes(world, document_of(contacts=sync_of(enabled=True, phone_region="ES")))
    assert (world.sync().trying, world.sync().status) == (False, SyncStatus.INITIAL)


def test_a_document_that_turns_on_lets_no_held_run_go(world: World) -> None:  # rule 1.10
    on = document_of(contacts=sync_of(enabled=True, brake=Brake(records=1)))
    world.applied(on)
    world.put(replace(world.sync(), status=SyncStatus.HELD, problem="Too much."))
    world.applied(on)
    assert world.sync().status is SyncStatus.WEIGHING


@pytest.mark.parametrize("enabled", [False, True])
def test_a_draft_is_neither_on_nor_off(world: World, enabled: bool) -> None:
    with pytest.raises(RefusedDocumentError) as refused:
        world.applied(document_of(contacts=sync_of(draft=True, enabled=enabled)))
    assert [fault.path for fault in refused.value.faults] == ["syncs.contacts.enabled"]
    assert world.untouched


def test_saving_in_the_middle_of_a_trial_begins_the_trial_anew(world: World) -> None:  # rule 1.10
    world.applied(DRAFT)
    world.lifecycle.attempt("contacts", TRIED)
    world.applied(document_of(contacts=sync_of(draft=True, phone_region="ES")))
    sync = world.sync()
    assert (sync.generation, sync.trying, sync.trial) == (2, True, Trial(TRIED, SyncStatus.DRAFT, 2))
    world.applied(Document({"orbit": replace(ORBIT, token="new-token")}))
    assert (world.sync().generation, world.sync().trying) == (3, True)
    assert [generation for _, generation in world.orchestrator.initial] == [1, 2, 3]


def test_a_draft_that_is_tried_can_be_started_for_good(world: World) -> None:  # rule 1.10
    world.applied(DRAFT)
    world.lifecycle.attempt("contacts", TRIED)
    world.applied(document_of(contacts=sync_of()))
    sync = world.sync()
    assert (sync.generation, sync.status, sync.trying) == (2, SyncStatus.INITIAL, False)
