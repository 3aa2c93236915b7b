"""The made-up worlds are messy, safe and the same for the same seed."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from infra.demo.checker import normal
from infra.demo.checker.initial import expect
from infra.demo.checker.rules import COMPANIES, CONTACTS, DEALS, Rules
from infra.demo.data.dataset import dataset
from tests.demo.reference import seeded

DATA = dataset(7, 400, 200, 200)


def test_the_same_seed_makes_the_same_world_and_another_seed_another() -> None:
    assert dataset(7, 40, 30) == dataset(7, 40, 30)
    assert dataset(7, 40, 30, 30) == dataset(7, 40, 30, 30)
    assert dataset(7, 40, 30, 30) != dataset(8, 40, 30, 30)


def test_deals_change_nothing_about_the_others() -> None:
    bare = dataset(7, 400, 200)
    assert [DATA.hubspot[kind] for kind in bare.hubspot] == list(bare.hubspot.values())
    assert [DATA.app[kind] for kind in bare.app] == list(bare.app.values())


def test_both_sides_have_as_many_records_as_was_asked_for() -> None:
    sizes = {name: len(rows) for rows in (DATA.hubspot, DATA.app) for name, rows in rows.items()}
    assert sizes == {
        "contacts": 400,
        "people": 400,
        "companies": 200,
        "organisations": 200,
        "deals": 200,
        "opportunities": 200,
    }


def test_nobody_real_can_be_reached() -> None:
    rows = [row for side in (DATA.hubspot, DATA.app) for rows in side.values() for row in rows]
    for row in rows:
        if normal.is_email(row.get("email")):
            assert re.search(r"[@.]example\.(com|org|net)$", row["email"].strip().lower())
        if row.get("phone"):
            assert re.fullmatch(r"\d{3}55501\d\d", re.sub(r"\D", "", row["phone"])[-10:])
        for site in (row.get("domain"), row.get("website")):
            assert not site or normal.domain(site).endswith(".example")


def test_hubspot_never_holds_an_email_twice() -> None:
    held = [
        email
        for row in DATA.hubspot["contacts"]
        for email in (row["email"], row["hs_additional_emails"])
        if email is not None
    ]
    assert [email for email, times in Counter(held).items() if times > 1] == []


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("rules", [CONTACTS, COMPANIES, DEALS], ids=lambda rules: rules.name)
def test_every_kind_of_outcome_occurs_and_none_is_left_open(rules: Rules, seed: int) -> None:
    expected = expect(rules, seeded(rules, seed, contacts=400, companies=200, deals=200))
    reasons = expected.reasons()
    second = {"contacts": "no_email", "companies": "required_value_missing", "deals": "stage_not_mapped"}
    assert set(reasons) == {"duplicate", second[rules.name]}
    assert expected.unsure == []
    assert min(expected.made["hubspot"], expected.made["app"]) > 50
    assert min(expected.changed["hubspot"], expected.changed["app"]) > 10
    assert sum(reasons.values()) < (0.2 if rules is DEALS else 0.1) * len(expected.pairs)


@pytest.mark.parametrize("seed", range(8))
def test_links_lead_from_one_row_to_another_and_some_will_have_to_wait(seed: int) -> None:
    data = dataset(seed, 200, 30, 40)
    ends = {(link.side, link.source, link.target) for link in data.links}
    assert len(ends) == 6
    waiting = 0
    for link in data.links:
        rows = data.hubspot if link.side == "hubspot" else data.app
        assert link.row < len(rows[link.source])
        waiting += link.target == "contacts" and not rows["contacts"][link.to]["email"]
        assert link.to < len(rows[link.target])
    assert waiting >= 2


def test_in_the_app_everything_has_one_link_of_a_kind_at_most() -> None:
    held = [(link.source, link.row, link.target) for link in DATA.links if link.side == "app"]
    assert len(held) == len(set(held))
