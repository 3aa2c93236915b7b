"""A plan is compared with what has become of both applications, number by number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from infra.demo.checker.expectation import Expectation
from infra.demo.checker.initial import expect
from infra.demo.checker.plan import compare, done, verify_plan
from infra.demo.checker.rules import DEALS, PLACE
from infra.demo.checker.world import World

BEFORE = World.of(
    [
        ("1", {"dealname": "Ovens", "amount": "5", PLACE: "default/closedwon"}),
        ("2", {"dealname": "Crates", PLACE: "default/closedwon"}),
        ("3", {"dealname": "Lost", PLACE: "default/closedlost"}),
    ],
    [("o1", {"title": "Ovens", "amount": 4, PLACE: "pip_sales/stg_meeting", "person_id": None})],
    {"contacts": {"hubspot": {"1": ("7",)}, "app": {}}, "companies": {"hubspot": {}, "app": {}}},
)
AFTER = World.of(
    [(key, record.fields) for key, record in BEFORE.hubspot.items()],
    [
        ("o1", {"title": "Ovens", "amount": 5, PLACE: "pip_sales/stg_won"}),
        ("o2", {"title": "Crates", "amount": None, PLACE: "pip_sales/stg_won"}),
    ],
    {"contacts": {"hubspot": {"1": ("7",)}, "app": {"o1": ("p7",)}}, "companies": {"hubspot": {}, "app": {}}},
)
PLAN: dict[str, Any] = {
    "created": {"hubspot": 0, "app": 1},
    "updated": {"hubspot": 0, "app": 1},
    "fields": {"hubspot": {}, "app": {"title": 1, "amount": 1, "pipeline_id": 2, "stage_id": 2, "person_id": 1}},
    "linked": 1,
    "excluded": {"stage_not_mapped": 1},
    "refused": {},
    "pending": 0,
}


@pytest.fixture
def expected() -> Expectation:
    return expect(DEALS, BEFORE)


def test_a_plan_that_came_true_has_no_faults(expected: Expectation) -> None:
    lines = compare(PLAN, expected, done(DEALS, BEFORE, AFTER))
    assert verify_plan("deals", lines) == []
    assert sum(line.planned for line in lines if line.field) == 7


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"created": {"hubspot": 1, "app": 1}}, "said 1 for records made in HubSpot, and it became 0"),
        ({"updated": {"hubspot": 0, "app": 0}}, "said 0 for records changed in the app, and it became 1"),
        ({"linked": 2}, "said 2 for records that find their partner, and it became 1"),
        ({"excluded": {}}, "said 0 for left out: stage not mapped, and it became 1"),
        ({"refused": {"required_value_missing": 3}}, "said 3 for left out: required value missing, and it became 0"),
        ({"pending": 1}, "said 1 for not decided yet, and it became 0"),
        (
            {"fields": {"hubspot": {}, "app": {**PLAN["fields"]["app"], "person_id": 0}}},
            "said 0 for person_id in the app, and it became 1",
        ),
        (
            {"fields": {"hubspot": {"amount": 1}, "app": PLAN["fields"]["app"]}},
            "said 1 for amount in HubSpot, and it became 0",
        ),
    ],
)
def test_every_number_that_did_not_come_true_is_named(expected: Expectation, wrong: dict[str, Any], words: str) -> None:
    lines = compare({**PLAN, **wrong}, expected, done(DEALS, BEFORE, AFTER))
    (fault,) = verify_plan("deals", lines)
    assert words in fault


def test_what_was_done_beyond_the_plan_is_found(expected: Expectation) -> None:
    app = {**AFTER.app, "o3": replace(AFTER.app["o2"], id="o3")}
    faults = verify_plan("deals", compare(PLAN, expected, done(DEALS, BEFORE, World(AFTER.hubspot, app, AFTER.links))))
    assert any("records made in the app, and it became 2" in fault for fault in faults)
