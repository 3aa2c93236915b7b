"""The management API's handler: its wiring, whom it lets in, what comes of its events. Routes have tests elsewhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hubsync.handlers import api
from hubsync.model.sync import SyncStatus
from hubsync.settings import Settings
from tests.simulation.syncs import contacts
from tests.simulation.world import World
from tests.situations import context, situation

SETTINGS = {
    "SIGN_IN_URL": "https://sign-in.example.com",
    "SIGN_IN_CLIENT_ID": "5h1k2people3client4id5",
    "SIGN_IN_CALLBACKS": "http://localhost:8765/,http://localhost:8766/",
}


@pytest.fixture(autouse=True)
def management(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The API over the world."""
    vars(world.app)["settings"] = Settings(SETTINGS)
    monkeypatch.setattr(api, "management", api.Management(world.app))
    world.save(contacts())


def answer(name: str) -> tuple[int, dict[str, Any]]:
    given = api.handler(situation(name), context())
    return given["statusCode"], json.loads(given["body"])


def test_whoever_is_signed_in_sees_the_syncs() -> None:
    status, body = answer("api_list_syncs")
    assert status == 200
    assert [sync["name"] for sync in body["syncs"]] == ["contacts"]


@pytest.mark.parametrize(("name", "status"), [("api_not_signed_in", 401), ("api_without_role", 403)])
def test_nobody_else_comes_in(name: str, status: int) -> None:
    given, body = answer(name)
    assert given == status
    assert "syncs" not in body


def test_a_healthy_api_says_so_to_anybody() -> None:
    assert answer("api_health") == (200, {"status": "ok"})


def test_where_to_sign_in_is_what_the_stack_says() -> None:
    event = situation("api_health")
    event["rawPath"] = event["requestContext"]["http"]["path"] = "/v1/sign-in"
    told = json.loads(api.handler(event, context())["body"])
    assert told["token_url"] == "https://sign-in.example.com/oauth2/token"
    assert told["callbacks"] == ["http://localhost:8765/", "http://localhost:8766/"]


def test_a_restart_begins_a_new_generation(world: World) -> None:
    status, body = answer("api_restart")
    assert (status, body["generation"], body["status"]) == (200, 2, "initial_sync")
    assert "s1-2" in world.orchestrator.runs


def test_a_document_becomes_a_sync_in_its_initial_sync(world: World) -> None:
    world.stores.syncs.delete_sync("s1")  # it has the same two object types
    status, body = answer("api_apply")
    assert status == 200, body
    (saved,) = [sync for sync in world.stores.syncs.syncs() if sync.name == "people"]
    assert saved.status is SyncStatus.INITIAL
    assert f"{saved.id}-1" in world.orchestrator.runs


@pytest.mark.parametrize(
    ("name", "status", "paths"),
    [
        ("api_apply_bad_direction", 422, {"syncs.people.direction"}),
        ("api_apply_no_json", 400, set()),
        ("api_unknown_sync", 404, set()),
    ],
)
def test_what_is_wrong_is_refused_and_leaves_no_trace(world: World, name: str, status: int, paths: set[str]) -> None:
    before, runs = world.stores.writes.copy(), dict(world.orchestrator.runs)
    given, problem = answer(name)
    assert given == problem["status"] == status
    assert paths <= {fault["path"] for fault in problem.get("faults", [])}
    assert problem["detail"]
    after = world.stores.writes - before
    assert {kind for kind in after if not kind.startswith("budget")} == set()
    assert world.orchestrator.runs == runs


def test_failing_records_are_listed() -> None:
    assert answer("api_records_failing") == (200, {"records": [], "next": None})


def test_a_bug_of_ours_is_raised_for_the_alarm_to_see(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("the table does not answer")

    monkeypatch.setattr(world.stores.syncs, "syncs", broken)
    with pytest.raises(RuntimeError):
        answer("api_list_syncs")
