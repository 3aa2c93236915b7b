"""Rules 3.1 and 3.8: what products, leads and all other kinds of objects are matched by."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.side import Side
from hubsync.model.status import ExclusionReason, RecordStatus
from hubsync.model.sync import Sync
from tests.rules.scene import Scene, emails
from tests.simulation.syncs import CONTACT_MAPPINGS, assets, deals, invoices, leads, products, tasks, tickets
from tests.simulation.world import World, contacts

H, A = Side.HUBSPOT, Side.APP


def test_products_match_by_sku_or_name() -> None:
    """3.1 Products match by SKU, whatever they are called, and whatever its case; or by name where no SKU speaks."""
    scene = Scene(
        [{"name": "Oven", "hs_sku": "OV-1"}, {"name": "Mixer"}, {"name": "Whisk", "hs_sku": "WH-1"}],
        [{"name": "mixer"}, {"name": "Big oven", "sku": " ov-1 "}, {"name": "Spoon", "sku": "SP-1"}],
        products(),
    )
    assert scene.pairs() == {(0, 1), (1, 0)}
    assert len(scene.hubspots()) == len(scene.apps()) == 4


def test_the_sku_wins_over_the_name() -> None:
    """3.1 The name says one product and the SKU another: the SKU wins, as a domain does over a name."""
    scene = Scene(
        [{"name": "Oven", "hs_sku": "OV-1"}, {"name": "Stove", "hs_sku": "ST-1"}],
        [{"name": "Oven", "sku": "ST-1"}],
        products(),
    )
    assert scene.pairs() == {(1, 0)}
    assert "the name named another record" in scene.entry(A, 0).reason
    assert len(scene.hubspots()) == len(scene.apps()) == 2


def test_a_product_without_anything_to_be_known_by_stays_out() -> None:
    """3.8 A product without SKU and name has nothing to be matched by: excluded (missing identifier)."""
    scene = Scene([{"description": "?"}], [], products())
    assert scene.entry(H, 0).exclusion is ExclusionReason.MISSING_IDENTIFIER
    assert scene.apps() == []


def test_leads_match_by_email() -> None:
    """3.1 Leads match by email, HubSpot's by that of their contact, which is HubSpot's to write."""
    world = World(1)
    (lead,) = world.hubspot.seed("leads", [{"hs_lead_name": "Ana"}])
    world.hubspot.edit("leads", lead, {"hs_associated_contact_email": "ana@example.com"}, hidden=True)
    ana, bo = world.orbit.seed({"leads": [{"name": "Ana", "email": "Ana@example.com"}, {"name": "Bo"}]})["leads"]
    world.save(leads())
    world.settle()
    entries = {entry.app.record_id: entry for entry in world.entries("leads")}
    assert entries[ana].hubspot.record_id == str(lead)
    assert entries[bo].exclusion is ExclusionReason.NO_EMAIL
    assert len(world.hubspot.records("leads")) == 1


def test_a_lead_of_the_app_goes_with_contacts_as_well() -> None:
    """3.1 An app's leads that are synced with HubSpot's contacts match them by email."""
    sync = replace(contacts(), app_object="leads", mappings=(replace(CONTACT_MAPPINGS[0], number=1),))
    sync = replace(sync, mappings=(*sync.mappings, replace(CONTACT_MAPPINGS[1], number=2, app_field="name")))
    scene = Scene(emails("a@example.com"), [{"name": "A", "email": "a@example.com"}, {"name": "B"}], sync)
    assert scene.pairs() == {(0, 0)}
    assert scene.entry(A, 1).exclusion is ExclusionReason.NO_EMAIL


@pytest.mark.parametrize(
    ("sync", "hubspot", "app"),
    [
        (deals(), {"dealname": "Bakery", "amount": "12"}, {"title": "Bakery", "amount": 12}),
        (tickets(), {"subject": "Help"}, {"subject": "Help"}),
        (tasks(), {"hs_task_subject": "Call"}, {"title": "Call"}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_others_match_by_ids_alone(sync: Sync, hubspot: dict[str, str], app: dict[str, object]) -> None:
    """3.1 Deals, tickets, tasks have nothing to be matched by but ids: equal ones are two, each made on the other side
    once, and bound for good.
    """
    scene = Scene([hubspot], [app], sync)
    assert scene.pairs() == set()
    assert len(scene.hubspots()) == len(scene.apps()) == 2
    assert {entry.status for entry in scene.entries()} == {RecordStatus.IN_SYNC}
    before = scene.written
    scene.restart()
    scene.compare()
    assert scene.written == before
    assert len(scene.hubspots()) == len(scene.apps()) == 2


def test_an_object_type_of_the_accounts_own_matches_by_ids_alone() -> None:
    """3.1 The same holds for custom objects, and for the invoices of an accounting application."""
    world = World(1)
    world.define_object("cars", "name", "serial")
    world.hubspot.seed("p_cars", [{"name": "Van", "serial": "1"}])
    world.orbit.seed({"assets": [{"name": "Van", "serial_number": "1"}]})
    world.save(assets())
    world.settle()
    assert len(world.hubspot.records("p_cars")) == len(world.orbit.records("assets")) == 2
    world = World(1)
    world.hubspot.seed("invoices", [{"hs_title": "Oven", "hs_due_date": "2027-01-31"}])
    ledgerly = world.connect("ledgerly", "ledgerly")
    ledgerly.seed({"invoices": [{"Title": "Oven", "Total": 12}]})
    world.save(invoices())
    world.settle()
    assert len(world.hubspot.records("invoices")) == 2
    assert [(one["Title"], one["DueOn"]) for one in ledgerly.records("invoices")] == [
        ("Oven", None),
        ("Oven", "2027-01-31T00:00:00"),
    ]


@pytest.mark.parametrize("fault", ["lost-after", "lost-before"])
def test_what_is_matched_by_ids_alone_is_found_again_by_its_external_id(fault: str) -> None:
    """3.1 A deal whose creation went unanswered is not made twice."""
    scene = Scene((), [{"title": "Bakery"}], deals(), settle=False)
    scene.world.hubspot.fail(fault, path="/batch/upsert", times=1)
    scene.look()
    scene.compare()
    assert len(scene.hubspots()) == 1
    assert scene.entry(A, 0).hubspot.record_id is not None
