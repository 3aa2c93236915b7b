"""A key of a sync's own: what it may be, what becomes of it, and what a change of it does to a saved sync."""

from __future__ import annotations

from typing import Any

import pytest

from hubsync.model.identifier import IdentifierKind
from hubsync.model.sync import MatchKey
from hubsync.services.manage.document import EndSpec, MatchSpec, RefusedDocumentError
from tests.unit.services.manage_world import World, document_of, mappings, sync_of


@pytest.fixture
def world() -> World:
    return World()


def keyed(*pairs: tuple[str, str], **changes: Any) -> Any:
    """The contacts of the made-up document, matched by these fields."""
    match = tuple(MatchSpec(at, hubspot, app) for at, (hubspot, app) in enumerate(pairs))
    return document_of(contacts=sync_of(match=match, **changes))


@pytest.mark.parametrize(
    ("pairs", "path", "words"),
    [
        ([("nickname", "nickname")], "match[0].hubspot", "no field nickname"),
        ([("firstname", "nick")], "match[0].app", "no field nick"),
        ([("hubsync_id", "nickname")], "match[0].hubspot", "belongs to hubsync"),
        ([("firstname", "important")], "match[0].app", "cannot tell two records apart"),
        ([("firstname", "birthday")], "match[0].app", "type date"),
        ([("firstname", "organisation_id")], "match[0].app", "type reference"),
        ([("firstname", "nickname"), ("firstname", "nickname")], "match[1]", "names the same two fields"),
    ],
)
def test_a_key_that_cannot_identify_is_refused(
    world: World, pairs: list[tuple[str, str]], path: str, words: str
) -> None:
    with pytest.raises(RefusedDocumentError) as refused:
        world.applied(keyed(*pairs))
    found = {fault.path: fault for fault in refused.value.faults}
    assert words in found[f"syncs.contacts.{path}"].reason
    assert found[f"syncs.contacts.{path}"].remedy.endswith((".", "?"))


def test_a_key_replaces_the_defaults_and_asks_for_no_email(world: World) -> None:
    world.applied(keyed(("firstname", "points"), mappings=mappings(("firstname", "first_name"))))
    (sync,) = world.stores.syncs.syncs()
    assert sync.match_keys == (MatchKey(IdentifierKind.KEY, "firstname", "points", numeric=True),)
    assert not sync.require_email
    assert sync.own_key
    assert sync.keys_since == 0  # nothing was matched by anything before


def test_another_key_counts_from_the_next_generation(world: World) -> None:
    world.applied(document_of())
    world.applied(keyed(("firstname", "nickname")))
    (sync,) = world.stores.syncs.syncs()
    assert (sync.generation, sync.keys_since) == (2, 2)
    world.applied(keyed(("firstname", "nickname"), phone_region="ES"))
    (sync,) = world.stores.syncs.syncs()
    assert (sync.generation, sync.keys_since) == (3, 2)
    world.applied(document_of())
    (sync,) = world.stores.syncs.syncs()
    assert (sync.generation, sync.keys_since) == (4, 4)
    assert [key.kind for key in sync.match_keys] == [IdentifierKind.EMAIL]


def test_an_object_without_identifiers_can_be_matched_by_a_key_alone(world: World) -> None:
    schema = world.schemas["orbit"]["people"]
    world.schemas["orbit"]["people"] = type(schema)("people", schema.fields, "contact", {})
    with pytest.raises(RefusedDocumentError) as refused:
        world.applied(document_of())
    assert "a key of its own" in next(iter(refused.value.faults)).remedy
    world.applied(keyed(("firstname", "nickname")))


@pytest.mark.parametrize("kind", ["company", "deal", None])
def test_only_like_goes_with_like(world: World, kind: str | None) -> None:
    schema = world.schemas["orbit"]["people"]
    world.schemas["orbit"]["people"] = type(schema)("people", schema.fields, kind, schema.identifiers)
    with pytest.raises(RefusedDocumentError) as refused:
        world.applied(document_of())
    assert {fault.path for fault in refused.value.faults} == {"syncs.contacts.app.object"}


def test_an_apps_leads_go_with_contacts(world: World) -> None:
    schema = world.schemas["orbit"]["people"]
    world.schemas["orbit"]["leads"] = type(schema)("leads", schema.fields, "lead", schema.identifiers)
    world.applied(document_of(contacts=sync_of(app=EndSpec("orbit", "leads"))))
    (sync,) = world.stores.syncs.syncs()
    assert (sync.kind, sync.require_email) == ("contact", True)
