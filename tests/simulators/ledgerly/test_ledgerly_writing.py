"""Writing to Ledgerly, its key and its limit."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from infra.local.ledgerly import Ledgerly
from infra.local.parts.faults import Fault


def create(api: httpx.Client, **fields: Any) -> dict[str, Any]:
    answer = api.post("/contacts", json={"Contact": fields})
    assert answer.status_code == 200
    (contact,) = answer.json()["Contacts"]
    assert isinstance(contact, dict)
    return contact


def test_create_answers_with_the_record_in_its_envelope(ledgerly: Ledgerly, api: httpx.Client) -> None:
    contact = create(api, GivenName=" Ana ", DateOfBirth="1990-04-01")
    assert (contact["ContactID"], contact["GivenName"]) == (1001, "Ana")
    assert contact["DateOfBirth"] == "1990-04-01T00:00:00"
    assert contact["Preferred"] is False
    assert ledgerly.records("contacts") == [contact]


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_an_update_is_partial_and_null_clears(api: httpx.Client, clock: list[int], method: str) -> None:
    contact = create(api, GivenName="Ana", FamilyName="Gil", Phone="1")
    clock[0] += 1_000
    body = {"Contact": {"FamilyName": "García", "Phone": None}}
    answer = api.request(method, f"/contacts/{contact['ContactID']}", json=body)
    updated = {"FamilyName": "García", "Phone": None, "UpdatedDateUTC": "2026-03-01T09:30:01"}
    assert answer.json() == {"Contacts": [{**contact, **updated}]}


def test_the_same_post_twice_makes_two_unless_it_has_a_number(ledgerly: Ledgerly, api: httpx.Client) -> None:
    key = {"Idempotency-Key": "k"}
    for _ in range(2):
        assert api.post("/contacts", json={"Contact": {"GivenName": "Ana"}}, headers=key).status_code == 200
    first = create(api, GivenName="Ana", ContactNumber="C-1")
    again = api.post("/contacts", json={"Contact": {"GivenName": "Ana", "ContactNumber": "c-1"}})
    assert again.status_code == 409
    assert again.json() == {
        "Error": "Duplicate",
        "Message": "Another record already has this ContactNumber.",
        "Details": [{"Field": "ContactNumber", "Reason": "Another record already has this ContactNumber."}],
        "ExistingID": first["ContactID"],
    }
    assert len(ledgerly.records("contacts")) == 3


def test_an_archived_record_frees_its_number_and_cannot_change(ledgerly: Ledgerly, api: httpx.Client) -> None:
    first = create(api, ContactNumber="C-1")
    path = f"/contacts/{first['ContactID']}"
    api.delete(path)
    refused = api.put(path, json={"Contact": {"Phone": "1"}})
    assert (refused.status_code, refused.json()["Error"]) == (404, "Archived")
    assert api.delete(path).status_code == 200
    assert create(api, ContactNumber="C-1")["ContactID"] != first["ContactID"]
    assert len(ledgerly.records("contacts")) == 2


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("contacts", {"Contact": {"EmailAddress": "broken"}}, "EmailAddress"),
        ("contacts", {"Contact": {"GivenName": "x" * 101}}, "GivenName"),
        ("contacts", {"Contact": {"DateOfBirth": "1990-04-01T10:00:00"}}, "DateOfBirth"),
        ("contacts", {"Contact": {"CreditLimit": "12"}}, "CreditLimit"),
        ("contacts", {"Contact": {"OrganizationID": 1}}, "OrganizationID"),
        ("contacts", {"Contact": {"Status": "ARCHIVED"}}, "Status"),
        ("contacts", {"Contact": {"Nickname": "Ani"}}, "Nickname"),
        ("contacts", {"GivenName": "Ana"}, "Contact"),
        ("contacts", [], "Contact"),
        ("organizations", {"Organization": {"City": "Gijón"}}, "Name"),
        ("organizations", {"Organization": {"Name": "A", "HeadCount": 1.5}}, "HeadCount"),
    ],
)
def test_what_does_not_fit_is_400_and_leaves_no_trace(
    ledgerly: Ledgerly, api: httpx.Client, path: str, body: Any, field: str
) -> None:
    answer = api.post(f"/{path}", json=body)
    assert answer.status_code == 400
    assert answer.json()["Error"] == "ValidationFailed"
    assert [detail["Field"] for detail in answer.json()["Details"]] == [field]
    assert ledgerly.records(path) == []


def test_the_key_has_a_header_of_its_own(api: httpx.Client) -> None:
    assert api.get("/account").json() == {"Account": {"AccountID": 7, "Name": "Example Ltd"}}
    refused = api.get("/account", headers={"X-Ledgerly-Key": "", "Authorization": "Bearer K"})
    assert (refused.status_code, refused.json()["Error"]) == (401, "Unauthorized")


def test_three_hundred_calls_in_ten_seconds(api: httpx.Client, clock: list[int]) -> None:
    assert {api.get("/account").status_code for _ in range(300)} == {200}
    clock[0] += 4_500
    refused = api.get("/account")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "6")
    assert refused.json()["Error"] == "RateLimited"
    clock[0] += 5_500
    assert api.get("/account").status_code == 200


def test_faults_and_counts_are_those_of_every_app(ledgerly: Ledgerly, api: httpx.Client) -> None:
    ledgerly.gate.faults.add(Fault("contacts.create", after=True))
    ledgerly.gate.faults.add(Fault("contacts.update", status=500))
    with pytest.raises(httpx.ReadTimeout):
        api.post("/contacts", json={"Contact": {"GivenName": "Ana"}})
    assert len(ledgerly.records("contacts")) == 1
    failed = api.put("/contacts/1001", json={"Contact": {"Phone": "1"}})
    assert (failed.status_code, failed.json()["Error"]) == (500, "InternalError")
    api.get("/contacts/1001")
    api.delete("/contacts/1001")
    assert ledgerly.gate.counts == {
        "contacts.create": 1,
        "contacts.update": 1,
        "contacts.get": 1,
        "contacts.archive": 1,
    }
