"""A request that is sent again with its key does nothing twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hubsync.api.once import LEASE_MS
from hubsync.model.sync import SyncStatus
from hubsync.stores.ports import KEPT_ANSWER_MS
from tests.unit.api.api_client import Answer, Client
from tests.unit.api.test_management_api import DOCUMENT
from tests.unit.services.manage_world import World

TO_APP = {**DOCUMENT["syncs"]["contacts"], "direction": "to_app"}
RESTART = "/v1/syncs/contacts/restart"


def keyed(call: Client, method: str, path: str, body: Any = None, key: str = "k1", **query: str) -> Answer:
    return call(method, path, body, headers={"Idempotency-Key": key}, **query)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/apply", {**DOCUMENT, "syncs": {"contacts": TO_APP}}),
        ("PUT", "/v1/syncs/contacts", TO_APP),
        ("POST", RESTART, None),
        ("POST", "/v1/syncs/contacts/compare", None),
        ("POST", "/v1/syncs/contacts/plan", None),
        ("POST", "/v1/syncs/contacts/retry", {"ids": "all"}),
        ("POST", "/v1/syncs/contacts/restore", {"target": "app", "ids": "all"}),
        ("DELETE", "/v1/syncs/contacts", None),
    ],
)  # fmt: skip
def test_the_same_request_is_carried_out_once(call: Client, world: World, method: str, path: str, body: Any) -> None:
    first = keyed(call, method, path, body)
    assert first.status in (200, 202)
    world.stores.writes.clear()
    begun = (list(world.orchestrator.initial), list(world.orchestrator.comparisons), list(world.queues.sent))
    world.clock.at += 60_000
    again = keyed(call, method, path, body)
    assert (again.status, again.json) == (first.status, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert not world.stores.writes
    assert begun == (world.orchestrator.initial, world.orchestrator.comparisons, world.queues.sent)


@pytest.mark.parametrize(
    ("path", "body", "query"),
    [(RESTART, {"other": 1}, {}), (RESTART, None, {"confirm": "true"}), ("/v1/syncs/contacts/off", None, {})],
)
def test_a_key_is_good_for_one_request(call: Client, world: World, path: str, body: Any, query: dict[str, str]) -> None:
    keyed(call, "POST", RESTART)
    before = world.sync()
    refused = keyed(call, "POST", path, body, **query)
    assert (refused.status, "new key" in refused.json["remedy"]) == (409, True)
    assert world.sync() == before


def test_while_it_is_carried_out_nobody_else_begins(
    call: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Answer] = []
    start = world.orchestrator.start_initial

    def twice(sync_id: str, generation: int) -> None:
        start(sync_id, generation)
        seen.append(keyed(call, "POST", RESTART))

    monkeypatch.setattr(world.orchestrator, "start_initial", twice)
    assert keyed(call, "POST", RESTART).json["generation"] == 2
    assert [(each.status, each.headers["Retry-After"]) for each in seen] == [(409, "2")]


def test_who_died_on_the_way_holds_a_key_for_a_moment_only(
    call: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.delattr(world.orchestrator.__class__, "start_initial")
        with pytest.raises(AttributeError):
            keyed(call, "POST", RESTART)
    assert keyed(call, "POST", RESTART).status == 409
    world.clock.at += LEASE_MS
    assert keyed(call, "POST", RESTART).status == 200


def test_what_was_refused_may_be_tried_again_with_its_key(call: Client, world: World) -> None:
    world.put(replace(world.sync(), status=SyncStatus.OFF))
    assert keyed(call, "POST", RESTART).status == 409
    world.put(replace(world.sync(), status=SyncStatus.ACTIVE))
    assert keyed(call, "POST", RESTART).status == 200


def test_a_deletion_that_is_not_done_goes_on(call: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def purge(sync_id: str, limit: int) -> bool:
        world.clock.sleep(60)
        return False

    with monkeypatch.context() as slow:
        slow.setattr(world.stores.index, "purge", purge)
        assert keyed(call, "DELETE", "/v1/syncs/contacts").status == 202
    assert [keyed(call, "DELETE", "/v1/syncs/contacts").json["done"] for _ in range(2)] == [True, True]


def test_a_key_is_forgotten_after_a_day(call: Client, world: World) -> None:
    keyed(call, "POST", RESTART)
    world.clock.at += KEPT_ANSWER_MS + 1
    assert keyed(call, "POST", RESTART).json["generation"] == 3


def test_nothing_of_the_request_is_kept(call: Client, world: World) -> None:
    keyed(call, "POST", "/v1/apply", DOCUMENT, key="a-key")
    kept = repr(world.stores.answers._kept)
    assert not [word for word in ("hub-token", "ops@example.com", "a-key", "127.0.0.1") if word in kept]


def test_who_may_not_come_in_hears_nothing(call: Client) -> None:
    keyed(call, "POST", RESTART)
    assert call("POST", RESTART, headers={"Idempotency-Key": "k1"}, as_=None).status == 401


@pytest.mark.parametrize("key", ["", " ", "two words", "ñ", "x" * 256])
def test_what_is_no_key_is_refused(call: Client, world: World, key: str) -> None:
    before = world.sync()
    assert keyed(call, "POST", RESTART, key=key).status == 400
    assert world.sync() == before


def test_questions_need_no_key(call: Client, world: World) -> None:
    assert keyed(call, "POST", "/v1/diff", DOCUMENT).status == 200
    assert not world.stores.answers._kept
    assert keyed(call, "GET", "/v1/syncs").status == 200
    world.put(replace(world.sync(), status=SyncStatus.OFF))
    assert keyed(call, "GET", "/v1/syncs").json["syncs"][0]["status"] == "off"
