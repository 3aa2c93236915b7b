"""Rules 6.1 and 6.2 for every other pair of objects that can be linked, through the whole stack.

Deals, tickets, tasks, custom objects and invoices hang on contacts, companies and deals. Each is matched by ids alone,
so what was made on one side is made on the other, with its links.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.side import Side
from tests.rules.linked_objects import CAR, LINKS, MATCHED, Link, Linked
from tests.simulation.invariants import assert_nothing_is_written
from tests.simulation.syncs import assets

H, A = Side.HUBSPOT, Side.APP
BOTH = ("hubspot", "app")
every_link = pytest.mark.parametrize("link", LINKS, ids=str)


@pytest.mark.parametrize("holder_first", [True, False])
@every_link
def test_what_is_made_on_the_other_side_is_linked_there(link: Link, holder_first: bool) -> None:
    """6.1 Each record that is made on the other side has its links there, whichever of the two syncs comes first: a
    link to what is not bound yet waits, and is made."""
    one = Linked(link)
    one.put(H, "hubspot", "one")
    if link.to in MATCHED:
        one.put(A, "app", "two")
    both = [link.sync(), link.to.sync()]
    one.save(*(both if holder_first else reversed(both)))
    one.world.settle()
    one.listen()
    assert one.both("hubspot") == ({"one"}, {"one"})
    assert one.both("app") == (({"two"}, {"two"}) if link.to in MATCHED else (set(), set()))
    assert (one.statuses(), one.waiting()) == ({"in_sync": 2}, 0)
    assert_nothing_is_written(one.world)


@every_link
def test_a_link_is_made_when_its_other_end_arrives(link: Link) -> None:
    """6.1 While the record at the other end is not bound its link waits, and is no failure; once it is bound the link
    is made, without anybody touching the record that holds it."""
    one = Linked(link).run()
    end = link.to.sync()
    one.world.lifecycle.off(end.name)
    one.make(link.to, "four", H)
    one.put(H, "hubspot", "four")
    one.catch_up()
    assert (one.in_app("hubspot"), one.waiting(), one.statuses()) == (set(), 1, {"in_sync": 2})
    one.world.lifecycle.on(end.name)
    one.world.settle()
    assert (one.both("hubspot"), one.waiting()) == (({"four"}, {"four"}), 0)
    assert_nothing_is_written(one.world)


@pytest.mark.parametrize("way", ["hubspot's webhook", "the app's webhook", "comparison of hubspot", "comparison"])
@every_link
def test_an_edit_of_a_link_alone_is_found(link: Link, way: str) -> None:
    """6.1 By HubSpot's webhook and by the app's at once, else by the comparison: no other field changes."""
    one = Linked(link)
    by_type_id = link.holder is CAR and way == "hubspot's webhook"  # HubSpot's events know custom objects by id alone
    if by_type_id:
        link = replace(link, holder=replace(CAR, sync=lambda: replace(assets(), hubspot_object="2-1")))
        one.link = link
    one.run()
    side = H if "hubspot" in way else A
    if way == "hubspot's webhook":
        one.world.connect_webhooks()
    for holder in BOTH:
        one.put(side, holder, "three")
    if "webhook" in way:
        one.listen()
    else:
        one.app(link.holder).outbox.configure(None)
        one.world.compare(link.holder.sync().name)
        one.world.settle()
    for holder in BOTH:
        assert one.both(holder) == ({"three"}, {"three"}), holder
    assert_nothing_is_written(one.world)


@pytest.mark.parametrize("unlink", [True, False])
@pytest.mark.parametrize("side", Side)
@every_link
def test_what_is_taken_away_travels_only_where_that_is_asked_for(link: Link, side: Side, unlink: bool) -> None:
    """6.2 A link that goes on one side stays on the other and is not made again; with `unlink` it goes there, too."""
    one = Linked(link).run(unlink=unlink)
    one.put(H, "hubspot", "one")
    one.catch_up()
    assert one.both("hubspot") == ({"one"}, {"one"})
    one.take(side, "hubspot", "one")
    for _ in range(2):
        one.catch_up()
        left = set() if unlink else {"one"}
        assert one.both("hubspot") == ((set(), left) if side is H else (left, set()))
    assert_nothing_is_written(one.world)


def test_a_field_of_many_links_holds_them_all() -> None:
    """6.1 Where the app's field holds several, every link of either side is made on the other, and none is lost."""
    link = next(each for each in LINKS if each.many)
    one = Linked(link).run(unlink=True)
    one.put(H, "hubspot", "one", "two")
    one.put(A, "hubspot", "three")
    one.catch_up()
    assert one.both("hubspot") == ({"one", "two", "three"},) * 2
    one.take(A, "hubspot", "two")
    one.put(H, "app", "two")
    one.catch_up()
    assert one.both("hubspot") == ({"one", "three"},) * 2
    assert one.both("app") == ({"two"},) * 2
    assert_nothing_is_written(one.world)


@pytest.mark.parametrize("stride", [23, pytest.param(2, marks=pytest.mark.slow)])
def test_no_link_of_many_is_lost_or_doubled_by_a_crash(stride: int) -> None:
    """6.1, 9.1 Whatever call is the last one of the initial sync, a field of many links ends as if nothing had
    happened."""
    calls = 0
    while True:
        one = Linked(next(each for each in LINKS if each.many))
        one.put(H, "hubspot", "one", "two")
        one.put(A, "app", "two", "three")
        one.save(one.link.sync(), one.link.to.sync())
        one.world.fuse.left = calls
        one.world.settle()
        survived, one.world.fuse.left = one.world.fuse.left is not None, None
        one.world.make_peace()
        assert one.both("hubspot") == ({"one", "two"},) * 2, calls
        assert one.both("app") == ({"two", "three"},) * 2, calls
        assert (one.statuses(), one.waiting()) == ({"in_sync": 2}, 0), calls
        if survived:
            break
        calls += stride
    assert calls > 50
