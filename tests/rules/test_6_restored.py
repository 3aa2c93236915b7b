"""Rules 6.1 and 7.2: links of records that were deleted and are made again."""

from __future__ import annotations

import pytest

from hubsync.model.side import Side
from tests.rules.linked_contacts import Linked, made
from tests.simulation.records import records_of


def _both_ends_deleted_in_hubspot() -> Linked:
    """p0 and Globex were linked on both sides; both of HubSpot's records are deleted, and the survivors say so."""
    one = made(before=lambda one: (one.link("p0", "Globex"), one.move("p0", "Globex")))
    one.world.hubspot.archive("contacts", one.contact("p0"))
    one.world.hubspot.archive("companies", one.company("Globex"))
    one.catch_up()
    assert one.world.counted("contacts")["failing"] == one.world.counted("companies")["failing"] == 1
    return one


def _restore(one: Linked, name: str) -> None:
    records = records_of(one.world).restore
    review = records.review(name, Side.HUBSPOT, None)
    records.confirm(name, Side.HUBSPOT, None, review.count, review.token)


@pytest.mark.parametrize("first", ["contacts", "companies", None])
@pytest.mark.parametrize("fault", [None, "503", "429", "lost-before", "lost-after"])
def test_links_come_back_with_both_their_ends(first: str | None, fault: str | None) -> None:
    """6.1, 7.2 Both ends are made again, one after the other or at once, and HubSpot stumbles over the link: what the
    two had before their deletion is no reason to take the link for one that somebody took away.
    """
    one = _both_ends_deleted_in_hubspot()
    if fault is not None:
        one.world.hubspot.fail(fault, path="associations/.*create", times=1)
    for name in (
        ("contacts", "companies") if first is None else (first, {"contacts", "companies"}.difference({first}).pop())
    ):
        _restore(one, name)
        if first is not None:
            one.world.settle()
    one.world.settle()
    one.world.deliver()
    one.world.settle()
    assert (one.in_hubspot("p0"), one.in_app("p0")) == ({"Globex"}, "Globex")
    one.calm()


@pytest.mark.parametrize("stride", [7, pytest.param(1, marks=pytest.mark.slow)])
def test_links_come_back_wherever_the_process_dies(stride: int) -> None:
    """6.1, 7.2 The process is killed at any call while both ends are made again."""
    calls = 0
    while True:
        one = _both_ends_deleted_in_hubspot()
        for name in ("contacts", "companies"):
            _restore(one, name)
        one.world.fuse.left = calls
        one.world.run(8)
        died = one.world.fuse.left is None
        one.world.fuse.left = None
        one.world.settle()
        one.catch_up()
        assert (one.in_hubspot("p0"), one.in_app("p0")) == ({"Globex"}, "Globex"), f"killed at call {calls}"
        if not died:
            break
        calls += stride
    assert calls > 20
