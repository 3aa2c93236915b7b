"""The document that the demo applies and the checker's table of fields say the same."""

from __future__ import annotations

import pytest
import yaml

from infra.demo.api import DEALS as DEALS_DOCUMENT
from infra.demo.api import DOCUMENT
from infra.demo.checker.rules import COMPANIES, CONTACTS, DEALS, Rules
from infra.demo.own import RENEWALS
from infra.local.crm.settings import default_pipelines
from infra.local.hubspot.pipelines import defaults

NESTED = {"first_name": "name.first", "last_name": "name.last"}
"""What the app's manifest calls fields that the app keeps one level down."""


SYNCS = {
    name: sync
    for document in (DOCUMENT, DEALS_DOCUMENT)
    for name, sync in yaml.safe_load(document.read_text())["syncs"].items()
}


@pytest.mark.parametrize("rules", [CONTACTS, COMPANIES, DEALS], ids=lambda rules: rules.name)
def test_every_mapping_of_the_document_is_checked(rules: Rules) -> None:
    sync = SYNCS[rules.name]
    mapped = [(item["hubspot"], NESTED.get(item["app"], item["app"])) for item in sync["mappings"]]
    assert mapped == [(item.hubspot, item.app) for item in rules.pairings if item.sort != "stage"]
    assert (sync["hubspot"]["object"], sync["app"]["object"]) == (rules.hubspot_object, rules.app_object)
    assert (sync["direction"], sync["default"]) == (rules.direction, rules.default)
    links = [(item["via"], item["hubspot"], item["app"]) for item in sync.get("associations", ())]
    assert links == [(link.to, link.hubspot, link.app) for link in rules.links]


def test_the_stages_that_go_together_are_those_of_the_document() -> None:
    """By hand those that it names; by their names those that are called alike."""
    hand, alike = SYNCS["deals"]["pipelines"]
    ours, theirs = defaults()["deals"]["default"], default_pipelines()["pip_sales"]
    assert (hand["hubspot"], hand["app"]) == (ours.label, theirs.name)
    left = {stage.label: f"default/{key}" for key, stage in ours.stages.items()}
    right = {label: f"pip_sales/{key}" for key, label in theirs.stages.items()}
    pairs = [(left[one], right[two]) for one, two in hand["stages"].items()]
    renewals = default_pipelines()["pip_renewals"]
    assert alike == {"hubspot": RENEWALS["label"], "app": renewals.name}
    right = {label: f"pip_renewals/{key}" for key, label in renewals.stages.items()}
    pairs += [
        (f"renewals/{stage['stageId']}", right[stage["label"]])
        for stage in RENEWALS["stages"]
        if stage["label"] in right
    ]
    assert DEALS.stages is not None
    assert list(DEALS.stages.pairs) == pairs


def test_deals_match_by_what_the_checker_takes_for_their_key() -> None:
    assert SYNCS["deals"]["match"] == [{"hubspot": "dealname", "app": "title"}]
