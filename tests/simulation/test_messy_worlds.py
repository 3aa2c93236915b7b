"""The demo's messy worlds, many of them and in this process, before the demo's own checker.

The checker shares no code with hubsync and knows the rules by itself. Here it judges seed after seed in a second each,
where the demo judges one on the deployed stack.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.association import Association
from hubsync.model.identifier import IdentifierKind
from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.side import Direction
from hubsync.model.stages import StageMap, StagePair
from hubsync.model.sync import MatchKey, Sync
from infra.demo.apps import App, HubSpot
from infra.demo.checker.initial import expect
from infra.demo.checker.rules import COMPANIES, CONTACTS, DEALS
from infra.demo.checker.verdict import verify, verify_counts, verify_links
from infra.demo.data.dataset import dataset
from infra.demo.worlds import fill, world
from infra.local.transport import SimulatorTransport
from tests.simulation.syncs import companies, contacts, deals, linked
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


def staged_deals() -> Sync:
    """The demo's deals: matched by name, in the stages that its checker knows, linked to contacts and companies."""
    assert DEALS.stages is not None
    pairs = tuple(StagePair(*ours.split("/"), *theirs.split("/")) for ours, theirs in DEALS.stages.pairs)
    return replace(
        deals(),
        name="deals",
        match_keys=(MatchKey(IdentifierKind.KEY, "dealname", "title"),),
        stages=StageMap(10, "dealstage", "stage_id", "pipeline", "pipeline_id", pairs),
        associations=(
            Association(11, "contacts", "person_id", "s1"),
            Association(12, "companies", "organisation_id", "s2"),
        ),
        next_number=13,
    )


def judge(
    seed: int, people: int, organisations: int, direction: Direction = Direction.TWO_WAY, opportunities: int = 0
) -> list[str]:
    """Bring one messy world through its initial syncs and a restart; the checker's faults. Deals come with links."""
    here = World(seed)
    hubspot = HubSpot("https://hubspot.example.com", "hubspot-token", SimulatorTransport(here.hubspot))
    app = App("https://orbit.example.com", SimulatorTransport(here.orbit))
    hubspot.define()
    fill(dataset(seed, people, organisations, opportunities), hubspot, app)
    known = [replace(rules, direction=direction.value) for rules in (CONTACTS, COMPANIES)]
    known += [DEALS] if opportunities else []
    before = {rules.name: world(rules, hubspot, app) for rules in known}
    expected = {rules.name: expect(rules, before[rules.name]) for rules in known}
    for name, each in expected.items():
        each.follow(before[name], expected)
    people_sync = contacts(direction, mappings=PEOPLE_MAPPINGS)
    here.save(linked(people_sync) if opportunities else people_sync)
    here.save(replace(companies(direction), mappings=COMPANY_MAPPINGS, phone_region="US"))
    if opportunities:
        # All three at once: who is linked may come before whoever it is linked to.
        here.save(staged_deals())
    here.settle()
    faults: list[str] = []
    for _ in range(2):
        now = {name: world(each.rules, hubspot, app) for name, each in expected.items()}
        for name, each in expected.items():
            faults += verify(each, now[name])
        for name, each in expected.items():
            faults += verify_links(each, now[name])
            counts = here.stores.counts.counts(here.syncs[each.rules.name]).by_status
            faults += verify_counts(each, {status: counts.get(status, 0) for status in each.counts()})
        for name in expected:
            here.restart(name)
        here.settle()
    return faults


@pytest.mark.parametrize("seed", range(4))
def test_a_messy_world_becomes_one(seed: int) -> None:
    assert judge(seed, 120, 120) == []


@pytest.mark.parametrize("seed", range(3))
def test_a_messy_world_with_deals_and_links_becomes_one(seed: int) -> None:
    """5.2, 6.1 Stages and links come out as the checker says, whichever sync is the first to reach a link's end."""
    assert judge(seed, 100, 60, opportunities=60) == []


@pytest.mark.parametrize("direction", [Direction.TO_HUBSPOT, Direction.TO_APP])
@pytest.mark.parametrize("seed", range(2))
def test_a_messy_world_goes_one_way(seed: int, direction: Direction) -> None:
    assert judge(seed, 120, 120, direction) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [179680, *range(4, 8), *range(100, 160)])
def test_many_messy_worlds_become_one(seed: int) -> None:
    assert judge(seed, 300, 300) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [*range(3, 6), *range(200, 220)])
def test_many_messy_worlds_with_deals_and_links_become_one(seed: int) -> None:
    """5.2, 6.1 The same, for many seeds."""
    assert judge(seed, 200, 100, opportunities=120) == []
