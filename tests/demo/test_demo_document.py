"""The document that the demo applies and the checker's table of fields say the same."""

from __future__ import annotations

import pytest
import yaml

from infra.demo.api import DOCUMENT
from infra.demo.checker.rules import COMPANIES, CONTACTS, Rules

NESTED = {"first_name": "name.first", "last_name": "name.last"}
"""What the app's manifest calls fields that the app keeps one level down."""


@pytest.mark.parametrize("rules", [CONTACTS, COMPANIES], ids=lambda rules: rules.name)
def test_every_mapping_of_the_document_is_checked(rules: Rules) -> None:
    sync = yaml.safe_load(DOCUMENT.read_text())["syncs"][rules.name]
    mapped = [(item["hubspot"], NESTED.get(item["app"], item["app"])) for item in sync["mappings"]]
    assert mapped == [(item.hubspot, item.app) for item in rules.pairings]
    assert (sync["hubspot"]["object"], sync["app"]["object"]) == (rules.hubspot_object, rules.app_object)
    assert (sync["direction"], sync["default"]) == (rules.direction, rules.default)
