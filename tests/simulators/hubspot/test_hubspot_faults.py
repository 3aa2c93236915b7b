"""Faults that can be switched on, and the shape of errors."""

from __future__ import annotations

import httpx
import pytest

from tests.simulators.hubspot.hubspot_account import CONTACTS, Hub


@pytest.mark.parametrize("status", [423, 429, 477, 500, 502, 503, 504, 521, 523, 524])
def test_each_refusal_can_be_switched_on(hub: Hub, status: int) -> None:
    """The next two calls answer with that status and do nothing, then all is well; locks say how long they last."""
    hub.client.post("/_admin/faults", json={"kind": str(status), "times": 2})
    for _ in range(2):
        answer = hub.post(CONTACTS, {"properties": {"firstname": "Ana"}})
        assert answer.status_code == status
        assert answer.headers.get("retry-after") == {423: "2", 477: "86400"}.get(status)
    assert hub.sim.records("contacts") == {}
    assert hub.post(CONTACTS, {"properties": {"firstname": "Ana"}}).status_code == 201


def test_gateways_answer_with_a_page_and_not_json(hub: Hub) -> None:
    """502, 504 and the 52x come from in front of HubSpot: their bodies are HTML."""
    hub.sim.fail("502", times=1)
    answer = hub.get(CONTACTS)
    assert answer.headers["content-type"] == "text/html"
    assert answer.text.startswith("<html>")


def test_a_429_can_name_each_policy_and_a_retry_after(hub: Hub) -> None:
    """The limits' own answer, without having to make the calls."""
    hub.sim.fail("429", times=1, policy="DAILY", retry_after=3)
    answer = hub.get(CONTACTS)
    assert (answer.json()["policyName"], answer.headers["retry-after"]) == ("DAILY", "3")


def test_an_answer_is_lost_after_the_write_or_before(hub: Hub) -> None:
    """A time-out says nothing of whether the write was done."""
    path = f"{CONTACTS}/batch/create"
    inputs = [{"properties": {"firstname": "Ana"}}]
    hub.sim.fail("lost-before", times=1)
    with pytest.raises(httpx.ReadTimeout):
        hub.batch(path, inputs)
    assert hub.sim.records("contacts") == {}
    hub.sim.fail("lost-after", path="batch/create", times=1)
    with pytest.raises(httpx.ReadTimeout):
        hub.batch(path, inputs)
    assert len(hub.sim.records("contacts")) == 1
    assert hub.sim.calls.statuses["lost"] == 2


def test_faults_can_be_aimed_and_drawn(hub: Hub) -> None:
    """A fault hits the calls that its pattern finds, and of these a share."""
    hub.sim.fail("500", path="^POST .*/batch/read$")
    assert hub.get(CONTACTS).status_code == 200
    assert hub.batch(f"{CONTACTS}/batch/read", []).status_code == 500
    hub.client.delete("/_admin/faults")
    assert hub.batch(f"{CONTACTS}/batch/read", []).status_code == 200
    hub.sim.fail("503", probability=0.5)
    statuses = [hub.get(CONTACTS).status_code for _ in range(60)]
    assert 15 < statuses.count(503) < 45


def test_slow_answers_take_their_time() -> None:
    """Added lag delays the answer, which then is as good as any."""
    waited: list[float] = []
    hub = Hub(sleep=waited.append)
    hub.sim.fail("slow", lag_ms=1_500, times=1)
    assert hub.get(CONTACTS).status_code == 200
    assert hub.get(CONTACTS).status_code == 200
    assert waited == [1.5]


def test_unknown_faults_are_refused(hub: Hub) -> None:
    """A misspelt fault would make a test that cannot fail."""
    for body in ({"kind": "418"}, {"kind": "500", "time": 1}, {}):
        assert hub.client.post("/_admin/faults", json=body).status_code == 400
    assert hub.get("/_admin/faults").json() == []


def test_errors_have_hubspots_shape_and_any_field_may_be_missing(hub: Hub) -> None:
    """status, message, correlationId and category stand in an error, and may also not."""
    full = hub.get(f"{CONTACTS}/999").json()
    assert full["status"] == "error"
    assert (full["category"], full["message"]) == ("OBJECT_NOT_FOUND", "resource not found")
    assert len(full["correlationId"]) == 36
    hub.sim.settings.sparse_errors = 1.0
    sparse = hub.get(f"{CONTACTS}/999")
    assert (sparse.status_code, sparse.json()) == (404, {"status": "error"})
