"""A trial in messy worlds writes the chosen records alone, whatever crashes, and the run after it is as if none was."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hubsync.model.record import RecordRef
from hubsync.model.side import Direction, Side
from hubsync.model.sync import SyncStatus
from hubsync.services.manage.plan import restarted
from tests.simulation.recorder import Recorder
from tests.simulation.syncs import contacts
from tests.simulation.test_messy_worlds import PEOPLE_MAPPINGS
from tests.simulation.test_plan import assert_same, bound_pairs, messy, rehearse, stir
from tests.simulation.world import World

DIRECTIONS = (Direction.TWO_WAY, Direction.TO_HUBSPOT, Direction.TO_APP)
SETTINGS = settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink a world of hundreds of records takes minutes
)


def drafted(seed: int, direction: Direction) -> World:
    """A messy world whose sync was saved as a draft."""
    world = messy(seed, 50, 20)
    world.save(replace(contacts(direction, mappings=PEOPLE_MAPPINGS), status=SyncStatus.DRAFT, generation=0))
    world.settle()
    return world


def turn_on(world: World) -> None:
    """Turn the sync on, and let it come to its end."""
    world.lifecycle.on("contacts")
    world.settle()
    assert world.sync().status is SyncStatus.ACTIVE


def chosen_of(world: World, random: Random) -> list[RecordRef]:
    """Some records of both sides."""
    hubspot = random.sample(sorted(world.hubspot.records("contacts")), 4)
    app = random.sample(sorted(world.living()), 4)
    return [RecordRef(Side.HUBSPOT, str(each)) for each in hubspot] + [RecordRef(Side.APP, each) for each in app]


def standings(world: World) -> Counter[tuple[str, str, str]]:
    """How many records stand how, and why."""
    return Counter(
        (str(entry.status), str(entry.exclusion), str(entry.failure.category if entry.failure else None))
        for entry in world.entries()
    )


def people(world: World) -> tuple[Counter[str], Counter[str]]:
    """Who is there on both sides, by email."""
    return (
        Counter(str(one.get("email")).lower() for one in world.contacts()),
        Counter(str(one.get("email")).lower() for one in world.people()),
    )


@SETTINGS
@given(
    seed=st.integers(0, 10_000),
    direction=st.sampled_from(DIRECTIONS),
    crashes=st.lists(st.integers(1, 400), max_size=3),
)
def test_a_trial_writes_the_chosen_alone_and_the_run_after_it_takes_the_rest(
    seed: int, direction: Direction, crashes: list[int]
) -> None:
    """1.10 In worlds full of duplicates and gaps, with crashes: nothing but the chosen is written, nothing twice."""
    plain = drafted(seed, direction)
    turn_on(plain)
    expected = people(plain), standings(plain)

    world = drafted(seed, direction)
    chosen = chosen_of(world, Random(seed))
    recorder = Recorder()
    recorder.listen(world)
    world.lifecycle.attempt("contacts", chosen)
    for fuse in crashes:
        world.fuse.left = fuse
        world.run(200)
    world.fuse.left = None
    world.settle()
    assert world.sync().status is SyncStatus.DRAFT
    mine = [entry for entry in world.entries() if {entry.ref(side) for side in Side} & set(chosen)]
    tried = {entry.ref(side) for entry in mine for side in Side}
    written = {RecordRef(side, each) for side in Side for each in recorder.created[side] | recorder.updated[side]}
    assert written <= tried
    assert [entry for entry in world.entries() if entry.bound and entry not in mine] == []

    planned = rehearse(world, restarted(world.sync(), world.clock.now()))
    pairs, ran = bound_pairs(world.entries()), Recorder()
    ran.listen(world)
    turn_on(world)
    assert (people(world), standings(world)) == expected
    assert_same(world, "contacts", planned, ran, pairs)
    assert world.counted() == world.statuses()


@SETTINGS
@given(
    seed=st.integers(0, 10_000),
    direction=st.sampled_from(DIRECTIONS),
    crashes=st.lists(st.integers(1, 400), max_size=2),
)
def test_trials_of_a_sync_that_ran_before_leave_its_pairs_alone(
    seed: int, direction: Direction, crashes: list[int]
) -> None:
    """1.10 A sync that was off for a while is tried twice: each trial writes its own, the rest waits."""
    plain = stopped(seed, direction)
    turn_on(plain)
    expected = people(plain), standings(plain)

    world = stopped(seed, direction)
    for turn in range(2):
        chosen = chosen_of(world, Random(seed + turn))
        before = {entry.id: entry for entry in world.entries() if entry.bound}
        recorder = Recorder()
        recorder.listen(world)
        world.lifecycle.attempt("contacts", chosen)
        for fuse in crashes:
            world.fuse.left = fuse
            world.run(200)
        world.fuse.left = None
        world.settle()
        assert world.sync().status is SyncStatus.OFF
        mine = [entry for entry in world.entries() if {entry.ref(side) for side in Side} & set(chosen)]
        written = {RecordRef(side, each) for side in Side for each in recorder.created[side] | recorder.updated[side]}
        assert written <= {entry.ref(side) for entry in mine for side in Side}
        assert [entry for entry in world.entries() if entry.bound and entry not in [*before.values(), *mine]] == []
    on = replace(world.sync(), status=SyncStatus.INITIAL, trial=None)
    planned = rehearse(world, restarted(on, world.clock.now()))
    pairs, ran = bound_pairs(world.entries()), Recorder()
    ran.listen(world)
    turn_on(world)
    assert (people(world), standings(world)) == expected
    assert_same(world, "contacts", planned, ran, pairs)


def stopped(seed: int, direction: Direction) -> World:
    """A messy world whose sync ran, and was turned off before people went on with their work."""
    world = messy(seed, 50, 20)
    world.save(contacts(direction, mappings=PEOPLE_MAPPINGS))
    world.settle()
    world.lifecycle.off("contacts")
    stir(world, Random(seed))
    return world
