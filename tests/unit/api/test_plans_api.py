"""Plans and explanations over the API: ordered in a moment, looked at until they are made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hubsync.model.entry import Half, IndexEntry
from hubsync.model.side import Side
from hubsync.model.status import ExclusionReason, Failure, FailureCategory, RecordStatus
from hubsync.model.sync import SyncStatus
from hubsync.stores.index_port import PutEntry
from tests.unit.api.api_client import Client
from tests.unit.api.test_management_api import DOCUMENT
from tests.unit.services.manage_world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.held[Side.HUBSPOT] = {"7": {"email": "ana@example.com", "firstname": "Ana"}}
    world.held[Side.APP] = {
        "p1": {"email": "ANA@example.com", "first_name": "Anna"},
        "p2": {"email": "bo@example.com", "first_name": "Bo"},
    }
    return world


@pytest.fixture
def call(world: World) -> Client:
    return Client(world)


@pytest.fixture
def applied(call: Client, world: World) -> Client:
    assert call("POST", "/v1/apply", DOCUMENT).status == 200
    world.put(replace(world.sync(), status=SyncStatus.ACTIVE, indexed=(Side.HUBSPOT, Side.APP)))
    world.stores.writes.clear()
    return call


def planned(call: Client, ordered: Any) -> Any:
    assert ordered.status == 202, ordered.json
    (plan,) = ordered.json["plans"]
    return call("GET", f"/v1/plans/{plan['id']}").json


def test_a_document_is_planned_and_nothing_of_it_is_saved(call: Client, world: World) -> None:
    """1.10 A draft is planned as it would be saved; nothing is."""
    plan = planned(call, call("POST", "/v1/plan", DOCUMENT))
    assert (plan["sync"], plan["generation"], plan["status"], plan["problem"]) == ("contacts", 1, "done", None)
    counts = plan["counts"]
    assert counts["created"] == {"hubspot": 1, "app": 0}
    assert counts["updated"] == {"hubspot": 0, "app": 1}
    assert counts["fields"] == {"hubspot": {"email": 1, "firstname": 1}, "app": {"first_name": 1}}
    assert counts["linked"] == 1
    assert not plan["nothing_to_do"]
    assert set(world.stores.writes) == {"plan"}
    assert world.prepared == []
    assert world.orchestrator.initial == []


def test_a_sync_that_is_turned_off_has_no_plan(call: Client) -> None:
    """1.7 Nothing is going to be written."""
    off = {"syncs": {name: {**sync, "enabled": False} for name, sync in DOCUMENT["syncs"].items()}}
    ordered = call("POST", "/v1/plan", {**DOCUMENT, **off})
    assert (ordered.json["plans"], ordered.json["unchanged"]) == ([], ["contacts"])


def test_differences_show_values_and_are_stored_sealed(call: Client, world: World) -> None:
    plan = planned(call, call("POST", "/v1/plan", DOCUMENT))
    changes = {(each["side"], each["id"]): each for each in plan["differences"]}
    made = changes["hubspot", None]
    assert (made["entry"], made["created"]) == ("a-p2", True)
    assert {"field": "firstname", "before": None, "after": "Bo"} in made["fields"]
    assert {"field": "first_name", "before": "Anna", "after": "Ana"} in changes["app", "p1"]["fields"]
    report = world.stores.plans.report(plan["id"])
    assert report is not None
    assert report.sealed
    assert "example.com" not in report.text
    assert "Anna" not in report.text
    assert not any(b"Anna" in piece for piece in report.sealed)


def test_faults_of_a_document_are_told_as_they_are_when_it_is_applied(call: Client) -> None:
    bad = {**DOCUMENT, "syncs": {"contacts": {**DOCUMENT["syncs"]["contacts"], "direction": "sideways"}}}
    answer = call("POST", "/v1/plan", bad)
    assert answer.status == 422
    assert answer.json["faults"][0]["path"] == "syncs.contacts.direction"


def test_what_applying_would_leave_alone_is_not_planned(applied: Client) -> None:
    answer = applied("POST", "/v1/plan", DOCUMENT)
    assert (answer.status, answer.json) == (202, {"plans": [], "unchanged": ["contacts"]})
    assert planned(applied, applied("POST", "/v1/plan", DOCUMENT, restart="true"))["generation"] == 2


def test_an_edit_that_no_record_feels_is_not_planned(applied: Client, world: World) -> None:
    """1.2 Saving it begins no run; one that only what is out of step may feel is planned as a narrow one."""
    edited = {**DOCUMENT, "syncs": {"contacts": {**DOCUMENT["syncs"]["contacts"], "notify": ["cto@example.com"]}}}
    assert applied("POST", "/v1/plan", edited).json == {"plans": [], "unchanged": ["contacts"]}
    edited["syncs"]["contacts"]["default"] = "app"
    assert planned(applied, applied("POST", "/v1/plan", edited))["generation"] == 2
    ordered = applied("POST", "/v1/plan", edited).json["plans"][0]["id"]
    order = world.stores.plans.order(ordered)
    assert order is not None
    assert order.sync.narrow


@pytest.mark.parametrize("status", [SyncStatus.ACTIVE, SyncStatus.OFF])
def test_a_saved_sync_is_planned_on_or_off(applied: Client, world: World, status: SyncStatus) -> None:
    world.put(replace(world.sync(), status=status))
    before = world.sync()
    plan = planned(applied, applied("POST", "/v1/syncs/contacts/plan"))
    assert (plan["generation"], plan["status"], plan["counts"]["records"]) == (2, "done", 2)
    assert world.sync() == before


def test_a_plan_is_looked_at_while_it_waits_and_is_given_up_when_it_was_cut_off(applied: Client, world: World) -> None:
    world.making = False
    plan = planned(applied, applied("POST", "/v1/syncs/contacts/plan"))
    assert (plan["status"], plan["counts"], plan["differences"]) == ("waiting", None, [])
    world.clock.at += 16 * 60 * 1000 + 1
    late = applied("GET", f"/v1/plans/{plan['id']}").json
    assert late["status"] == "failed"
    assert "cut off" in late["problem"]


def test_a_plan_that_was_begun_is_not_begun_again(applied: Client, world: World) -> None:
    plan = planned(applied, applied("POST", "/v1/syncs/contacts/plan"))
    world.stores.writes.clear()
    world.make(plan["id"])
    world.make("nobody")
    assert not world.stores.writes


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/plans/nobody"), ("POST", "/v1/syncs/x/plan"), ("GET", "/v1/syncs/x/records/1/explain")],
)
def test_what_there_is_not_is_told(applied: Client, method: str, path: str) -> None:
    answer = applied(method, path)
    assert answer.status == 404
    assert answer.json["remedy"]


def test_a_sync_that_is_being_deleted_is_not_planned(applied: Client, world: World) -> None:
    world.put(replace(world.sync(), status=SyncStatus.DELETING))
    assert applied("POST", "/v1/syncs/contacts/plan").status == 409
    assert applied("GET", "/v1/syncs/contacts/records/7/explain").status == 409


def put(world: World, **settings: Any) -> None:
    """An entry for HubSpot's record 7."""
    entry = IndexEntry(world.sync().id, "h-7", hubspot=Half("7"), **settings)
    assert list(world.stores.index.write([PutEntry(entry)])) == [True]
    world.stores.writes.clear()


class TestExplain:
    """Where a record stands, why, and what the next look would do."""

    def explained(self, call: Client, record: str) -> Any:
        answer = call("GET", f"/v1/syncs/contacts/records/{record}/explain")
        assert answer.status == 200, answer.json
        return answer.json

    @pytest.mark.parametrize("record", ["7", "h-7"])
    def test_a_lone_record_that_would_be_created(self, applied: Client, world: World, record: str) -> None:
        put(world, status=RecordStatus.PENDING, reason="It waits for the initial sync.")
        world.held[Side.APP].clear()
        said = self.explained(applied, record)
        assert said["now"] == ["HubSpot 7 has no partner (h-7).", "It is pending: It waits for the initial sync."]
        assert said["next"][0] == "The next look would create it in the app with: first_name, email."
        assert said["changes"][0]["fields"][0] == {"field": "first_name", "before": None, "after": "Ana"}
        assert not world.stores.writes

    def test_a_failure_with_its_remedy(self, applied: Client, world: World) -> None:
        failure = Failure(FailureCategory.TOO_LONG, "The name is too long.", "Shorten it.", "firstname")
        put(world, status=RecordStatus.FAILING, failure=failure)
        said = self.explained(applied, "7")
        assert "It is failing (too long): The name is too long. Field: firstname." in said["now"]
        assert "What to do: Shorten it." in said["now"]

    def test_an_exclusion_that_stays(self, applied: Client, world: World) -> None:
        world.held[Side.HUBSPOT]["7"] = {"firstname": "Ana"}
        put(world, status=RecordStatus.EXCLUDED, exclusion=ExclusionReason.NO_EMAIL, reason="It has no valid email.")
        said = self.explained(applied, "7")
        assert said["now"][1] == "It is excluded (no email): It has no valid email."
        assert said["next"] == ["The next look would change nothing."]

    def test_a_sync_that_is_off_says_so(self, applied: Client, world: World) -> None:
        put(world)
        world.put(replace(world.sync(), status=SyncStatus.OFF))
        world.held[Side.APP].clear()
        assert self.explained(applied, "7")["next"][0].startswith("The sync is off. Once it runs, the next look would")

    def test_a_record_that_the_index_does_not_know(self, applied: Client) -> None:
        said = self.explained(applied, "p2")
        assert said["now"] == ["The index does not know the record p2 yet."]
        assert said["next"][0] == "The next look would create it in HubSpot with: firstname, email."

    def test_a_record_that_nobody_knows(self, applied: Client) -> None:
        answer = applied("GET", "/v1/syncs/contacts/records/999/explain")
        assert answer.status == 404
        assert "neither HubSpot nor the app has one" in answer.json["detail"]

    def test_a_record_that_is_gone_on_both_sides(self, applied: Client, world: World) -> None:
        put(world)
        world.held = {side: {} for side in Side}
        assert self.explained(applied, "7")["next"] == ["The next look would forget it: it is gone on both sides."]

    def test_of_one_id_on_both_sides_hubspots_counts(self, applied: Client, world: World) -> None:
        put(world)
        other = IndexEntry(world.sync().id, "a-7", app=Half("7"))
        assert list(world.stores.index.write([PutEntry(other)])) == [True]
        assert self.explained(applied, "7")["entry"] == "h-7"
        assert self.explained(applied, "a-7")["entry"] == "a-7"
