"""The comparison: what was missed is found and repaired, and a side that looks empty is not believed (rule 1.6)."""

from __future__ import annotations

import pytest

from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import Phase
from hubsync.services.compare import FEW
from infra.local.parts.faults import Fault
from tests.unit.services.look_world import A, H, Small, contact, person


def reports(small: Small) -> list[str]:
    return [facts["found"] for event, facts in small.world.signals.notes if event == "compared"]


def quiet(small: Small) -> None:
    """Whatever was on its way to us is lost."""
    small.world.orbit.outbox.clear()


@pytest.mark.parametrize("side", Side)
def test_an_edit_that_nobody_told_us_of_is_found(side: Side) -> None:
    small = Small([contact()], [person()])
    small.edit_h(0, lastname="A") if side is H else small.edit_a(0, {"name": {"last": "A"}})
    quiet(small)
    small.compare()
    assert (small.hubspot(0)["lastname"], small.app(0)["name"]["last"]) == ("A", "A")


@pytest.mark.parametrize("side", Side)
def test_a_new_record_that_nobody_told_us_of_is_found(side: Side) -> None:
    small = Small()
    if side is H:
        small.h.append(small.world.hubspot.create("contacts", contact()))
    else:
        small.a.append(str(small.world.orbit.create("people", person())["id"]))
    quiet(small)
    small.compare()
    assert small.entry(side, 0).status is RecordStatus.IN_SYNC
    assert (len(small.hubspots()), len(small.apps())) == (1, 1)


@pytest.mark.parametrize("side", Side)
def test_a_deletion_that_nobody_told_us_of_is_found(side: Side) -> None:
    small = Small([contact()], [person()])
    small.delete_h(0) if side is H else small.delete_a(0)
    quiet(small)
    small.compare()
    assert small.entry(side.other, 0).half(side).gone
    assert any("1 indexed record(s) were in neither list" in text for text in reports(small))


def many(number: int) -> Small:
    emails = [f"p{at}@example.com" for at in range(number)]
    return Small([contact(one) for one in emails], [person(one) for one in emails])


@pytest.mark.parametrize("side", Side)
def test_a_side_that_suddenly_looks_empty_is_not_believed(side: Side) -> None:
    """An account that lost its list is an outage, not ten thousand deletions."""
    small = many(FEW)
    for at in range(FEW):
        small.delete_h(at) if side is H else small.delete_a(at)
    quiet(small)
    small.compare()
    assert {entry.status for entry in small.entries()} == {RecordStatus.IN_SYNC}
    assert any("suddenly looks empty" in text for text in reports(small))
    progress = [
        small.world.stores.ledger.progress("s1", run.generation, Phase.COMPARE_INDEX)
        for run in small.world.orchestrator.runs.values()
    ]
    assert any(one is not None and one.done for one in progress)


@pytest.mark.parametrize(("number", "deleted"), [(FEW - 1, FEW - 1), (FEW, FEW // 2)])
def test_a_few_deletions_are_believed(number: int, deleted: int) -> None:
    """Below ten records a side may well be empty; and half of it is not all of it."""
    small = many(number)
    for at in range(deleted):
        small.delete_a(at)
    quiet(small)
    small.compare()
    assert sum(entry.app.gone for entry in small.entries()) == deleted


def test_a_comparison_of_what_agrees_reads_the_two_lists_and_writes_nothing() -> None:
    """Promise 4."""
    small = many(FEW)
    applications, index = small.writes(), small.index_writes()
    small.world.hubspot.calls.reset()
    small.world.orbit.gate.reset_counts()
    small.compare()
    assert (small.writes()["hubspot"], small.index_writes()) == (0, index)
    assert applications["hubspot"] == 0
    assert dict(small.world.hubspot.calls.calls) == {"GET /crm/objects/{type}": 1}
    assert dict(small.world.orbit.gate.counts) == {"people.list": 1}
    assert all(text.startswith(("hubspot: 0", "app: 0", "0 indexed")) for text in reports(small))


def test_a_comparison_through_an_outage_goes_on() -> None:
    small = many(3)
    small.edit_a(0, {"job_title": "Dean"})
    quiet(small)
    small.world.orbit.gate.faults.add(Fault("people.*", 503, times=3))
    small.world.hubspot.fail("429", "GET /crm/objects", times=3)
    small.compare()
    assert small.hubspot(0)["jobtitle"] == "Dean"
    assert not small.world.hubspot.faults.active


def test_a_comparison_believes_no_deletion_that_a_read_does_not_confirm() -> None:
    """A record that came into being behind the list's cursor, or was merely left out of it, is read by its id."""
    small = many(3)
    listing = small.world.orbit.handle

    def leaves_one_out(request):  # type: ignore[no-untyped-def]
        answer = listing(request)
        if request.method == "GET" and request.path == "/v1/people" and request.first("ids") is None:
            answer.body["data"] = [one for one in answer.body["data"] if one["id"] != small.a[1]]
        return answer

    small.world.orbit.handle = leaves_one_out  # type: ignore[method-assign]
    before = small.index_writes()
    small.compare()
    assert small.entry(A, 1).status is RecordStatus.IN_SYNC
    assert small.index_writes() == before
    assert any("1 indexed record(s) were in neither list" in text for text in reports(small))


def test_what_was_found_stands_in_the_notifications() -> None:
    small = Small([contact()], [person()])
    small.edit_h(0, lastname="A")
    small.compare()
    told = {one.title: one.text for one in small.world.stores.notifications.notifications(20)}
    assert told.keys() == {"Comparison of 'contacts'"}
    assert "hubspot: 1 record(s) differed from the index." in reports(small)
