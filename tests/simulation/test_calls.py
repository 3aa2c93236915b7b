"""Speed is a count: what an initial sync asks of HubSpot (docs/protocol.md), counted by the simulator."""

from __future__ import annotations

import pytest

from hubsync.model.side import Side
from tests.simulation.world import World, companies, contacts


def bound(records: int, writes: int) -> float:
    """One list, one fresh read, the writes, 100 records a call; a fifth more and twenty calls for what is not full."""
    return 1.2 * (2 * records + writes) / 100 + 20


@pytest.mark.parametrize("default", [Side.HUBSPOT, pytest.param(Side.APP, marks=pytest.mark.slow)])
def test_an_initial_sync_of_contacts_stays_within_its_calls(default: Side) -> None:
    """2,000 contacts on each side, half of them the same people, each pair with something to merge."""
    world = World(3)
    world.hubspot.seed("contacts", [{"email": f"p{at}@example.com", "firstname": f"H{at}"} for at in range(2_000)])
    people = [{"email": f"p{at}@example.com", "name": {"last": f"A{at}"}} for at in range(1_000, 3_000)]
    world.random.shuffle(people)
    world.orbit.seed({"people": people})
    world.hubspot.calls.reset()
    world.save(contacts(default=default))
    world.settle()
    written = world.hubspot.calls.written("contacts")
    assert written == 2_000
    assert world.statuses() == {"in_sync": 3_000}
    assert world.hubspot.calls.total <= bound(2_000, written), world.hubspot.calls.calls


def test_an_initial_sync_of_companies_stays_within_its_calls() -> None:
    """300 companies on each side, half of them the same."""
    world = World(4)
    rows = [{"name": f"Company {at}", "domain": f"c{at}.example", "city": "Bonn"} for at in range(300)]
    world.hubspot.seed("companies", rows)
    organisations = [{"title": f"Company {at}", "website": f"https://www.c{at}.example/"} for at in range(150, 450)]
    world.orbit.seed({"organisations": organisations})
    world.hubspot.calls.reset()
    world.save(companies())
    world.settle()
    written = world.hubspot.calls.written("companies")
    assert world.statuses("companies") == {"in_sync": 450}
    assert world.hubspot.calls.total <= bound(300, written), world.hubspot.calls.calls


def test_a_restart_of_an_unchanged_world_only_lists() -> None:
    """Saving again reads the lists once more, and nothing else of HubSpot (promise 4)."""
    world = World(5)
    world.hubspot.seed("contacts", [{"email": f"p{at}@example.com"} for at in range(400)])
    world.orbit.seed({"people": [{"email": f"p{at}@example.com", "name": {"last": "A"}} for at in range(400)]})
    world.save(contacts())
    world.settle()
    world.deliver()
    world.settle()
    world.hubspot.calls.reset()
    world.restart()
    world.settle()
    assert dict(world.hubspot.calls.calls) == {"GET /crm/objects/{type}": 4}
