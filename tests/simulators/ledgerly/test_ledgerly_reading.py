"""Reading from Ledgerly: offsets, changes, searches, one record, the fields."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from infra.local.http import Request
from infra.local.ledgerly import Ledgerly


def contacts(count: int) -> list[dict[str, Any]]:
    return [{"GivenName": f"P{n}", "EmailAddress": f"p{n}@example.com"} for n in range(count)]


def walk(api: httpx.Client, **query: Any) -> list[list[int]]:
    """The ids of every page, by offset and total."""
    pages: list[list[int]] = []
    offset = 0
    while True:
        answer = api.get("/contacts", params={"offset": offset, **query}).raise_for_status().json()
        assert set(answer) == {"Contacts", "offset", "count", "total"}
        assert (answer["offset"], answer["count"]) == (offset, len(answer["Contacts"]))
        pages.append([contact["ContactID"] for contact in answer["Contacts"]])
        offset += answer["count"]
        if offset >= answer["total"]:
            return pages


def test_a_record_has_its_own_names_and_types(ledgerly: Ledgerly, api: httpx.Client) -> None:
    organization = ledgerly.create("organizations", {"Name": "Example Ltd"})
    contact = {
        "ContactNumber": "C-1",
        "GivenName": "Ana",
        "FamilyName": "García",
        "EmailAddress": "ana@example.com",
        "Phone": "(555) 0100",
        "JobRole": "Engineer",
        "DateOfBirth": "1990-04-01T00:00:00",
        "CreditLimit": 12.5,
        "Preferred": True,
        "OrganizationID": organization["OrganizationID"],
    }
    (key,) = ledgerly.seed({"contacts": [contact]})["contacts"]

    assert key == 1001
    assert api.get("/contacts/1001").json() == {
        "Contacts": [
            {
                "ContactID": 1001,
                **contact,
                "Status": "ACTIVE",
                "CreatedDateUTC": "2026-03-01T09:30:00",
                "UpdatedDateUTC": "2026-03-01T09:30:00",
            }
        ]
    }


def test_pages_go_by_offset_in_creation_order(ledgerly: Ledgerly, api: httpx.Client, clock: list[int]) -> None:
    keys = ledgerly.seed({"contacts": contacts(120)})["contacts"]
    clock[0] += 1000
    ledgerly.edit("contacts", keys[5], {"JobRole": "Moved"})
    pages = walk(api, count=50)
    assert [len(page) for page in pages] == [50, 50, 20]
    assert [key for page in pages for key in page] == keys


def test_a_page_is_twenty_unless_asked_and_fifty_at_most(ledgerly: Ledgerly, api: httpx.Client) -> None:
    ledgerly.seed({"contacts": contacts(60)})
    assert api.get("/contacts").json()["count"] == 20
    assert api.get("/contacts", params={"count": 500}).json()["count"] == 50
    assert api.get("/contacts", params={"offset": 60}).json() == {
        "Contacts": [],
        "offset": 60,
        "count": 0,
        "total": 60,
    }


def test_changes_are_of_that_second_or_later(ledgerly: Ledgerly, api: httpx.Client, clock: list[int]) -> None:
    keys = ledgerly.seed({"contacts": contacts(3)})["contacts"]
    clock[0] += 2_000
    ledgerly.edit("contacts", keys[2], {"CreditLimit": 1})
    ledgerly.edit("contacts", keys[0], {"CreditLimit": 1})

    assert walk(api, modifiedAfter=1_772_357_402) == [[keys[0], keys[2]]]
    assert walk(api, modifiedAfter=1_772_357_402, count=1) == [[keys[0]], [keys[2]]]
    assert walk(api, modifiedAfter=1_772_357_403) == [[]]
    assert len(walk(api, modifiedAfter=1_772_357_400)[0]) == 3
    header = {"If-Modified-Since": "Sun, 01 Mar 2026 09:30:02 GMT"}
    assert api.get("/contacts", headers=header).json()["total"] == 2
    assert ledgerly.gate.counts == {"contacts.changes": 6}


def test_an_archived_record_is_flagged_and_still_listed(
    ledgerly: Ledgerly, api: httpx.Client, clock: list[int]
) -> None:
    keys = ledgerly.seed({"contacts": contacts(3)})["contacts"]
    clock[0] += 1_000
    archived = api.delete(f"/contacts/{keys[0]}")
    assert archived.status_code == 200
    assert archived.json()["Contacts"][0]["Status"] == "ARCHIVED"
    assert api.get(f"/contacts/{keys[0]}").json()["Contacts"][0]["Status"] == "ARCHIVED"
    assert walk(api) == [keys]
    assert walk(api, modifiedAfter=1_772_357_401) == [keys[:1]]
    assert api.get("/contacts", params={"EmailAddress": "p0@example.com"}).json()["Contacts"] == []


@pytest.mark.parametrize(
    ("path", "envelope", "field", "record"),
    [
        ("contacts", "Contacts", "ContactNumber", {"ContactNumber": "N-1"}),
        ("contacts", "Contacts", "EmailAddress", {"EmailAddress": "N-1"}),
        ("organizations", "Organizations", "OrganizationNumber", {"Name": "A", "OrganizationNumber": "N-1"}),
        ("organizations", "Organizations", "Name", {"Name": "N-1"}),
    ],
)
def test_a_search_finds_by_value(
    ledgerly: Ledgerly, api: httpx.Client, path: str, envelope: str, field: str, record: dict[str, Any]
) -> None:
    ledgerly.seed({path: [record, {"Name": "B"} if path == "organizations" else {}]})
    found = api.get(f"/{path}", params={field: "n-1 "}).json()
    assert (found["total"], found[envelope][0][field]) == (1, "N-1")
    assert api.get(f"/{path}", params={field: "N-2"}).json()[envelope] == []


def test_there_is_no_batch_read(api: httpx.Client) -> None:
    answer = api.get("/contacts", params={"ids": "1001,1002"})
    assert answer.status_code == 400
    assert answer.json()["Error"] == "ValidationFailed"


@pytest.mark.parametrize(
    "query", ["offset=-1", "count=many", "modifiedAfter=2026-03-01", "Email=x", "offset=" + "9" * 5000]
)
def test_a_query_that_means_nothing_is_400(api: httpx.Client, query: str) -> None:
    assert api.get(f"/contacts?{query}").status_code == 400


def test_a_header_that_is_no_date_is_400(api: httpx.Client) -> None:
    assert api.get("/contacts", headers={"If-Modified-Since": "yesterday"}).status_code == 400


def test_unknown_is_404(api: httpx.Client) -> None:
    missing = api.get("/contacts/999")
    assert (missing.status_code, missing.json()["Error"]) == (404, "NotFound")
    for path in ("/contacts/per_01", "/people", "/contacts/1/2"):
        assert api.get(path).json()["Error"] == "NoSuchResource"


def test_the_fields_say_what_can_be_written(api: httpx.Client) -> None:
    fields = {field["Name"]: field for field in api.get("/fields/contacts").json()["Fields"]}
    assert fields["ContactNumber"] == {
        "Name": "ContactNumber",
        "Type": "Text",
        "Label": "Contact number",
        "Mandatory": False,
        "ReadOnly": False,
        "MaxLength": 50,
    }
    kinds = {name: fields[name]["Type"] for name in ("CreditLimit", "Preferred", "DateOfBirth", "Status")}
    assert kinds == {"CreditLimit": "Decimal", "Preferred": "YesNo", "DateOfBirth": "Date", "Status": "Choice"}
    assert fields["UpdatedDateUTC"]["ReadOnly"]
    organizations = api.get("/fields/organizations").json()["Fields"]
    assert [field["Name"] for field in organizations if field["Mandatory"]] == ["Name"]


def test_a_page_is_quick(ledgerly: Ledgerly) -> None:
    ledgerly.seed({"contacts": contacts(5_000)})
    request = Request.of("GET", "/api/2.0/contacts?offset=4000&count=50", {"X-Ledgerly-Key": "K"})

    def seconds() -> float:
        start = time.process_time()
        assert ledgerly.handle(request).content()
        return time.process_time() - start

    assert min(seconds() for _ in range(5)) < 0.005
