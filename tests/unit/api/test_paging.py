"""Lists go on where they were left, and a cursor of something else is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hubsync.api.paging import cursor_of
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.export import Export, ExportFormat
from hubsync.model.status import Failure, FailureCategory, RecordStatus
from hubsync.stores.index_port import PutEntry
from hubsync.stores.ports import Notification
from tests.unit.api.api_client import Client
from tests.unit.api.test_management_api import DOCUMENT
from tests.unit.services.manage_world import World

RECORDS = "/v1/syncs/contacts/records"
FAILURE = Failure(FailureCategory.TOO_LONG, "The value is too long.", "Shorten it.")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def call(world: World) -> Client:
    client = Client(world)
    client("POST", "/v1/apply", DOCUMENT)
    for number in range(5):
        world.put(replace(world.sync(), id=f"s{number}", name=f"more-{number}", version=0))
        entry = IndexEntry(world.sync().id, f"h-{number}", hubspot=Half(str(number)), since=number)
        failing = IndexEntry(
            world.sync().id, f"a-{number}", app=Half(f"p{number}"), status=RecordStatus.FAILING, failure=FAILURE
        )
        world.stores.index.write([PutEntry(entry), PutEntry(failing)])
        world.stores.notifications.add_notification(Notification("s1", number, f"Title {number}", "Text."))
        world.stores.exports.put_export(Export(f"000{number}", number, "s1", "contacts", ExportFormat.CSV))
    return client


def pages(call: Client, path: str, key: str, **query: str) -> list[list[Any]]:
    found, cursor = [], {}
    while True:
        page = call("GET", path, limit="2", **query, **cursor).json
        found.append(page[key])
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


@pytest.mark.parametrize(
    ("path", "key", "query", "number"),
    [
        (RECORDS, "records", {}, 10),
        (RECORDS, "records", {"status": "failing"}, 5),
        ("/v1/notifications", "notifications", {}, 5),
        ("/v1/exports", "exports", {}, 5),
        ("/v1/syncs", "syncs", {}, 6),
    ],
)
def test_every_page_together_is_the_whole_list(
    call: Client, path: str, key: str, query: dict[str, str], number: int
) -> None:
    found = [str(each) for page in pages(call, path, key, **query) for each in page]
    assert len(found) == len(set(found)) == number


@pytest.mark.parametrize("cursor", ["x", "é", "00", "AAAA", "x" * 900, "%%%", "bm90aGluZw"])
@pytest.mark.parametrize("path", [RECORDS, "/v1/notifications", "/v1/exports", "/v1/syncs"])
def test_what_is_no_cursor_is_refused(call: Client, path: str, cursor: str) -> None:
    answer = call("GET", path, cursor=cursor)
    assert (answer.status, "next" in answer.json["remedy"]) == (400, True)


def test_a_cursor_of_another_list_is_refused(call: Client) -> None:
    cursor = call("GET", RECORDS, status="failing", limit="2").json["next"]
    assert call("GET", RECORDS, status="failing", cursor=cursor).status == 200
    assert call("GET", RECORDS, cursor=cursor).status == 400
    assert call("GET", RECORDS, status="pending", cursor=cursor).status == 400
    assert call("GET", "/v1/notifications", cursor=cursor).status == 400
    assert call("GET", "/v1/exports", cursor=cursor).status == 400
    assert call("POST", "/v1/syncs/contacts/retry", {"ids": "all", "cursor": cursor}).status == 400


def test_a_cursor_that_was_changed_is_refused(call: Client) -> None:
    cursor = cursor_of("notifications", "000000000000002#s1#Title 2") or ""
    assert call("GET", "/v1/notifications", cursor=cursor).status == 200
    for changed in (cursor[:-1], cursor + "A", cursor.swapcase()):
        assert call("GET", "/v1/notifications", cursor=changed).status == 400
