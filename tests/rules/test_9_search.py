"""Rule 9.1: what is there already, and was only not told of, is not made a second time where it can be searched for."""

from __future__ import annotations

import pytest

from hubsync.connectors.hubspot import searching
from hubsync.model.record import Record, RecordRef
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from tests.rules.scene import Scene
from tests.simulation.world import companies

H, A = Side.HUBSPOT, Side.APP


def polled(scene: Scene) -> None:
    """The poll comes, and everything comes to rest; no webhook has arrived."""
    scene.world.clock.ms += 60_000
    scene.world.poll()
    scene.world.settle()


def searches(scene: Scene) -> int:
    """How often HubSpot was searched."""
    calls = scene.world.hubspot.calls.calls
    return sum(number for route, number in calls.items() if route.endswith("/search"))


def test_a_person_whose_webhook_is_late_is_found_in_the_app() -> None:
    """9.1 The same person is new on both sides, and the app's webhook is late: the two become a pair, none is made."""
    scene = Scene()
    scene.create_hubspot(email="ana@example.com", firstname="Ana", jobtitle="Pilot")
    scene.create_app(email="Ana@Example.com", name={"first": "Ana", "last": "Ruiz"})
    polled(scene)
    assert scene.pairs() == {(0, 0)}
    assert (len(scene.hubspots()), len(scene.apps())) == (1, 1)
    assert (scene.hubspot(0, "lastname"), scene.app(0, "job_title")) == ("Ruiz", "Pilot")
    scene.look()
    assert [entry.status for entry in scene.entries()] == [RecordStatus.IN_SYNC]
    assert (len(scene.hubspots()), len(scene.apps())) == (1, 1)


def test_a_company_that_the_poll_has_not_seen_yet_is_found_in_hubspot() -> None:
    """9.1 HubSpot takes a company of the same name and domain twice: it is searched before one is made there."""
    scene = Scene(sync=companies())
    scene.create_hubspot(name="Acme", domain="acme.example.com")
    scene.create_app(title="ACME ", website="https://www.acme.example.com/")
    scene.world.clock.ms += 10_000
    scene.world.deliver()
    scene.world.settle()
    assert scene.pairs() == {(0, 0)}
    assert (len(scene.hubspots()), len(scene.apps())) == (1, 1)
    scene.look()
    assert (len(scene.hubspots()), len(scene.apps())) == (1, 1)


def test_a_comparison_that_finds_both_makes_neither() -> None:
    """9.1 Both sides' news of a person were lost: the nightly comparison makes the two a pair, not three people."""
    scene = Scene()
    scene.world.orbit.outbox.faults.lose = 1.0
    scene.create_app(email="ana@example.com", name={"first": "Ana"})
    scene.world.deliver()
    scene.create_hubspot(email="ana@example.com", firstname="Ana")
    scene.compare()
    scene.look()
    assert scene.pairs() == {(0, 0)}
    assert (len(scene.hubspots()), len(scene.apps())) == (1, 1)


def test_somebody_else_of_the_same_search_is_in_nobodys_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """9.1 An application's search may find more than was meant: only an equal identifier counts, nothing waits."""
    scene = Scene(sync=companies())
    other = scene.create_hubspot(name="Acme & Sons", domain="sons.example.com")
    fields = {"name": "Acme & Sons", "domain": "sons.example.com"}
    rough = Record(RecordRef(H, str(scene.hubspot_ids[other])), fields)
    monkeypatch.setattr(searching, "search", lambda *_: [rough])
    scene.create_app(title="Acme", website="https://acme.example.com")
    scene.world.deliver()
    scene.world.settle()
    assert sorted(one["name"] for one in scene.hubspots()) == ["Acme", "Acme & Sons"]
    assert not [facts for facts in scene.notes("deferred") if "found" in facts["kinds"]]


def test_what_the_index_knows_is_not_waited_for() -> None:
    """9.1 A record that the index knows was resolved with the others: a duplicate does not hold up what is new."""
    scene = Scene(app=[{"email": "ana@example.com", "name": {"first": "Ana"}}, {"email": "ana@example.com"}])
    assert [entry.status for entry in scene.entries()].count(RecordStatus.EXCLUDED) == 1
    scene.create_hubspot(email="eva@example.com", firstname="Eva")
    polled(scene)
    assert sorted(one["email"] for one in scene.apps()) == ["ana@example.com", "ana@example.com", "eva@example.com"]


@pytest.mark.parametrize("side", list(Side))
def test_a_crash_in_the_middle_makes_nothing_twice(side: Side) -> None:
    """9.1 The process dies at every call in turn while it finds the record that nobody told of."""
    calls = 0
    while True:
        scene = Scene(sync=companies())
        scene.create_hubspot(name="Acme", domain="acme.example.com")
        scene.create_app(title="Acme", website="https://acme.example.com")
        scene.world.clock.ms += 10_000
        if side is H:
            scene.world.poll()
        else:
            scene.world.deliver()
        scene.world.fuse.left = calls
        scene.world.run(3)
        died = scene.world.fuse.left is None
        scene.world.fuse.left = None
        scene.look()
        assert (len(scene.hubspots()), len(scene.apps())) == (1, 1), f"killed at call {calls}"
        assert [entry.status for entry in scene.entries()] == [RecordStatus.IN_SYNC]
        if not died:
            break
        calls += 1
    assert calls > 20


def test_it_costs_one_search_for_many() -> None:
    """9.1 Thirty new companies are searched for together; a contact's email not at all, HubSpot knows it but once."""
    scene = Scene(sync=companies())
    for number in range(30):
        scene.create_app(title=f"Firm {number}", website=f"https://firm{number}.example.com")
    before = searches(scene)
    scene.world.deliver()
    scene.world.settle()
    assert len(scene.hubspots()) == 30
    assert searches(scene) - before <= 2
    people = Scene()
    people.create_app(email="ana@example.com", name={"first": "Ana"})
    before = searches(people)
    people.world.deliver()
    people.world.settle()
    assert searches(people) == before
