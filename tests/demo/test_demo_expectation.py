"""What must come of one pair or one lone record, and of a person's edits afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from infra.demo.checker.expectation import Expectation
from infra.demo.checker.initial import expect
from infra.demo.checker.rules import COMPANIES, CONTACTS, DEALS, PLACE, Rules, Side
from infra.demo.checker.world import Record, World

EMAIL = "a@example.com"


def person(hubspot: dict[str, Any] | None, app: dict[str, Any] | None, rules: Rules = CONTACTS) -> Expectation:
    left = [] if hubspot is None else [("1", {"email": EMAIL, **hubspot})]
    right = [] if app is None else [("p1", {"email": EMAIL, **app})]
    return expect(rules, World.of(left, right))


def held(expected: Expectation, side: Side, name: str) -> tuple[Any, bool]:
    field = expected.pairs[0].fields[side][name]
    return field.value, field.written


def test_hubspot_wins_at_the_first_match() -> None:
    expected = person({"jobtitle": "CEO"}, {"job_title": "CTO"})
    assert held(expected, "hubspot", "jobtitle") == ("CEO", False)
    assert held(expected, "app", "job_title") == ("CEO", True)


def test_a_blank_is_filled_from_either_side_and_empties_nothing() -> None:
    expected = person({"jobtitle": " ", "phone": "2025550101"}, {"job_title": "CTO", "phone": None})
    assert held(expected, "hubspot", "jobtitle") == ("CTO", True)
    assert held(expected, "app", "job_title") == ("CTO", False)
    assert held(expected, "app", "phone") == ("2025550101", True)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"email": "A@EXAMPLE.COM "}, {}),
        ({"phone": "(202) 555-0101"}, {"phone": "+1 202 555 0101"}),
        ({"crm_score": "12.50"}, {"score": 12.5}),
        ({"birthday": "1980-01-31"}, {"birthday": "1980-01-31T00:00:00Z"}),
        ({"firstname": "  Zoë "}, {"name.first": "Zoë"}),
    ],
)
def test_equal_values_are_left_as_they_are(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    expected = person(ours, theirs)
    assert not any(field.written for side in ("hubspot", "app") for field in expected.pairs[0].fields[side].values())
    assert expected.changed.total() == 0


def test_lone_records_are_made_on_the_other_side() -> None:
    assert person({"firstname": "Ana"}, None).made == {"app": 1}
    assert person(None, {"name.first": "Ana"}).made == {"hubspot": 1}


def test_one_way_to_hubspot_leaves_hubspots_lone_records_out_and_writes_nothing_in_the_app() -> None:
    rules = replace(CONTACTS, direction="to_hubspot")
    assert person({}, None, rules).reasons() == {"direction": 1}
    expected = person({"jobtitle": "CEO"}, {"job_title": "CTO", "phone": "2025550101"}, rules)
    assert held(expected, "app", "job_title") == ("CTO", False)
    assert held(expected, "hubspot", "phone") == ("2025550101", True)


def test_one_way_to_the_app_is_the_mirror_image() -> None:
    rules = replace(CONTACTS, direction="to_app")
    assert person(None, {}, rules).reasons() == {"direction": 1}
    expected = person({"jobtitle": "CEO"}, {"job_title": "CTO", "phone": "2025550101"}, rules)
    assert held(expected, "app", "job_title") == ("CEO", True)
    assert held(expected, "hubspot", "phone") == (None, False)


def test_a_company_without_a_name_cannot_be_made_in_the_app() -> None:
    expected = expect(COMPANIES, World.of([("1", {"domain": "x.example"})], []))
    assert expected.counts()["failing"] == 1
    assert expected.reasons() == {"required_value_missing": 1}


def test_every_record_has_one_status_and_a_pair_counts_once() -> None:
    expected = expect(
        CONTACTS,
        World.of(
            [("1", {"email": EMAIL}), ("2", {"email": "b@example.com"}), ("3", {"email": None})],
            [("p1", {"email": EMAIL}), ("p2", {"email": EMAIL}), ("p3", {"email": "broken"})],
        ),
    )
    assert expected.counts() == {"in_sync": 2, "excluded": 3, "failing": 0, "pending": 0, "queued": 0}


def test_a_duplicate_whose_first_gives_up_the_identifier_is_not_left_unsaid() -> None:
    """The first one is matched by domain and takes HubSpot's name: then the name it had is free for the second."""
    expected = expect(
        COMPANIES,
        World.of(
            [("1", {"name": "X", "domain": "x.example"})],
            [("o1", {"title": "Old X", "website": "x.example"}), ("o2", {"title": "Old X", "website": "z.example"})],
        ),
    )
    assert len(expected.unsure) == 1
    assert "o2" in expected.unsure[0]


def test_an_edit_flows_and_an_equal_one_does_not() -> None:
    expected = person({"jobtitle": "CEO", "phone": "2025550101"}, {"job_title": "CEO", "phone": "202-555-0101"})
    expected.edited("app", "p1", "job_title", "CFO")
    expected.edited("hubspot", "1", "phone", "+12025550101")
    assert held(expected, "hubspot", "jobtitle") == ("CFO", True)
    assert held(expected, "app", "phone") == ("202-555-0101", False)


def test_of_two_edits_the_default_sides_stands() -> None:
    expected = person({"jobtitle": "CEO"}, {"job_title": "CEO"})
    pairing = next(item for item in CONTACTS.pairings if item.hubspot == "jobtitle")
    expected.conflicted(expected.pairs[0], pairing, {"hubspot": "COO", "app": "CFO"})
    assert held(expected, "hubspot", "jobtitle") == ("COO", False)
    assert held(expected, "app", "job_title") == ("COO", True)


def test_after_a_deletion_the_survivor_stands_still_and_fails() -> None:
    expected = person({}, {})
    survivor = Record("hubspot", "1", {"email": EMAIL})
    expected.deleted("app", "p1", survivor)
    assert expected.counts()["failing"] == 1
    assert expected.pairs == []


def deal(hubspot: str | None, app: str | None, *, pair: bool = True) -> Expectation:
    """A deal in a stage on each side; without `pair` they are two."""
    left = [("1", {"dealname": "Ovens", PLACE: hubspot})]
    right = [("o1", {"title": "ovens " if pair else "Lenses", PLACE: app})]
    return expect(DEALS, World.of(left, right))


def test_a_stage_of_hubspots_stands_at_the_first_match_as_the_apps_own() -> None:
    expected = deal("default/closedwon", "pip_sales/stg_meeting")
    assert held(expected, "app", PLACE) == ("pip_sales/stg_won", True)
    assert held(expected, "hubspot", PLACE) == ("default/closedwon", False)


def test_two_stages_that_go_with_one_are_the_same_and_the_first_is_the_way_back() -> None:
    expected = deal("default/contractsent", "pip_sales/stg_proposal")
    assert held(expected, "hubspot", PLACE) == ("default/contractsent", False)
    assert held(expected, "app", PLACE) == ("pip_sales/stg_proposal", False)
    lone = deal("default/closedwon", "pip_sales/stg_proposal", pair=False)
    assert lone.pairs[1].fields["hubspot"][PLACE].value == "default/presentationscheduled"


def test_an_empty_stage_is_filled_in_a_pair_and_keeps_a_lone_deal_out() -> None:
    assert held(deal("default/closedwon", None), "app", PLACE) == ("pip_sales/stg_won", True)
    assert held(deal(None, "pip_sales/stg_won"), "hubspot", PLACE) == ("default/closedwon", True)
    assert deal("default/closedwon", None, pair=False).reasons() == {"stage_not_mapped": 1}


@pytest.mark.parametrize(
    ("hubspot", "app"),
    [("default/closedlost", "pip_sales/stg_won"), ("default/closedwon", "pip_sales/stg_lost")],
)
def test_a_pair_in_a_stage_that_is_not_mapped_is_left_out_and_counts_once(hubspot: str, app: str) -> None:
    expected = deal(hubspot, app)
    assert (expected.counts()["excluded"], expected.counts()["in_sync"], expected.matched) == (1, 0, 1)
    assert {still.record.id for still in expected.still} == {"1", "o1"}


def test_lone_deals_in_a_stage_that_is_not_mapped_are_left_out() -> None:
    expected = deal("default/closedlost", "pip_sales/stg_lost", pair=False)
    assert expected.reasons() == {"stage_not_mapped": 2}
    assert expected.made == {}


def test_a_stage_that_moves_is_carried_in_the_other_sides_words() -> None:
    expected = deal("default/closedwon", "pip_sales/stg_won")
    expected.edited("hubspot", "1", PLACE, "renewals/renewal-due")
    assert held(expected, "app", PLACE) == ("pip_renewals/stg_due", True)
    expected.edited("app", "o1", PLACE, "pip_sales/stg_proposal")
    assert held(expected, "hubspot", PLACE) == ("default/presentationscheduled", True)
    expected.edited("hubspot", "1", PLACE, "default/contractsent")
    assert held(expected, "app", PLACE) == ("pip_sales/stg_proposal", False)


def test_what_was_left_out_enters_and_what_was_deleted_is_restored_as_a_new_pair() -> None:
    expected = deal("default/closedlost", "pip_sales/stg_won", pair=False)
    expected.entered(Record("hubspot", "1", {"dealname": "Ovens", PLACE: "default/closedwon"}))
    assert (expected.counts()["in_sync"], expected.counts()["excluded"]) == (2, 0)
    pair = expected.pairs[-1]
    assert pair.fields["app"][PLACE].value == "pip_sales/stg_won"
    pair.ids["app"] = "o2"
    survivor = Record("hubspot", "1", {"dealname": "Ovens", PLACE: "default/closedwon"})
    expected.deleted("app", "o2", survivor)
    assert expected.reasons() == {"deleted_on_the_other_side": 1}
    expected.restored(survivor)
    assert (expected.counts()["in_sync"], expected.counts()["failing"]) == (2, 0)
    assert expected.pairs[-1].ids == {"hubspot": "1", "app": None}
