"""The JSON Schema of documents: it is the committed one, explains every key, and takes what can be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from hubsync.api.contract.schema import schema, text
from hubsync.api.contract.words import WORDS
from infra.cli.document import read_document
from tests.unit.api.api_client import Client
from tests.unit.services.manage_world import World
from tests.unit.services.test_written import CONNECTIONS, DOCUMENTS

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLES = sorted((DOCS / "examples").glob("*.yaml"))
SCHEMA = schema()
LINE = "# yaml-language-server: $schema=../syncs.schema.json"


class Given(dict[str, str]):
    """Every variable has a value."""

    def get(self, key: str, default: Any = None) -> str:
        return "https://api.example.com"


def wrong(document: object) -> list[str]:
    return [each.message for each in Draft202012Validator(SCHEMA).iter_errors(document)]


def test_the_committed_schema_is_up_to_date() -> None:
    assert (DOCS / "syncs.schema.json").read_text() == text(), "docs/syncs.schema.json is stale: run `make openapi`"


def test_it_is_served_to_anybody() -> None:
    answer = Client(World())("GET", "/v1/syncs.schema.json", as_=None)
    assert (answer.status, answer.json) == (200, json.loads(text()))


def test_every_key_is_explained_and_nothing_else() -> None:
    assert set(keys()) == set(WORDS)


def keys() -> Iterator[tuple[str, str]]:
    for name, model in {"DocumentBody": SCHEMA, **SCHEMA["$defs"]}.items():
        for key in model.get("properties", {}):
            yield name, key


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_names_the_schema_and_is_what_it_says(path: Path) -> None:
    first = path.read_text().splitlines()[0]
    assert first == LINE
    assert (path.parent / first.partition("=")[2]).resolve() == DOCS / "syncs.schema.json"
    assert wrong(read_document(path, Given()).content) == []


@pytest.mark.parametrize("syncs", DOCUMENTS, ids=["contacts", "deals", "by-name"])
def test_what_can_be_applied_is_taken(syncs: object) -> None:
    assert wrong({"connections": CONNECTIONS, "syncs": syncs}) == []


def test_a_file_with_variables_is_taken_as_it_stands() -> None:
    account = {"app": "orbit", "token": "${ORBIT_TOKEN}", "base_url": "${ORBIT_URL:-https://orbit.example.com}"}
    assert wrong({"connections": {"orbit": account}}) == []


@pytest.mark.parametrize(
    "sync", [{}, {"colour": "red"}, {"direction": "sideways"}, {"mappings": "some"}, {"history_days": "long"}]
)
def test_what_cannot_be_read_is_not_taken(sync: dict[str, object]) -> None:
    ends = {"hubspot": {"connection": "h", "object": "contacts"}, "app": {"connection": "o", "object": "people"}}
    assert wrong({"syncs": {"contacts": {**ends, "direction": "two_way"}}}) == []
    assert wrong({"syncs": {"contacts": {**ends, **({"direction": "two_way"} if sync else {}), **sync}}})
