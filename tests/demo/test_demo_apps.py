"""The made-up worlds go into the simulators as they are, and come back as the checker reads them."""

from __future__ import annotations

from collections import Counter
from random import Random

import httpx
import pytest

from infra.demo.apps import App, HubSpot
from infra.demo.cast import choose
from infra.demo.checker.initial import expect
from infra.demo.checker.rules import COMPANIES, CONTACTS, DEALS, SIDES, Rules
from infra.demo.checker.verdict import verify
from infra.demo.checker.world import World
from infra.demo.data.dataset import dataset
from infra.demo.worlds import fill, world
from infra.local.crm import Orbit
from infra.local.hubspot import HubSpotSimulator
from infra.local.transport import SimulatorTransport
from tests.demo.reference import seeded, synced

TOKEN = "made-up"


@pytest.fixture
def hubspot() -> HubSpot:
    simulator = HubSpotSimulator(clock=lambda: 1_764_000_000_000, random=Random(1), token=TOKEN)
    hands = HubSpot("http://hubspot.example", TOKEN, SimulatorTransport(simulator))
    hands.define()
    return hands


@pytest.fixture
def app() -> App:
    return App("http://orbit.example", SimulatorTransport(Orbit(lambda: 1_764_000_000_000, Random(1))))


@pytest.mark.parametrize("rules", [CONTACTS, COMPANIES, DEALS], ids=lambda rules: rules.name)
def test_what_was_seeded_is_what_the_checker_reads(rules: Rules, hubspot: HubSpot, app: App) -> None:
    fill(dataset(5, 120, 60, 60), hubspot, app)
    expected, read = expect(rules, seeded(rules, 5, deals=60)), expect(rules, world(rules, hubspot, app))
    assert (read.counts(), read.reasons()) == (expected.counts(), expected.reasons())
    assert (read.made, read.changed) == (expected.made, expected.changed)


def test_a_persons_hands_reach_nested_fields_and_are_not_counted(hubspot: HubSpot, app: App) -> None:
    person = app.create("people", {"name.first": "Ana", "name.last": "García", "email": "ana@example.com"})
    app.edit("people", person, {"name.last": "Peña"})
    ((found, fields),) = app.rows("people")
    assert (found, fields["name.first"], fields["name.last"]) == (person, "Ana", "Peña")
    contact = hubspot.create("contacts", {"email": "ana@example.com"})
    hubspot.edit("contacts", contact, {"jobtitle": "CEO"})
    assert [fields["jobtitle"] for _, fields in hubspot.rows("contacts")] == ["CEO"]
    app.delete("people", person)
    hubspot.delete("contacts", contact)
    assert (app.rows("people"), hubspot.rows("contacts")) == ([], [])
    hubspot.reset()
    assert (app.calls(), app.writes(), hubspot.calls(), hubspot.writes()) == (0, 0, 0, 0)


def test_every_link_that_was_made_up_is_read(hubspot: HubSpot, app: App) -> None:
    data = dataset(5, 120, 60, 60)
    fill(data, hubspot, app)
    links = world(DEALS, hubspot, app).links
    read = {
        (side, link.hubspot if side == "hubspot" else link.app): sum(map(len, links[link.to][side].values()))
        for link in DEALS.links
        for side in SIDES
    }
    made = Counter((link.side, link.target) for link in data.links if link.source in ("deals", "opportunities"))
    assert read == {
        ("hubspot", "contacts"): made["hubspot", "contacts"],
        ("hubspot", "companies"): made["hubspot", "companies"],
        ("app", "person_id"): made["app", "people"],
        ("app", "organisation_id"): made["app", "organisations"],
    }


def test_a_persons_links_are_read_by_ascending_id(hubspot: HubSpot) -> None:
    (deal,) = hubspot.seed("deals", [{"dealname": "Ovens"}])
    one, two = hubspot.seed("contacts", [{"email": "a@example.com"}, {"email": "b@example.com"}])
    hubspot.link("deals", deal, "contacts", two)
    hubspot.link("deals", deal, "contacts", one)
    assert hubspot.links("deals", "contacts") == {deal: (one, two)}


def test_writes_over_the_api_are_counted() -> None:
    orbit = Orbit(lambda: 1_764_000_000_000, Random(1), token=TOKEN)
    transport = SimulatorTransport(orbit)
    client = httpx.Client(base_url="http://orbit.example", transport=transport)
    client.post("/v1/people", json={"email": "a@example.com"}, headers={"Authorization": f"Bearer {TOKEN}"})
    client.get("/v1/people", headers={"Authorization": f"Bearer {TOKEN}"})
    app = App("http://orbit.example", transport)
    assert (app.calls(), app.writes()) == (2, 1)


def test_a_refusal_says_what_was_refused(app: App) -> None:
    with pytest.raises(RuntimeError, match="PATCH /_admin/records/people/nobody was refused with 404"):
        app.edit("people", "nobody", {"email": "a@example.com"})


def test_the_storys_cast_is_in_sync_and_nobody_waits_for_its_place() -> None:
    before = seeded(CONTACTS, 2, contacts=300)
    expected = expect(CONTACTS, before)
    after = synced(CONTACTS, before)
    with pytest.raises(ValueError, match="the story needs 6 contacts and finds 0"):
        choose(expected, World(), 6, Random(1))
    assert verify(expected, after) == []
    cast = choose(expected, after, 6, Random(1))
    duplicates = {still.record.fields.get("email") for still in expected.still if still.why == "duplicate"}
    assert len({pair.ids["app"] for pair in cast}) == 6
    for pair in cast:
        assert after.app[pair.ids["app"] or ""].fields["email"] not in duplicates
