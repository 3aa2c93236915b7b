"""The admin API: seed, read, edit as a person, switch faults on, count."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from infra.local.crm import Orbit
from infra.local.transport import SimulatorTransport


@pytest.fixture
def admin(orbit: Orbit) -> Any:
    base = "http://orbit.example.com/_admin"
    with httpx.Client(transport=SimulatorTransport(orbit), base_url=base) as client:
        yield client


def test_it_says_which_app_it_is(admin: httpx.Client) -> None:
    assert admin.get("/health").json() == {"app": "orbit"}


def test_a_seed_takes_thousands_with_their_mess_and_tells_nobody(orbit: Orbit, admin: httpx.Client) -> None:
    orbit.outbox.configure("http://receiver.example.com")
    people: list[dict[str, Any]] = [{"email": f"p{n}@example.com"} for n in range(3_000)]
    people += [{"email": "not an email"}, {}, {"phone": "x" * 300, "stage": "legacy"}]
    ids = admin.post("/seed", json={"people": people, "organisations": [{"title": "A"}]}).json()

    assert len(ids["people"]) == 3_003
    assert orbit.outbox.counts.total() == 0
    records = admin.get("/records/people").json()["people"]
    assert [record["id"] for record in records] == ids["people"]
    assert records[3_000]["email"] == "not an email"
    assert records[0]["updated_at"] == "2026-03-01T09:30:00.125Z"


def test_a_person_creates_edits_and_deletes(orbit: Orbit, admin: httpx.Client, clock: list[int]) -> None:
    orbit.outbox.configure("http://receiver.example.com")
    made = admin.post("/records/people", json={"email": "broken", "name": {"first": "Ana"}})
    assert made.status_code == 201
    key = made.json()["id"]
    clock[0] += 5
    edited = admin.patch(f"/records/people/{key}", json={"name": {"last": "Gil"}, "email": None}).json()
    assert edited["name"] == {"first": "Ana", "last": "Gil"}
    assert edited["email"] is None
    assert edited["updated_at"] > edited["created_at"]
    assert admin.delete(f"/records/people/{key}").status_code == 204
    events = admin.get("/outbox").json()["pending"]
    assert [event["event"] for event in events] == ["person.created", "person.updated", "person.deleted"]
    assert admin.get("/records/people").json() == {"people": []}


def test_nothing_of_it_is_counted_limited_or_met_by_faults(orbit: Orbit, admin: httpx.Client) -> None:
    admin.post("/faults", json={"status": 500, "times": None})
    orbit.gate.limit.calls = 1
    assert [admin.get("/records/people").status_code for _ in range(3)] == [200] * 3
    assert admin.get("/calls").json() == {"total": 0, "by_kind": {}, "by_status": {}}


def test_faults_are_switched_on_and_off(admin: httpx.Client, api: httpx.Client) -> None:
    shown = admin.post("/faults", json=[{"kind": "me.*", "status": 503, "times": None}, {"status": 500}]).json()
    assert [fault["status"] for fault in shown["faults"]] == [503, 500]
    assert [api.get("/v1/me").status_code, api.get("/v1/people").status_code] == [503, 500]
    assert len(admin.get("/faults").json()["faults"]) == 1
    assert admin.delete("/faults").json() == {"faults": []}
    assert api.get("/v1/me").status_code == 200


def test_calls_are_read_and_reset(admin: httpx.Client, api: httpx.Client) -> None:
    api.get("/v1/me")
    api.get("/v1/people/per_nobody")
    expected = {"me.get": 1, "people.get": 1}, {"me.get 200": 1, "people.get 404": 1}
    counted = admin.get("/calls").json()
    assert (counted["total"], counted["by_kind"], counted["by_status"]) == (2, *expected)
    assert admin.delete("/calls").json()["total"] == 0


def test_the_limit_is_set(admin: httpx.Client, api: httpx.Client) -> None:
    assert admin.put("/limits", json={"calls": 1}).json() == {"calls": 1, "window": 1000}
    assert [api.get("/v1/me").status_code for _ in range(2)] == [200, 429]


def test_webhooks_are_set_and_the_outbox_is_lost(orbit: Orbit, admin: httpx.Client) -> None:
    state = admin.put("/webhooks", json={"url": "http://receiver.example.com", "secret": "s2"}).json()
    assert state["url"] == "http://receiver.example.com"
    state = admin.put("/webhooks", json={"faults": {"lose_next": 1, "reorder": True}}).json()
    assert (state["url"], state["active"]) == ("http://receiver.example.com", True)
    assert state["faults"]["reorder"]
    assert orbit.outbox.secret == "s2"
    for n in range(3):
        admin.post("/records/people", json={"email": f"p{n}@example.com"})
    assert len(admin.get("/outbox").json()["pending"]) == 2
    assert admin.delete("/outbox").json() == {"pending": [], "counts": {"lost": 3}}
    assert not admin.put("/webhooks", json={"active": False}).json()["active"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing", None, 404),
        ("GET", "/records/deals", None, 404),
        ("DELETE", "/records/people/per_nobody", None, 404),
        ("POST", "/seed", [], 400),
        ("POST", "/seed", {"people": [3]}, 400),
        ("POST", "/seed", {"people": [{"nickname": "x"}]}, 422),
        ("POST", "/seed", {"people": [{"external_ref": "1"}, {"external_ref": "1"}]}, 422),
        ("POST", "/faults", {"kinds": "people"}, 400),
        ("PUT", "/webhooks", {"adress": "x"}, 400),
        ("PUT", "/webhooks", {"faults": {"loose": 1}}, 400),
        ("PUT", "/limits", {"calls": "many"}, 400),
    ],
)
def test_a_slip_is_told(admin: httpx.Client, method: str, path: str, body: Any, status: int) -> None:
    answer = admin.request(method, path, json=body)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_a_seed_with_an_error_adds_nothing_of_its_object(orbit: Orbit, admin: httpx.Client) -> None:
    admin.post("/seed", json={"people": [{"email": "a@example.com"}, {"nickname": "x"}]})
    assert orbit.records("people") == []
