"""Rules 3.1 to 3.7: who is the same person, the same company."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.side import Side
from hubsync.model.status import ExclusionReason, FailureCategory, RecordStatus
from tests.rules.scene import Scene
from tests.simulation.syncs import COMPANY_MAPPINGS, CONTACT_MAPPINGS
from tests.simulation.world import companies, contacts

H, A = Side.HUBSPOT, Side.APP


def firms(hubspot: list[dict[str, str]], app: list[dict[str, str]]) -> Scene:
    """Companies and organisations, in step."""
    return Scene(hubspot, app, companies())


def emails(*addresses: str) -> list[dict[str, str]]:
    """A record for each address."""
    return [{"email": address} for address in addresses]


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


def test_the_first_in_the_apps_list_is_synced() -> None:
    """3.5 The app's first record is in sync, the next with the same email is a duplicate, on every rerun."""
    scene = Scene([], emails("a@example.com", "A@example.com", "a@example.com"))
    for _ in range(2):
        assert scene.entry(A, 0).status is RecordStatus.IN_SYNC
        assert {scene.entry(A, at).exclusion for at in (1, 2)} == {ExclusionReason.DUPLICATE}
        assert len(scene.hubspots()) == 1
        scene.restart()


@pytest.mark.parametrize("how", ["deleted", "edited"])
def test_the_next_duplicate_takes_the_place_of_the_first(how: str) -> None:
    """3.5 When the first is deleted, or its identifier changes, the next one in line is synced."""
    scene = Scene([], emails("a@example.com", "a@example.com", "a@example.com"))
    if how == "deleted":
        scene.delete_app(0)
    else:
        scene.edit_app(0, email="b@example.com")
    scene.look()
    assert scene.entry(A, 1).status is RecordStatus.IN_SYNC
    assert scene.entry(A, 2).exclusion is ExclusionReason.DUPLICATE


def test_the_lowest_id_is_first_in_hubspot() -> None:
    """3.5 Among HubSpot's own duplicates the lowest id is synced."""
    scene = firms([{"name": "Acme"}, {"name": "ACME"}, {"name": "acme "}], [])
    assert scene.entry(H, 0).status is RecordStatus.IN_SYNC
    assert {scene.entry(H, at).exclusion for at in (1, 2)} == {ExclusionReason.DUPLICATE}


@pytest.mark.parametrize("side", list(Side))
def test_a_binding_outlives_its_identifier(side: Side) -> None:
    """3.6 The email of one side changes: the pair stays a pair, the new email is carried over, no record is made."""
    scene = Scene(emails("a@example.com"), emails("a@example.com"))
    if side is H:
        scene.edit_hubspot(0, email="b@example.com")
    else:
        scene.edit_app(0, email="b@example.com")
    scene.look()
    assert scene.pairs() == {(0, 0)}
    assert (scene.hubspot(0, "email"), scene.app(0, "email")) == ("b@example.com", "b@example.com")
    assert len(scene.hubspots()) == len(scene.apps()) == 1


def test_an_edit_towards_somebody_elses_identifier_is_a_conflict() -> None:
    """3.6 The new email is bound elsewhere: a unique conflict, neither pair is overwritten, and it clears by itself."""
    scene = Scene(emails("a@example.com", "b@example.com"), emails("a@example.com", "b@example.com"))
    before = scene.written
    scene.edit_app(0, email="b@example.com", first="Eva")
    scene.look()
    failure = scene.entry(A, 0).failure
    assert failure is not None
    assert failure.category is FailureCategory.UNIQUE_CONFLICT
    assert scene.written == before
    assert [scene.hubspot(at, "email") for at in (0, 1)] == ["a@example.com", "b@example.com"]
    assert scene.entry(A, 1).status is RecordStatus.IN_SYNC
    scene.edit_app(0, email="c@example.com")
    scene.look()
    assert (scene.hubspot(0, "email"), scene.hubspot(0, "firstname")) == ("c@example.com", "Eva")
    assert scene.pairs() == {(0, 0), (1, 1)}


def test_contacts_without_a_valid_email_stay_out() -> None:
    """3.7 No email, or one that is none: excluded on either side, and nothing is made."""
    scene = Scene([{"firstname": "Ana"}], [{"name": {"first": "Bo"}}, {"email": "broken@", "name": {"first": "Cy"}}])
    assert {entry.exclusion for entry in scene.entries()} == {ExclusionReason.NO_EMAIL}
    assert scene.written == (0, 0)


def test_a_setting_lets_contacts_without_email_in() -> None:
    """3.7 With `require_email: false` they are made on the other side."""
    scene = Scene([{"firstname": "Ana"}], [{"name": {"first": "Bo"}}], contacts(require_email=False))
    assert len(scene.hubspots()) == len(scene.apps()) == 2
    assert {entry.status for entry in scene.entries()} == {RecordStatus.IN_SYNC}


@pytest.mark.parametrize("side", list(Side))
def test_a_bound_contact_that_loses_its_email_is_excluded(side: Side) -> None:
    """3.7 It keeps its binding and nothing is deleted; with an email again it syncs on, without a second record."""
    scene = Scene(emails("a@example.com"), emails("a@example.com"))
    if side is H:
        scene.edit_hubspot(0, email="")
    else:
        scene.edit_app(0, email=None, first="Ana")
    scene.look()
    assert scene.entry(H, 0).exclusion is ExclusionReason.NO_EMAIL
    assert scene.pairs() == {(0, 0)}
    if side is H:
        scene.edit_hubspot(0, email="b@example.com")
    else:
        scene.edit_app(0, email="b@example.com")
    scene.look()
    assert scene.entry(H, 0).status is RecordStatus.IN_SYNC
    assert (scene.hubspot(0, "email"), scene.app(0, "email")) == ("b@example.com", "b@example.com")
    assert len(scene.hubspots()) == len(scene.apps()) == 1


def test_a_company_that_names_nothing_stays_out() -> None:
    """3.8 A company without domain and name has nothing to be matched by: excluded (missing identifier)."""
    scene = Scene([{"city": "Bonn"}], [], companies())
    assert scene.entry(H, 0).exclusion is ExclusionReason.MISSING_IDENTIFIER
    assert scene.apps() == []
