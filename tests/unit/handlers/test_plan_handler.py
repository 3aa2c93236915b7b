"""The function that makes plans."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from hubsync.handlers import plan
from hubsync.model.brake import Brake
from hubsync.model.sync import SyncStatus
from hubsync.services.phases import SupersededError
from hubsync.stores.ports import PlanOrder
from tests.simulation.syncs import contacts
from tests.simulation.world import World
from tests.situations import context, situation


def ordered(world: World) -> None:
    """The plan that the event names."""
    accounts = (world.connection("hubspot"), world.connection("orbit"))
    world.stores.plans.put_order(PlanOrder("p1", world.clock.now(), contacts(), accounts))


def test_the_plan_that_is_named_is_made(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.hubspot.seed("contacts", [{"email": "ana@example.com"}])
    monkeypatch.setattr(plan, "app", world.app)
    ordered(world)
    assert plan.handler(situation("plan_ordered"), context(900_000)) == {}
    report = world.stores.plans.report("p1")
    assert report is not None
    assert json.loads(report.text)["counts"]["created"] == {"hubspot": 0, "app": 1}
    assert [facts["changed"] for event, facts in world.signals.notes if event == "planned"] == [1]


def test_a_plan_without_time_ends_with_a_sentence(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "app", world.app)
    ordered(world)
    plan.handler(situation("plan_ordered"), context(10_000))
    report = world.stores.plans.report("p1")
    assert report is not None
    said = json.loads(report.text)
    assert said["status"] == "partial"
    assert "ran out of time" in said["problem"]


def test_a_bug_of_ours_is_told_and_raised(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "app", world.app)
    ordered(world)
    monkeypatch.setattr(world.orbit, "handle", None)
    with pytest.raises(TypeError):
        plan.handler(situation("plan_ordered"), context(900_000))
    report = world.stores.plans.report("p1")
    assert report is not None
    assert json.loads(report.text)["status"] == "failed"


def test_a_run_is_weighed_by_its_plan_which_is_kept(world: World) -> None:  # rule 1.10
    world.hubspot.seed("contacts", [{"email": "ana@example.com"}])
    world.save(replace(contacts(), status=SyncStatus.WEIGHING, brake=Brake(records=0)))
    weight = {"changed": 1, "records": 1, "created": {"hubspot": 0, "app": 1}, "updated": {"hubspot": 0, "app": 0}}
    answer = plan.handler(situation("plan_weigh"), context(900_000))
    assert json.loads(json.dumps(answer)) == {**weight, "problem": None, "plan": "s1-1"}
    assert plan.handler(situation("plan_weigh"), context(900_000)) == answer
    report = world.stores.plans.report("s1-1")
    assert report is not None
    assert json.loads(report.text)["status"] == "done"


def test_what_is_not_being_weighed_is_not_planned(world: World) -> None:  # rule 1.10
    world.save(contacts())
    with pytest.raises(SupersededError):
        plan.handler(situation("plan_weigh"), context(900_000))
    assert world.stores.plans.report("s1-1") is None
