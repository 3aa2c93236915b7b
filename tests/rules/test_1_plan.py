"""Rule 1.10, as far as it is about a plan: what a run would do, before it is done."""

from __future__ import annotations

from collections import Counter

import pytest

from hubsync.model.side import Direction, Side
from hubsync.model.sync import Sync
from hubsync.services.manage.plan import restarted
from hubsync.services.plan.explain import Explain, Explanation
from hubsync.services.plan.rehearsal import Limits, Rehearsal
from hubsync.services.plan.result import Rehearsed
from tests.rules.scene import CONTACT, PERSON, Scene
from tests.simulation.world import World, contacts

H, A = Side.HUBSPOT, Side.APP


def plan(world: World, sync: Sync) -> Rehearsed:
    """What a run of `sync` would do in this world."""
    accounts = {name: world.connection(name) for name in ("hubspot", "orbit")}
    limits = Limits(world.clock.now() + 900_000)
    return Rehearsal(
        sync, accounts, world.stores.index, world.app.connectors, world.clock, world.ids, limits
    ).initial_sync()


def explain(world: World, record: object) -> Explanation:
    """What is said of one record."""
    stores = world.stores
    connectors, clock, ids = world.app.connectors, world.clock, world.ids
    explained = Explain(stores.syncs, stores.connections, stores.index, connectors, clock, ids, stores.outages)
    return explained("contacts", str(record))


def records(world: World) -> tuple[object, object]:
    """Every record of both applications."""
    return world.hubspot.records("contacts"), world.people()


def test_a_plan_writes_nothing_anywhere() -> None:
    """1.10 A plan touches no record, no entry and no sync; of all stores only the call budgets are drawn on."""
    world = World()
    world.hubspot.seed("contacts", [CONTACT, {"email": "bo@example.com"}])
    world.orbit.seed({"people": [{**PERSON, "job_title": "Captain"}, {"email": "cy@example.com"}]})
    before, writes = records(world), Counter(world.stores.writes)
    planned = plan(world, contacts())
    assert planned.tally.changed == 3
    assert records(world) == before
    assert set(world.stores.writes - writes) <= {"budget"}
    assert world.queues.waiting == []
    assert world.mailer.sent == []


@pytest.mark.parametrize(
    ("direction", "created"),
    [(Direction.TWO_WAY, {H: 1, A: 1}), (Direction.TO_HUBSPOT, {H: 1, A: 0}), (Direction.TO_APP, {H: 0, A: 1})],
)
def test_a_plan_says_who_is_created_linked_and_left_out(direction: Direction, created: dict[Side, int]) -> None:
    """1.10 A plan counts what would be created on each side, linked, and left out by reason."""
    world = World()
    world.hubspot.seed("contacts", [CONTACT, {"email": "bo@example.com"}])
    world.orbit.seed({"people": [PERSON, {"email": "cy@example.com"}, {"name": {"first": "Nobody"}}]})
    tally = plan(world, contacts(direction)).tally
    assert tally.created == created
    assert tally.updated == {H: 0, A: 0}
    assert tally.linked == 1
    alone = {"direction": 1} if direction is not Direction.TWO_WAY else {}
    assert dict(tally.excluded) == {**alone, "no_email": 1}


def test_a_plan_of_a_restart_knows_what_is_bound() -> None:
    """1.10 The plan of a restart goes on from the index: a missed edit is an update, and nothing is linked."""
    scene = Scene([CONTACT], [PERSON])
    world = scene.world
    world.clock.ms += 60_000
    world.hubspot.edit("contacts", scene.hubspot_ids[0], {"jobtitle": "Captain"})
    world.clock.ms += 60_000
    planned = plan(world, restarted(world.sync(), world.clock.now()))
    assert (planned.tally.updated, planned.tally.linked) == ({H: 0, A: 1}, 0)
    (only,) = planned.differences
    assert [(one.field, one.before, one.after) for one in only.change.fields] == [("job_title", "Pilot", "Captain")]


def test_explain_says_what_the_next_look_does_and_the_look_does_it() -> None:
    """1.10 What is said of one record, the next look at it does; saying it does nothing."""
    scene = Scene([CONTACT], [PERSON])
    world, contact = scene.world, scene.hubspot_ids[0]
    assert explain(world, contact).next == ("The next look would change nothing.",)
    world.clock.ms += 60_000
    world.hubspot.edit("contacts", contact, {"jobtitle": "Captain"})
    before = records(world)
    assert explain(world, contact).next == ("The next look would write in the app: job_title.",)
    assert explain(world, scene.app_ids[0]).next == explain(world, contact).next
    assert records(world) == before
    world.notice(H, str(contact))
    assert world.people()[0]["job_title"] == "Captain"


def test_explain_says_why_a_record_is_left_out() -> None:
    """1.10 A record that is left out says by which rule, and that a look would leave it so."""
    scene = Scene([], [{"name": {"first": "Nobody"}}])
    said = explain(scene.world, scene.app_ids[0])
    assert said.now[1].startswith("It is excluded (no email): ")
    assert said.next == ("The next look would change nothing.",)
