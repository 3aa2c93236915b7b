"""The routes of exports."""

from __future__ import annotations

import pytest

from hubsync.model.export import KEPT_MS
from tests.unit.api.api_client import Client
from tests.unit.services.manage_world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.applied()
    return world


def test_an_order_is_answered_at_once_and_can_be_followed(world: World) -> None:
    """8.5 202 with an id; then how far it is; then a link."""
    api = Client(world)
    world.made_exports.making = False
    ordered = api("POST", "/v1/syncs/contacts/exports", {"format": "xlsx", "status": "failing", "values": True})
    assert ordered.status == 202
    export_id = ordered.json["id"]
    waiting = api("GET", f"/v1/exports/{export_id}").json
    assert (waiting["status"], waiting["rows"], waiting["link"]) == ("waiting", 0, None)
    assert (waiting["format"], waiting["records"], waiting["values"]) == ("xlsx", "failing", True)
    world.made_exports.making = True
    world.made_exports.make(export_id)
    done = api("GET", f"/v1/exports/{export_id}").json
    assert (done["status"], done["name"]) == ("done", "contacts-failing.xlsx")
    assert done["link"].startswith("https://")
    assert done["link_until"] == world.clock.at + 3_600_000
    world.clock.at += KEPT_MS
    assert api("GET", f"/v1/exports/{export_id}").json["link"] is None


def test_the_newest_are_listed_first_without_links(world: World) -> None:
    """8.5 Exports are listed."""
    api = Client(world)
    first = api("POST", "/v1/syncs/contacts/exports", {}).json["id"]
    world.clock.at += 1
    second = api("POST", "/v1/syncs/contacts/exports", {}).json["id"]
    listed = api("GET", "/v1/exports").json["exports"]
    assert [each["id"] for each in listed] == [second, first]
    assert {each["link"] for each in listed} == {None}
    assert len(api("GET", "/v1/exports", limit="1").json["exports"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"format": "pdf"},
        {"status": "lost"},
        {"values": "yes"},
        {"mail": "ana@example.com, eve@example.com"},
        {"mail": "ana@example.com\nBcc: eve@example.com"},
        {"mail": "nobody"},
        {"more": 1},
        [],
        "csv",
    ],
)
def test_what_is_no_order_is_refused(world: World, body: object) -> None:
    answer = Client(world)("POST", "/v1/syncs/contacts/exports", body)
    assert answer.status == 400
    assert answer.json["remedy"]
    assert not world.stores.exports.exports(10)


def test_what_there_is_not_is_not_found(world: World) -> None:
    api = Client(world)
    assert api("POST", "/v1/syncs/nobody/exports", {}).status == 404
    assert api("GET", "/v1/exports/nothing").status == 404
    assert api("GET", "/v1/exports", as_=None).status == 401
