"""Rule 4.1: mappings that come with app and object: required ones are marked, each can be switched off."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hubsync.connectors import catalogue
from hubsync.model.side import Direction
from hubsync.services.manage.apply import Apply
from hubsync.services.manage.document import DefaultsSpec, EndSpec, MappingSpec, RefusedDocumentError
from tests.unit.api.api_client import Client
from tests.unit.services.manage_world import World, document_of, sync_of

CONNECTIONS = {"hubspot": {"app": "hubspot", "token": "t"}, "orbit": {"app": "orbit", "token": "t"}}


def document(**changes: Any) -> dict[str, Any]:
    """A document as a person writes it; `...` leaves a setting out."""
    sync = {
        "hubspot": {"connection": "hubspot", "object": "contacts"},
        "app": {"connection": "orbit", "object": "people"},
        "direction": "two_way",
        **changes,
    }
    return {"connections": CONNECTIONS, "syncs": {"contacts": sync}}


def mapped(world: World) -> list[tuple[str, str]]:
    return [(each.hubspot_field, each.app_field) for each in world.sync().mappings]


DEFAULTS = [("email", "email"), ("firstname", "first_name"), ("phone", "phone"), ("score", "points")]


@pytest.mark.parametrize("mappings", [{}, {"mappings": "default"}, {"mappings": {}}, {"mappings": None}])
def test_without_mappings_the_default_ones_stand(mappings: dict[str, Any]) -> None:
    """4.1 Left out or named, in a word or as an empty mapping; what HubSpot's account has no field for is left out."""
    world = World()
    answer = Client(world)("POST", "/v1/apply", document(**mappings))
    assert answer.status == 200, answer.json
    assert mapped(world) == DEFAULTS


@pytest.mark.parametrize("name", ["phone", "points", "score"])
def test_each_default_can_be_switched_off(name: str) -> None:
    """4.1 By its field on either side."""
    world = World()
    Client(world)("POST", "/v1/apply", document(mappings={"except": [name]}))
    assert mapped(world) == [pair for pair in DEFAULTS if name not in pair]


def test_others_are_added() -> None:
    """4.1 Custom mappings beside the default ones; one of the same pair takes the document's word."""
    world = World()
    added = [{"hubspot": "date_of_birth", "app": "birthday"}, {"hubspot": "phone", "app": "phone", "clears": True}]
    Client(world)("POST", "/v1/apply", document(mappings={"add": added}))
    assert sorted(mapped(world)) == sorted([*DEFAULTS, ("date_of_birth", "birthday")])
    (phone,) = (each for each in world.sync().mappings if each.hubspot_field == "phone")
    assert phone.clears


def test_none_of_the_defaults_but_what_is_added() -> None:
    """4.1 `default: false` is the plain list in another shape."""
    world = World()
    added = [{"hubspot": "email", "app": "email"}]
    Client(world)("POST", "/v1/apply", document(mappings={"default": False, "add": added}))
    assert mapped(world) == [("email", "email")]


def test_a_default_keeps_its_direction() -> None:
    """4.1 And one that goes against the sync's direction is left out."""
    world = World()
    world.applied(document_of(contacts=sync_of(mappings=(), defaults=DefaultsSpec())))
    assert {each.hubspot_field: each.direction for each in world.sync().mappings}["score"] is Direction.TO_HUBSPOT
    other = World()
    spec = sync_of(mappings=(), defaults=DefaultsSpec(), direction=Direction.TO_APP)
    other.applied(document_of(contacts=spec))
    assert "score" not in {each.hubspot_field for each in other.sync().mappings}


def test_numbers_survive_the_way_they_are_written() -> None:
    """4.1 A list that says what the default mappings say is the same sync: nothing is started anew."""
    world = World()
    call = Client(world)
    call("POST", "/v1/apply", document())
    before = world.sync()
    listed = [{"hubspot": hubspot, "app": app} for hubspot, app in DEFAULTS]
    listed[-1]["direction"] = "to_hubspot"
    answer = call("POST", "/v1/apply", document(mappings=listed))
    assert answer.json["syncs"][0]["change"] == "unchanged"
    assert world.sync() == before


def faults(call: Client, body: dict[str, Any]) -> dict[str, str]:
    answer = call("POST", "/v1/apply", body)
    assert answer.status == 422, answer.json
    return {fault["path"]: fault["reason"] for fault in answer.json["faults"]}


def test_a_required_one_cannot_be_switched_off() -> None:
    """4.1 Unless the application that is written fills the field itself."""
    world = World()
    found = faults(Client(world), document(mappings={"except": ["phone", "email"]}))
    assert found["syncs.contacts.mappings.except[1]"] == "The mapping of email with email is required."
    assert "syncs.contacts.mappings.except[0]" not in found


def test_a_required_one_can_be_switched_off_where_the_app_fills_it() -> None:
    """4.1 Orbit would give an organisation a title of its own: then the name need not be mapped."""
    world = World()
    spec = sync_of(
        hubspot=EndSpec("hubspot", "companies"),
        app=EndSpec("orbit", "organisations"),
        direction=Direction.TO_APP,
        mappings=(),
        defaults=DefaultsSpec(("name",)),
    )
    with pytest.raises(RefusedDocumentError) as refused:
        world.applied(document_of(companies=spec))
    assert "syncs.companies.mappings.except[0]" in {fault.path for fault in refused.value.faults}
    organisations = world.schemas["orbit"]["organisations"]
    title = replace(organisations.fields["title"], filled=True)
    filled = replace(organisations, fields={**organisations.fields, "title": title})
    world.schemas["orbit"]["organisations"] = filled
    world.applied(document_of(companies=spec))
    assert [each.hubspot_field for each in world.sync("companies").mappings] == ["domain"]


def test_all_faults_are_told_at_once_with_their_places() -> None:
    """4.1 What is switched off, what is added, and what the two do together."""
    added = [{"hubspot": "nope", "app": "nickname"}, {"hubspot": "firstname", "app": "nickname"}]
    found = faults(Client(World()), document(mappings={"except": ["fax"], "add": added}))
    assert found["syncs.contacts.mappings.except[0]"] == "No default mapping is about fax."
    assert found["syncs.contacts.mappings.add[0].hubspot"] == "contacts has no field nope."
    assert "mappings.default.firstname writes firstname already" in found["syncs.contacts.mappings.add[1].hubspot"]


def test_an_object_without_defaults_says_so() -> None:
    """4.1 Then a list has to name the pairs."""
    world = World()
    world.schemas["orbit"]["persons"] = world.schemas["orbit"]["people"]
    found = faults(Client(world), document(app={"connection": "orbit", "object": "persons"}))
    assert found["syncs.contacts.mappings"].startswith("There are no default mappings for")


def test_a_deployment_may_forbid_custom_mappings() -> None:
    """4.1 They are allowed by default; where they are not, each of them is a fault."""
    world = World()
    world.applied()
    strict = World()
    ports = {name.removeprefix("_"): port for name, port in vars(strict.apply).items()}
    strict.apply = Apply(**{**ports, "custom_mappings": False})
    with pytest.raises(RefusedDocumentError) as refused:
        strict.applied(document_of(contacts=sync_of(mappings=(*sync_of().mappings, custom()))))
    assert [fault.path for fault in refused.value.faults] == ["syncs.contacts.mappings[7]"]
    strict.applied(document_of(contacts=sync_of(mappings=(), defaults=DefaultsSpec())))


def custom() -> MappingSpec:
    return MappingSpec(7, "date_of_birth", "birthday")


@pytest.mark.parametrize("app", catalogue.keys())
def test_the_apps_defaults_are_sound(app: str) -> None:
    """4.1 Every app's people and organisations have default mappings, with a required one, each target once."""
    for each in catalogue.objects(app):
        if each.kind not in ("contact", "company"):
            continue
        assert any(mapping.required for mapping in each.defaults)
        for names in ([one.hubspot_field for one in each.defaults], [one.app_field for one in each.defaults]):
            assert len(names) == len(set(names))


def test_an_app_is_shown_with_its_objects_and_marks() -> None:
    """4.1 `GET /v1/apps/KEY`: objects, fields with types and marks, default mappings, required ones marked."""
    call = Client(World())
    shown = call("GET", "/v1/apps/orbit").json
    people = next(each for each in shown["objects"] if each["object"] == "people")
    assert next(each for each in people["fields"] if each["name"] == "seen_at")["read_only"]
    assert [each["hubspot"] for each in people["defaults"] if each["required"]] == ["email"]
    missing = call("GET", "/v1/apps/orbitt")
    assert (missing.status, missing.json["remedy"]) == (404, "Did you mean orbit?")


def test_an_accounts_fields_are_shown_as_they_are_now() -> None:
    """4.1 `GET /v1/connections/NAME/objects/TYPE`: the live schema, and the mappings that every app suggests for it."""
    world = World()
    world.applied()
    call = Client(world)
    shown = call("GET", "/v1/connections/hubspot/objects/contacts").json
    assert {each["name"]: each["type"] for each in shown["fields"]}["date_of_birth"] == "date"
    assert ("orbit", "people", "email") in {
        (one["app_key"], one["object"], one["hubspot"]) for one in shown["suggested"]
    }
    assert call("GET", "/v1/connections/orbit/objects/people").json["suggested"][0]["required"]
    assert call("GET", "/v1/connections/orbit/objects/peple").json["remedy"] == "Did you mean people?"
    assert call("GET", "/v1/connections/orbits/objects/people").status == 404
