"""A record of another sync, or of another deployment, is not there: it is neither shown nor touched."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from hubsync.model.entry import Half, IndexEntry
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.status import Failure, FailureCategory, RecordStatus
from hubsync.model.sync import SyncStatus
from hubsync.stores.index_port import PutAlias, PutEntry
from tests.unit.api.api_client import Client
from tests.unit.api.test_management_api import DOCUMENT
from tests.unit.services.manage_world import World

FAILURE = Failure(FailureCategory.TOO_LONG, "The value is too long.", "Shorten it.", "name")
THEIRS = "h-901"


@pytest.fixture
def call(world: World) -> Client:
    """Contacts and companies are in sync; the one record there is, a failing one, is a company's."""
    client = Client(world)
    companies: dict[str, Any] = {
        "hubspot": {"connection": "hubspot", "object": "companies"},
        "app": {"connection": "orbit", "object": "organisations"},
        "direction": "two_way",
        "mappings": [{"hubspot": "name", "app": "title"}],
    }
    applied = client("POST", "/v1/apply", {**DOCUMENT, "syncs": {**DOCUMENT["syncs"], "companies": companies}})
    assert applied.status == 200, applied.json
    for name in ("contacts", "companies"):
        world.put(replace(world.sync(name), status=SyncStatus.ACTIVE))
    entry = IndexEntry(
        world.sync("companies").id, THEIRS, Half("901"), Half("o-1"), status=RecordStatus.FAILING, failure=FAILURE
    )
    world.stores.index.write([PutEntry(entry), PutAlias(entry.sync_id, RecordRef(Side.APP, "o-1"), entry.id)])
    return client


@pytest.mark.parametrize("name", [THEIRS, "901", "o-1"])
@pytest.mark.parametrize("path", ["", "/explain", "/addresses"])
def test_it_is_not_shown(call: Client, name: str, path: str) -> None:
    assert call("GET", f"/v1/syncs/contacts/records/{name}{path}").status == 404


@pytest.mark.parametrize("name", [THEIRS, "901", "o-1"])
def test_it_is_not_found(call: Client, name: str) -> None:
    assert call("GET", "/v1/syncs/companies/records", search=name).json["records"]
    assert call("GET", "/v1/syncs/contacts/records", search=name).json["records"] == []
    asked = {"ids": [THEIRS]}
    assert call("POST", "/v1/syncs/contacts/records/values", asked).json == {"records": [], "unknown": [THEIRS]}


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("retry", {"ids": [THEIRS]}),
        ("retry", {"ids": "all"}),
        ("restore", {"target": "app", "ids": [THEIRS]}),
        ("restore", {"target": "app", "ids": "all", "confirm": 1, "token": "made-up"}),
        ("trial", {"records": ["hubspot:901"]}),
    ],
)
def test_nothing_is_done_with_it(call: Client, world: World, verb: str, body: Any) -> None:
    """The other side of the same: for its own sync, all is something."""
    before = world.stores.index.entries(world.sync("companies").id, [THEIRS])
    world.stores.writes.clear()
    answer = call("POST", f"/v1/syncs/contacts/{verb}", body)
    assert answer.status in (200, 404, 409), answer.json
    assert world.queues.sent == []
    assert world.stores.writes == Counter()
    assert world.stores.index.entries(world.sync("companies").id, [THEIRS]) == before
    if (verb, body.get("ids")) == ("retry", "all"):
        assert call("POST", "/v1/syncs/companies/retry", body).json["records"] == 1
