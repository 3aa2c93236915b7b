"""The made-up worlds are messy, safe and the same for the same seed."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from infra.demo.checker import normal
from infra.demo.checker.expectation import expect
from infra.demo.checker.rules import COMPANIES, CONTACTS, Rules
from infra.demo.data.dataset import dataset
from tests.demo.reference import seeded

DATA = dataset(7, 400, 200)


def test_the_same_seed_makes_the_same_world_and_another_seed_another() -> None:
    assert dataset(7, 40, 30) == dataset(7, 40, 30)
    assert dataset(7, 40, 30) != dataset(8, 40, 30)


def test_both_sides_have_as_many_records_as_was_asked_for() -> None:
    sizes = {name: len(rows) for rows in (DATA.hubspot, DATA.app) for name, rows in rows.items()}
    assert sizes == {"contacts": 400, "people": 400, "companies": 200, "organisations": 200}


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
@pytest.mark.parametrize("rules", [CONTACTS, COMPANIES], ids=lambda rules: rules.name)
def test_every_kind_of_outcome_occurs_and_none_is_left_open(rules: Rules, seed: int) -> None:
    expected = expect(rules, seeded(rules, seed, contacts=400, companies=200))
    reasons = expected.reasons()
    wanted = {"duplicate", "no_email"} if rules is CONTACTS else {"duplicate", "required_value_missing"}
    assert set(reasons) == wanted
    assert expected.unsure == []
    assert min(expected.made["hubspot"], expected.made["app"]) > 50
    assert min(expected.changed["hubspot"], expected.changed["app"]) > 10
    assert sum(reasons.values()) < 0.1 * len(expected.pairs)
