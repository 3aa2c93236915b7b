"""The API's document: it is the committed one, has every route and no other, and can be read without a token."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from hubsync.api import app as api
from hubsync.api.contract.document import OPERATIONS, document, text
from hubsync.api.roles import OPEN
from tests.unit.api.api_client import Client
from tests.unit.api.told import check
from tests.unit.services.manage_world import World

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"
DOCUMENT: dict[str, Any] = document()


def test_the_committed_document_is_up_to_date() -> None:
    assert COMMITTED.read_text() == text(), "docs/openapi.json is stale: run `make openapi`"


def test_the_document_is_served_to_anybody() -> None:
    world = World()
    answer = Client(world)("GET", "/v1/openapi.json", as_=None)
    assert (answer.status, answer.json) == (200, DOCUMENT)
    assert world.untouched


def test_every_route_is_in_the_document_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    resolvers = []

    class Watched(api.APIGatewayHttpResolver):
        def __init__(self) -> None:
            super().__init__()
            resolvers.append(self)

    monkeypatch.setattr(api, "APIGatewayHttpResolver", Watched)
    Client(World())
    (resolver,) = resolvers
    routes = [*resolver._static_routes, *resolver._dynamic_routes]
    served = {(route.method, re.sub(r"<(\w+)>", r"{\1}", route.path)) for route in routes}
    assert served == {(each.method, each.path) for each in OPERATIONS}
    assert len(routes) == len(OPERATIONS)


def test_what_is_open_to_anybody_is_said_to_be() -> None:
    assert {each.path for each in OPERATIONS if each.open} == OPEN


def test_every_operation_has_a_name_of_its_own_and_a_tag_that_is_told() -> None:
    assert len({each.id for each in OPERATIONS}) == len(OPERATIONS)
    assert {each.tag for each in OPERATIONS} == {tag["name"] for tag in DOCUMENT["tags"]}


def test_no_two_models_share_a_name() -> None:
    """A second one would get a longer name, and references to the first would lead nowhere."""
    assert not [name for name in DOCUMENT["components"]["schemas"] if "__" in name]
    refs = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT)))
    assert refs <= set(DOCUMENT["components"]["schemas"])


def test_every_answer_and_parameter_is_described() -> None:
    for path, operations in DOCUMENT["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            assert all("$ref" in each or each["description"] for each in operation.get("parameters", []))
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert schema.get("description"), name


@pytest.mark.parametrize(
    ("status", "media_type", "body"),
    [
        (200, "application/json", {"status": "ok", "colour": "red"}),
        (200, "application/json", {}),
        (200, "application/problem+json", {"status": "ok"}),
        (500, "application/json", {"status": "ok"}),
    ],
)
def test_an_answer_that_is_not_told_is_noticed(status: int, media_type: str, body: object) -> None:
    """Every answer in the tests of the API is held against the document; here is that this would fail."""
    check("GET", "/v1/health", 200, "application/json", {"status": "ok"})
    with pytest.raises(AssertionError):
        check("GET", "/v1/health", status, media_type, body)
