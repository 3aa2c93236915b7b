"""Which links both sides must show, and that every way to get one wrong is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from infra.demo.checker.expectation import Expectation
from infra.demo.checker.initial import expect
from infra.demo.checker.rules import CONTACTS, DEALS, PLACE, Side
from infra.demo.checker.verdict import unchanged, verify, verify_links, verify_pair
from infra.demo.checker.world import Links, World

WON: dict[Side, str] = {"hubspot": "default/closedwon", "app": "pip_sales/stg_won"}
PEOPLE = World.of(
    [(key, {"email": f"{key}@example.com"}) for key in ("1", "2", "3")] + [("4", {"email": None})],
    [(f"p{key}", {"email": f"{key}@example.com"}) for key in ("1", "2", "3")] + [("p5", {"email": "n/a"})],
)


def deals(ours: dict[str, tuple[str, ...]], theirs: dict[str, str]) -> World:
    """Two deals on both sides, a third one in a stage that is not mapped, and their links to contacts."""
    places: list[dict[Side, str]] = [WON, WON, {"hubspot": "default/closedlost", "app": "pip_sales/stg_lost"}]
    hubspot: list[tuple[str, dict[str, Any]]] = [
        (str(10 + at), {"dealname": f"D{at}", PLACE: place["hubspot"]}) for at, place in enumerate(places)
    ]
    app: list[tuple[str, dict[str, Any]]] = [
        (f"o{10 + at}", {"title": f"D{at}", PLACE: place["app"]}) for at, place in enumerate(places)
    ]
    links: Links = {"hubspot": ours, "app": {key: (one,) for key, one in theirs.items()}}
    return World.of(hubspot, app, {"contacts": links, "companies": {"hubspot": {}, "app": {}}})


def followed(world: World) -> Expectation:
    """What must come of the links of a world."""
    contacts = expect(CONTACTS, PEOPLE)
    expected = expect(DEALS, world)
    expected.follow(world, {"contacts": contacts, "companies": Expectation(CONTACTS)})
    assert verify(expected, world) == []
    return expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (((), None), ((), None)),
        ((("1",), None), (("1",), "p1")),
        (((), "p1"), (("1",), "p1")),
        ((("1",), "p1"), (("1",), "p1")),
        ((("1",), "p2"), (("1", "2"), "p2")),
        ((("1", "2"), None), (("1", "2"), "p1")),
        ((("1", "2"), "p2"), (("1", "2"), "p2")),
        ((("4",), None), (("4",), None)),
        ((("4", "2"), None), (("4", "2"), "p2")),
        (((), "p5"), ((), "p5")),
        ((("1",), "p5"), (("1",), "p5")),
    ],
)
def test_each_side_gets_what_people_linked_on_either(before: Any, after: Any) -> None:
    def world(links: Any) -> World:
        return deals({"10": links[0]}, {} if links[1] is None else {"o10": links[1]})

    expected = followed(world(before))
    assert verify_links(expected, world(after)) == []
    if before != after:
        assert len(verify_links(expected, world(before))) == 1


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        ({"10": ("1",)}, {}, "app record o10: is linked to the contacts (none) and must be linked to p1"),
        ({}, {"o10": "p1"}, "HubSpot record 10: is linked to the contacts (none) and must be linked to 1"),
        ({"10": ("1", "3")}, {"o10": "p1"}, "HubSpot record 10: is linked to the contacts 1, 3 and must be"),
        ({"10": ("1",)}, {"o10": "p2"}, "app record o10: is linked to the contacts p2 and must be linked to p1"),
        ({"10": ("1",), "11": ("1",)}, {"o10": "p1"}, "HubSpot record 11: is linked to the contacts 1 and must be"),
    ],
)
def test_a_link_that_is_lost_moved_or_invented_is_found(
    ours: dict[str, tuple[str, ...]], theirs: dict[str, str], words: str
) -> None:
    expected = followed(deals({"10": ("1",)}, {}))
    faults = verify_links(expected, deals(ours, theirs))
    assert len(faults) == 1
    assert faults[0].startswith(words)


def test_a_link_of_a_deal_that_is_left_out_must_not_travel() -> None:
    expected = followed(deals({"12": ("1",)}, {}))
    assert verify_links(expected, deals({"12": ("1",)}, {})) == []
    (fault,) = verify_links(expected, deals({"12": ("1",)}, {"o12": "p1"}))
    assert fault.startswith("app record o12: is linked to the contacts p1 and must be linked to (none)")
    assert "excluded: stage_not_mapped" in fault


def test_a_link_waits_until_its_other_end_is_there() -> None:
    expected = followed(deals({"10": ("4",)}, {"o11": "p5"}))
    assert expected.waiting() == 2
    contacts = next(others for linked, others in expected.links if linked.link.to == "contacts")
    still = next(still for still in contacts.still if still.record.id == "4")
    contacts.entered(still.record)
    assert expected.waiting() == 2, "its new partner has not been found yet"
    contacts.pairs[-1].ids["app"] = "p4"
    assert expected.waiting() == 1
    pair = expected.pair_of("hubspot", "10")
    assert verify_pair(expected, deals({"10": ("4",)}, {"o10": "p4"}), pair) == []
    assert len(verify_pair(expected, deals({"10": ("4",)}, {}), pair)) == 1


def test_a_persons_link_is_added_in_hubspot_and_replaced_in_the_app() -> None:
    expected = followed(deals({"10": ("1",)}, {"o10": "p1"}))
    expected.linked("hubspot", "10", "contacts", "2")
    assert verify_links(expected, deals({"10": ("1", "2")}, {"o10": "p1"})) == []
    expected.linked("app", "o11", "contacts", "p3")
    assert verify_links(expected, deals({"10": ("1", "2"), "11": ("3",)}, {"o10": "p1", "o11": "p3"})) == []
    assert expected.targets("contacts") == {"1", "2", "p1", "p3"}


def test_after_a_deletion_the_survivors_links_stay_and_a_restore_gives_them_to_the_new_record() -> None:
    expected = followed(deals({}, {"o10": "p1"}))
    there = deals({"10": ("1",)}, {"o10": "p1"})
    assert verify_links(expected, there) == []
    expected.deleted("app", "o10", there.hubspot["10"])
    gone = World(there.hubspot, {key: row for key, row in there.app.items() if key != "o10"}, there.links)
    assert verify_links(expected, gone) == []
    assert len(verify_links(expected, World(gone.hubspot, gone.app, deals({}, {}).links))) == 1
    expected.restored(there.hubspot["10"])
    expected.pairs[-1].ids["app"] = "o20"
    made = replace(there.app["o10"], id="o20")
    again = World(gone.hubspot, {**gone.app, "o20": made}, deals({"10": ("1",)}, {"o20": "p1"}).links)
    assert verify_links(expected, again) == []
    bare = World(again.hubspot, again.app, deals({"10": ("1",)}, {}).links)
    assert len(verify_links(expected, bare)) == 1


def test_a_second_look_that_links_is_found() -> None:
    one, two = deals({"10": ("1",)}, {}), deals({"10": ("1",)}, {"o10": "p1"})
    (fault,) = unchanged("deals", one, two)
    assert fault.startswith("deals: the links of app record o10 to contacts were changed")
