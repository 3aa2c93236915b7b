"""An edit of what somebody else has edited meanwhile is refused, and nothing happens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hubsync.api.contract.document import OPERATIONS
from hubsync.model.sync import SyncStatus
from tests.unit.api.api_client import Client
from tests.unit.api.test_management_api import DOCUMENT
from tests.unit.services.manage_world import World

SYNC = "/v1/syncs/contacts"
SETTINGS: dict[str, Any] = DOCUMENT["syncs"]["contacts"]
EDITS = [("PUT", SYNC), ("DELETE", SYNC), ("POST", f"{SYNC}/off"), ("POST", f"{SYNC}/on"), ("POST", f"{SYNC}/restart")]

SYNC_PATH = "/v1/syncs/{name}"
DOINGS: list[tuple[str, Any]] = [
    ("compare", None),
    ("retry", {"ids": "all"}),
    ("retry", {"ids": ["h-1"]}),
    ("restore", {"target": "app", "ids": "all"}),
    ("trial", {"records": ["hubspot:1"]}),
    ("plan", None),
]


def test_a_sync_names_its_version_which_changes_when_it_is_stored(call: Client, world: World) -> None:
    tag = call("GET", SYNC).headers["ETag"]
    assert tag == f'"{world.sync().id}.{world.sync().version}"'
    assert call("GET", SYNC).headers["ETag"] == tag
    call("POST", f"{SYNC}/off")
    assert call("GET", SYNC).headers["ETag"] != tag


@pytest.mark.parametrize(("method", "path"), EDITS)
def test_an_edit_of_an_older_version_is_refused(call: Client, world: World, method: str, path: str) -> None:
    tag = call("GET", SYNC).headers["ETag"]
    world.put(replace(world.sync(), problem="Somebody else was here."))
    before = world.sync()
    refused = call(method, path, {**SETTINGS, "history_days": 7}, headers={"If-Match": tag})
    assert (refused.status, bool(refused.json["remedy"])) == (412, True)
    assert world.sync() == before


@pytest.mark.parametrize(("method", "path"), EDITS)
@pytest.mark.parametrize("others", ["{}", '"other", {}', "*"])
def test_an_edit_of_the_version_that_is_there_is_made(call: Client, method: str, path: str, others: str) -> None:
    tag = call("GET", SYNC).headers["ETag"]
    made = call(method, path, {**SETTINGS, "history_days": 7}, headers={"if-match": others.format(tag)})
    assert made.status == 200


@pytest.mark.parametrize(("verb", "body"), DOINGS)
def test_what_was_meant_for_an_older_version_is_not_done(call: Client, world: World, verb: str, body: Any) -> None:
    tag = call("GET", SYNC).headers["ETag"]
    world.put(replace(world.sync(), status=SyncStatus.OFF if verb == "trial" else SyncStatus.ACTIVE, problem="Moved."))
    before = world.sync()
    world.stores.writes.clear()
    refused = call("POST", f"{SYNC}/{verb}", body, headers={"If-Match": tag})
    assert (refused.status, bool(refused.json["remedy"])) == (412, True)
    assert world.sync() == before
    assert not world.stores.writes
    assert (world.queues.sent, world.orchestrator.comparisons) == ([], [])
    assert call("POST", f"{SYNC}/{verb}", body, headers={"If-Match": '"x'}).status == 400


@pytest.mark.parametrize(("verb", "body"), DOINGS)
@pytest.mark.parametrize("others", ["{}", '"other", {}', "*"])
def test_what_is_meant_for_the_version_that_is_there_is_done(
    call: Client, world: World, verb: str, body: Any, others: str
) -> None:
    if verb == "trial":
        world.put(replace(world.sync(), status=SyncStatus.OFF))
    tag = call("GET", SYNC).headers["ETag"]
    assert call("POST", f"{SYNC}/{verb}", body, headers={"if-match": others.format(tag)}).status in (200, 202)


def test_a_restore_is_confirmed_for_the_version_that_was_reviewed(call: Client, world: World) -> None:
    body = {"target": "app", "ids": "all"}
    tag = call("GET", SYNC).headers["ETag"]
    token = call("POST", f"{SYNC}/restore", body, headers={"If-Match": tag}).json["token"]
    confirmed = {**body, "confirm": 0, "token": token}
    world.put(replace(world.sync(), problem="Moved."))
    assert call("POST", f"{SYNC}/restore", confirmed, headers={"If-Match": tag}).status == 412
    tag = call("GET", SYNC).headers["ETag"]
    assert call("POST", f"{SYNC}/restore", confirmed, headers={"If-Match": tag}).status == 202


def test_every_action_on_a_sync_heeds_if_match() -> None:
    """But for the order of an export and the values of a list, which change nothing of it."""
    acting = {each.id for each in OPERATIONS if each.path.startswith(SYNC_PATH) and each.method != "GET"}
    assert acting - {each.id for each in OPERATIONS if each.matched} == {"orderExport", "readValues"}


def test_somebody_who_comes_in_between_is_not_overruled(call: Client, world: World) -> None:
    """Checked and written in one: the check is on what is read, and what is written has that version still."""
    tag = call("GET", SYNC).headers["ETag"]
    syncs = world.stores.syncs
    store = syncs.put_sync

    def beaten(sync: Any) -> bool:
        syncs.put_sync = store  # type: ignore[method-assign]
        assert store(replace(world.sync(), problem="First."))
        return store(sync)

    syncs.put_sync = beaten  # type: ignore[method-assign]
    assert call("POST", f"{SYNC}/off", headers={"If-Match": tag}).status == 412
    assert world.sync().status is SyncStatus.ACTIVE


@pytest.mark.parametrize("tags", ["x", '"', "", "W/", '"a" "b"', '"a",', "1"])
def test_what_is_no_tag_is_refused(call: Client, tags: str) -> None:
    assert call("POST", f"{SYNC}/off", headers={"If-Match": tags}).status == 400


def test_a_weak_tag_is_no_match(call: Client) -> None:
    tag = call("GET", SYNC).headers["ETag"]
    assert call("POST", f"{SYNC}/off", headers={"If-Match": f"W/{tag}"}).status == 412


def test_a_deletion_that_goes_on_was_agreed_to(call: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def purge(sync_id: str, limit: int) -> bool:
        world.clock.sleep(60)
        return False

    tag = call("GET", SYNC).headers["ETag"]
    monkeypatch.setattr(world.stores.index, "purge", purge)
    assert [call("DELETE", SYNC, headers={"If-Match": tag}).status for _ in range(2)] == [202, 202]


def test_one_sync_is_saved_as_in_a_document(call: Client, world: World) -> None:
    saved = call("PUT", SYNC, {**SETTINGS, "history_days": 7})
    assert [(each["name"], each["change"]) for each in saved.json["syncs"]] == [("contacts", "changed")]
    assert world.sync().history_days == 7
    refused = call("PUT", SYNC, {**SETTINGS, "direction": "sideways"})
    assert [fault["path"] for fault in refused.json["faults"]] == ["syncs.contacts.direction"]


def test_a_sync_that_is_not_there_matches_nothing(call: Client) -> None:
    assert call("PUT", "/v1/syncs/others", SETTINGS, headers={"If-Match": "*"}).status == 412
