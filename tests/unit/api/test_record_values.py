"""Names and values of listed records: read live, in one batch a side, and acting on nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, cast

import pytest

from hubsync.api import records
from hubsync.connectors import catalogue
from hubsync.connectors.hubspot.schema import DISPLAY, KINDS
from hubsync.model.side import Side
from hubsync.model.sync import Suspension
from infra.local.parts.faults import Fault
from tests.simulation.records import records_of
from tests.unit.api.api_client import Answer, Client
from tests.unit.services.look_world import A, H, Small, contact, person
from tests.unit.services.manage_world import World
from tests.unit.services.managed import managed

PATH = "/v1/syncs/contacts/records/values"


@pytest.fixture
def small() -> Small:
    """Three pairs: one with names, one without, and one whose contact was deleted, which the index knows."""
    small = Small(
        [contact(firstname="Ana", lastname="Lima"), contact("eva@example.com"), contact("ida@example.com")],
        [person(first="Ana"), person("eva@example.com"), person("ida@example.com", first="Ida")],
    )
    small.delete_h(2)
    small.rest()
    small.compare()
    return small


@pytest.fixture
def call(small: Small) -> Client:
    return Client(managed(small))


def ask(call: Client, *ids: str) -> Answer:
    return call("POST", PATH, {"ids": list(ids)})


def fields(record: dict[str, Any]) -> dict[str, tuple[object, object]]:
    return {each["hubspot"]: (each["hubspot_value"], each["app_value"]) for each in record["fields"]}


def test_names_and_values_of_both_sides_are_read_as_they_are_now(call: Client, small: Small) -> None:
    small.edit_h(0, lastname="Lima Ruiz")
    small.edit_a(0, {"name": {"first": "Anita", "last": "Lima"}})
    answer = ask(call, small.entry(H, 0).id)
    assert answer.status == 200
    (record,) = answer.json["records"]
    assert (record["id"], answer.json["unknown"]) == (small.entry(H, 0).id, [])
    assert record["hubspot"] == {"name": "Ana Lima Ruiz", "gone": False}
    assert record["app"] == {"name": "Anita Lima", "gone": False}
    assert fields(record)["firstname"] == ("Ana", "Anita")
    assert fields(record)["email"] == ("ana@example.com", "ana@example.com")


def test_who_has_no_name_is_called_by_the_email(call: Client, small: Small) -> None:
    (record,) = ask(call, small.entry(H, 1).id).json["records"]
    assert record["hubspot"]["name"] == record["app"]["name"] == "eva@example.com"


def test_what_has_neither_has_no_name() -> None:
    small = Small([contact(None, phone="+12125550134")])
    world = World()
    world.records = records_of(small.world)
    (record,) = ask(Client(world), small.entry(H, 0).id).json["records"]
    assert (record["hubspot"], record["app"]) == ({"name": None, "gone": False}, None)
    assert fields(record)["phone"] == ("+12125550134", None)


def test_a_type_of_the_account_s_own_is_called_by_what_the_app_s_names_are_mapped_to(
    call: Client, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if nothing were known of contacts: the app's first and last names are mapped to theirs."""
    monkeypatch.delitem(cast("dict[str, object]", DISPLAY), "contacts")
    named, nameless = ask(call, small.entry(H, 0).id, small.entry(H, 1).id).json["records"]
    assert named["hubspot"]["name"] == "Ana Lima"
    assert nameless["hubspot"]["name"] == "eva@example.com"


def test_a_record_that_is_gone_says_so(call: Client, small: Small) -> None:
    """One that the index knows to be gone, and one that was deleted a moment ago."""
    small.delete_a(0)
    known, fresh = ask(call, small.entry(A, 2).id, small.entry(H, 0).id).json["records"]
    assert (known["hubspot"], known["app"]["name"]) == ({"name": None, "gone": True}, "Ida")
    assert (fresh["app"], fresh["hubspot"]["name"]) == ({"name": None, "gone": True}, "Ana Lima")
    assert fields(fresh)["email"] == ("ana@example.com", None)


def test_the_order_is_that_of_the_question_and_what_is_not_known_is_named(call: Client, small: Small) -> None:
    first, second = small.entry(H, 1).id, small.entry(H, 0).id
    answer = ask(call, first, "h-nobody", second, first, str(small.h[0])).json
    assert [each["id"] for each in answer["records"]] == [first, second]
    assert answer["unknown"] == ["h-nobody", str(small.h[0])], "ids of entries alone"


def test_a_hundred_records_are_one_call_a_side() -> None:
    emails = [f"p{at}@example.com" for at in range(100)]
    small = Small([contact(each) for each in emails], [person(each) for each in emails])
    world = World()
    world.records = records_of(small.world)
    small.world.hubspot.calls.reset()
    small.world.orbit.gate.reset_counts()
    answer = ask(Client(world), *(small.entry(H, at).id for at in range(100)))
    assert len(answer.json["records"]) == 100
    assert {each["app"]["name"] for each in answer.json["records"]} == set(emails)
    assert dict(small.world.hubspot.calls.calls) == {"POST /crm/objects/{type}/batch/read": 1}
    assert sum(small.world.orbit.gate.counts.values()) == 1


def test_it_does_nothing_and_nothing_of_it_is_kept(call: Client, small: Small) -> None:
    before = small.world.queues.sent, small.index_writes(), small.writes()
    answer = call("POST", PATH, {"ids": [small.entry(H, 0).id]}, headers={"Idempotency-Key": "k1"})
    assert answer.status == 200
    assert "Idempotent-Replayed" not in answer.headers
    assert not call.world.stores.answers._kept
    assert (small.world.queues.sent, small.index_writes(), small.writes()) == before


@pytest.mark.parametrize(("status", "told"), [(401, 502), (503, 503)])
def test_an_application_that_does_not_answer_is_a_problem_with_a_remedy(
    call: Client, small: Small, status: int, told: int
) -> None:
    small.world.orbit.gate.faults.add(Fault("people.*", status, times=None))
    answer = ask(call, small.entry(H, 0).id)
    assert (answer.status, bool(answer.json["remedy"])) == (told, True)
    assert ("Retry-After" in answer.headers) == (told == 503)


def test_an_application_that_has_none_of_the_records_is_not_asked(call: Client, small: Small) -> None:
    small.world.hubspot.calls.reset()
    assert ask(call, small.entry(A, 2).id).status == 200
    assert not small.world.hubspot.calls.calls


def test_a_mapping_that_is_suspended_is_not_read(call: Client, small: Small) -> None:
    """4.1 Its field may be gone."""
    sync = small.world.sync()
    number = next(each.number for each in sync.mappings if each.hubspot_field == "lastname")
    small.world.stores.syncs.put_sync(replace(sync, suspended=(Suspension(number, Side.APP, "Gone.", "Map it."),)))
    (record,) = ask(call, small.entry(H, 0).id).json["records"]
    assert "lastname" not in fields(record)
    assert record["hubspot"]["name"] == "Ana Lima"


def test_more_than_an_answer_can_hold_is_refused(call: Client, small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [small.entry(H, 0).id, small.entry(H, 1).id]
    monkeypatch.setattr(records, "LARGEST", len(json.dumps(ask(call, *ids).json)) - 1)
    refused = ask(call, *ids)
    assert (refused.status, "fewer" in refused.json["remedy"]) == (413, True)
    assert ask(call, ids[0]).status == 200


@pytest.mark.parametrize("body", [None, {}, {"ids": []}, {"ids": "all"}, {"ids": [1]}, {"ids": ["x"] * 101}, []])
def test_values_of_nobody_in_particular_are_refused(call: Client, body: Any) -> None:
    answer = call("POST", PATH, body)
    assert (answer.status, "100" in answer.json["remedy"]) == (400, True)


def test_a_sync_that_is_not_there(call: Client) -> None:
    assert call("POST", "/v1/syncs/nobody/records/values", {"ids": ["h-1"]}).status == 404


def test_an_account_that_is_not_there_any_more_is_told() -> None:
    small = Small([contact()], [person()])
    world = World()
    world.records = records_of(small.world)
    small.world.stores.connections._connections.pop("orbit")
    answer = ask(Client(world), small.entry(H, 0).id)
    assert (answer.status, "orbit" in answer.json["detail"]) == (409, True)


def test_every_object_type_is_known_by_some_name() -> None:
    """No list of records stays without names for want of saying where they stand."""
    assert set(DISPLAY) == set(KINDS)
    for app in catalogue.apps():
        for each in catalogue.objects(app):
            assert each.display, f"{app} {each.object_type}"
