"""The demo's messy worlds, many of them and in this process, before the demo's own checker.

The checker shares no code with hubsync and knows the rules by itself. Here it judges seed after seed in a second each,
where the demo judges one on the deployed stack.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.side import Direction
from infra.demo.apps import App, HubSpot, world
from infra.demo.checker.expectation import expect
from infra.demo.checker.rules import COMPANIES, CONTACTS
from infra.demo.checker.verdict import verify, verify_counts
from infra.demo.data.dataset import dataset
from infra.local.transport import SimulatorTransport
from tests.simulation.syncs import companies, contacts
from tests.simulation.world import World

PEOPLE_MAPPINGS = (
    FieldMapping(1, "email", "email", Transform.EMAIL),
    FieldMapping(2, "firstname", "first_name"),
    FieldMapping(3, "lastname", "last_name"),
    FieldMapping(4, "phone", "phone", Transform.PHONE),
    FieldMapping(5, "jobtitle", "job_title"),
    FieldMapping(6, "birthday", "birthday", Transform.DATE),
    FieldMapping(7, "crm_score", "score", Transform.NUMBER),
)
COMPANY_MAPPINGS = (
    FieldMapping(1, "name", "title", required=True),
    FieldMapping(2, "domain", "website", Transform.DOMAIN),
    FieldMapping(3, "phone", "phone", Transform.PHONE),
    FieldMapping(4, "city", "city"),
    FieldMapping(5, "numberofemployees", "employees", Transform.NUMBER),
    FieldMapping(6, "founded_on", "founded_on", Transform.DATE),
)


def judge(seed: int, people: int, organisations: int, direction: Direction = Direction.TWO_WAY) -> list[str]:
    """Bring one messy world through two initial syncs and a restart; the checker's faults."""
    here = World(seed)
    hubspot = HubSpot("https://hubspot.example.com", "hubspot-token", SimulatorTransport(here.hubspot))
    app = App("https://orbit.example.com", SimulatorTransport(here.orbit))
    hubspot.define()
    data = dataset(seed, people, organisations)
    for kind, rows in data.hubspot.items():
        hubspot.seed(kind, rows)
    for kind, rows in data.app.items():
        app.seed(kind, rows)
    known = [replace(rules, direction=direction.value) for rules in (CONTACTS, COMPANIES)]
    expected = [expect(rules, world(rules, hubspot, app)) for rules in known]
    here.save(contacts(direction, mappings=PEOPLE_MAPPINGS))
    here.save(replace(companies(direction), mappings=COMPANY_MAPPINGS, phone_region="US"))
    here.settle()
    faults: list[str] = []
    for _ in range(2):
        for each in expected:
            faults += verify(each, world(each.rules, hubspot, app))
            counts = here.stores.counts.counts(here.syncs[each.rules.name]).by_status
            faults += verify_counts(each, {status: counts.get(status, 0) for status in each.counts()})
        here.restart("contacts")
        here.restart("companies")
        here.settle()
    return faults


@pytest.mark.parametrize("seed", range(8))
def test_a_messy_world_becomes_one(seed: int) -> None:
    assert judge(seed, 120, 120) == []


@pytest.mark.parametrize("direction", [Direction.TO_HUBSPOT, Direction.TO_APP])
@pytest.mark.parametrize("seed", range(3))
def test_a_messy_world_goes_one_way(seed: int, direction: Direction) -> None:
    assert judge(seed, 120, 120, direction) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [179680, *range(100, 160)])
def test_many_messy_worlds_become_one(seed: int) -> None:
    assert judge(seed, 300, 300) == []
