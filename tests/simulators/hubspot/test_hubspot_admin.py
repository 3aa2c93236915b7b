"""The admin API, the counts, and the promise that a seed decides everything."""

from __future__ import annotations

import sys
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from infra.local.http import Request
from infra.local.hubspot import PLANS, HubSpotSimulator
from tests.simulators.hubspot.hubspot_account import COMPANIES, CONTACTS, Clock, Hub, ids

RECORDS = "/_admin/records/contacts"


def test_seeding_and_reading_count_nothing(hub: Hub) -> None:
    """Many records in one call, all read back in one; no call, no write is counted, no token needed."""
    rows = [{"email": f"C{i}@Example.com", "firstname": "x"} for i in range(300)]
    made = hub.client.post(RECORDS, json={"records": rows}, headers={"Authorization": ""}).json()["ids"]
    hub.sim.archive("contacts", made[0])
    survivor = hub.sim.merge("contacts", made[1], made[2])
    everything = hub.get(RECORDS).json()
    assert len(everything["records"]) == 298
    assert everything["records"][0]["properties"]["email"] == "c3@example.com"
    assert [item["id"] for item in everything["archived"]] == [str(made[0])]
    assert everything["merged"] == {str(made[1]): str(survivor), str(made[2]): str(survivor)}
    counts = hub.get("/_admin/counts").json()
    assert (counts["total"], counts["writes"]) == (0, {})


def test_seeded_rows_may_bring_ids_and_dates(hub: Hub) -> None:
    """An import may set hs_object_id, createdate and the modified date; later ids go on from there."""
    row = {"hs_object_id": "5000", "createdate": "2020-01-01", "lastmodifieddate": "2021-01-01T00:00:00.500Z"}
    assert hub.sim.seed("contacts", [row, {}]) == [5000, 5001]
    shown = hub.get(f"{CONTACTS}/5000").json()
    assert shown["createdAt"] == "2020-01-01T00:00:00.000Z"
    assert shown["updatedAt"] == shown["properties"]["lastmodifieddate"] == "2021-01-01T00:00:00.500Z"
    assert hub.client.post(RECORDS, json={"records": [{"hs_object_id": "5000"}]}).status_code == 400


def test_a_person_edits(hub: Hub) -> None:
    """Create, change, delete, restore, merge, forget and associate, as a person in HubSpot would."""
    admin = hub.client
    a, b = (admin.post(RECORDS, json={"properties": {"firstname": name}}).json()["id"] for name in "ab")
    assert admin.patch(f"{RECORDS}/{a}", json={"properties": {"city": "Lugo"}}).status_code == 204
    assert hub.get(f"{RECORDS}/{a}").json()["properties"]["city"] == "Lugo"
    assert admin.patch(f"{RECORDS}/{a}", json={"properties": {"email": "broken"}}).status_code == 400
    assert admin.delete(f"{RECORDS}/{a}").status_code == 204
    assert hub.get(f"{RECORDS}/{a}").status_code == 404
    assert admin.post(f"{RECORDS}/{a}/restore").status_code == 204
    (company,) = hub.sim.seed("companies", [{"name": "Acme"}])
    ends = {"from": {"type": "contacts", "id": a}, "to": {"type": "companies", "id": company}}
    assert admin.post("/_admin/associations", json=ends).status_code == 204
    linked = [{"from": str(a), "to": str(company), "typeIds": [279]}]
    assert hub.get("/_admin/associations/contacts/companies").json() == linked
    assert admin.request("DELETE", "/_admin/associations", json=ends).status_code == 204
    assert hub.get("/_admin/associations/contacts/companies").json() == []
    survivor = admin.post(f"{RECORDS}/{a}/merge", json={"other": b}).json()["id"]
    assert ids(hub.get(CONTACTS)) == [survivor]
    assert admin.post(f"{RECORDS}/{survivor}/gdpr-delete").status_code == 204
    assert hub.get(RECORDS).json() == {"records": [], "archived": [], "merged": {}}
    assert hub.sim.calls.writes == {}
    assert admin.get("/_admin/nonsense").status_code == 404


def test_calls_and_writes_are_counted_by_kind_and_by_record(hub: Hub) -> None:
    """Calls by method and route, refused ones too; writes by record, of apps alone. A reset starts again."""
    contact = hub.contact(email="ana@example.com")
    hub.get(CONTACTS)
    hub.get("/crm/v3/objects/contacts")
    hub.client.patch(f"{CONTACTS}/{contact}", json={"properties": {"city": "Lugo"}})
    hub.client.patch(f"{CONTACTS}/{contact}", json={"properties": {"email": "broken"}})
    hub.get(CONTACTS, limit=1000)
    hub.post("/oauth/2026-09/token", {})
    counts = hub.get("/_admin/counts").json()
    assert counts["calls"] == {
        "GET /crm/objects/{type}": 3,
        "PATCH /crm/objects/{type}/{id}": 2,
        "POST /oauth": 1,
    }
    assert (counts["total"], counts["statuses"]) == (6, {"200": 3, "400": 3})
    assert counts["writes"] == {"contacts": {str(contact): 1}}
    assert counts["writesByType"] == {"contacts": 1}
    assert hub.sim.calls.written("contacts") == 1
    hub.client.delete("/_admin/counts")
    assert hub.sim.calls.total == 0


def test_settings_and_limits_are_changed_while_it_runs(hub: Hub) -> None:
    """A plan or a single number; what is unknown is refused."""
    assert hub.client.patch("/_admin/limits", json={"plan": "pro"}).status_code == 204
    assert hub.get(CONTACTS).headers["x-hubspot-ratelimit-max"] == "190"
    hub.client.patch("/_admin/limits", json={"per_10_seconds": 7})
    assert hub.get(CONTACTS).headers["x-hubspot-ratelimit-max"] == "7"
    assert PLANS["pro"].per_10_seconds == 190
    assert hub.client.patch("/_admin/limits", json={"plan": "gold"}).status_code == 400
    assert hub.client.patch("/_admin/settings", json={"lag": 1}).status_code == 400
    hub.client.patch("/_admin/settings", json={"search_lag_ms": 9_000})
    assert hub.get("/_admin/settings").json()["search_lag_ms"] == 9_000


def test_a_reset_empties_the_account(hub: Hub) -> None:
    """Records, definitions, faults and counts are as new."""
    hub.contact(email="ana@example.com")
    hub.get(CONTACTS)
    hub.sim.fail("500")
    hub.client.post("/_admin/reset")
    assert hub.get(CONTACTS).json() == {"results": []}
    assert hub.post(CONTACTS, {"properties": {"email": "ana@example.com"}}).status_code == 201
    assert hub.sim.calls.total == 2
    assert hub.get(CONTACTS).headers["x-hubspot-ratelimit-remaining"] == "97"
    assert hub.get("/_admin/health").json()["status"] == "up"


def test_the_same_seed_gives_the_same_answers() -> None:
    """Clock and random decide everything: ids, order, faults, correlation ids."""

    def story() -> list[bytes]:
        hub = Hub()
        hub.sim.settings.search_lag_jitter_ms = 3_000
        hub.sim.fail("503", probability=0.3)
        answers = []
        for number in range(40):
            inputs = [{"properties": {"email": f"c{number % 30}-{i}@example.com"}} for i in range(5)]
            answers.append(hub.batch(f"{CONTACTS}/batch/create", inputs))
            hub.clock.advance(700)
            answers.append(hub.post(f"{CONTACTS}/search", {"limit": 200}))
        return [answer.content for answer in answers]

    first = story()
    assert first == story()
    assert len(set(first)) > 40


@pytest.mark.parametrize("kind", ["page", "batch", "search"])
def test_a_call_takes_as_much_work_among_many_records_as_among_few(kind: str) -> None:
    """The demo's whole sync has two cores to share with this. Counted in lines, for machines differ."""
    few, many = (_lines(_call(kind, records)) for records in (500, 5_000))
    assert many < few * 1.5


def _call(kind: str, records: int) -> Callable[[], None]:
    """A call to an account of so many contacts."""
    sim = HubSpotSimulator(clock=Clock(), random=Random(7), token="t", limits=PLANS["unlimited"])
    row = {"firstname": "Ana", "lastname": "Bo", "city": "Lugo", "phone": "+1 555 0100", "lifecyclestage": "lead"}
    made = sim.seed("contacts", [{**row, "email": f"c{i}@example.com"} for i in range(records)])
    one = ",".join(f'{{"id":"{i}","properties":{{"city":"Vigo","phone":"1"}}}}' for i in made[:100])
    window = (
        '{"limit":200,"filterGroups":[{"filters":[{"propertyName":"lastmodifieddate","operator":"GTE","value":"0"},'
        f'{{"propertyName":"hs_object_id","operator":"GT","value":"{made[-201]}"}}]}}],"sorts":["hs_object_id"]}}'
    )
    method, path, body = {
        "page": ("GET", f"{CONTACTS}?limit=100", ""),
        "batch": ("POST", f"{CONTACTS}/batch/update", f'{{"inputs":[{one}]}}'),
        "search": ("POST", f"{CONTACTS}/search", window),
    }[kind]
    request = Request.of(method, path, {"authorization": "Bearer t"}, body.encode())

    def run() -> None:
        assert sim.handle(request).status == 200

    return run


def _lines(run: Callable[[], None]) -> int:
    """The lines that a call executes once it is warm."""
    run()
    seen = 0

    def trace(_frame: object, event: str, _arg: object) -> Any:
        nonlocal seen
        seen += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(before)
    return seen


def test_companies_and_contacts_share_ids_not_records(hub: Hub) -> None:
    """Ids count up per type, so a mixed-up type finds the wrong record instead of none."""
    contact = hub.contact(firstname="Ana")
    (company,) = hub.sim.seed("companies", [{"name": "Acme"}])
    assert contact == company
    assert "name" not in hub.get(f"{CONTACTS}/{contact}", properties="name").json()["properties"]
    assert hub.get(f"{COMPANIES}/{company}").json()["properties"]["name"] == "Acme"
