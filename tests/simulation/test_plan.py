"""A plan equals what saving then does: the same records, the same fields, the same standing of every record.

The worlds are the demo's messy ones, in every direction, for first runs and for restarts; what was really done is heard
at the applications' own doors (`recorder`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hubsync.model.entry import IndexEntry
from hubsync.model.side import Direction, Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import Sync
from hubsync.services.manage.plan import restarted
from hubsync.services.plan.rehearsal import Limits, Rehearsal
from hubsync.services.plan.result import Rehearsed
from infra.demo.apps import App, HubSpot
from infra.demo.data.dataset import dataset
from infra.local.transport import SimulatorTransport
from tests.simulation.ports import PlainVault
from tests.simulation.recorder import Recorder
from tests.simulation.syncs import companies, contacts
from tests.simulation.test_messy_worlds import COMPANY_MAPPINGS, PEOPLE_MAPPINGS
from tests.simulation.world import World

DIRECTIONS = (Direction.TWO_WAY, Direction.TO_HUBSPOT, Direction.TO_APP)


def messy(seed: int, people: int, organisations: int) -> World:
    """A world of the demo's kind, with nothing saved yet."""
    world = World(seed)
    hubspot = HubSpot("https://hubspot.example.com", "hubspot-token", SimulatorTransport(world.hubspot))
    app = App("https://orbit.example.com", SimulatorTransport(world.orbit))
    hubspot.define()
    data = dataset(seed, people, organisations)
    for kind, rows in data.hubspot.items():
        hubspot.seed(kind, rows)
    for kind, rows in data.app.items():
        app.seed(kind, rows)
    return world


def rehearse(
    world: World, sync: Sync, *, comparison: bool = False, seconds: float = 900, held: int = 10**6
) -> Rehearsed:
    """Rehearse a run of `sync` in this world."""
    rehearsal = Rehearsal(
        sync=sync,
        accounts={name: world.connection(name) for name in ("hubspot", "orbit")},
        index=world.stores.index,
        connectors=world.app.connectors,
        clock=world.clock,
        ids=world.ids,
        limits=Limits(world.clock.now() + int(seconds * 1000), held=held),
    )
    return rehearsal.comparison() if comparison else rehearsal.initial_sync()


def bound_pairs(entries: list[IndexEntry]) -> set[str]:
    """The entries that are pairs."""
    return {entry.id for entry in entries if entry.bound}


def assert_same(world: World, name: str, planned: Rehearsed, recorder: Recorder, pairs: set[str]) -> None:
    """The plan is what has been done since: written, linked, left out, refused."""
    assert planned.problem is None
    tally, entries = planned.tally, world.entries(name)
    assert {"created": tally.created, "updated": tally.updated, "fields": tally.fields} == recorder.told()
    made = {(side, record_id) for side in Side for record_id in recorder.created[side]}
    linked = [
        entry
        for entry in entries
        if entry.bound
        and entry.id not in pairs
        and not any((side, entry.half(side).record_id) in made for side in Side)
    ]
    assert tally.linked == len(linked)
    assert tally.excluded == Counter(str(each.exclusion) for each in entries if each.status is RecordStatus.EXCLUDED)
    assert tally.refused == Counter(str(each.failure.category) for each in entries if each.failure is not None)
    assert tally.records == len(entries)
    assert tally.pending == 0


SETTINGS = settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink a world of hundreds of records takes minutes
)


@SETTINGS
@given(seed=st.integers(0, 10_000), direction=st.sampled_from(DIRECTIONS), default=st.sampled_from(list(Side)))
def test_what_is_planned_is_done(seed: int, direction: Direction, default: Side) -> None:
    """1.10 (issue point 11) On an unchanged world the plan's counts and field writes equal what saving then does."""
    world = messy(seed, 60, 60)
    syncs = [
        contacts(direction, default, PEOPLE_MAPPINGS),
        replace(companies(direction, default), mappings=COMPANY_MAPPINGS, phone_region="US"),
    ]
    for sync in syncs:
        before = Counter(world.stores.writes)
        planned = rehearse(world, sync)
        assert world.stores.writes - before == Counter({"budget": (world.stores.writes - before)["budget"]})
        recorder = Recorder()
        recorder.listen(world)
        world.save(sync)
        world.settle()
        assert_same(world, sync.name, planned, recorder, set())


def stir(world: World, random: Random) -> None:
    """People at work on both sides, unheard: edits, clears, deletions, new records, changed emails."""
    contacts_, people = sorted(world.hubspot.records("contacts")), sorted(world.living())
    for at, number in enumerate(random.sample(contacts_, min(8, len(contacts_)))):
        world.clock.ms += 1000
        if at == 0:
            world.hubspot.archive("contacts", number)
        elif at == 1:
            world.hubspot.edit("contacts", number, {"email": f"moved{number}@example.com"})
        else:
            world.hubspot.edit("contacts", number, {"firstname": f"H{at}", "jobtitle": random.choice(["", "CTO"])})
    for at, person in enumerate(random.sample(people, min(8, len(people)))):
        world.clock.ms += 1000
        if at == 0:
            world.orbit.delete("people", person)
        else:
            world.orbit.edit("people", person, {"name": {"first": f"A{at}", "last": random.choice([None, "Roe"])}})
    world.hubspot.create("contacts", {"email": "fresh@example.com", "firstname": "Fresh"})
    world.orbit.create("people", {"email": "FRESH@example.com", "name": {"last": "Fresh"}})
    world.orbit.create("people", {"email": "fresh@example.com", "name": {"first": "Twin"}})
    world.clock.ms += 120_000


@SETTINGS
@given(seed=st.integers(0, 10_000), direction=st.sampled_from(DIRECTIONS), comparing=st.booleans())
def test_a_second_run_is_planned_just_as_well(seed: int, direction: Direction, comparing: bool) -> None:
    """1.10 The plan of a restart, and of a comparison, over an index that is there equals what the run then does."""
    world = messy(seed, 50, 20)
    world.save(contacts(direction, mappings=PEOPLE_MAPPINGS))
    world.settle()
    stir(world, Random(seed))
    sync = world.sync()
    planned = rehearse(world, sync if comparing else restarted(sync, world.clock.now()), comparison=comparing)
    pairs = bound_pairs(world.entries())
    recorder = Recorder()
    recorder.listen(world)
    if comparing:
        world.compare()
    else:
        world.restart()
    world.settle()
    assert_same(world, sync.name, planned, recorder, pairs)


@pytest.mark.parametrize("side", list(Side))
def test_differences_show_what_stands_there_and_what_would(side: Side) -> None:
    """1.10 A plan shows field by field what stands there now and what would stand there."""
    world = World()
    world.hubspot.seed("contacts", [{"email": "ana@example.com", "firstname": "Ana"}, {"email": "solo@example.com"}])
    world.orbit.seed({"people": [{"email": "ana@example.com", "name": {"first": "Anna", "last": "Roe"}}]})
    planned = rehearse(world, contacts(default=side))
    changes = {(each.change.ref.side, each.change.created): each for each in planned.differences}
    made = changes[Side.APP, True]
    assert [(each.field, each.before, each.after) for each in made.change.fields] == [
        ("email", None, "solo@example.com")
    ]
    winner, loser = ("Ana", "Anna") if side is Side.HUBSPOT else ("Anna", "Ana")
    name = "first_name" if side is Side.HUBSPOT else "firstname"
    lost = changes[side.other, False].change
    assert (name, loser, winner) in [(each.field, each.before, each.after) for each in lost.fields]
    assert all(each.entry_id and each.reason for each in planned.differences)
    assert planned.tally.linked == 1
    assert planned.tally.created == {Side.HUBSPOT: 0, Side.APP: 1}


def test_nothing_to_do_is_said() -> None:
    """1.10 The plan of a restart over what is in step is empty."""
    world = messy(3, 40, 20)
    world.save(contacts(mappings=PEOPLE_MAPPINGS))
    world.settle()
    world.deliver()
    world.settle()
    world.clock.ms += 120_000
    planned = rehearse(world, restarted(world.sync(), world.clock.now()))
    assert planned.tally.nothing_to_do
    assert planned.tally.unchanged == world.statuses()["in_sync"]
    assert planned.differences == ()


@pytest.mark.parametrize(("limit", "word"), [({"seconds": 46}, "time"), ({"held": 200}, "memory")])
def test_a_plan_that_is_too_large_says_so(limit: dict[str, int], word: str) -> None:
    """1.10 A plan that runs out of time or memory ends with a sentence and with what it has found."""
    world = World()
    world.hubspot.seed("contacts", [{"email": f"p{at}@example.com"} for at in range(3_000)])
    planned = rehearse(world, contacts(), **limit)
    assert planned.problem is not None
    assert f"ran out of {word} after" in planned.problem
    assert "only a part" in planned.problem
    assert 0 < planned.tally.records < 3_000


def test_a_dead_token_ends_a_plan_and_changes_nothing() -> None:
    """1.10 A connection that needs a person is what the plan says; the connection itself is left as it is."""
    world = World()
    revoked = replace(world.connection("hubspot"), token=PlainVault().seal("revoked", "hubspot"))
    assert world.stores.connections.put_connection(revoked)
    planned = rehearse(world, contacts())
    assert planned.problem is not None
    assert "hubspot needs a person" in planned.problem
    assert world.connection("hubspot").problem is None
    assert world.mailer.sent == []


def test_a_plan_asks_no_more_than_the_run_would() -> None:
    """1.10 A plan costs the reads of the run it shows: one list, one fresh read, 100 records a call."""
    world = World()
    world.hubspot.seed("contacts", [{"email": f"p{at}@example.com", "firstname": "H"} for at in range(1_000)])
    world.orbit.seed({"people": [{"email": f"p{at}@example.com"} for at in range(500, 1_500)]})
    world.hubspot.calls.reset()
    assert rehearse(world, contacts()).tally.changed == 1_500
    calls = world.hubspot.calls.calls
    assert calls["GET /crm/objects/{type}"] == 10
    assert calls["POST /crm/objects/{type}/batch/read"] <= 14
    assert sum(calls.values()) <= 26
