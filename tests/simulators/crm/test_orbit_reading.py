"""Reading from Orbit: pages, changes, batches, searches, one record, the schema."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import httpx
import pytest

from infra.local.crm import Orbit
from infra.local.http import Request


def people(count: int) -> list[dict[str, Any]]:
    return [{"name": {"first": f"P{n}"}, "email": f"p{n}@example.com"} for n in range(count)]


def walk(api: httpx.Client, path: str, **query: Any) -> list[list[dict[str, Any]]]:
    """Every page of a list, by its cursors."""
    pages = []
    while True:
        answer = api.get(path, params=query).raise_for_status().json()
        assert set(answer) == {"data", "meta"}
        assert answer["meta"]["count"] == len(answer["data"])
        pages.append(answer["data"])
        if answer["meta"]["next_cursor"] is None:
            return pages
        query["cursor"] = answer["meta"]["next_cursor"]


def test_a_record_has_its_own_names_and_types(orbit: Orbit, api: httpx.Client) -> None:
    organisation = orbit.create("organisations", {"title": "Example Ltd"})
    person = {
        "name": {"first": "Ana", "last": "García"},
        "email": "ana@example.com",
        "phone": "(555) 0100",
        "job_title": "Engineer",
        "birthday": "1990-04-01",
        "score": 12.5,
        "vip": True,
        "stage": "lead",
        "organisation_id": organisation["id"],
        "owner_id": "usr_olga",
        "external_ref": "X-1",
    }
    (key,) = orbit.seed({"people": [person]})["people"]

    answer = api.get(f"/v1/people/{key}")

    assert answer.headers["etag"] == '"v1"'
    assert answer.json() == {
        "data": {
            "id": key,
            **person,
            "etag": '"v1"',
            "created_at": "2026-03-01T09:30:00.125Z",
            "updated_at": "2026-03-01T09:30:00.125Z",
        }
    }
    assert key.startswith("per_01")
    assert len(key) == 30


def test_pages_come_in_creation_order_whatever_the_ids_and_edits(
    orbit: Orbit, api: httpx.Client, clock: list[int]
) -> None:
    keys = orbit.seed({"people": people(450)})["people"]
    assert keys != sorted(keys), "ids of one millisecond must not give the order away"
    clock[0] += 1
    orbit.edit("people", keys[3], {"job_title": "Moved"})

    pages = walk(api, "/v1/people", limit=200)

    assert [len(page) for page in pages] == [200, 200, 50]
    assert [record["id"] for page in pages for record in page] == keys


def test_a_full_last_page_has_no_next(orbit: Orbit, api: httpx.Client) -> None:
    orbit.seed({"people": people(4)})
    assert [len(page) for page in walk(api, "/v1/people", limit=2)] == [2, 2]
    assert [len(page) for page in walk(api, "/v1/organisations")] == [0]


def test_a_page_is_fifty_unless_asked(orbit: Orbit, api: httpx.Client) -> None:
    orbit.seed({"people": people(51)})
    assert [len(page) for page in walk(api, "/v1/people")] == [50, 1]


def test_a_deletion_between_pages_skips_nobody(orbit: Orbit, api: httpx.Client) -> None:
    keys = orbit.seed({"people": people(4)})["people"]
    first = api.get("/v1/people", params={"limit": 2}).json()
    orbit.delete("people", keys[0])

    second = api.get("/v1/people", params={"limit": 2, "cursor": first["meta"]["next_cursor"]}).json()

    assert [record["id"] for record in second["data"]] == keys[2:]


def test_changes_are_inclusive_and_ordered_by_time_then_id(orbit: Orbit, api: httpx.Client, clock: list[int]) -> None:
    keys = orbit.seed({"people": people(5)})["people"]
    clock[0] += 1000
    for key in (keys[4], keys[1], keys[2]):
        orbit.edit("people", key, {"score": 1})
    clock[0] += 1000
    orbit.edit("people", keys[0], {"score": 2})

    pages = walk(api, "/v1/people", updated_since="2026-03-01T09:30:01.125Z", limit=2)

    same_instant = sorted([keys[4], keys[1], keys[2]])
    assert [[record["id"] for record in page] for page in pages] == [
        same_instant[:2],
        [same_instant[2], keys[0]],
    ]
    late = api.get("/v1/people", params={"updated_since": "2026-03-01T09:30:01.126Z"}).json()["data"]
    assert [record["id"] for record in late] == [keys[0]]
    assert len(api.get("/v1/people", params={"updated_since": "2026-03-01T10:30:00.125+01:00"}).json()["data"]) == 5


def test_a_batch_leaves_out_what_is_not_there(orbit: Orbit, api: httpx.Client) -> None:
    keys = orbit.seed({"people": people(3)})["people"]
    orbit.delete("people", keys[1])

    found = api.get("/v1/people", params={"ids": f"{keys[2]},per_nobody,{keys[1]},{keys[0]},{keys[2]}"}).json()

    assert [record["id"] for record in found["data"]] == [keys[2], keys[0]]
    assert found["meta"] == {"next_cursor": None, "count": 2}


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("people", "external_ref", "x-1"),
        ("people", "email", "ANA@example.com "),
        ("organisations", "external_ref", "X-1"),
        ("organisations", "title", "ana"),
    ],
)
def test_a_search_finds_all_with_the_value(orbit: Orbit, api: httpx.Client, path: str, field: str, value: str) -> None:
    record = {"email": "Ana@Example.com"} if path == "people" else {"title": "Ana"}
    orbit.seed({path: [{**record, "external_ref": "X-1"}, record, {**record, field: "other"}]})

    found = api.get(f"/v1/{path}", params={field: value}).json()["data"]

    assert len(found) == (1 if field == "external_ref" else 2)
    assert api.get(f"/v1/{path}", params={field: "nobody"}).json()["data"] == []


def test_a_search_follows_edits_and_deletions(orbit: Orbit, api: httpx.Client) -> None:
    (key,) = orbit.seed({"people": [{"email": "old@example.com"}]})["people"]
    orbit.edit("people", key, {"email": "new@example.com"})
    assert api.get("/v1/people", params={"email": "old@example.com"}).json()["data"] == []
    assert len(api.get("/v1/people", params={"email": "new@example.com"}).json()["data"]) == 1
    orbit.delete("people", key)
    assert api.get("/v1/people", params={"email": "new@example.com"}).json()["data"] == []


def test_unknown_is_404_and_deleted_is_410(orbit: Orbit, api: httpx.Client) -> None:
    (key,) = orbit.seed({"people": people(1)})["people"]
    orbit.delete("people", key)
    assert api.get("/v1/people/per_nobody").status_code == 404
    assert [api.request(verb, f"/v1/people/{key}").status_code for verb in ("GET", "DELETE")] == [410, 410]
    gone = api.patch(f"/v1/people/{key}", json={"score": 1})
    assert gone.status_code == 410
    assert gone.json()["errors"][0]["code"] == "gone"


@pytest.mark.parametrize(
    "query",
    [
        "limit=201",
        "limit=0",
        "limit=x",
        "limit=99999999999999999999",
        "cursor=nonsense",
        "cursor=WyJhIiwxXQ",
        "updated_since=yesterday",
        "updated_since=2026-03-01T09:30:00+01:00",  # the plus was not encoded
        "ids=",
        "ids=" + ",".join(["per_x"] * 101),
        "emial=ana@example.com",
        "email=a@example.com&external_ref=1",
    ],
)
def test_a_query_that_means_nothing_is_400(api: httpx.Client, query: str) -> None:
    answer = api.get(f"/v1/people?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "invalid_query"


def test_a_cursor_belongs_to_its_list(orbit: Orbit, api: httpx.Client) -> None:
    orbit.seed({"people": people(3)})
    cursor = api.get("/v1/people", params={"limit": 1}).json()["meta"]["next_cursor"]
    answer = api.get("/v1/people", params={"updated_since": "2026-01-01T00:00:00Z", "cursor": cursor})
    assert answer.status_code == 400


def test_the_schema_says_what_can_be_written(api: httpx.Client) -> None:
    schema = api.get("/v1/schema/people").json()["data"]
    fields = {field["name"]: field for field in schema["fields"]}
    assert schema["object"] == "people"
    assert schema["require_one_of"] == ["name.first", "name.last", "email"]
    assert fields["phone"]["max_length"] == 64
    assert fields["created_at"]["read_only"]
    assert fields["external_ref"]["unique"]
    assert [option["value"] for option in fields["stage"]["options"]] == ["lead", "prospect", "customer", "former"]
    assert fields["organisation_id"]["refers_to"] == "organisations"
    organisations = api.get("/v1/schema/organisations").json()["data"]["fields"]
    assert [field["name"] for field in organisations if field["required"]] == ["title"]
    assert api.get("/v1/schema/deals").status_code == 404


def test_a_page_costs_the_same_however_many_there_are(orbit: Orbit) -> None:
    """A page of two hundred calls as many functions out of five thousand records as out of five hundred."""
    orbit.gate.limit.calls = 0
    request = Request.of("GET", "/v1/people?limit=200", {"Authorization": "Bearer T"})
    called = []
    for records in (500, 4_500):
        orbit.seed({"people": people(records)})
        called.append(_functions_called(orbit, request))
    assert called[0] == called[1]


def _functions_called(orbit: Orbit, request: Request) -> int:
    called = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal called
        called += event == "call"

    assert orbit.handle(request).content()
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        orbit.handle(request).content()
    finally:
        sys.setprofile(before)
    return called


def test_users_and_pipelines_are_told(orbit: Orbit, api: httpx.Client) -> None:
    users = api.get("/v1/users").json()["data"]
    assert users[0] == {"id": "usr_olga", "name": "Olga Owner", "email": "Olga@example.com", "active": True}
    assert [user["id"] for user in users if not user["active"]] == ["usr_gone"]
    sales, renewals = api.get("/v1/pipelines").json()["data"]
    assert (sales["id"], renewals["position"]) == ("pip_sales", 1)
    assert sales["stages"][0] == {"id": "stg_meeting", "name": "Appointment scheduled", "position": 0}
    orbit.scopes = {"people:read"}
    assert (api.get("/v1/users").status_code, api.get("/v1/pipelines").status_code) == (403, 403)


def test_options_tell_what_people_read(api: httpx.Client) -> None:
    fields = {field["name"]: field for field in api.get("/v1/schema/opportunities").json()["data"]["fields"]}
    assert fields["source"]["options"][0] == {"value": "1", "label": "Website"}
    assert (fields["tags"]["type"], fields["product_ids"]["refers_to"]) == ("enums", "products")


def test_every_object_has_a_list_of_its_own(orbit: Orbit, api: httpx.Client) -> None:
    for kind, body in {
        "opportunities": {"title": "A"},
        "products": {"name": "A"},
        "tickets": {"subject": "A"},
        "tasks": {"title": "A"},
        "leads": {"name": "A"},
        "assets": {"name": "A"},
    }.items():
        made = orbit.create(kind, body)
        assert [record["id"] for record in api.get(f"/v1/{kind}").json()["data"]] == [made["id"]]
