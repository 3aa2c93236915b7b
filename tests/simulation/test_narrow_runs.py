"""A narrow run ends where a full one ends, and reads only what an edit may concern (rule 1.2).

Two worlds of one seed go through the same edits of settings and the same edits of people; one saves as it is saved, the
other has every run read everything. They must end alike, in both applications and in the index.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from hubsync.model.conflict import ConflictPolicy, Winner
from hubsync.model.filter import Condition, Filters, Group, Operator
from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.side import Direction
from hubsync.model.sync import INITIAL_PHASES, Sync, SyncStatus
from hubsync.services.manage.narrow import Reach, narrowed
from hubsync.services.manage.plan import restarted
from tests.simulation.edits import Edit, hear, lists, reset, save
from tests.simulation.invariants import assert_nothing_is_written
from tests.simulation.recorder import Recorder
from tests.simulation.syncs import CONTACT_MAPPINGS
from tests.simulation.test_plan import assert_same, bound_pairs, rehearse
from tests.simulation.world import World, contacts

GRADE = FieldMapping(6, "jobtitle", "job_title", Transform.NUMBER)
"""A mapping that many records fail for: their job titles are no numbers."""

MAPPINGS = (*CONTACT_MAPPINGS[:4], GRADE)
COUNTRIES = ("Spain", "Portugal", "France")
TITLES = ("1", "2", "Pilot", "Captain", "")


def only(*countries: str) -> Filters:
    """Contacts of some countries, people with a last name."""
    in_hubspot = Group(conditions=(Condition("country", Operator.ONE_OF, values=tuple(map(str.lower, countries))),))
    return Filters(in_hubspot, Group(conditions=(Condition("last_name", Operator.IS_KNOWN),)))


def without_grade(sync: Sync) -> Sync:
    """The mapping that fails is taken out."""
    return replace(sync, mappings=tuple(each for each in sync.mappings if each.number != GRADE.number))


def with_winner(sync: Sync) -> Sync:
    """First names: the app's stand, and clears travel."""
    mappings = (replace(each, winner=Winner.APP, clears=True) if each.number == 2 else each for each in sync.mappings)
    return replace(sync, mappings=tuple(mappings))


End = tuple[Counter[Any], Counter[Any], Counter[Any]]
EDITS: dict[str, Edit] = {
    "wider": lambda sync: replace(sync, filters=only("Spain", "Portugal")),
    "other": lambda sync: replace(sync, filters=only("France")),
    "no filter": lambda sync: replace(sync, filters=Filters()),
    "without email": lambda sync: replace(sync, require_email=False),
    "without grade": without_grade,
    "winner": with_winner,
    "default": lambda sync: replace(sync, default_side=sync.default_side.other),
    "newest": lambda sync: replace(sync, conflict=ConflictPolicy.NEWEST),
}


def populated(seed: int, records: int = 24, direction: Direction = Direction.TWO_WAY) -> World:
    """Contacts and people, half of them the same; some without an email, some with a title that is no number, and
    several of one email; after their initial sync.
    """
    world, random = World(seed), Random(seed)
    contacts_, people = [], []
    for at in range(records):
        email = "" if random.random() < 0.15 else f"p{random.randrange(records)}@example.com"
        sides = random.choice([(True, False), (False, True), (True, True)])
        if sides[0] and not any(email and one["email"] == email for one in contacts_):
            row = {"email": email, "firstname": f"H{at}", "country": random.choice(COUNTRIES)}
            contacts_.append({**row, "jobtitle": random.choice(TITLES)})
        if sides[1]:
            name = {"first": f"A{at}", "last": random.choice(["Ruiz", ""])}
            people.append({"email": email, "name": name, "job_title": random.choice(TITLES)})
    world.hubspot.seed("contacts", [{key: value for key, value in one.items() if value} for one in contacts_])
    for one in people:
        world.clock.ms += 1
        world.orbit.seed({"people": [one]})
    sync = replace(contacts(direction, mappings=MAPPINGS), filters=only("Spain"), next_number=7)
    world.save(sync)
    hear(world)
    return world


def people_edit(world: World, random: Random) -> None:
    """People edit a few records on both sides, chosen by what stands in them and not by their ids."""
    fields = ("firstname", "country", "jobtitle")
    for _ in range(3):
        world.clock.ms += 60_000
        rows = world.hubspot.records("contacts").items()
        known = sorted((values["email"], number) for number, values in rows if values.get("email"))
        if known:
            field = random.choice(fields)
            value = random.choice(COUNTRIES if field == "country" else TITLES if field == "jobtitle" else ("Eva", ""))
            world.hubspot.edit("contacts", random.choice(known)[1], {field: value})
        mine = sorted((one["email"], one["id"]) for one in world.people() if one.get("email"))
        if mine:
            title = random.choice(TITLES)
            world.orbit.edit("people", random.choice(mine)[1], {"job_title": title})


def ends(world: World) -> End:
    """What stands in both applications, and how every record stands; ids of records that were made differ."""
    names = ("email", "firstname", "lastname", "phone", "jobtitle", "country")
    in_hubspot = Counter(tuple(one.get(name) or "" for name in names) for one in world.contacts())
    in_app = Counter(
        (one.get("email") or "", str(one.get("name")), one.get("phone") or "", one.get("job_title") or "")
        for one in world.people()
    )
    stand = Counter(
        (one.status, one.exclusion, one.failure and one.failure.category, one.bound) for one in world.entries()
    )
    return in_hubspot, in_app, stand


def played(seed: int, direction: Direction, order: list[str], *, full: bool) -> list[End]:
    """A world goes through some edits of its settings, with people at work in between; where it ends each time."""
    world = populated(seed, direction=direction)
    found = [ends(world)]
    for at, name in enumerate(order):
        reset(world)
        reaches = save(world, EDITS[name], full=full)
        world.settle()
        if reaches is Reach.OPEN and not full:
            assert lists(world) == 0, name
        assert (world.sync().status, world.sync().narrow) == (SyncStatus.ACTIVE, False)
        found.append(ends(world))
        hear(world)
        people_edit(world, Random(f"{seed} {at}"))
        hear(world)
        found.append(ends(world))
    assert_nothing_is_written(world)
    return found


@pytest.mark.parametrize("seed", [0, 1, 2, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 12))])
@pytest.mark.parametrize("direction", list(Direction))
def test_narrow_runs_end_where_full_ones_end(seed: int, direction: Direction) -> None:
    """1.2 Over several edits of the settings, after each of them."""
    order = Random(seed).sample(list(EDITS), 5)
    narrow, full = (played(seed, direction, order, full=full) for full in (False, True))
    for at, (one, other) in enumerate(zip(narrow, full, strict=True)):
        assert one == other, (order, at)


@pytest.mark.parametrize("name", list(EDITS))
def test_the_plan_of_a_narrow_run_is_what_it_does(name: str) -> None:
    """1.2, 1.10 A plan of such an edit reads no list either, and says what saving then does."""
    world = populated(3, 40)
    before = world.sync()
    begun = narrowed(restarted(EDITS[name](before), world.clock.ms), before.indexed)
    reset(world)
    planned = rehearse(world, begun)
    assert lists(world) == 0
    pairs = bound_pairs(world.entries())
    recorder = Recorder()
    recorder.listen(world)
    save(world, EDITS[name])
    world.settle()
    assert_same(world, "contacts", planned, recorder, pairs)


@pytest.mark.parametrize("name", ["no filter", "without email", "without grade"])
@pytest.mark.parametrize("stride", [13, pytest.param(1, marks=pytest.mark.slow)])
def test_a_narrow_run_that_dies_anywhere_ends_all_the_same(name: str, stride: int) -> None:
    """1.2, 9.1 The process dies at any call of the run; it ends as if nothing had been."""
    peaceful = populated(5)
    save(peaceful, EDITS[name])
    peaceful.settle()
    expected = ends(peaceful)
    calls, blown = 1, True
    while blown:
        world = populated(5)
        world.fuse.left, before = calls, world.fuse.blown
        save(world, EDITS[name])
        world.settle()
        blown, world.fuse.left = world.fuse.blown > before, None
        hear(world)
        assert ends(world) == expected, calls
        calls += stride
    assert calls > 20


@pytest.mark.parametrize("first", ["no filter", "without grade", "everything"])
@pytest.mark.parametrize("steps", [0, 2, 4, 6])
def test_a_narrow_edit_on_top_of_another_run(first: str, steps: int) -> None:
    """1.2 Saved in the middle of a narrow run, and of a full one: what both edits may concern is looked at."""
    edits = {**EDITS, "everything": lambda sync: replace(sync, phone_region="ES", filters=Filters())}
    full = populated(2)
    for name in (first, "without email"):
        save(full, edits[name], full=True)
        full.settle()
    hear(full)
    world = populated(2)
    save(world, edits[first])
    world.run(steps)
    unfinished = world.sync().status is SyncStatus.INITIAL
    reaches = save(world, edits["without email"])
    assert reaches is (Reach.ALL if first == "everything" and unfinished else Reach.OPEN)
    world.settle()
    hear(world)
    assert ends(world) == ends(full)


def test_progress_of_a_narrow_run_is_told_in_full() -> None:
    """1.2 The phases that read nothing are done at once, with nothing to do; the last one counts what it looks at."""
    world = populated(4, 40)
    open_ = sum(one.exclusion in ("filter", "no_email") or one.status == "failing" for one in world.entries())
    save(world, EDITS["no filter"])
    world.settle()
    sync = world.sync()
    progress = [world.stores.ledger.progress(sync.id, sync.generation, phase) for phase in INITIAL_PHASES]
    assert [(one.seen, one.settled, one.done) for one in progress if one is not None] == [
        (0, 0, True),
        (0, 0, True),
        (open_, open_, True),
    ]
    assert [one.total for one in progress if one is not None][:2] == [0, 0]
