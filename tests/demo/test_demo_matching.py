"""Who belongs to whom: the rule, one situation at a time."""

from __future__ import annotations

from typing import Any

from infra.demo.checker.matching import Matching, match
from infra.demo.checker.rules import COMPANIES, CONTACTS
from infra.demo.checker.world import World


def people(hubspot: list[dict[str, Any]], app: list[str | None]) -> Matching:
    rows = [(f"p{n}", {"email": email}) for n, email in enumerate(app)]
    return match(CONTACTS, World.of([(str(n), row) for n, row in enumerate(hubspot)], rows))


def firms(hubspot: list[tuple[str | None, str | None]], app: list[tuple[str | None, str | None]]) -> Matching:
    left = [(str(n), {"name": name, "domain": domain}) for n, (name, domain) in enumerate(hubspot)]
    right = [(f"o{n}", {"title": name, "website": site}) for n, (name, site) in enumerate(app)]
    return match(COMPANIES, World.of(left, right))


def pairs(result: Matching) -> list[tuple[str, str]]:
    return [(hubspot.id, app.id) for hubspot, app in result.pairs]


def test_emails_match_whatever_their_case_and_space() -> None:
    assert pairs(people([{"email": "a@example.com"}], [" A@Example.COM "])) == [("0", "p0")]


def test_a_secondary_email_matches_and_the_primary_then_comes_second() -> None:
    contact = {"email": "a@example.com", "hs_additional_emails": "b@example.com;c@example.com"}
    result = people([contact], ["c@example.com", "a@example.com"])
    assert pairs(result) == [("0", "p0")]
    assert [(item.record.id, item.identifier) for item in result.duplicates] == [("p1", "email:a@example.com")]


def test_the_first_in_the_apps_list_is_the_one_that_counts() -> None:
    result = people([], ["a@example.com", "A@example.com"])
    assert [record.id for record in result.alone] == ["p0"]
    assert [(item.record.id, item.holder.id) for item in result.duplicates] == [("p1", "p0")]


def test_what_is_no_email_identifies_nobody() -> None:
    result = people([{"email": None}], ["n/a", "n/a", None, "a@@example.com"])
    assert [record.id for record in result.no_email] == ["0", "p0", "p1", "p2", "p3"]
    assert result.duplicates == []


def test_a_company_matches_by_name_where_the_domain_is_another_or_missing() -> None:
    result = firms(
        [("Alder  Labs", "alder.example"), ("Basalt", None)], [("alder labs", None), ("BASALT", "b.example")]
    )
    assert pairs(result) == [("0", "o0"), ("1", "o1")]


def test_the_domain_is_stronger_than_the_name() -> None:
    result = firms([("X", "x.example"), ("Y", "y.example")], [("X", "https://www.y.example/about")])
    assert pairs(result) == [("1", "o0")]
    assert [record.id for record in result.alone] == ["0"]


def test_the_lowest_id_is_first_among_hubspots_duplicates() -> None:
    result = firms([("X", "x.example"), ("Z", "www.x.example"), ("x", "other.example")], [])
    assert [record.id for record in result.alone] == ["0"]
    assert [item.record.id for item in result.duplicates] == ["1", "2"]


def test_a_duplicate_takes_no_place() -> None:
    """The second company of HubSpot is left out; who has its domain in the app is alone."""
    result = firms([("X", "x.example"), ("X", "free.example")], [("New", "free.example")])
    assert [record.id for record in result.alone] == ["0", "o0"]


def test_who_meets_a_partner_of_somebody_else_is_a_duplicate() -> None:
    result = firms([("X", "x.example")], [("X", None), ("Q", "x.example")])
    assert pairs(result) == [("0", "o0")]
    assert [item.record.id for item in result.duplicates] == ["o1"]


def test_ids_of_hubspot_are_numbers_and_not_texts() -> None:
    world = World.of([("10", {"name": "X"}), ("9", {"name": "X"})], [])
    assert [item.record.id for item in match(COMPANIES, world).duplicates] == ["10"]
