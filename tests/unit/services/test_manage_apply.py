"""Applying a document: all faults at once and nothing half-saved; stable numbers; what changed starts again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.connectors.errors import NeedsPersonError, RetryLaterError
from hubsync.model.brake import Brake
from hubsync.model.connection import ConnectionStatus
from hubsync.model.identifier import IdentifierKind
from hubsync.model.mapping import Transform
from hubsync.model.record import RecordRef
from hubsync.model.side import Direction, Side
from hubsync.model.sync import ObjectKind, Phase, PhaseProgress, Sync, SyncStatus, Trial
from hubsync.services.manage.apply import ConcurrentChangeError
from hubsync.services.manage.document import ConnectionSpec, Document, EndSpec, Limit, RefusedDocumentError
from hubsync.services.manage.lifecycle import NotNowError
from hubsync.services.manage.plan import Change
from hubsync.stores.ports import MOST_AT_ONCE
from tests.unit.services.manage_world import HUBSPOT, ORBIT, World, document_of, mappings, sync_of

COMPANIES = sync_of(
    hubspot=EndSpec("hubspot", "companies"),
    app=EndSpec("orbit", "organisations"),
    mappings=mappings(("name", "title"), ("domain", "website"), ("city", "city")),
)


@pytest.fixture
def world() -> World:
    return World()


def changes(world: World, document: Document | None = None, **options: bool) -> dict[str, Change]:
    return {planned.sync.name: planned.change for planned in world.applied(document, **options).syncs}


def test_a_new_document_makes_connections_and_syncs_and_starts_them(world: World) -> None:
    assert changes(world) == {"contacts": Change.NEW}
    sync = world.sync()
    assert (sync.status, sync.generation, sync.saved_at) == (SyncStatus.INITIAL, 1, world.clock.now())
    assert len(sync.hash_key) == 32
    assert sync.history_key
    assert sync.history_key != sync.hash_key
    assert world.orchestrator.initial == [(sync.id, 1)]
    assert world.prepared == [("hubspot", ("contacts",)), ("orbit", ("people",))]
    orbit = world.stores.connections.connection("orbit")
    assert orbit is not None
    assert world.vault.open(orbit.token, "orbit") == "orbit-token"
    assert orbit.webhook_secret is not None
    assert world.vault.open(orbit.webhook_secret, "orbit") == "orbit-secret"


def test_a_dry_run_answers_and_touches_nothing(world: World) -> None:
    assert changes(world, dry=True) == {"contacts": Change.NEW}
    assert world.untouched


def test_field_types_choose_the_transforms_and_schemas_the_match_keys(world: World) -> None:
    pairs = (
        ("email", "email"), ("firstname", "first_name"), ("phone", "phone"), ("date_of_birth", "birthday"),
        ("score", "points"), ("vip", "important"),
    )  # fmt: skip
    world.applied(document_of(contacts=sync_of(mappings=mappings(*pairs)), companies=COMPANIES))
    contacts, companies = world.sync(), world.sync("companies")
    assert [mapping.transform.value for mapping in contacts.mappings] == [
        "email", "text", "phone", "date", "number", "boolean",
    ]  # fmt: skip
    assert contacts.match_keys[0].fields(Side.HUBSPOT) == ("email", "hs_additional_emails")
    assert (contacts.kind, contacts.require_email) == (ObjectKind.CONTACT, True)
    assert [mapping.transform for mapping in companies.mappings] == [Transform.TEXT, Transform.DOMAIN, Transform.TEXT]
    assert [mapping.required for mapping in companies.mappings] == [True, False, False]
    assert [key.kind for key in companies.match_keys] == [IdentifierKind.DOMAIN, IdentifierKind.NAME]
    assert (companies.kind, companies.require_email) == (ObjectKind.COMPANY, False)


def test_the_same_document_again_leaves_everything_alone(world: World) -> None:
    world.applied()
    world.put(replace(world.sync(), status=SyncStatus.ACTIVE))
    world.stores.writes.clear()
    result = world.applied()
    assert [planned.change for planned in result.syncs] == [Change.UNCHANGED]
    assert dict(result.connections) == {"hubspot": Change.UNCHANGED, "orbit": Change.UNCHANGED}
    assert not world.stores.writes
    assert len(world.orchestrator.initial) == 1


def test_a_start_that_was_lost_between_saving_and_starting_is_made_up_for(world: World) -> None:
    world.applied()
    world.orchestrator.initial.clear()
    assert changes(world) == {"contacts": Change.UNCHANGED}
    assert world.orchestrator.initial == [(world.sync().id, 1)]


def test_a_changed_sync_starts_a_new_generation_under_the_same_key(world: World) -> None:
    world.applied()
    before = world.sync()
    world.put(replace(before, status=SyncStatus.ACTIVE, indexed=(Side.HUBSPOT, Side.APP)))
    assert changes(world, document_of(contacts=sync_of(default=Side.APP, phone_region="ES"))) == {
        "contacts": Change.CHANGED
    }
    after = world.sync()
    assert after.history_key == before.history_key
    assert (after.id, after.hash_key, after.default_side) == (before.id, before.hash_key, Side.APP)
    assert (after.status, after.generation, after.indexed) == (SyncStatus.INITIAL, 2, ())
    assert world.orchestrator.initial[-1] == (after.id, 2)


def numbers(sync: Sync) -> dict[str, int]:
    return {mapping.app_field: mapping.number for mapping in sync.mappings}


def test_numbers_are_kept_by_pair_and_never_used_again(world: World) -> None:
    first = (("firstname", "first_name"), ("email", "email"))
    world.applied(document_of(contacts=sync_of(mappings=mappings(*first))))
    assert numbers(world.sync()) == {"first_name": 1, "email": 2}
    world.applied(document_of(contacts=sync_of(mappings=mappings(("phone", "phone"), ("email", "email")))))
    assert numbers(world.sync()) == {"email": 2, "phone": 3}
    world.applied(document_of(contacts=sync_of(mappings=mappings(*reversed(first)))))
    assert numbers(world.sync()) == {"email": 2, "first_name": 4}
    assert world.sync().next_number == 5


def test_another_order_of_the_mappings_is_no_change(world: World) -> None:
    world.applied()
    turned = sync_of(mappings=mappings(("email", "email"), ("firstname", "first_name")))
    assert changes(world, document_of(contacts=turned)) == {"contacts": Change.UNCHANGED}


def test_a_restart_is_made_only_when_asked_for(world: World) -> None:
    world.applied()
    assert changes(world, restart=True) == {"contacts": Change.RESTARTED}
    assert world.sync().generation == 2


def test_a_stalled_sync_starts_again_with_any_save(world: World) -> None:
    world.applied()
    world.put(replace(world.sync(), status=SyncStatus.STALLED, problem="no budget"))
    assert changes(world) == {"contacts": Change.RESTARTED}
    assert (world.sync().status, world.sync().problem) == (SyncStatus.INITIAL, None)


def test_a_sync_that_is_off_takes_new_settings_and_stays_off(world: World) -> None:
    world.applied()
    world.lifecycle.off("contacts")
    world.orchestrator.initial.clear()
    assert changes(world, document_of(contacts=sync_of(default=Side.APP)), restart=True) == {"contacts": Change.CHANGED}
    assert (world.sync().status, world.sync().default_side) == (SyncStatus.OFF, Side.APP)
    assert not world.orchestrator.initial


def test_a_new_token_mends_the_connection_and_rescans_its_syncs_even_unnamed_ones(world: World) -> None:  # rule 1.9
    world.applied(document_of(contacts=sync_of(), companies=COMPANIES))
    for sync in world.stores.syncs.syncs():
        world.put(replace(sync, status=SyncStatus.ACTIVE))
    orbit = world.stores.connections.connection("orbit")
    assert orbit is not None
    broken = replace(orbit, status=ConnectionStatus.NEEDS_PERSON, problem="revoked")
    assert world.stores.connections.put_connection(broken)
    world.applied(Document({"orbit": replace(ORBIT, token="new-token")}))
    mended = world.stores.connections.connection("orbit")
    assert mended is not None
    assert (mended.status, mended.problem) == (ConnectionStatus.ACTIVE, None)
    assert world.vault.open(mended.token, "orbit") == "new-token"
    assert {sync.generation for sync in world.stores.syncs.syncs()} == {2}
    assert len(world.orchestrator.initial) == 4


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


def test_of_two_broken_connections_one_can_be_mended_first(world: World) -> None:
    world.applied()
    world.prepared.clear()
    world.applied(Document({"orbit": replace(ORBIT, token="new-token")}))
    assert world.prepared == [("orbit", ("people",))]


def test_another_limit_is_saved_without_a_rescan(world: World) -> None:
    world.applied()
    result = world.applied(Document({"hubspot": replace(HUBSPOT, limit=Limit(50, 10))}))
    assert dict(result.connections) == {"hubspot": Change.CHANGED}
    assert result.syncs == ()
    hubspot = world.stores.connections.connection("hubspot")
    assert hubspot is not None
    assert (hubspot.limit, hubspot.limit_seconds) == (50, 10)


def test_secrets_left_out_stay_as_they_are(world: World) -> None:
    world.applied()
    result = world.applied(Document({"orbit": ConnectionSpec("orbit")}))
    assert dict(result.connections) == {"orbit": Change.UNCHANGED}


def test_a_save_that_loses_a_race_saves_and_starts_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.stores.syncs, "save", lambda *_, **__: False)
    with pytest.raises(ConcurrentChangeError):
        world.applied()
    assert not world.orchestrator.initial


@pytest.mark.parametrize("name", ["contacts", "twins"])
def test_what_is_saved_twice_at_the_same_moment_is_one_sync(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Somebody whose answer got lost saves again while the first attempt still runs; or calls the sync otherwise."""
    world.applied(Document(document_of().connections))

    class Overtaken(list[tuple[str, tuple[str, ...]]]):
        def append(self, prepared: tuple[str, tuple[str, ...]]) -> None:
            monkeypatch.setattr(world, "prepared", [])
            world.applied(document_of(**{name: sync_of()}))

    monkeypatch.setattr(world, "prepared", Overtaken())
    with pytest.raises(ConcurrentChangeError):
        world.applied(document_of(contacts=sync_of()))
    assert [sync.name for sync in world.stores.syncs.syncs()] == [name]
    assert len(world.orchestrator.initial) == 1


def test_more_than_can_be_saved_together_is_a_fault_and_nothing_is_saved(world: World) -> None:
    many = {f"orbit-{number}": ORBIT for number in range(MOST_AT_ONCE - 2)}
    with pytest.raises(RefusedDocumentError) as refused:
        world.applied(replace(document_of(), connections={**document_of().connections, **many}))
    assert world.untouched
    assert "100 connections and syncs" in refused.value.faults[0].reason
    world.applied(replace(document_of(), connections={"hubspot": HUBSPOT, "orbit": ORBIT, **dict([*many.items()][1:])}))


def test_what_an_application_refuses_to_prepare_is_a_fault_and_nothing_is_saved(world: World) -> None:
    world.prepare_error = NeedsPersonError("The token may not add properties.", remedy="Add the scope.")
    with pytest.raises(RefusedDocumentError) as refused:
        world.applied()
    assert [(fault.path, fault.remedy) for fault in refused.value.faults] == [
        ("connections.hubspot", "Add the scope."),
        ("connections.orbit", "Add the scope."),
    ]
    assert world.untouched


def test_an_application_that_cannot_be_asked_now_is_no_fault(world: World) -> None:
    world.schema_error = RetryLaterError("down", after=30, kind="unavailable")
    with pytest.raises(RetryLaterError):
        world.applied()
    assert world.untouched


def test_a_dead_token_is_a_fault_of_the_connection(world: World) -> None:
    world.schema_error = NeedsPersonError("The token is dead.", remedy="Give a new one.")
    with pytest.raises(RefusedDocumentError) as refused:
        world.applied()
    assert {fault.path for fault in refused.value.faults} == {"connections.hubspot", "connections.orbit"}


def test_one_way_syncs_and_mappings_are_kept_as_they_are(world: World) -> None:
    one_way = sync_of(
        direction=Direction.TO_HUBSPOT,
        mappings=mappings(("email", "email"), ("firstname", "first_name"), direction=Direction.TO_HUBSPOT),
    )
    world.applied(document_of(contacts=one_way))
    assert world.sync().direction is Direction.TO_HUBSPOT
