"""The management API's handler: its wiring, its token, what comes of its events. The routes have tests elsewhere."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from hubsync.handlers import api
from hubsync.model.sync import SyncStatus
from hubsync.settings import Settings
from tests.simulation.syncs import contacts
from tests.simulation.world import World
from tests.situations import context, situation


class Secrets:
    """A Secrets Manager with one secret; counts how often it was asked."""

    def __init__(self) -> None:
        self.token, self.asked = "api-token", 0

    def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803 - the client's name
        assert SecretId == "arn:aws:secretsmanager:eu-central-1:000000000000:secret:api-token"
        self.asked += 1
        return {"SecretString": self.token}


@pytest.fixture
def secrets(world: World, monkeypatch: pytest.MonkeyPatch) -> Secrets:
    """The API over the world, with its token in a secret."""
    secrets = Secrets()
    arn = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:api-token"
    vars(world.app)["settings"] = Settings({"API_TOKEN_SECRET_ARN": arn})
    monkeypatch.setattr(api, "management", api.Management(world.app))
    monkeypatch.setattr(boto3, "client", lambda service: {"secretsmanager": secrets}[service])
    world.save(contacts())
    return secrets


def answer(name: str) -> tuple[int, dict[str, Any]]:
    given = api.handler(situation(name), context())
    return given["statusCode"], json.loads(given["body"])


def test_whoever_has_the_token_sees_the_syncs(secrets: Secrets) -> None:
    status, body = answer("api_list_syncs")
    assert status == 200
    assert [sync["name"] for sync in body["syncs"]] == ["contacts"]


@pytest.mark.parametrize("name", ["api_without_token", "api_wrong_token"])
def test_nobody_else_comes_in(secrets: Secrets, name: str) -> None:
    status, body = answer(name)
    assert status == 401
    assert "syncs" not in body


def test_a_healthy_api_says_so_to_anybody(secrets: Secrets) -> None:
    assert answer("api_health") == (200, {"status": "ok"})
    assert secrets.asked == 0


def test_a_token_is_kept_for_five_minutes_and_then_read_again(secrets: Secrets, world: World) -> None:
    for _ in range(3):
        answer("api_list_syncs")
    assert secrets.asked == 1
    secrets.token = "another-token"
    world.clock.ms += 300_001
    assert answer("api_list_syncs")[0] == 401
    assert secrets.asked == 2


def test_a_restart_begins_a_new_generation(secrets: Secrets, world: World) -> None:
    status, body = answer("api_restart")
    assert (status, body["generation"], body["status"]) == (200, 2, "initial_sync")
    assert "s1-2" in world.orchestrator.runs


def test_a_document_becomes_a_sync_in_its_initial_sync(secrets: Secrets, world: World) -> None:
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
def test_what_is_wrong_is_refused_and_leaves_no_trace(
    secrets: Secrets, world: World, name: str, status: int, paths: set[str]
) -> None:
    before, runs = world.stores.writes.copy(), dict(world.orchestrator.runs)
    given, problem = answer(name)
    assert given == problem["status"] == status
    assert paths <= {fault["path"] for fault in problem.get("faults", [])}
    assert problem["detail"]
    after = world.stores.writes - before
    assert {kind for kind in after if not kind.startswith("budget")} == set()
    assert world.orchestrator.runs == runs


def test_failing_records_are_listed(secrets: Secrets) -> None:
    assert answer("api_records_failing") == (200, {"records": [], "next": None})


def test_a_bug_of_ours_is_raised_for_the_alarm_to_see(
    secrets: Secrets, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("the table does not answer")

    monkeypatch.setattr(world.stores.syncs, "syncs", broken)
    with pytest.raises(RuntimeError):
        answer("api_list_syncs")
