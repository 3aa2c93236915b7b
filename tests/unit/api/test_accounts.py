"""One connection: looked at, given new secrets, removed; and no secret is ever shown."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from hubsync.model.connection import ConnectionStatus
from hubsync.model.sync import SyncStatus
from tests.unit.api.api_client import Client
from tests.unit.services.manage_world import World

ORBIT = "/v1/connections/orbit"


def secrets(world: World, name: str = "orbit") -> tuple[str, str | None]:
    stored = world.stores.connections.connection(name)
    assert stored is not None
    secret = stored.webhook_secret
    return world.vault.open(stored.token, name), None if secret is None else world.vault.open(secret, name)


def test_one_is_shown_as_in_the_list(call: Client) -> None:
    shown = call("GET", ORBIT)
    assert shown.json == call("GET", "/v1/connections").json["connections"][1]
    assert shown.headers["ETag"].startswith('"orbit.1.')


def test_a_dead_token_is_replaced_and_the_sync_looks_again(call: Client, world: World) -> None:
    stored = world.stores.connections.connection("orbit")
    assert stored is not None
    broken = replace(stored, status=ConnectionStatus.NEEDS_PERSON, problem="The token is dead.")
    assert world.stores.connections.put_connection(broken)
    answer = call("PATCH", ORBIT, {"token": "new-token"})
    assert answer.json["connections"] == [{"name": "orbit", "change": "changed"}]
    assert (secrets(world), call("GET", ORBIT).json["status"]) == (("new-token", "s3"), "active")
    assert call("GET", ORBIT).json["base_url"] == "http://127.0.0.1:1"
    assert world.sync().generation == 2
    assert "new-token" not in json.dumps(answer.json)


def test_a_webhook_secret_is_rotated_and_nothing_begins_anew(call: Client, world: World) -> None:
    call("PATCH", ORBIT, {"webhook_secret": "s4"})
    assert (secrets(world), world.sync().generation) == (("orbit-token", "s4"), 1)
    call("PATCH", "/v1/connections/hubspot", {"token": "other"})
    assert call("GET", "/v1/connections/hubspot").json["limit"] == {"calls": 100, "seconds": 10}


def test_one_is_saved_as_in_a_document(call: Client, world: World) -> None:
    saved = call("PUT", "/v1/connections/spare", {"app": "orbit", "token": "t"})
    assert saved.json["connections"] == [{"name": "spare", "change": "new"}]
    refused = call("PUT", "/v1/connections/more", {"app": "orbti", "token": "t"})
    assert [each["path"] for each in refused.json["faults"]] == ["connections.more.app"]


def test_one_that_nothing_uses_is_removed(call: Client, world: World) -> None:
    call("PUT", "/v1/connections/spare", {"app": "orbit", "token": "t"})
    assert call("DELETE", "/v1/connections/spare").json == {"name": "spare", "done": True}
    assert call("GET", "/v1/connections/spare").status == 404


def test_one_that_a_sync_uses_is_kept(call: Client, world: World) -> None:
    for status in (SyncStatus.ACTIVE, SyncStatus.OFF):
        world.put(replace(world.sync(), status=status))
        refused = call("DELETE", ORBIT)
        assert (refused.status, "contacts" in refused.json["detail"]) == (409, True)
    assert secrets(world)[0] == "orbit-token"
    assert call("DELETE", "/v1/syncs/contacts").status == 200
    assert call("DELETE", ORBIT).status == 200


@pytest.mark.parametrize(
    ("method", "body"), [("PUT", {"app": "orbit", "token": "n"}), ("PATCH", {"token": "n"}), ("DELETE", None)]
)
def test_an_edit_of_an_older_version_is_refused_here_too(call: Client, world: World, method: str, body: object) -> None:
    call("DELETE", "/v1/syncs/contacts")
    tag = call("GET", ORBIT).headers["ETag"]
    call("PATCH", ORBIT, {"webhook_secret": "s4"})
    assert call(method, ORBIT, body, headers={"If-Match": tag}).status == 412
    assert secrets(world) == ("orbit-token", "s4")
    assert call(method, ORBIT, body, headers={"If-Match": call("GET", ORBIT).headers["ETag"]}).status == 200


@pytest.mark.parametrize("body", [{"token": "two words"}, {"token": ""}, {"app": "orbit"}, [], None, {"token": 1}])
def test_what_is_no_secret_is_refused(call: Client, world: World, body: object) -> None:
    assert call("PATCH", ORBIT, body).status == 400
    assert secrets(world) == ("orbit-token", "s3")


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_one_that_is_not_there_is_not_found(call: Client, method: str) -> None:
    assert call(method, "/v1/connections/obit", {"token": "t"}).json["remedy"] == "Did you mean orbit?"
