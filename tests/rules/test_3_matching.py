"""Rules 3.1 to 3.4: who is the same person, and which is the same company."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from tests.rules.scene import Scene, emails, firms
from tests.simulation.syncs import COMPANY_MAPPINGS, CONTACT_MAPPINGS
from tests.simulation.world import companies, contacts

H, A = Side.HUBSPOT, Side.APP


def test_contacts_match_by_email() -> None:
    """3.1 A contact and a person of the same email are one; another email makes another record on each side."""
    scene = Scene(emails("a@example.com", "b@example.com"), emails("b@example.com", "c@example.com"))
    assert scene.pairs() == {(1, 0)}
    assert len(scene.hubspots()) == len(scene.apps()) == 3


def test_companies_match_by_domain_or_name() -> None:
    """3.1 Companies match by their domain, whatever they are called, or by their name where no domain speaks."""
    scene = firms(
        [{"name": "Acme", "domain": "acme.example"}, {"name": "Globex"}],
        [{"title": "Globex"}, {"title": "Acme Holding", "website": "https://acme.example"}],
    )
    assert scene.pairs() == {(0, 1), (1, 0)}


def test_equal_names_match_with_another_domain() -> None:
    """3.2 Same name, another domain that nobody else has: one company."""
    scene = firms(
        [{"name": "Acme", "domain": "acme.example"}], [{"title": "Acme", "website": "https://acme-shop.example"}]
    )
    assert scene.pairs() == {(0, 0)}


def test_equal_domains_match_with_another_name() -> None:
    """3.2 Same domain, another name: one company."""
    scene = firms([{"name": "Acme", "domain": "acme.example"}], [{"title": "Ajax", "website": "https://acme.example"}])
    assert scene.pairs() == {(0, 0)}


def test_the_domain_wins_over_the_name() -> None:
    """3.2 The name says the first company, the domain the second: the domain wins, and the reason says so."""
    scene = firms(
        [{"name": "Acme", "domain": "acme.example"}, {"name": "Globex", "domain": "globex.example"}],
        [{"title": "Acme", "website": "https://globex.example"}],
    )
    assert (1, 0) in scene.pairs()
    assert "the name named another record, the domain counts" in scene.entry(A, 0).reason


def test_matching_does_not_depend_on_mappings() -> None:
    """3.3 The email is not mapped at all, and contacts match by it all the same."""
    unmapped = tuple(one for one in CONTACT_MAPPINGS if one.app_field != "email")
    scene = Scene(emails("a@example.com"), emails("a@example.com"), contacts(mappings=unmapped))
    assert scene.pairs() == {(0, 0)}


def test_a_domain_that_is_not_mapped_does_not_count() -> None:
    """3.3 With the domain unmapped, two companies of one domain are two, and those of one name are one."""
    unmapped = tuple(one for one in COMPANY_MAPPINGS if one.hubspot_field != "domain")
    scene = Scene(
        [{"name": "Acme", "domain": "acme.example"}, {"name": "Globex"}],
        [{"title": "Ajax", "website": "https://acme.example"}, {"title": "globex"}],
        replace(companies(), mappings=unmapped),
    )
    assert scene.pairs() == {(1, 1)}
    assert len(scene.hubspots()) == 3


@pytest.mark.parametrize(
    ("in_hubspot", "in_app"),
    [
        ({"domain": "acme.example"}, {"website": "HTTPS://www.Acme.example:443/about?x=1"}),
        ({"domain": "bücher.example"}, {"website": "https://xn--bcher-kva.example/"}),
        ({"name": "  ACME   Holding "}, {"title": "acme holding"}),
        ({"name": "Straße & Söhne"}, {"title": "STRASSE & SÖHNE"}),
    ],
    ids=["web address", "punycode", "blanks and case", "folded case"],
)
def test_companies_are_compared_in_a_normal_form(in_hubspot: dict[str, str], in_app: dict[str, str]) -> None:
    """3.4 Scheme, www, port, path and script of a domain, case and blanks of a name say nothing."""
    title = {"title": "Somebody else"} if "title" not in in_app else {}
    scene = firms([in_hubspot], [{**title, **in_app}])
    assert scene.pairs() == {(0, 0)}


def test_emails_are_compared_in_a_normal_form() -> None:
    """3.4 Case and blanks of an email say nothing; accents and plus signs do."""
    scene = Scene(emails("a@example.com", "b+1@example.com"), emails("  A@EXAMPLE.com ", "b@example.com"))
    assert scene.pairs() == {(0, 0)}


@pytest.mark.parametrize("default", list(Side))
def test_a_secondary_email_matches_and_the_primary_stays(default: Side) -> None:
    """3.4 HubSpot's secondary emails count; a match by one never overwrites the primary, whoever is the default."""
    contact = {"email": "a@example.com", "hs_additional_emails": "old@example.com;older@example.com"}
    scene = Scene([contact], emails("OLDER@example.com"), contacts(default=default))
    assert scene.pairs() == {(0, 0)}
    assert scene.hubspot(0, "email") == "a@example.com"
    assert scene.entry(H, 0).status is RecordStatus.IN_SYNC


@pytest.mark.parametrize("default", list(Side))
def test_a_further_domain_matches_and_the_primary_stays(default: Side) -> None:
    """3.4 So do a company's further domains: the organisation with one of them is that company, whose own domain
    stays."""
    company = {"name": "Acme", "domain": "acme.example", "hs_additional_domains": "acme-shop.example;acme-old.example"}
    scene = Scene([company], [{"title": "Shop", "website": "https://www.acme-old.example"}], companies(default=default))
    assert scene.pairs() == {(0, 0)}
    assert scene.hubspot(0, "domain") == "acme.example"
    assert scene.entry(H, 0).status is RecordStatus.IN_SYNC
