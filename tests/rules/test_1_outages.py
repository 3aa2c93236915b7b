"""Rule 1.9: an outage and a used-up budget are states of a connection, shown while they last, gone by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from hubsync.model.outage import OutageKind
from hubsync.services.health import Health
from hubsync.services.manage.view import ConnectionView
from hubsync.services.plan.explain import Explain
from hubsync.services.plan.stage import Silence
from hubsync.stores.memory import MemoryStores
from tests.rules.scene import Pair, Scene
from tests.simulation.ports import SimClock, SimMailer

MINUTE = 60_000
UNAVAILABLE, LONG = ("unavailable", 5.0), 15 * MINUTE


def shown(scene: Scene, name: str = "hubspot") -> ConnectionView:
    """A connection as people see it."""
    return next(each for each in scene.view().connections() if each.connection.id == name)


def break_hubspot(scene: Scene, kind: str = "503", **details: Any) -> None:
    """HubSpot answers no call any more."""
    scene.world.hubspot.fail(kind, path="/crm/", **details)


def wait(scene: Scene, minutes: int) -> None:
    """Messages come again as they are due, and the poll every five minutes."""
    end = scene.world.clock.ms + minutes * MINUTE
    while scene.world.clock.ms < end:
        due = min((each.due for each in scene.world.queues.waiting), default=end)
        if due - scene.world.clock.ms > 5 * MINUTE or not scene.world.step():
            scene.world.poll()


def told(scene: Scene) -> list[str]:
    """The titles of what people were told of the connection, oldest first."""
    newest = scene.world.stores.notifications.notifications(50)
    return [each.title for each in reversed(newest) if each.sync_id == "hubspot"]


def large(settle: bool = True) -> Scene:
    """Forty contacts on HubSpot's side, and forty other people in the app."""
    contacts = [{"email": f"h{at}@example.com", "firstname": "Ana"} for at in range(40)]
    return Scene(
        contacts, [{"email": f"a{at}@example.com", "name": {"first": "Bo"}} for at in range(40)], settle=settle
    )


def test_an_outage_in_the_middle_of_a_run_shows_and_clears() -> None:
    """1.9 HubSpot is away for forty minutes of an initial sync: the connection says so since when, one notification and
    one mail tell of it, one that it is over; no record fails, and all of them end in sync."""
    scene = large(settle=False)
    scene.world.run(4)
    began, mails = scene.world.clock.ms, len(scene.world.mailer.sent)
    break_hubspot(scene)
    wait(scene, 10)
    outage = shown(scene).outage
    assert outage is not None
    assert outage.kind is OutageKind.UNREACHABLE
    assert began <= outage.since <= began + MINUTE
    assert told(scene) == []
    assert shown(scene, "orbit").outage is None
    assert [each.connection.id for each in scene.view().sync("contacts").troubled] == ["hubspot"]
    wait(scene, 30)
    outage = shown(scene).outage
    assert outage is not None
    assert began <= outage.since <= began + MINUTE
    assert told(scene) == ["The connection 'hubspot' does not answer"]
    assert len(scene.world.mailer.sent) == mails + 1
    assert "failing" not in scene.world.statuses()
    assert scene.world.stores.writes["outage"] <= 41
    scene.world.hubspot.faults.clear()
    scene.look()
    assert shown(scene).well
    assert told(scene)[1:] == ["The connection 'hubspot' answers again"]
    assert len([one for one in scene.world.mailer.sent if "hubspot" in one[1]]) == 1
    assert scene.world.statuses() == {"in_sync": 80}


def test_a_short_outage_is_told_to_nobody() -> None:
    """1.9 Ten minutes: it shows, and clears; no notification, no mail."""
    pair = Pair()
    mails = len(pair.world.mailer.sent)
    break_hubspot(pair)
    pair.edit_person(job_title="Captain")
    pair.world.deliver()
    wait(pair, 10)
    assert not shown(pair).well
    pair.world.hubspot.faults.clear()
    pair.look()
    assert shown(pair).well
    assert pair.contact("jobtitle") == "Captain"
    assert told(pair) == []
    assert len(pair.world.mailer.sent) == mails


def test_a_lost_call_is_no_outage() -> None:
    """1.9 One answer of 503 among others changes nothing that anybody sees."""
    pair = Pair()
    pair.world.hubspot.fail("503", path="/crm/objects", times=1)
    pair.edit_person(job_title="Captain")
    pair.world.deliver()
    pair.world.run(1)
    assert shown(pair).well
    pair.look()
    assert shown(pair).well


@pytest.mark.parametrize("policy", ["DAILY", "TEN_SECONDLY_ROLLING"])
def test_only_the_long_budget_is_a_state(policy: str) -> None:
    """1.9 HubSpot's daily limit is used up: the connection is throttled until it is asked again. A limit of seconds is
    the ordinary course of things, and no state."""
    pair = Pair()
    break_hubspot(pair, "429", policy=policy, times=1)
    pair.edit_person(job_title="Captain")
    pair.world.deliver()
    pair.world.run(1)
    outage = shown(pair).outage
    assert (outage is not None) == (policy == "DAILY")
    if outage is not None:
        assert outage.kind is OutageKind.THROTTLED
        assert outage.until == outage.since + LONG
        assert told(pair) == ["The connection 'hubspot' is out of calls"]
    pair.look()
    assert shown(pair).well
    assert pair.contact("jobtitle") == "Captain"


def test_an_outage_fades_without_a_call() -> None:
    """1.9 Nobody has to reach the account for it to be well again: what nobody meets any more is over."""
    pair = Pair()
    break_hubspot(pair)
    pair.edit_person(job_title="Captain")
    pair.world.deliver()
    wait(pair, 5)
    assert not shown(pair).well
    pair.world.clock.ms += 20 * MINUTE
    assert shown(pair).well


def test_an_explanation_names_the_outage() -> None:
    """1.9 Why a record waits: its account is away."""
    pair = Pair()
    break_hubspot(pair)
    pair.edit_person(job_title="Captain")
    pair.world.deliver()
    wait(pair, 5)
    before = pair.world.stores.writes["outage"]
    stores, world = pair.world.stores, pair.world
    explain = Explain(
        stores.syncs, stores.connections, stores.index, world.app.connectors, world.clock, world.ids, stores.outages
    )
    now = explain("contacts", pair.app_ids[0]).now
    assert any("hubspot does not answer" in each for each in now)
    assert pair.world.stores.writes["outage"] == before, "a rehearsed look wrote an outage"


def test_connections_keep_their_version() -> None:
    """1.9 A document that somebody is about to save meets no other version because of an outage."""
    pair = Pair()
    before = pair.world.connection("hubspot")
    break_hubspot(pair)
    pair.edit_person(job_title="Captain")
    pair.world.deliver()
    wait(pair, 20)
    assert pair.world.connection("hubspot") == before


def test_many_workers_write_it_once_a_minute() -> None:
    """1.9 Twenty processes meet the outage each second for half an hour: one write a minute, one notification."""
    stores, clock, mailer = MemoryStores(), SimClock(), SimMailer()
    workers = [
        Health(stores.connections, stores.notifications, mailer, clock, Silence(), stores.outages) for _ in range(20)
    ]
    for second in range(1_800):
        for worker in workers[: second + 1]:  # a process a second: none of them asks together with another
            clock.ms += 1_000 // len(workers)
            worker.away("hubspot", *UNAVAILABLE)
    assert stores.writes["outage"] <= 31
    assert len(mailer.sent) == 1
    (outage,) = stores.outages.outages()
    assert clock.ms - outage.since >= 29 * MINUTE
    for worker in workers:
        worker.reached("hubspot")
    assert stores.outages.outages() == ()
    assert [each.title for each in stores.notifications.notifications(5)] == [
        "The connection 'hubspot' answers again",
        "The connection 'hubspot' does not answer",
    ]
    assert len(mailer.sent) == 1


def test_a_gap_begins_a_new_outage() -> None:
    """1.9 Met again an hour later, it is another one: `since` says when that began."""
    stores, clock, mailer = MemoryStores(), SimClock(), SimMailer()
    health = Health(stores.connections, stores.notifications, mailer, clock, Silence(), stores.outages)
    health.away("hubspot", *UNAVAILABLE)
    clock.ms += 60 * MINUTE
    health.away("hubspot", *UNAVAILABLE)
    (outage,) = stores.outages.outages()
    assert outage.since == clock.ms
    assert mailer.sent == []


def test_who_answers_now_and_then_is_not_away() -> None:
    """1.9 Every second call fails for an hour: the account answers, and so it is no outage, and few writes tell so."""
    stores, clock, mailer = MemoryStores(), SimClock(), SimMailer()
    health = Health(stores.connections, stores.notifications, mailer, clock, Silence(), stores.outages)
    for _ in range(3_600):
        clock.ms += 1_000
        health.away("hubspot", *UNAVAILABLE)
        health.reached("hubspot")
    assert mailer.sent == []
    assert stores.outages.outages() == ()
    assert stores.writes["outage"] <= 122


def test_success_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """1.9 A sync at work on well accounts neither reads nor writes the state of an outage."""
    scene = large()
    asked: list[str] = []
    monkeypatch.setattr(scene.world.stores.outages, "outage", asked.append)
    scene.edit_app(0, job_title="Captain")
    scene.look()
    assert asked == []
    assert scene.world.stores.writes["outage"] == 0
