"""One record, retry and restore over HTTP: a simulated world stands behind the API."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from hubsync.model.message import Queue
from hubsync.model.side import Side
from hubsync.model.sync import SyncStatus
from hubsync.services.manage import restore as restoring
from hubsync.services.manage import retry as retrying
from hubsync.services.manage.locate import locate
from infra.local.parts.faults import Fault
from tests.simulation.records import records_of
from tests.unit.api.api_client import Client
from tests.unit.services.look_world import A, H, Small, contact, contacts, person
from tests.unit.services.manage_world import World
from tests.unit.services.managed import managed

PATH = "/v1/syncs/contacts"


@pytest.fixture
def small() -> Small:
    """One pair that is in step, one that fails, and one contact that was deleted in HubSpot."""
    emails = ["ana@example.com", "eva@example.com", "ida@example.com"]
    small = Small([contact(email, firstname="A") for email in emails], [person(email, first="A") for email in emails])
    small.edit_a(0, {"name": {"first": "Anita"}})
    small.rest()
    small.world.orbit.gate.faults.add(Fault("people.update", status=422))
    small.edit_h(1, firstname="Eve")
    small.delete_h(2)
    small.rest()
    small.compare()
    return small


@pytest.fixture
def call(small: Small) -> Client:
    return Client(managed(small))


@pytest.mark.parametrize("by", ["entry", "hubspot", "app"])
def test_a_record_is_found_by_any_of_its_ids(call: Client, small: Small, by: str) -> None:
    name = {"entry": small.entry(H, 0).id, "hubspot": str(small.h[0]), "app": small.a[0]}[by]
    answer = call("GET", f"{PATH}/records/{name}")
    assert answer.status == 200
    assert (answer.json["hubspot_id"], answer.json["app_id"]) == (str(small.h[0]), small.a[0])
    assert answer.json["status"] == "in_sync"


def test_both_sides_are_shown_as_they_are_now(call: Client, small: Small) -> None:
    small.edit_h(0, lastname="Lima")
    answer = call("GET", f"{PATH}/records/{small.h[0]}").json
    fields = {each["hubspot"]: each for each in answer["fields"]}
    assert fields["firstname"] == {
        "hubspot": "firstname",
        "app": "first_name",
        "hubspot_value": "Anita",
        "app_value": "Anita",
        "state": "same",
        "target": None,
    }
    assert (fields["lastname"]["state"], fields["lastname"]["target"]) == ("to_be_written", "app")
    assert answer["next"]["action"] == "update"


def test_what_differs_and_is_left_alone_says_so() -> None:
    small = Small([contact(phone="+12125550134")], [person()])
    small.edit_h(0, phone="")
    small.rest()
    world = World()
    world.records = records_of(small.world)
    answer = Client(world)("GET", f"{PATH}/records/{small.h[0]}").json
    phone = next(each for each in answer["fields"] if each["hubspot"] == "phone")
    assert phone["state"] == "left_alone"


def test_the_history_is_shown_newest_first(call: Client, small: Small) -> None:
    (event,) = call("GET", f"{PATH}/records/{small.h[0]}").json["history"]
    assert event["fields"] == {
        "firstname": {"before": "A", "after": "Anita", "winner": "app", "why": "changed on app only"}
    }
    assert (event["side"], event["outcome"], event["create"], event["cause"]) == (
        "hubspot",
        "written",
        False,
        "webhook",
    )
    assert event["at"]
    assert event["correlation_id"]
    assert event["generation"] == 1


def test_a_refused_write_is_in_the_history_as_refused(call: Client, small: Small) -> None:
    answer = call("GET", f"{PATH}/records/{small.h[1]}").json
    assert answer["status"] == "failing"
    assert [event["outcome"] for event in answer["history"]] == ["refused"]


def test_a_record_that_was_deleted_shows_what_is_left(call: Client, small: Small) -> None:
    answer = call("GET", f"{PATH}/records/{small.a[2]}").json
    assert answer["failure"]["category"] == "deleted_on_the_other_side"
    email = next(each for each in answer["fields"] if each["hubspot"] == "email")
    assert (email["hubspot_value"], email["app_value"]) == (None, "ida@example.com")


def test_looking_writes_nothing(call: Client, small: Small) -> None:
    before = small.world.queues.sent, small.index_writes(), small.writes()
    for name in (small.h[0], small.h[1], small.a[2]):
        assert call("GET", f"{PATH}/records/{name}").status == 200
    assert (small.world.queues.sent, small.index_writes(), small.writes()) == before


@pytest.mark.parametrize("name", ["nobody", "h-999", "%C3%A9"])
def test_an_unknown_record_is_not_found(call: Client, name: str) -> None:
    answer = call("GET", f"{PATH}/records/{name}")
    assert answer.status == 404
    assert answer.json["remedy"]


def test_a_record_is_retried_at_once(call: Client, small: Small) -> None:
    answer = call("POST", f"{PATH}/retry", {"ids": [str(small.h[1]), "nobody"]})
    assert (answer.status, answer.json) == (200, {"records": 1, "unknown": ["nobody"], "next": None})
    assert [(queue, message.cause) for queue, message in small.waiting()] == [(Queue.CHANGES, "retry")]  # type: ignore[union-attr]
    small.rest()
    assert small.app(1)["name"]["first"] == "Eve"
    assert small.entry(H, 1).status == "in_sync"


def test_all_failing_records_are_retried_in_slices(call: Client, small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "SLICE", 1)
    first = call("POST", f"{PATH}/retry", {"ids": "all"}).json
    assert (first["records"], bool(first["next"])) == (1, True)
    second = call("POST", f"{PATH}/retry", {"ids": "all", "cursor": first["next"]}).json
    assert second["records"] == 1
    third = call("POST", f"{PATH}/retry", {"ids": "all", "cursor": second["next"]}).json
    assert third == {"records": 0, "unknown": [], "next": None}
    small.rest()
    assert small.entry(H, 1).status == "in_sync"
    assert small.entry(A, 2).status == "failing", "a deletion is not undone by a retry"


def test_many_are_bulk_work() -> None:
    small = Small([contact(f"p{at}@example.com") for at in range(250)], save=False)
    small.world.save(contacts())
    small.world.settle()
    world = World()
    world.records = records_of(small.world)
    refs = [str(number) for number in small.h[:100]]
    assert Client(world)("POST", f"{PATH}/retry", {"ids": refs}).json["records"] == 100
    assert {queue for queue, _ in small.waiting()} == {Queue.CHANGES}
    small.world.settle()
    found = locate(small.world.stores.index, "s1", [str(number) for number in small.h])
    world.records.retry.enqueue(small.saved, [entry.ref(Side.HUBSPOT) for entry in found.values()], "retry")  # type: ignore[misc]
    sizes = Counter((queue, len(message.ids)) for queue, message in small.waiting())  # type: ignore[union-attr]
    assert sizes == {(Queue.BULK, 100): 2, (Queue.BULK, 50): 1}


@pytest.mark.parametrize("body", [None, {}, {"ids": []}, {"ids": "some"}, {"ids": [1]}, {"ids": ["x"] * 101}, []])
def test_a_retry_of_nothing_in_particular_is_refused(call: Client, body: Any) -> None:
    answer = call("POST", f"{PATH}/retry", body)
    assert answer.status == 400
    assert "100" in answer.json["remedy"]


def test_a_restore_is_reviewed_and_then_confirmed(call: Client, small: Small) -> None:
    body = {"target": "hubspot", "ids": "all"}
    review = call("POST", f"{PATH}/restore", body)
    assert review.status == 200
    assert (review.json["count"], review.json["confirmed"], review.json["next"]) == (1, False, None)
    assert [each["app_id"] for each in review.json["records"]] == [small.a[2]]
    assert not small.waiting()
    done = call("POST", f"{PATH}/restore", {**body, "confirm": 1, "token": review.json["token"]})
    assert (done.status, done.json["confirmed"]) == (202, True)
    small.rest()
    assert len(small.hubspots()) == 3


def test_a_restore_of_all_goes_on_at_a_cursor(call: Client, small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lot of failing records in a call; each lot is confirmed by its own review."""
    monkeypatch.setattr(restoring, "LOT", 1)
    body: dict[str, Any] = {"target": "hubspot", "ids": "all"}
    counts, found = [], {}
    while True:
        review = call("POST", f"{PATH}/restore", body).json
        counts.append(review["count"])
        if review["count"]:
            found = {**body, "confirm": 1, "token": review["token"]}
        if review["next"] is None:
            break
        body = {**body, "cursor": review["next"]}
    assert sorted(counts) == [0, 0, 1], "one fails for another reason, and behind the last there is nothing"
    elsewhere = {name: part for name, part in found.items() if name != "cursor"}
    if "cursor" in found:
        assert call("POST", f"{PATH}/restore", elsewhere).status == 409
    assert call("POST", f"{PATH}/restore", {**found, "cursor": "elsewhere"}).status == 400
    assert call("POST", f"{PATH}/restore", found).status == 202
    small.rest()
    assert len(small.hubspots()) == 3


@pytest.mark.parametrize("confirmation", [{"confirm": 1}, {"confirm": 2, "token": "x"}, {"confirm": 1, "token": "x"}])
def test_a_confirmation_of_something_else_is_refused(call: Client, small: Small, confirmation: Any) -> None:
    answer = call("POST", f"{PATH}/restore", {"target": "hubspot", "ids": "all", **confirmation})
    assert answer.status == 409
    assert "Review" in answer.json["remedy"]
    assert not small.waiting()


@pytest.mark.parametrize("body", [None, {"ids": "all"}, {"target": "both", "ids": "all"}, {"target": "app"}])
def test_a_restore_to_nowhere_is_refused(call: Client, body: Any) -> None:
    assert call("POST", f"{PATH}/restore", body).status == 400


@pytest.mark.parametrize(("verb", "body"), [("retry", {"ids": "all"}), ("restore", {"target": "app", "ids": "all"})])
def test_a_sync_that_is_off_is_turned_on_first(call: Client, small: Small, verb: str, body: Any) -> None:
    syncs = small.world.stores.syncs
    syncs.put_sync(replace(small.world.sync(), status=SyncStatus.OFF))
    answer = call("POST", f"{PATH}/{verb}", body)
    assert answer.status == 409
    assert "hubsync on contacts" in answer.json["remedy"]
    assert call("POST", f"/v1/syncs/nothing/{verb}", body).status == 404
