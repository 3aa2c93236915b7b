"""Writing to Orbit: create, merge, clear, delete, and what is refused."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from infra.local.crm import Orbit


def create(api: httpx.Client, **fields: Any) -> dict[str, Any]:
    answer = api.post("/v1/people", json=fields)
    assert answer.status_code == 201
    record: dict[str, Any] = answer.json()["data"]
    return record


def codes(answer: httpx.Response) -> set[tuple[str, str]]:
    return {(error["field"], error["code"]) for error in answer.json()["errors"]}


def test_create_answers_with_the_record(orbit: Orbit, api: httpx.Client) -> None:
    answer = api.post("/v1/people", json={"name": {"last": "García"}, "score": 3})
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"v1"'
    record = answer.json()["data"]
    assert record["name"] == {"first": None, "last": "García"}
    assert record["vip"] is False
    assert orbit.records("people") == [record]


def test_a_patch_merges_and_null_clears(api: httpx.Client, clock: list[int]) -> None:
    record = create(api, name={"first": "Ana", "last": "García"}, phone="1", score=3, vip=True)
    clock[0] += 1

    changed = api.patch(f"/v1/people/{record['id']}", json={"name": {"last": "Gil"}, "phone": None, "vip": None})

    assert changed.status_code == 200
    assert changed.headers["etag"] == '"v2"'
    assert changed.json()["data"] == {
        **record,
        "name": {"first": "Ana", "last": "Gil"},
        "phone": None,
        "vip": False,
        "etag": '"v2"',
        "updated_at": "2026-03-01T09:30:00.126Z",
    }


def test_null_clears_a_whole_group(api: httpx.Client) -> None:
    record = create(api, name={"first": "Ana", "last": "García"}, email="ana@example.com")
    cleared = api.patch(f"/v1/people/{record['id']}", json={"name": None}).json()["data"]
    assert cleared["name"] == {"first": None, "last": None}


def test_a_patch_that_changes_nothing_moves_nothing(orbit: Orbit, api: httpx.Client, clock: list[int]) -> None:
    record = create(api, name={"first": "Ana"}, score=1)
    orbit.outbox.configure("http://receiver.example.com")
    clock[0] += 1
    again = api.patch(f"/v1/people/{record['id']}", json={"name": {"first": " Ana "}, "score": 1.0})
    assert again.json()["data"] == record
    assert orbit.outbox.pending == []


def test_values_are_normalised_a_little(api: httpx.Client) -> None:
    person = create(api, name={"first": "  Ana ", "last": "   "}, email=" Ana@Example.com ")
    assert person["name"] == {"first": "Ana", "last": None}
    assert person["email"] == "Ana@Example.com"
    company = {"title": " Example ", "website": "HTTPS://WWW.Example.COM/About?x=Y", "employees": 12.0}
    organisation = api.post("/v1/organisations", json=company).json()["data"]
    assert organisation["title"] == "Example"
    assert organisation["website"] == "https://www.example.com/About?x=Y"
    assert organisation["employees"] == 12


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("people", {"email": "ana@example"}, ("email", "invalid_format")),
        ("people", {"email": "a b@example.com"}, ("email", "invalid_format")),
        ("people", {"email": 3}, ("email", "wrong_type")),
        ("people", {"name": {"first": "x" * 256}}, ("name.first", "too_long")),
        ("people", {"name": {"first": ["x"]}}, ("name.first", "wrong_type")),
        ("people", {"name": "Ana"}, ("name", "wrong_type")),
        ("people", {"name.first": "Ana"}, ("name.first", "unknown_field")),
        ("people", {"phone": "5" * 65}, ("phone", "too_long")),
        ("people", {"birthday": "01/04/1990"}, ("birthday", "invalid_format")),
        ("people", {"birthday": "1990-02-30"}, ("birthday", "invalid_format")),
        ("people", {"score": "12"}, ("score", "wrong_type")),
        ("people", {"score": True}, ("score", "wrong_type")),
        ("people", {"vip": "yes"}, ("vip", "wrong_type")),
        ("people", {"vip": 1}, ("vip", "wrong_type")),
        ("people", {"stage": "subscriber"}, ("stage", "invalid_option")),
        ("people", {"organisation_id": "org_nobody"}, ("organisation_id", "not_found")),
        ("people", {"created_at": "2026-01-01T00:00:00Z"}, ("created_at", "read_only")),
        ("people", {"nickname": "Ani"}, ("nickname", "unknown_field")),
        ("people", {"phone": "1"}, ("name.first", "required")),
        ("organisations", {"city": "Madrid"}, ("title", "required")),
        ("organisations", {"title": "A", "website": "example.com"}, ("website", "invalid_format")),
        ("organisations", {"title": "A", "website": "http://["}, ("website", "invalid_format")),
        ("organisations", {"title": "A", "employees": 1.5}, ("employees", "wrong_type")),
        ("organisations", {"title": "A", "employees": 10**400}, ("employees", "wrong_type")),
    ],
)
def test_what_does_not_fit_is_422_and_leaves_no_trace(
    orbit: Orbit, api: httpx.Client, path: str, body: dict[str, Any], expected: tuple[str, str]
) -> None:
    answer = api.post(f"/v1/{path}", json=body)
    assert answer.status_code == 422
    assert codes(answer) == {expected}
    assert orbit.records(path) == []


def test_every_error_is_told_at_once(api: httpx.Client) -> None:
    answer = api.post("/v1/people", json={"email": "x", "score": "1", "nickname": "a"})
    assert codes(answer) == {
        ("email", "invalid_format"),
        ("score", "wrong_type"),
        ("nickname", "unknown_field"),
    }


def test_a_required_field_cannot_be_cleared_yet_an_old_gap_stays(orbit: Orbit, api: httpx.Client) -> None:
    whole, gap = orbit.seed({"organisations": [{"title": "A"}, {"city": "Madrid"}]})["organisations"]
    assert codes(api.patch(f"/v1/organisations/{whole}", json={"title": None})) == {("title", "required")}
    assert api.patch(f"/v1/organisations/{gap}", json={"city": "Gijón"}).status_code == 200


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_400(api: httpx.Client, content: bytes) -> None:
    answer = api.post("/v1/people", content=content)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "invalid_json"


def test_a_second_external_ref_is_409_with_the_existing_id(orbit: Orbit, api: httpx.Client) -> None:
    first = create(api, email="a@example.com", external_ref="X-1")
    second = create(api, email="b@example.com")

    for answer in (
        api.post("/v1/people", json={"email": "c@example.com", "external_ref": "x-1"}),
        api.patch(f"/v1/people/{second['id']}", json={"external_ref": "X-1"}),
    ):
        assert answer.status_code == 409
        assert answer.json()["existing_id"] == first["id"]
        assert codes(answer) == {("external_ref", "duplicate")}

    assert len(orbit.records("people")) == 2
    assert api.patch(f"/v1/people/{first['id']}", json={"external_ref": "X-1"}).status_code == 200
    assert api.delete(f"/v1/people/{first['id']}").status_code == 204
    assert create(api, email="c@example.com", external_ref="X-1")["id"] != first["id"]


def test_emails_may_repeat(api: httpx.Client) -> None:
    assert create(api, email="a@example.com")["id"] != create(api, email="a@example.com")["id"]


def test_if_match_refuses_what_has_changed(api: httpx.Client) -> None:
    record = create(api, email="a@example.com")
    path = f"/v1/people/{record['id']}"
    assert api.patch(path, json={"score": 1}, headers={"If-Match": record["etag"]}).status_code == 200
    stale = api.patch(path, json={"score": 2}, headers={"If-Match": record["etag"]})
    assert stale.status_code == 412
    assert stale.json()["errors"][0]["code"] == "precondition_failed"
    assert api.get(path).json()["data"]["score"] == 1
    assert api.patch(path, json={"score": 3}, headers={"If-Match": "*"}).status_code == 200


def test_an_idempotency_key_makes_one_record(orbit: Orbit, api: httpx.Client, clock: list[int]) -> None:
    key = {"Idempotency-Key": "entry-1"}
    first = api.post("/v1/people", json={"email": "a@example.com"}, headers=key)
    again = api.post("/v1/people", json={"email": "a@example.com"}, headers=key)
    assert again.status_code == 201
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert len(orbit.records("people")) == 1

    other = api.post("/v1/people", json={"email": "b@example.com"}, headers=key)
    assert other.status_code == 422
    assert other.json()["errors"][0]["code"] == "idempotency_key_reused"

    clock[0] += 24 * 3600 * 1000 + 1
    assert api.post("/v1/people", json={"email": "b@example.com"}, headers=key).status_code == 201


def test_a_refused_create_does_not_use_up_its_key(api: httpx.Client) -> None:
    key = {"Idempotency-Key": "entry-1"}
    assert api.post("/v1/people", json={"email": "broken"}, headers=key).status_code == 422
    assert api.post("/v1/people", json={"email": "a@example.com"}, headers=key).status_code == 201


def test_an_answer_lost_after_the_write_is_made_good_by_the_key(orbit: Orbit, api: httpx.Client) -> None:
    api.post("http://orbit.example.com/_admin/faults", json={"kind": "people.create", "after": True})
    key = {"Idempotency-Key": "entry-1"}
    with pytest.raises(httpx.ReadTimeout):
        api.post("/v1/people", json={"email": "a@example.com"}, headers=key)
    assert api.post("/v1/people", json={"email": "a@example.com"}, headers=key).status_code == 201
    assert len(orbit.records("people")) == 1
