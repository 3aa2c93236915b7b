"""Applying a document: all faults at once and nothing half-saved; stable numbers; what changed starts again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.connectors.errors import NeedsPersonError, RetryLaterError
from hubsync.model.connection import ConnectionStatus
from hubsync.model.identifier import IdentifierKind
from hubsync.model.mapping import Transform
from hubsync.model.side import Direction, Side
from hubsync.model.sync import ObjectKind, Sync, SyncStatus
from hubsync.services.manage.apply import ConcurrentChangeError
from hubsync.services.manage.document import ConnectionSpec, Document, EndSpec, Limit, RefusedDocumentError
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
    for dry in (True, False):
        with pytest.raises(RefusedDocumentError) as refused:
            world.applied(replace(document_of(), connections={**document_of().connections, **many}), dry=dry)
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
