"""Workflows that write over what was just edited, in all three simulators."""

from __future__ import annotations

import json
import random
from typing import Any

import httpx
import pytest

from infra.local.crm import Orbit
from infra.local.http import Request
from infra.local.hubspot import PLANS, HubSpotSimulator
from infra.local.ledgerly import Ledgerly
from infra.local.parts.rewrites import Rewrite, rewritten
from infra.local.transport import SimulatorTransport

NOW = 1_800_000_000_000


@pytest.mark.parametrize(
    ("rewrite", "before", "after"),
    [
        (Rewrite("people", "a", "upper"), "ana", "ANA"),
        (Rewrite("people", "a", "lower"), "ANA", "ana"),
        (Rewrite("people", "a", "constant", "x"), None, "x"),
        (Rewrite("people", "a", "append", "!"), "ana", "ana!"),
        (Rewrite("people", "a", "append", "!"), None, None),
        (Rewrite("people", "a", "upper"), "ANA", None),
        (Rewrite("people", "b", "upper"), "ana", None),
        (Rewrite("firms", "a", "upper"), "ana", None),
        (Rewrite("people", "a", "upper"), 7, None),
    ],
)
def test_what_a_workflow_writes(rewrite: Rewrite, before: Any, after: str | None) -> None:
    changes = rewritten([rewrite], "people", ["a"], {"a": before})
    assert changes == ({} if after is None else {"a": after})


def test_it_may_write_another_field_and_one_after_the_other() -> None:
    rewrites = [Rewrite("people", "a", "upper", target="b"), Rewrite("people", "a", "append", "!", target="b")]
    assert rewritten(rewrites, "people", ["a"], {"a": "x", "b": "ana"}) == {"b": "ANA!"}


def test_a_misspelt_setting_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown function title"):
        Rewrite.of({"object": "people", "field": "a", "function": "title"})
    with pytest.raises(ValueError, match="unknown setting feild"):
        Rewrite.of({"object": "people", "feild": "a", "function": "upper"})


def test_orbit_answers_first_and_rewrites_then() -> None:
    orbit = Orbit(lambda: NOW, random.Random(1), token="T")
    orbit.outbox.configure("https://hooks.example.com/x")
    orbit.rewrites.append(Rewrite("people", "job_title", "upper"))
    transport = SimulatorTransport(orbit)
    headers = {"Authorization": "Bearer T"}
    with httpx.Client(transport=transport, base_url="http://orbit.example.com", headers=headers) as api:
        made = api.post("/v1/people", json={"email": "a@example.com", "job_title": "Baker"}).json()["data"]
        assert (made["job_title"], orbit.records("people")[0]["job_title"]) == ("Baker", "BAKER")
        edited = api.patch(f"/v1/people/{made['id']}", json={"job_title": "cook"}).json()["data"]
        assert (edited["job_title"], orbit.records("people")[0]["job_title"]) == ("cook", "COOK")
    assert [item.event["event"] for item in orbit.outbox.pending] == ["person.created"] + ["person.updated"] * 3


def test_an_edit_of_another_field_sets_nothing_off() -> None:
    ledgerly = Ledgerly(lambda: NOW, random.Random(1))
    ledgerly.rewrites.append(Rewrite("contacts", "JobRole", "append", "!"))
    made = ledgerly.create("contacts", {"GivenName": "Ana", "JobRole": "Baker"})
    ledgerly.edit("contacts", made["ContactID"], {"GivenName": "Eva"})
    assert ledgerly.records("contacts")[0]["JobRole"] == "Baker!"
    ledgerly.edit("contacts", made["ContactID"], {"JobRole": "Cook"})
    assert ledgerly.records("contacts")[0]["JobRole"] == "Cook!"


def test_hubspot_answers_first_and_rewrites_then() -> None:
    hubspot = HubSpotSimulator(clock=lambda: NOW, random=random.Random(1), token="T", limits=PLANS["unlimited"])
    hubspot.rewrites.append(Rewrite("contacts", "jobtitle", "upper"))
    transport = SimulatorTransport(hubspot)
    headers = {"Authorization": "Bearer T"}
    with httpx.Client(transport=transport, base_url="http://hubspot.example.com", headers=headers) as api:
        body = {"properties": {"email": "a@example.com", "jobtitle": "Baker"}}
        made = api.post("/crm/objects/2026-09/contacts", json=body).json()
        record_id = int(made["id"])
        assert made["properties"]["jobtitle"] == "Baker"
        assert hubspot.records("contacts")[record_id]["jobtitle"] == "BAKER"
        inputs = [{"id": made["id"], "properties": {"jobtitle": "cook"}}]
        answer = api.post("/crm/objects/2026-09/contacts/batch/update", json={"inputs": inputs}).json()
        assert answer["results"][0]["properties"]["jobtitle"] == "cook"
        assert hubspot.records("contacts")[record_id]["jobtitle"] == "COOK"
    hubspot.edit("contacts", record_id, {"jobtitle": "waiter"})
    assert hubspot.records("contacts")[record_id]["jobtitle"] == "WAITER"
    assert hubspot.calls.writes["contacts", record_id] == 2


@pytest.mark.parametrize("app", ["hubspot", "orbit", "ledgerly"])
def test_the_admin_api_sets_them_up(app: str) -> None:
    made: Any = {
        "hubspot": lambda: HubSpotSimulator(clock=lambda: NOW, random=random.Random(1), token="T"),
        "orbit": lambda: Orbit(lambda: NOW, random.Random(1)),
        "ledgerly": lambda: Ledgerly(lambda: NOW, random.Random(1)),
    }[app]()

    def call(method: str, body: Any = None) -> Any:
        content = b"" if body is None else json.dumps(body).encode()
        return made.handle(Request.of(method, "/_admin/rewrites", {}, content))

    wanted = {"object": "contacts", "field": "phone", "function": "append", "value": "x"}
    assert call("POST", wanted).status in (200, 204)
    shown = call("GET").body
    assert (shown if app == "hubspot" else shown["rewrites"]) == [{**wanted, "target": ""}]
    assert call("POST", {**wanted, "function": "title"}).status == 400
    assert call("POST", {**wanted, "extra": 1}).status == 400
    assert call("DELETE").status in (200, 204)
    assert made.rewrites == []
