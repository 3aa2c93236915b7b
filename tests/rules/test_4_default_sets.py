"""Rule 4.1: the default mappings of every object type, saved against the simulators' own fields, carry their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from hubsync.api.document import read_document
from hubsync.connectors import catalogue
from hubsync.model.side import Side
from hubsync.services.manage.document import RefusedDocumentError
from tests.rules.scene import Scene
from tests.simulation.invariants import assert_nothing_is_written
from tests.simulation.syncs import companies, contacts

H, A = Side.HUBSPOT, Side.APP
HUBSPOT_OBJECTS = {
    "contact": "contacts",
    "company": "companies",
    "deal": "deals",
    "product": "products",
    "ticket": "tickets",
    "task": "tasks",
    "lead": "leads",
    "invoice": "invoices",
}


@dataclass(frozen=True, slots=True)
class Set:
    """The default mappings of one object type. `hubspot` and `app` are one record in the words of either side: every
    mapped field with a value. `stages` is what a record needs besides, on both sides, and `settings` the sync.
    """

    app_key: str
    object_type: str
    hubspot: Mapping[str, str]
    app: Mapping[str, Any]
    stages: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})
    settings: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.app_key}-{self.object_type}"

    @property
    def hubspot_object(self) -> str:
        (ours,) = (each for each in catalogue.objects(self.app_key) if each.object_type == self.object_type)
        return HUBSPOT_OBJECTS[str(ours.kind)]

    def document(self) -> dict[str, Any]:
        """A document that says nothing of mappings."""
        ends = {
            "hubspot": {"connection": "hubspot", "object": self.hubspot_object},
            "app": {"connection": self.app_key, "object": self.object_type},
        }
        return {"syncs": {"set": {**ends, "direction": "two_way", **(self.settings or {})}}}


SALES = ({"pipeline": "default", "dealstage": "closedwon"}, {"pipeline_id": "pip_sales", "stage_id": "stg_won"})
SETS = (
    Set(
        "orbit",
        "people",
        {
            "email": "ana@example.com",
            "firstname": "Ana",
            "lastname": "Li",
            "phone": "+12125550101",
            "jobtitle": "Pilot",
        },
        {
            "email": "ana@example.com",
            "name": {"first": "Ana", "last": "Li"},
            "phone": "+12125550101",
            "job_title": "Pilot",
        },
    ),
    Set(
        "orbit",
        "organisations",
        {
            "name": "Acme",
            "domain": "acme.example.com",
            "phone": "+12125550101",
            "city": "Rome",
            "numberofemployees": "7",
        },
        {
            "title": "Acme",
            "website": "https://acme.example.com",
            "phone": "+12125550101",
            "city": "Rome",
            "employees": 7,
        },
    ),
    Set(
        "orbit",
        "opportunities",
        {"dealname": "Oven", "amount": "12.5", "closedate": "2027-01-31T00:00:00.000Z", "description": "Large"},
        {"title": "Oven", "amount": 12.5, "closes_on": "2027-01-31", "notes": "Large"},
        SALES,
        {"pipelines": [{"hubspot": "default", "app": "pip_sales"}]},
    ),
    Set(
        "orbit",
        "products",
        {"name": "Oven", "hs_sku": "OV-1", "price": "12.5", "description": "Large"},
        {"name": "Oven", "sku": "OV-1", "price": 12.5, "description": "Large"},
    ),
    Set(
        "orbit",
        "tickets",
        {"subject": "Help", "content": "It smokes"},
        {"subject": "Help", "description": "It smokes"},
    ),
    Set(
        "orbit",
        "tasks",
        {"hs_task_subject": "Call", "hs_task_body": "Again", "hs_timestamp": "2027-01-31T09:30:00.000Z"},
        {"title": "Call", "notes": "Again", "due_at": "2027-01-31T09:30:00Z"},
    ),
    Set(
        "orbit",
        "leads",
        {"hs_lead_name": "Ana", "hs_associated_contact_email": "ana@example.com"},
        {"name": "Ana", "email": "ana@example.com"},
        settings={"require_email": False},
    ),
    Set(
        "ledgerly",
        "contacts",
        {
            "email": "ana@example.com",
            "firstname": "Ana",
            "lastname": "Li",
            "phone": "+12125550101",
            "jobtitle": "Pilot",
        },
        {
            "EmailAddress": "ana@example.com",
            "GivenName": "Ana",
            "FamilyName": "Li",
            "Phone": "+12125550101",
            "JobRole": "Pilot",
        },
    ),
    Set(
        "ledgerly",
        "organizations",
        {
            "name": "Acme",
            "domain": "acme.example.com",
            "phone": "+12125550101",
            "city": "Rome",
            "numberofemployees": "7",
        },
        {"Name": "Acme", "WebDomain": "acme.example.com", "Phone": "+12125550101", "City": "Rome", "HeadCount": 7},
    ),
    Set(
        "ledgerly",
        "invoices",
        {
            "hs_title": "Oven",
            "hs_number": "7",
            "hs_invoice_date": "2027-01-01T00:00:00.000Z",
            "hs_due_date": "2027-01-31T00:00:00.000Z",
            "hs_amount_billed": "12.5",
        },
        {
            "Title": "Oven",
            "InvoiceNumber": "7",
            "IssuedOn": "2027-01-01T00:00:00",
            "DueOn": "2027-01-31T00:00:00",
            "Total": 12.5,
        },
    ),
    Set(
        "ledgerly",
        "items",
        {"name": "Oven", "hs_sku": "OV-1", "price": "12.5", "description": "Large"},
        {"Name": "Oven", "Code": "OV-1", "UnitPrice": 12.5, "Note": "Large"},
    ),
)
every_set = pytest.mark.parametrize("each", SETS, ids=str)


def scene_of(each: Set) -> Scene:
    """A world with the app's account in it, and no record."""
    taken = (each.hubspot_object, each.object_type) == ("contacts", "people")
    scene = Scene(sync=companies() if taken else contacts(), settle=False)  # beside a sync of other objects
    if each.app_key not in scene.world.accounts:
        scene.world.connect(each.app_key, each.app_key)
    return scene


def save(scene: Scene, each: Set) -> dict[str, str]:
    """Save the document and let the initial sync run; the pairs of fields that are mapped."""
    scene.apply()(read_document(each.document()))
    sync = next(sync for sync in scene.world.stores.syncs.syncs() if sync.name == "set")
    scene.world.syncs["set"] = sync.id
    scene.look()
    return {mapping.hubspot_field: mapping.app_field for mapping in sync.mappings}


def test_every_object_type_has_a_set_unless_it_is_an_accounts_own() -> None:
    """4.1 Each with a required pair; of an object type that accounts define themselves no property is known."""
    named = {(each.app_key, each.object_type) for each in SETS}
    apps = catalogue.keys()
    for key in apps:
        for ours in catalogue.objects(key):
            assert bool(ours.defaults) == (ours.kind != "custom"), ours.object_type
            assert ((key, ours.object_type) in named) == bool(ours.defaults), ours.object_type
            assert not ours.defaults or any(mapping.required for mapping in ours.defaults)
            for side in Side:
                fields = [mapping.field(side) for mapping in ours.defaults]
                assert len(fields) == len(set(fields))


@every_set
def test_a_record_of_hubspot_is_made_in_the_app(each: Set) -> None:
    """4.1 A document without mappings is saved without a fault, and every default pair carries its value to the app."""
    scene = scene_of(each)
    scene.world.hubspot.seed(each.hubspot_object, [{**each.hubspot, **each.stages[0]}])
    mapped = save(scene, each)
    assert mapped.keys() == each.hubspot.keys()
    (made,) = scene.world.accounts[each.app_key].records(each.object_type)
    assert {name: made[name] for name in each.app} == dict(each.app)
    assert scene.world.statuses("set") == {"in_sync": 1}
    assert_nothing_is_written(scene.world)


@every_set
def test_a_record_of_the_app_is_made_in_hubspot(each: Set) -> None:
    """4.1 And to HubSpot, unless the property is not ours to write."""
    scene = scene_of(each)
    scene.world.accounts[each.app_key].seed({each.object_type: [{**each.app, **each.stages[1]}]})
    save(scene, each)
    (made,) = scene.world.hubspot.records(each.hubspot_object).values()
    written = {name for name in each.hubspot if name != "hs_associated_contact_email"}
    assert {name: made[name] for name in written} == {name: each.hubspot[name] for name in written}
    assert scene.world.statuses("set") == {"in_sync": 1}
    assert_nothing_is_written(scene.world)


def test_a_property_that_an_account_lets_nobody_write_is_only_read() -> None:
    """4.1, 4.3 A default pair then goes to the app alone, and is no fault."""
    each = next(each for each in SETS if each.object_type == "invoices")
    scene = scene_of(each)
    scene.world.hubspot.redefine("invoices", "hs_amount_billed", read_only=True)
    save(scene, each)
    sync = scene.world.sync("set")
    ways = {mapping.hubspot_field: mapping.direction.value for mapping in sync.mappings}
    assert (ways["hs_amount_billed"], ways["hs_number"]) == ("to_app", "two_way")


def test_the_mappings_of_leads_are_about_leads() -> None:
    """4.1, 5.3 Leads that go with HubSpot's contacts have to be mapped by the document."""
    each = next(each for each in SETS if each.object_type == "leads")
    document = each.document()
    document["syncs"]["set"]["hubspot"]["object"] = "contacts"
    with pytest.raises(RefusedDocumentError) as refused:
        scene_of(each).apply()(read_document(document))
    faults = {fault.path: fault.reason for fault in refused.value.faults}
    assert faults["syncs.set.mappings"] == "There are no default mappings for leads with contacts."
