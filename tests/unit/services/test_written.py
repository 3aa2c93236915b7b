"""What is deployed is written as a document: applying it changes nothing, and no setting is forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from hubsync.api import bodies
from hubsync.api.deployed import write_document
from hubsync.api.document import read_document
from hubsync.model.directory import Pipeline, Stage
from hubsync.model.schema import FieldSchema, FieldType, ObjectSchema, Option
from hubsync.model.side import Side
from hubsync.model.sync import SyncStatus
from hubsync.services.manage.document import Document
from hubsync.services.manage.plan import Change
from tests.unit.services.manage_schemas import fields
from tests.unit.services.manage_world import World

CONNECTIONS = {
    "hubspot": {"app": "hubspot", "token": "hub-token", "limit": {"calls": 100, "seconds": 5}},
    "orbit": {
        "app": "orbit",
        "token": "orbit-token",
        "webhook_secret": "orbit-secret",
        "base_url": "https://orbit.example.com",
    },
}
PEOPLE = {
    "hubspot": {"connection": "hubspot", "object": "contacts"},
    "app": {"connection": "orbit", "object": "people"},
    "direction": "two_way",
}
COMPANIES = {
    "hubspot": {"connection": "hubspot", "object": "companies"},
    "app": {"connection": "orbit", "object": "organisations"},
    "direction": "two_way",
}
DEALS = {
    "hubspot": {"connection": "hubspot", "object": "deals"},
    "app": {"connection": "orbit", "object": "opportunities"},
    "direction": "two_way",
    "mappings": [{"hubspot": "dealname", "app": "title"}],
}
EVERYTHING: Mapping[str, Any] = {
    "default": "app",
    "conflict": "newest",
    "require_email": False,
    "phone_region": "ES",
    "lifecycle": {"covers": "rest", "default": "customer"},
    "brake": {"records": 500, "share": 0.2},
    "draft": True,
    "notify": ["ops@example.com"],
    "history_days": 30,
    "filters": {
        "hubspot": {
            "all": [
                {"field": "score", "operator": "between", "value": [1, 12.5]},
                {"field": "firstname", "operator": "one_of", "value": ["Ana"]},
            ],
            "any": [
                {"field": "vip", "operator": "is_true"},
                {"any": [{"field": "createdate", "operator": "after", "value": "2026-01-01"}]},
            ],
        },
        "app": {"any": [{"field": "phone", "operator": "starts_with", "value": "+34"}]},
        "strict": True,
    },
    "associations": [
        {
            "hubspot": "companies",
            "app": "organisation_id",
            "via": "companies",
            "label": "Employer",
            "direction": "to_app",
            "unlink": True,
        }
    ],
    "mappings": {
        "except": ["score"],
        "add": [
            {"hubspot": "phone", "app": "phone", "transform": "e164"},
            {
                "hubspot": "colour",
                "app": "colour",
                "direction": "to_app",
                "clears": True,
                "winner": "newest",
                "options": {"red": "Rojo"},
            },
        ],
    },
}
LEFT_OUT = {("MappingsBody", "default")}
"""Default mappings that are switched off altogether are written as the list of those there are."""


@pytest.fixture
def world() -> World:
    return make_world()


def make_world() -> World:
    world = World()
    colours = (Option("red", "Red"), Option("Rojo", "Rojo"))
    for app, name in (("hubspot", "contacts"), ("orbit", "people")):
        schema = world.schemas[app][name]
        more = fields(FieldSchema("colour", FieldType.OPTION, options=colours), FieldSchema("name"))
        if app == "hubspot":
            stages = tuple(Option(each, each) for each in ("lead", "customer"))
            more |= fields(
                FieldSchema("lifecyclestage", FieldType.OPTION, options=stages),
                FieldSchema("hs_marketable_status", FieldType.BOOLEAN),
                FieldSchema("lastname"),
            )
        world.schemas[app][name] = replace(schema, fields={**schema.fields, **more})
    world.schemas["hubspot"]["deals"] = ObjectSchema(
        "deals",
        fields(FieldSchema("dealname"), FieldSchema("pipeline"), FieldSchema("dealstage")),
        "deal",
        stage_field="dealstage",
        pipeline_field="pipeline",
    )
    world.schemas["orbit"]["opportunities"] = ObjectSchema(
        "opportunities",
        fields(FieldSchema("title"), FieldSchema("pipeline_id"), FieldSchema("stage_id")),
        "deal",
        stage_field="stage_id",
        pipeline_field="pipeline_id",
    )
    stages = (Stage("new", "New"), Stage("won", "Won"), Stage("lost", "Lost"))
    world.pipelines = {"hubspot": (Pipeline("default", "Sales", stages),), "orbit": (Pipeline("p1", "Sales", stages),)}
    world.activities = frozenset({"people"})
    return world


def saved(world: World, syncs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Apply a document, and write what is deployed then; applying that again changes nothing."""
    world.applied(read({"connections": CONNECTIONS, "syncs": syncs}))
    written = write_document(world.deployed().document)
    again = world.applied(read(written))
    assert {name: change for name, change in again.connections.items() if change is not Change.UNCHANGED} == {}
    assert [each.sync.name for each in again.syncs if each.change is not Change.UNCHANGED] == []
    return written


def read(body: object) -> Document:
    document = read_document(body)
    assert document.faults == ()
    return document


DOCUMENTS: tuple[Mapping[str, Any], ...] = (
    {"companies": COMPANIES, "contacts": {**PEOPLE, **EVERYTHING}},
    {
        "contacts": {
            **PEOPLE,
            "match": [{"hubspot": "firstname", "app": "nickname"}],
            "marketing_contacts": True,
            "events": {"template": "1234567"},
            "mappings": [{"hubspot": "email", "app": "email"}, {"hubspot": ["firstname", "lastname"], "app": "name"}],
        },
        "deals": {
            **DEALS,
            "pipelines": [{"hubspot": "Sales", "app": "p1", "stages": {"won": "Won", "lost": "Won", "new": "New"}}],
        },
    },
    {"deals": DEALS, "companies": {**COMPANIES, "direction": "to_app", "brake": {"records": 0}, "enabled": False}},
)


@pytest.mark.parametrize("syncs", DOCUMENTS, ids=["contacts", "deals", "by-name"])
def test_applying_what_was_written_changes_nothing(world: World, syncs: Mapping[str, Any]) -> None:
    assert set(saved(world, syncs)["syncs"]) == set(syncs)


def test_every_setting_of_a_document_is_written() -> None:
    """A new setting has to be written as well, and to have a place in the documents above."""
    said = {each for syncs in DOCUMENTS for each in _said(saved(make_world(), syncs))}
    kinds = [each for each in vars(bodies).values() if isinstance(each, type) and issubclass(each, bodies.Body)]
    there = {(kind.__name__, name) for kind in kinds for name in kind.model_fields}
    secrets = {("ConnectionBody", "token"), ("ConnectionBody", "webhook_secret")}
    assert there - said == LEFT_OUT | secrets


def _said(written: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The settings that a written document has, by their model."""
    for raw in written["connections"].values():
        yield from _of(bodies.ConnectionBody.model_validate(raw))
    for raw in written["syncs"].values():
        sync = bodies.SyncBody.model_validate(raw)
        yield from _of(sync)
        mappings = sync.mappings
        if isinstance(mappings, dict):
            yield from _of(bodies.MappingsBody.model_validate(mappings))
            mappings = mappings.get("add", [])
        for kind, parts in ((bodies.MappingBody, mappings), (bodies.AssociationBody, sync.associations)):
            for part in parts if isinstance(parts, list | tuple) else ():
                yield from _of(kind.model_validate(part))


def _of(body: BaseModel) -> Iterator[tuple[str, str]]:
    for name in body.model_fields_set:
        yield type(body).__name__, name
        value = getattr(body, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, BaseModel):
                yield from _of(each)


def test_what_stands_at_its_default_is_left_out(world: World) -> None:
    written = saved(world, {"companies": {**COMPANIES, "history_days": 90, "default": "hubspot", "notify": []}})
    assert written["syncs"]["companies"] == {**COMPANIES}, "mappings: default goes without saying"
    listed = [{"hubspot": "name", "app": "title"}, {"hubspot": "domain", "app": "website"}]
    assert saved(world, {"companies": {**COMPANIES, "mappings": listed}})["syncs"]["companies"] == COMPANIES
    few = saved(world, {"companies": {**COMPANIES, "mappings": listed[:1]}})
    assert few["syncs"]["companies"]["mappings"] == listed[:1], "one of two is told as a list"


def test_default_mappings_with_exceptions_are_told_as_such(world: World) -> None:
    kept = [{"hubspot": "email", "app": "email"}, {"hubspot": "firstname", "app": "first_name"}]
    own = {"hubspot": "phone", "app": "phone", "clears": True}
    written = saved(world, {"contacts": {**PEOPLE, "mappings": [*kept, own]}})
    assert written["syncs"]["contacts"]["mappings"] == {"except": ["score"], "add": [own]}


def test_no_secret_is_written_and_what_is_stored_is_named(world: World) -> None:
    saved(world, {"contacts": PEOPLE})
    found = world.deployed()
    assert found.secrets == {"hubspot": ("token",), "orbit": ("token", "webhook_secret")}
    assert not any(secret in str(found) + str(write_document(found.document)) for secret in ("hub-token", "orbit-sec"))


def test_a_sync_that_is_being_deleted_is_left_out(world: World) -> None:
    saved(world, {"companies": COMPANIES, "contacts": {**PEOPLE, "associations": EVERYTHING["associations"]}})
    world.put(replace(world.sync("companies"), status=SyncStatus.DELETING))
    written = write_document(world.deployed().document)["syncs"]
    assert isinstance(written, dict)
    assert set(written) == {"contacts"}
    assert "associations" not in written["contacts"]


def test_leads_that_cover_all_contacts_say_so(world: World) -> None:
    world.schemas["orbit"]["people"] = replace(world.schemas["orbit"]["people"], kind="lead")
    of_itself = saved(world, {"leads": PEOPLE | {"mappings": [{"hubspot": "email", "app": "email"}]}})
    assert "lifecycle" not in of_itself["syncs"]["leads"]
    settings = {"lifecycle": {"covers": "all"}, "mappings": [{"hubspot": "email", "app": "email"}]}
    assert saved(world, {"leads": PEOPLE | settings})["syncs"]["leads"]["lifecycle"] == {"covers": "all"}


SETTINGS = {
    **{name: st.just(value) for name, value in EVERYTHING.items() if name not in ("associations", "lifecycle")},
    "direction": st.sampled_from(["two_way", "to_app", "to_hubspot"]),
    "filters": st.fixed_dictionaries({}, optional={"strict": st.booleans()}),
    "history_days": st.integers(0, 3650),
    "brake": st.fixed_dictionaries({"share": st.floats(0.001, 1)}, optional={"records": st.integers(0, 10**9)}),
    "mappings": st.sampled_from(
        [
            "default",
            {"except": ["firstname", "phone"]},
            {"except": ["firstname", "phone", "score"]},
            [{"hubspot": "email", "app": "email", "transform": "text"}],
            {"add": [{"hubspot": "phone", "app": "phone", "transform": "e164"}]},
        ]
    ),
    "require_email": st.booleans(),
}


@given(st.fixed_dictionaries({}, optional=SETTINGS))
def test_any_settings_come_back(settings: dict[str, Any]) -> None:
    saved(make_world(), {"contacts": {**PEOPLE, **settings}})


def test_a_schema_that_was_never_stored_is_no_obstacle(world: World) -> None:
    world.applied(read({"connections": CONNECTIONS, "syncs": {"contacts": PEOPLE}}))
    world.stores.schemas._schemas.clear()
    written = write_document(world.deployed().document)
    (first, *_) = written["syncs"]["contacts"]["mappings"]  # type: ignore[index]
    assert first == {"hubspot": "email", "app": "email", "transform": "email"}
    (again,) = world.applied(read(written)).syncs
    assert again.change is Change.UNCHANGED
    assert again.sync.object_type(Side.APP) == "people"
