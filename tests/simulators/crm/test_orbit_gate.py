"""Credentials, scopes, limits, faults and counts of Orbit's API."""

from __future__ import annotations

import json
import random

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.local.crm import Orbit
from infra.local.http import Request
from infra.local.parts.faults import Fault


@pytest.mark.parametrize("header", [{"Authorization": "Bearer U"}, {"Authorization": "T"}, {"Authorization": ""}])
def test_a_wrong_token_is_401(api: httpx.Client, header: dict[str, str]) -> None:
    answer = api.get("/v1/me", headers=header)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["code"] == "unauthorised"


def test_me_says_whose_token_it_is(api: httpx.Client) -> None:
    assert api.get("/v1/me").json() == {"data": {"account_id": "acc_01example", "name": "Example Ltd"}}


def test_a_missing_scope_is_403(orbit: Orbit, api: httpx.Client) -> None:
    orbit.scopes = {"people:read"}
    assert api.get("/v1/people").status_code == 200
    assert api.get("/v1/organisations").status_code == 403
    refused = api.post("/v1/people", json={"email": "a@example.com"})
    assert refused.status_code == 403
    assert "people:write" in refused.json()["errors"][0]["message"]
    assert orbit.records("people") == []


def test_an_unknown_route_is_404(api: httpx.Client) -> None:
    assert api.get("/v1/deals").status_code == 404
    assert api.put("/v1/people/per_x", json={}).status_code == 404
    assert api.get("/").status_code == 404


def test_the_limit_slides(orbit: Orbit, api: httpx.Client, clock: list[int]) -> None:
    orbit.gate.limit.calls = 2
    first = api.get("/v1/me")
    assert (first.headers["x-ratelimit-limit"], first.headers["x-ratelimit-remaining"]) == ("2", "1")
    clock[0] += 400
    assert api.get("/v1/me").status_code == 200
    refused = api.get("/v1/me")
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["errors"][0]["code"] == "rate_limited"
    clock[0] += 600
    assert [api.get("/v1/me").status_code for _ in range(2)] == [200, 429]


def test_a_hundred_calls_a_second_by_default(api: httpx.Client) -> None:
    assert [api.get("/v1/me").status_code for _ in range(101)] == [200] * 100 + [429]


def test_a_refusal_does_nothing_and_names_its_wait(orbit: Orbit, api: httpx.Client) -> None:
    orbit.gate.faults.add(Fault("people.*", status=429, retry_after=7))
    orbit.gate.faults.add(Fault("people.create", status=503))
    first = api.post("/v1/people", json={"email": "a@example.com"})
    second = api.post("/v1/people", json={"email": "a@example.com"})
    assert (first.status_code, first.headers["retry-after"]) == (429, "7")
    assert second.status_code == 503
    assert "retry-after" not in second.headers
    assert orbit.records("people") == []
    assert api.post("/v1/people", json={"email": "a@example.com"}).status_code == 201


@pytest.mark.parametrize(("after", "made"), [(False, 0), (True, 1)])
@pytest.mark.parametrize("status", [None, 502])
def test_a_call_can_fail_before_or_after_the_write(
    orbit: Orbit, api: httpx.Client, after: bool, made: int, status: int | None
) -> None:
    orbit.gate.faults.add(Fault("people.create", status=status, after=after))
    if status is None:
        with pytest.raises(httpx.ReadTimeout):
            api.post("/v1/people", json={"email": "a@example.com"})
    else:
        assert api.post("/v1/people", json={"email": "a@example.com"}).status_code == status
    assert len(orbit.records("people")) == made


def test_faults_meet_their_kind_only_and_as_often_as_said(orbit: Orbit, api: httpx.Client) -> None:
    orbit.gate.faults.add(Fault("*.list", status=500, times=2))
    answers = [api.get(path).status_code for path in ("/v1/me", *["/v1/people"] * 3)]
    assert answers == [200, 500, 500, 200]
    orbit.gate.faults.add(Fault(status=500, times=None))
    assert [api.get("/v1/me").status_code for _ in range(3)] == [500] * 3
    orbit.gate.faults.clear()
    assert api.get("/v1/me").status_code == 200


def test_a_probable_fault_is_the_same_for_the_same_seed(clock: list[int]) -> None:
    def statuses() -> list[int]:
        orbit = Orbit(lambda: clock[0], random.Random(3), token="T")
        orbit.gate.faults.add(Fault(status=500, times=None, probability=0.5))
        request = Request.of("GET", "/v1/me", {"Authorization": "Bearer T"})
        return [orbit.handle(request).status for _ in range(40)]

    assert statuses() == statuses()
    assert set(statuses()) == {200, 500}


def test_calls_are_counted_by_kind_and_by_answer(orbit: Orbit, api: httpx.Client) -> None:
    (key,) = orbit.seed({"people": [{"email": "a@example.com"}]})["people"]
    for query in ("", "?limit=1", f"?ids={key}", "?email=a@example.com", "?updated_since=2026-01-01T00:00:00Z"):
        api.get(f"/v1/people{query}")
    api.get(f"/v1/people/{key}")
    api.patch(f"/v1/people/{key}", json={"score": "x"})
    api.patch(f"/v1/people/{key}", json={"score": 1})
    api.delete(f"/v1/people/{key}")
    api.get("/v1/nothing")
    assert orbit.gate.counts == {
        "people.list": 2,
        "people.batch": 1,
        "people.search": 1,
        "people.changes": 1,
        "people.get": 1,
        "people.update": 2,
        "people.delete": 1,
        "unknown": 1,
    }
    assert orbit.gate.statuses["people.update 422"] == orbit.gate.statuses["people.update 200"] == 1
    orbit.gate.reset_counts()
    assert orbit.gate.counts.total() == 0


TEXT = st.text(st.characters(exclude_categories=[]), max_size=5)  # halves of characters, too
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
NAMES = ["name", "email", "vip", "score", "birthday", "stage", "organisation_id", "external_ref", "title", "website"]
BODY = JSON | st.dictionaries(st.sampled_from([*NAMES, "people", "url", "secret", "faults", "kind"]), JSON, max_size=3)
PATHS = [
    "/v1/people",
    "/v1/people/KEY",
    "/v1/organisations",
    "/v1/webhooks",
    "/_admin/seed",
    "/_admin/faults",
    "/_admin/limits",
    "/_admin/records/people",
    "/_admin/records/people/KEY",
    "/_admin/nothing",
]
QUERY = st.lists(st.tuples(st.sampled_from(["limit", "cursor", "ids", "updated_since", "email"]), TEXT), max_size=2)


@settings(max_examples=200, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "PATCH", "DELETE", "PUT"]),
    path=st.sampled_from(PATHS),
    query=QUERY,
    body=BODY,
)
def test_nothing_a_caller_sends_makes_it_raise(
    method: str, path: str, query: list[tuple[str, str]], body: object
) -> None:
    orbit = Orbit(lambda: 1_772_357_400_125, random.Random(1), token="T")
    (key,) = orbit.seed({"people": [{"email": "a@example.com"}]})["people"]
    target, headers = path.replace("KEY", key), {"authorization": "Bearer T"}
    response = orbit.handle(Request(method, target, tuple(query), headers, json.dumps(body).encode()))
    assert 200 <= response.status < 500
    assert isinstance(response.content(), bytes)
