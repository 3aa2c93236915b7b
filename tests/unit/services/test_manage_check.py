"""What a document is refused for: each fault with its path, all of them at once, and nothing is saved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.schema import FieldSchema
from hubsync.model.side import Direction
from hubsync.model.sync import SyncStatus
from hubsync.services.manage.document import (
    ConnectionSpec,
    Document,
    EndSpec,
    Fault,
    MappingSpec,
    RefusedDocumentError,
    SyncSpec,
)
from tests.unit.services.manage_schemas import PEOPLE
from tests.unit.services.manage_world import HUBSPOT, ORBIT, World, document_of, mappings, sync_of

BASE = (("firstname", "first_name"), ("email", "email"))


@pytest.fixture
def world() -> World:
    return World()


def faults(world: World, document: Document) -> dict[str, str]:
    """The faults of a document, reason by path; checks that nothing happened and that each has a remedy."""
    before = dict(world.stores.writes)
    with pytest.raises(RefusedDocumentError) as refused:
        world.applied(document)
    assert dict(world.stores.writes) == before
    assert all(fault.remedy.endswith((".", "?")) for fault in refused.value.faults)
    return {fault.path: fault.reason for fault in refused.value.faults}


def with_mapping(hubspot: str, app: str, direction: Direction = Direction.TWO_WAY) -> SyncSpec:
    return sync_of(mappings=(*mappings(*BASE), MappingSpec(2, hubspot, app, direction=direction)))


@pytest.mark.parametrize(
    ("spec", "path", "words"),
    [
        (with_mapping("nickname", "nickname"), "mappings[2].hubspot", "no field nickname"),
        (with_mapping("phone", "phon"), "mappings[2].app", "no field phon"),
        (with_mapping("hubsync_id", "nickname"), "mappings[2].hubspot", "belongs to hubsync"),
        (with_mapping("createdate", "birthday"), "mappings[2].hubspot", "cannot be written"),
        (with_mapping("createdate", "seen_at", Direction.TO_APP), "mappings[2].app", "cannot be written"),
        (with_mapping("firstname", "nickname", Direction.TO_HUBSPOT), "mappings[2].hubspot", "one source only"),
        (with_mapping("phone", "first_name", Direction.TO_APP), "mappings[2].app", "one source only"),
        (with_mapping("email", "email"), "mappings[2]", "the same two fields"),
        (with_mapping("score", "nickname"), "mappings[2].hubspot", "takes a number"),
        (with_mapping("phone", "points", Direction.TO_APP), "mappings[2].app", "takes a number"),
        (sync_of(direction=Direction.TO_APP, mappings=mappings(*BASE, direction=Direction.TO_HUBSPOT)),
         "mappings[0].direction", "nothing would ever be written"),
        (sync_of(notify=("ops@example.com", "ops@")), "notify[1]", "not a valid email"),
        (sync_of(phone_region="XX"), "phone_region", "no country XX"),
        (sync_of(mappings=()), "mappings", "No field is mapped"),
        (sync_of(hubspot=EndSpec("hubspot", "widgets")), "hubspot.object", "no object type widgets"),
        (sync_of(hubspot=EndSpec("hubspot", "notes")), "hubspot.object", "HubSpot's notes cannot be synced"),
        (sync_of(hubspot=EndSpec("hubspot", "deals")), "app.object", "people does not go with HubSpot's deals"),
        (sync_of(app=EndSpec("orbit", "organisations")), "app.object", "does not go with"),
        (sync_of(app=EndSpec("orbitt", "people")), "app.connection", "no connection orbitt"),
        (sync_of(app=EndSpec("hubspot", "contacts")), "app.connection", "an account of hubspot"),
        (sync_of(hubspot=EndSpec("orbit", "people")), "hubspot.connection", "an account of orbit"),
    ],
)  # fmt: skip
def test_a_sync_that_cannot_run_is_refused_with_path_and_reason(
    world: World, spec: SyncSpec, path: str, words: str
) -> None:
    found = faults(world, document_of(contacts=spec))
    assert words in found[f"syncs.contacts.{path}"]
    assert world.untouched


def test_a_required_field_of_a_target_must_be_mapped(world: World) -> None:  # rule 4.1
    spec = sync_of(
        hubspot=EndSpec("hubspot", "companies"),
        app=EndSpec("orbit", "organisations"),
        mappings=mappings(("city", "city")),
    )
    assert "without title" in faults(world, document_of(companies=spec))["syncs.companies.mappings"]
    world.applied(document_of(companies=replace(spec, direction=Direction.TO_HUBSPOT)))


def test_a_number_may_go_one_way_into_a_text(world: World) -> None:  # rule 4.3
    world.applied(document_of(contacts=with_mapping("score", "nickname", Direction.TO_APP)))


def test_two_one_way_mappings_may_cross_in_one_field(world: World) -> None:  # rule 4.6 counts targets only
    crossing = (
        MappingSpec(0, "email", "email"),
        MappingSpec(1, "firstname", "first_name", direction=Direction.TO_APP),
        MappingSpec(2, "firstname", "nickname", direction=Direction.TO_HUBSPOT),
    )
    world.applied(document_of(contacts=sync_of(mappings=crossing)))


def test_an_app_without_a_field_to_match_by_is_refused(world: World) -> None:
    world.schemas["orbit"]["people"] = replace(PEOPLE, identifiers={})
    assert "matched by" in faults(world, document_of())["syncs.contacts.app.object"]


def test_all_faults_are_told_at_once_those_of_reading_too(world: World) -> None:
    spec = sync_of(notify=("x",), mappings=mappings(("firstname", "first_nam"), ("emial", "email")))
    document = replace(
        document_of(contacts=spec, others=sync_of(app=EndSpec("nowhere", "people"))),
        faults=(Fault("syncs.contacts.colour", "There is no setting colour here.", "Leave it out."),),
    )
    assert set(faults(world, document)) == {
        "syncs.contacts.colour",
        "syncs.contacts.notify[0]",
        "syncs.contacts.mappings[0].app",
        "syncs.contacts.mappings[1].hubspot",
        "syncs.others.app.connection",
    }


def test_a_direction_that_was_not_read_draws_no_further_faults(world: World) -> None:
    spec = replace(with_mapping("createdate", "birthday"), unread=frozenset({"direction"}))
    document = replace(document_of(contacts=spec), faults=(Fault("syncs.contacts.direction", "x", "y."),))
    assert set(faults(world, document)) == {"syncs.contacts.direction"}


@pytest.mark.parametrize(
    ("connections", "path", "words"),
    [
        ({"orbit": ConnectionSpec("orbti", "t")}, "connections.orbit.app", "no app orbti"),
        ({"orbit": ConnectionSpec("orbit")}, "connections.orbit.token", "needs a token"),
    ],
)
def test_a_connection_that_cannot_be_made_is_refused(
    world: World, connections: dict[str, ConnectionSpec], path: str, words: str
) -> None:
    found = faults(world, Document({"hubspot": HUBSPOT, **connections}, {"contacts": sync_of()}))
    assert set(found) == {path}
    assert words in found[path]


def test_a_connection_keeps_its_app(world: World) -> None:
    world.applied()
    assert set(faults(world, Document({"orbit": replace(HUBSPOT, token=None)}))) == {"connections.orbit.app"}


def test_a_sync_keeps_its_accounts_and_objects(world: World) -> None:  # rule 1.1
    world.applied()
    second = Document({"second": ORBIT}, {"contacts": sync_of(app=EndSpec("second", "people"))})
    assert set(faults(world, second)) == {"syncs.contacts.app.connection"}


def test_a_sync_that_is_being_deleted_cannot_be_applied(world: World) -> None:
    world.applied()
    world.put(replace(world.sync(), status=SyncStatus.DELETING))
    assert set(faults(world, document_of())) == {"syncs.contacts"}


def test_two_objects_are_synced_once(world: World) -> None:
    assert set(faults(world, document_of(contacts=sync_of(), twins=sync_of()))) == {"syncs.twins"}
    world.applied()
    assert set(faults(world, Document(syncs={"others": sync_of()}))) == {"syncs.others"}


def test_a_near_miss_is_named(world: World) -> None:
    world.schemas["orbit"]["people"] = replace(PEOPLE, fields={**PEOPLE.fields, "surname": FieldSchema("surname")})
    with pytest.raises(RefusedDocumentError) as refused:
        world.applied(document_of(contacts=with_mapping("phone", "sur_name")))
    assert refused.value.faults[0].remedy == "Did you mean surname?"


def test_a_specification_shows_no_secret() -> None:
    assert "orbit-" not in repr(ORBIT)


@pytest.mark.parametrize("options", [{}, {"direction": Direction.TO_HUBSPOT}, {"direction": Direction.TO_APP}])
def test_new_contacts_need_their_email(world: World, options: dict[str, Direction]) -> None:
    """Rule 3.7: a contact made without one would be left out by the very sync that made it."""
    spec = sync_of(mappings=mappings(("firstname", "first_name")), **options)
    found = faults(world, document_of(contacts=spec))
    assert set(found) == {"syncs.contacts.mappings"}
    assert "would have no email" in found["syncs.contacts.mappings"]
    world.applied(document_of(contacts=replace(spec, require_email=False)))
