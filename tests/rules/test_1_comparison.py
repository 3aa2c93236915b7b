"""Rule 1.6: a comparison finds what was missed, mends it, and says in numbers what it found and what came of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from hubsync.api.shapes import comparison
from hubsync.model.comparison import ComparisonReport, Tally
from hubsync.services.compare import _pack, _unpack
from tests.simulation.world import World, contacts


def world_of(records: int = 4) -> World:
    """Some pairs, in sync."""
    world = World(31)
    world.hubspot.seed("contacts", [{"email": f"p{at}@example.com"} for at in range(records)])
    world.save(contacts())
    world.settle()
    world.deliver()
    world.settle()
    assert world.statuses() == {"in_sync": records}
    world.clock.ms += 3_600_000
    return world


def compared(world: World) -> dict[str, Any]:
    """Compare, with every webhook lost; the report as the API shows it."""
    world.orbit.outbox.clear()
    world.compare()
    world.settle()
    report = world.sync().compared
    assert report is not None
    assert report.run == world.sync().comparison
    assert report.finished_at is not None
    return comparison(report)


def total(**numbers: int) -> dict[str, int]:
    return asdict(Tally(**numbers))


def test_nothing_missed_is_a_report_of_noughts() -> None:
    """1.6 An unchanged world: every phase is there, and every number is 0."""
    shown = compared(world_of())
    assert shown["total"] == total()
    assert [each["phase"] for each in shown["phases"]] == ["compare_hubspot", "compare_app", "compare_index"]
    assert shown["empty"] is None


def test_what_was_missed_is_counted_and_repaired() -> None:
    """1.6 A lost edit, a lost new record and a deletion: each is found and told."""
    world = world_of()
    first, second, *_ = world.people()
    world.orbit.edit("people", first["id"], {"job_title": "Boss"})
    world.orbit.create("people", {"email": "new@example.com"})
    world.orbit.delete("people", second["id"])
    shown = compared(world)
    assert shown["total"] == total(differed=1, missing=2, repaired=1, created=1, deleted=1)
    assert {each["phase"]: each["missing"] for each in shown["phases"]} == {
        "compare_hubspot": 0,
        "compare_app": 1,
        "compare_index": 1,
    }
    assert compared(world)["total"]["repaired"] == 0


def test_a_refused_record_is_counted_as_failed() -> None:
    """1.6 What the comparison could not mend is told as well."""
    world = world_of()
    (contact, *_) = world.hubspot.records("contacts")
    world.hubspot.edit("contacts", contact, {"jobtitle": "x" * 300})
    shown = compared(world)
    assert shown["total"] == total(differed=1, failed=1)
    assert world.statuses() == {"in_sync": 3, "failing": 1}


def test_there_is_one_notification_for_each_comparison() -> None:
    """1.6 And not one for each of its phases."""
    world = world_of()
    (person, *_) = world.people()
    world.orbit.edit("people", person["id"], {"job_title": "Boss"})
    compared(world)
    (told,) = (one for one in world.stores.notifications.notifications(50) if one.title.startswith("Comparison"))
    assert told.title == "Comparison of 'contacts'"
    assert told.text.splitlines() == [
        "hubspot: 0 record(s) differed from the index.",
        "app: 1 record(s) differed from the index.",
        "0 indexed record(s) were in neither list and were read.",
        "Repaired: 1. Created: 0. Found deleted: 0. Failed: 0. Put off: 0.",
    ]


def test_a_side_that_looks_empty_is_reported() -> None:
    """1.6 Nothing is believed deleted, and the report says which side it was."""
    world = world_of(12)
    for person in world.people():
        world.orbit.delete("people", person["id"])
    shown = compared(world)
    assert (shown["empty"], shown["total"]["deleted"]) == ("app", 0)
    assert world.statuses() == {"in_sync": 12}


def test_a_page_that_is_delivered_twice_counts_once() -> None:
    """1.6 Doubled messages change no number of the report."""
    world = world_of()
    (person, *_) = world.people()
    world.orbit.edit("people", person["id"], {"job_title": "Boss"})
    world.queues.doubling = 1.0
    shown = compared(world)
    assert (shown["total"]["differed"], shown["total"]["created"], shown["total"]["deleted"]) == (1, 0, 0)


def test_a_comparison_that_was_cut_off_has_no_end() -> None:
    """1.6 Saved again in the middle: the report of that run stays unfinished, and the next one replaces it."""
    world = world_of()
    world.compare()
    for _ in range(3):
        world.step()
    world.restart()
    world.settle()
    assert world.sync().compared is None or world.sync().compared.finished_at is None  # type: ignore[union-attr]
    world.clock.ms += 60_000
    assert compared(world)["finished_at"] is not None


@pytest.mark.parametrize("cursor", ["", "a", '["b"]'])
def test_the_numbers_travel_with_the_cursor(cursor: str) -> None:
    """1.6 From page to page, whatever the application's cursor looks like."""
    tally = Tally(1, 2, 3, 4, 5, 6, 7)
    assert _unpack(_pack(cursor, tally)) == (cursor, tally)
    assert _pack(None, tally) is None


def test_a_phase_says_what_it_found_once() -> None:
    """1.6 The end of a phase may be told again."""
    report = ComparisonReport(1).with_phase("compare_app", Tally(1)).with_phase("compare_app", Tally(2))
    assert (report.total, report.of("compare_app"), report.of("compare_index")) == (Tally(1), Tally(1), Tally())
