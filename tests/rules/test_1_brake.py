"""Rule 1.10, as far as it is about the brake: a run that would change too much stops before it writes, and asks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.api.document import read_document
from hubsync.connectors.errors import NeedsPersonError
from hubsync.engine.brake import held
from hubsync.handlers import phase
from hubsync.model.brake import Brake, Weight
from hubsync.model.connection import ConnectionStatus
from hubsync.model.side import Side
from hubsync.model.sync import Sync, SyncStatus
from hubsync.services.manage.lifecycle import NotNowError
from tests.rules.scene import CONTACT, PERSON, Scene
from tests.simulation.recorder import Recorder
from tests.simulation.syncs import contacts
from tests.situations import context

H, A = Side.HUBSPOT, Side.APP
CONTACTS = [CONTACT, {"email": "bo@example.com"}, {"email": "cy@example.com"}]
PEOPLE = [{**PERSON, "job_title": "Captain"}, {"email": "di@example.com"}]


def braked(records: int | None = 2, share: float | None = None) -> Sync:
    """Contacts with a brake, just saved."""
    return replace(contacts(), brake=Brake(records, share), status=SyncStatus.WEIGHING)


def scene(sync: Sync | None = None, *, settle: bool = True) -> Scene:
    """Four records that differ: one pair with two job titles, two contacts and a person who are alone."""
    return Scene(CONTACTS, PEOPLE, sync or braked(), settle=settle)


def everything(scene: Scene) -> tuple[object, ...]:
    """All that a run could have written: both applications, the index, the queues."""
    stores = scene.world.stores
    written = {name: number for name, number in stores.writes.items() if name in ("entry", "claim", "alias", "waiter")}
    return scene.hubspots(), scene.apps(), scene.entries(), written, scene.world.queues.waiting


@pytest.mark.parametrize(
    ("brake", "changed", "records", "holds"),
    [
        (Brake(records=500), 500, 10_000, False),
        (Brake(records=500), 501, 10_000, True),
        (Brake(records=0), 0, 10, False),
        (Brake(records=0), 1, 10, True),
        (Brake(share=0.2), 20, 100, False),
        (Brake(share=0.2), 21, 100, True),
        (Brake(share=1), 100, 100, False),
        (Brake(share=0.2), 0, 0, False),
        (Brake(500, 0.2), 21, 100, True),
        (Brake(5, 0.2), 6, 100, True),
        (Brake(500, 0.2), 20, 100, False),
        (None, 10_000, 10_000, False),
    ],
)
def test_a_run_is_held_beyond_either_limit(brake: Brake | None, changed: int, records: int, holds: bool) -> None:
    """1.10 The brake holds more than a number or a share of records, whichever is exceeded; just as much may go on."""
    assert (held(brake, Weight(changed, records)) is not None) is holds


def test_what_cannot_be_weighed_is_held() -> None:
    """1.10 A run that could not be weighed in full is held, whatever was found, and it is said why."""
    weight = Weight(problem="The plan ran out of time.")
    assert "The plan ran out of time." in (held(Brake(10), weight) or "")
    assert held(None, weight) is None


def test_a_held_run_says_what_it_would_do() -> None:
    """1.10 What is held is told with its numbers, side by side, and with the brake's own."""
    weight = Weight(1_203, 2_300, {H: 800, A: 0}, {H: 3, A: 400})
    assert held(Brake(500, 0.2), weight) == (
        "The run would change 1,203 of 2,300 records: 800 created in HubSpot, 3 changed in HubSpot, "
        "400 changed in the app. The brake is 500 records or 20 % of them."
    )


def test_a_held_run_writes_nothing_anywhere() -> None:
    """1.10 A run beyond the brake stops before it writes: no record, no entry, no claim, and no message is left."""
    started = scene(settle=False)
    before = everything(started)
    started.look()
    sync = started.world.sync()
    assert (sync.status, sync.running) == (SyncStatus.HELD, False)
    assert everything(started) == before
    assert started.written == (0, 0)
    assert "would change 4 of 4 records" in (sync.problem or "")
    assert "hubsync on contacts --confirm" in (sync.problem or "")


def test_a_held_run_asks_once() -> None:
    """1.10 Whoever the sync names hears of it, once, with the numbers; a notification stands ready."""
    world = scene().world
    world.poll()
    world.settle()
    ((to, subject, text),) = world.mailer.sent
    assert (to, subject) == (("ops@example.com",), "The initial sync of 'contacts' is held by its brake")
    assert text.startswith("The run would change 4 of 4 records: ")
    (told,) = world.stores.notifications.notifications(10)
    assert (told.title, told.text) == (subject, text)


def test_the_plan_of_a_held_run_is_there_to_be_read() -> None:
    """1.10 What is held can be read field by field: its plan is kept like any other."""
    world = scene().world
    report = world.stores.plans.report(world.sync().weighed or "")
    assert report is not None
    assert report.sealed
    assert '"changed": 4' in report.text


@pytest.mark.parametrize("brake", [Brake(records=4), Brake(share=1), Brake(4, 1)])
def test_a_run_within_the_brake_goes_on_by_itself(brake: Brake) -> None:
    """1.10 A run that changes no more than the brake allows needs nobody."""
    done = scene(replace(braked(), brake=brake))
    assert done.world.sync().status is SyncStatus.ACTIVE
    assert done.world.sync().problem is None
    assert len(done.entries()) == 4


def test_a_sync_without_a_brake_is_not_weighed() -> None:
    """1.10 Without a brake nothing is planned before a run."""
    done = scene(contacts())
    assert done.world.sync().status is SyncStatus.ACTIVE
    assert done.notes("planned") == done.notes("run_weighed") == []


def test_a_confirmed_run_does_what_was_weighed() -> None:
    """1.10 Once a person confirms it the run begins anew and does just what its plan said, and is not weighed again."""
    ran = scene()
    recorder = Recorder()
    recorder.listen(ran.world)
    ran.world.lifecycle.on("contacts", confirm=True)
    assert ran.world.sync().status is SyncStatus.INITIAL
    ran.world.settle()
    assert ran.world.sync().status is SyncStatus.ACTIVE
    assert {side: len(recorder.created[side]) for side in Side} == {H: 1, A: 2}
    assert {side: len(recorder.updated[side]) for side in Side} == {H: 0, A: 1}
    assert len(ran.notes("run_weighed")) == 1


def test_confirming_twice_is_confirming_once() -> None:
    """1.10 Confirming may be repeated: it starts one run."""
    ran = scene()
    first = ran.world.lifecycle.on("contacts", confirm=True)
    assert ran.world.lifecycle.on("contacts", confirm=True).generation == first.generation == 2
    ran.world.settle()
    assert ran.world.lifecycle.on("contacts", confirm=True).status is SyncStatus.ACTIVE
    assert ran.world.sync().generation == 2


def test_a_release_is_for_one_run() -> None:
    """1.10 What was confirmed is one run: the next one is weighed again."""
    ran = scene()
    ran.world.lifecycle.on("contacts", confirm=True)
    ran.world.settle()
    for at in range(3):
        ran.create_hubspot(email=f"new{at}@example.com")
    ran.world.restart()
    ran.world.settle()
    assert ran.world.sync().status is SyncStatus.HELD
    assert "would change 3 of 7 records" in (ran.world.sync().problem or "")


def test_on_alone_does_not_release() -> None:
    """1.10 A held run goes on only if a person says so in so many words."""
    ran = scene()
    with pytest.raises(NotNowError) as refused:
        ran.world.lifecycle.on("contacts")
    assert "would change 4 of 4 records" in refused.value.remedy
    ran.world.settle()
    assert ran.world.sync().status is SyncStatus.HELD


@pytest.mark.parametrize("state", ["off", "weighing"])
def test_only_what_is_held_can_be_confirmed(state: str) -> None:
    """1.10 Nobody lets a run go whose weight is not known yet."""
    ran = scene(settle=state == "off")
    if state == "off":
        ran.world.lifecycle.off("contacts")
    with pytest.raises(NotNowError, match=state.replace("weighing", "being weighed")):
        ran.world.lifecycle.on("contacts", confirm=True)


def test_a_held_sync_hears_nobody() -> None:
    """1.10 Webhooks, polls and the comparison of a held sync write nothing; the run that follows makes up for them."""
    ran = scene()
    before = everything(ran)[2:]
    ran.edit_hubspot(1, firstname="Bo")
    ran.create_app(email="ed@example.com")
    ran.look()
    with pytest.raises(NotNowError):
        ran.compare()
    assert everything(ran)[2:] == before
    ran.world.lifecycle.on("contacts", confirm=True)
    ran.world.settle()
    assert {one["email"] for one in ran.hubspots()} == {one["email"] for one in ran.apps()}


def test_saving_a_held_sync_again_weighs_it_again() -> None:
    """1.10 A held sync that is started again, or off and on, is weighed anew, by the brake it has now."""
    ran = scene()
    ran.world.restart()
    assert ran.world.sync().status is SyncStatus.WEIGHING
    ran.world.settle()
    assert (ran.world.sync().status, ran.world.sync().generation) == (SyncStatus.HELD, 2)
    ran.world.lifecycle.off("contacts")
    assert ran.world.sync().problem is None
    assert ran.world.stores.syncs.put_sync(replace(ran.world.sync(), brake=Brake(share=1)))
    ran.world.lifecycle.on("contacts")
    assert ran.world.sync().status is SyncStatus.WEIGHING
    ran.world.settle()
    assert ran.world.sync().status is SyncStatus.ACTIVE


def test_a_brake_that_is_loosened_in_time_counts() -> None:
    """1.10 The brake that counts is the one that the sync has when the run is weighed."""
    ran = scene(settle=False)
    assert ran.world.stores.syncs.put_sync(replace(ran.world.sync(), brake=None))
    ran.look()
    assert ran.world.sync().status is SyncStatus.ACTIVE


@pytest.mark.parametrize("when", ["weighing", "held"])
def test_off_and_delete_end_a_run_that_waits(when: str) -> None:
    """1.10 A run that is weighed or held can be turned off and deleted, and writes nothing any more."""
    for verb in ("off", "delete"):
        ran = scene(settle=when == "held")
        if verb == "off":
            ran.world.lifecycle.off("contacts")
            ran.world.settle()
            assert ran.world.sync().status is SyncStatus.OFF
        else:
            assert ran.world.lifecycle.delete("contacts").done
            ran.world.settle()
            assert ran.world.stores.syncs.syncs() == ()
        assert ran.written == (0, 0)


def test_a_connection_that_is_dead_holds_the_run() -> None:
    """1.10 A run whose plan finds a dead token is held, and says so."""
    ran = scene(settle=False)
    ran.world.app.health.needs_person("hubspot", NeedsPersonError("The token was revoked.", remedy="Give a new one."))
    assert ran.world.connection("hubspot").status is ConnectionStatus.NEEDS_PERSON
    ran.look()
    assert ran.world.sync().status is SyncStatus.HELD
    assert "It could not be weighed" in (ran.world.sync().problem or "")
    assert ran.written == (0, 0)


def test_a_plan_that_breaks_holds_the_run() -> None:
    """1.10 Whatever ends the plan, a bug or a function that is cut off: the run is held, and never goes unweighed."""
    ran = scene(settle=False)
    event = {"action": "brake", "sync_id": "s1", "generation": 1}
    answer = phase.handler({**event, "weighed": {"Error": "Lambda.Unknown", "Cause": "Cut off."}}, context())
    assert answer == {"held": True}
    assert (ran.world.sync().problem or "").startswith(
        "It could not be weighed what the run would change. Its plan could not be made: Cut off."
    )


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_crash_anywhere_holds_or_runs_as_if_there_was_none(confirmed: bool) -> None:
    """1.10 Whichever call a process dies at, a run beyond the brake is held, and a confirmed one comes to its end."""
    for fuse in range(0, 60, 3):
        ran = scene(settle=False)
        ran.world.fuse.left = fuse
        ran.world.settle()
        if confirmed:
            ran.world.fuse.left = None
            ran.world.lifecycle.on("contacts", confirm=True)
            ran.world.fuse.left = 10 * fuse
            ran.world.settle()
            assert ran.world.sync().status is SyncStatus.ACTIVE
            assert (len(ran.hubspots()), len(ran.apps())) == (4, 4)
        else:
            assert ran.world.sync().status is SyncStatus.HELD
            assert ran.written == (0, 0)
            assert ran.entries() == []


@pytest.mark.parametrize(
    ("brake", "path"),
    [
        ({"records": -1}, "brake.records"),
        ({"records": 1.5}, "brake.records"),
        ({"records": "5"}, "brake.records"),
        ({"share": 0}, "brake.share"),
        ({"share": 1.01}, "brake.share"),
        ({"share": True}, "brake.share"),
        ({"part": 1}, "brake.part"),
        (5, "brake"),
    ],
)
def test_a_brake_that_is_none_is_refused(brake: object, path: str) -> None:
    """1.10 A brake is a whole number of records, a share of them, or both; anything else is a fault with its remedy."""
    ends = {
        "hubspot": {"connection": "hubspot", "object": "contacts"},
        "app": {"connection": "orbit", "object": "people"},
    }
    document = read_document({"syncs": {"contacts": {**ends, "direction": "two_way", "brake": brake}}})
    (fault,) = document.faults
    assert fault.path == f"syncs.contacts.{path}"
    assert fault.remedy


def differing(brake: Brake) -> Scene:
    """Three pairs in step, whose job titles people have changed in the app meanwhile; nobody was told."""
    started = Scene(
        [{"email": f"p{at}@example.com"} for at in range(3)],
        [{"email": f"p{at}@example.com"} for at in range(3)],
        replace(contacts(), brake=brake, status=SyncStatus.WEIGHING),
    )
    if started.world.sync().status is SyncStatus.HELD:
        started.world.lifecycle.on("contacts", confirm=True)
        started.look()
    assert started.world.sync().status is SyncStatus.ACTIVE
    for at in range(3):
        started.edit_app(at, job_title="Captain")
    started.world.orbit.outbox.clear()
    return started


def test_a_comparison_beyond_the_brake_holds_the_sync() -> None:
    """1.10 The nightly comparison would change three records, the brake is two: nothing is written, and it asks."""
    started = differing(Brake(records=2))
    written = started.written
    started.compare()
    sync = started.world.sync()
    assert (sync.status, started.written) == (SyncStatus.HELD, written)
    assert "The comparison would change 3 of 3 records: 3 changed in HubSpot." in (sync.problem or "")
    assert "The comparison of 'contacts' is held by its brake" in [
        subject for _, subject, _ in started.world.mailer.sent
    ]
    started.world.lifecycle.on("contacts", confirm=True)
    started.look()
    assert {one["jobtitle"] for one in started.hubspots()} == {"Captain"}
    assert started.world.sync().status is SyncStatus.ACTIVE


def test_a_comparison_within_the_brake_repairs() -> None:
    """1.10 Three records are not more than three: the comparison goes on, and is written down as ever."""
    started = differing(Brake(records=3))
    started.compare()
    assert {one["jobtitle"] for one in started.hubspots()} == {"Captain"}
    assert started.world.sync().status is SyncStatus.ACTIVE
    assert started.world.sync().compared is not None


def test_a_comparison_that_cannot_be_weighed_is_left_out() -> None:
    """1.10 HubSpot is away for the night: the sync is not held for it, the comparison waits for the next one."""
    started = differing(Brake(records=2))
    started.world.hubspot.fail("503", path="crm/objects", times=100_000)
    started.compare()
    started.world.hubspot.faults.clear()
    assert started.world.sync().status is SyncStatus.ACTIVE
    titles = [each.title for each in started.world.stores.notifications.notifications(10)]
    assert "The comparison of 'contacts' was left out" in titles
    assert {one.get("jobtitle") for one in started.hubspots()} == {None}


def test_a_comparison_may_die_anywhere_while_it_is_weighed() -> None:
    """1.10 The process is killed at every third call: nothing is written before somebody confirmed."""
    calls = 0
    while True:
        started = differing(Brake(records=2))
        written = started.written
        started.world.compare()
        started.world.fuse.left = calls
        started.world.run(4)
        died = started.world.fuse.left is None
        started.world.fuse.left = None
        started.world.settle()
        assert (started.world.sync().status, started.written) == (SyncStatus.HELD, written), f"killed at call {calls}"
        if not died:
            break
        calls += 3
    assert calls > 6
