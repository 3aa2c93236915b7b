"""Rules 6.1 and 9.1: no link is lost or doubled by a crash, nor where two workers meet."""

from __future__ import annotations

from typing import Any

import pytest

from hubsync.model.side import Side
from tests.rules.linked_contacts import NAMES, Linked, made
from tests.simulation.syncs import companies, contacts, linked
from tests.simulation.world import World


def _world() -> Linked:
    """What a crash must not spoil: links of every kind on the way."""

    def before(one: Linked) -> None:
        one.link("p0", "Globex")
        one.link("p0", "Acme")
        one.move("p1", "Initech")
        organisation = one.world.orbit.create("organisations", {"title": "Hooli"})["id"]
        one.world.orbit.create("people", {"email": "new@example.com", "organisation_id": organisation})

    world = World(11)
    world.hubspot.seed("contacts", [{"email": f"p{at}@example.com"} for at in range(2)])
    world.hubspot.seed("companies", [{"name": name} for name in NAMES])
    world.orbit.seed(
        {
            "people": [{"email": f"p{at}@example.com"} for at in range(2)],
            "organisations": [{"title": name} for name in NAMES],
        }
    )
    one = Linked(world)
    before(one)
    return one


def _save(one: Linked) -> None:
    one.world.save(linked(contacts()))
    one.world.save(companies())


def _edit(one: Linked) -> None:
    one.move("p0", "Initech")
    one.link("p1", "Acme")
    company = one.world.hubspot.create("companies", {"name": "Umbrella"})
    contact = one.world.hubspot.create("contacts", {"email": "late@example.com"})
    one.world.hubspot.associate("contacts", contact, "companies", company)


def _crash(part: str, calls: int | None) -> int:
    """Let the process die at a call of the initial sync or of what follows it; how many calls there were."""
    one, plenty = _world(), 1_000_000
    _save(one)
    if part == "incremental":
        one.world.settle()
        _edit(one)
    one.world.fuse.left = plenty if calls is None else calls
    if part == "incremental":
        one.catch_up()
    else:
        one.world.settle()
    made = plenty - (one.world.fuse.left or 0)
    one.world.make_peace()
    left = {name: (one.in_hubspot(name), one.in_app(name)) for name in ("p0", "p1", "new")}
    assert left["new"] == ({"Hooli"}, "Hooli"), calls
    if part == "initial":
        assert left["p0"] == ({"Globex", "Acme"}, "Acme"), calls  # none is primary, so the lowest id is the first
        assert left["p1"] == ({"Initech"}, "Initech"), calls
    else:
        assert left["p0"] == ({"Globex", "Acme", "Initech"}, "Initech"), calls
        assert left["p1"] == ({"Initech", "Acme"}, "Initech"), calls
        assert (one.in_hubspot("late"), one.in_app("late")) == ({"Umbrella"}, "Umbrella"), calls
    assert one.waiting() == 0, calls
    one.calm()
    return made


@pytest.mark.parametrize(("part", "first", "stride"), [("initial", 0, 29), ("incremental", 3, 31)])
def test_no_link_is_lost_or_doubled_by_a_crash(part: str, first: int, stride: int) -> None:
    """6.1, 9.1 Whatever call is the last one, links end as if nothing had happened."""
    for calls in range(first, _crash(part, None), stride):
        _crash(part, calls)


@pytest.mark.slow
@pytest.mark.parametrize("part", ["initial", "incremental"])
def test_no_link_is_lost_or_doubled_by_any_crash(part: str) -> None:
    """6.1, 9.1 The same for every single call."""
    for calls in range(_crash(part, None)):
        _crash(part, calls)


def test_two_workers_meet_at_a_link() -> None:
    """6.1, 9.1 While a contact begins to wait for a company, another worker binds that company, at any call: at least
    one of the two sees the other."""
    at = 0
    while True:
        one = made()
        world = one.world
        company = world.hubspot.create("companies", {"name": "Hooli"})
        world.hubspot.associate("contacts", one.contact("p0"), "companies", company)

        def bind(world: World = world, company: int = company) -> None:
            _notice(world, "companies", Side.HUBSPOT, str(company))

        world.fuse.left, world.fuse.interrupt = at, bind
        _notice(world, "contacts", Side.HUBSPOT, str(one.contact("p0")))
        met, world.fuse.left, world.fuse.interrupt = world.fuse.interrupted, None, None
        world.settle()
        if not met:
            break
        assert one.in_app("p0") == "Hooli", f"interrupted at call {at}"
        at += 1
    assert at > 10


def _notice(world: World, name: str, side: Side, record_id: str) -> Any:
    """A worker is told of one record, and looks at it at once."""
    contacts_id = world.syncs["contacts"]
    world.syncs["contacts"] = world.syncs[name]
    try:
        return world.notice(side, record_id)
    finally:
        world.syncs["contacts"] = contacts_id
