"""The first record is in sync, the next with the same identifier waits for its place (rules 3.1 to 3.5)."""

from __future__ import annotations

from typing import Any

import pytest

from hubsync.model.entry import IndexEntry
from hubsync.model.status import ExclusionReason, RecordStatus
from tests.unit.services.look_world import A, H, Small, companies, contact, person


def is_duplicate(entry: IndexEntry) -> bool:
    return (entry.status, entry.exclusion) == (RecordStatus.EXCLUDED, ExclusionReason.DUPLICATE)


def twins() -> Small:
    """Two people with one email; the first is bound to HubSpot's contact."""
    return Small([contact(firstname="Ana")], [person(first="Ana"), person("ANA@example.com ", "Twin")])


def test_the_first_that_the_app_returns_is_in_sync() -> None:
    small = twins()
    assert small.entry(A, 0).id == small.entry(H, 0).id
    assert is_duplicate(small.entry(A, 1))
    assert len(small.hubspots()) == 1


def test_the_same_one_stays_first_on_every_rerun() -> None:
    small = twins()
    for _ in range(2):
        small.world.restart()
        small.world.settle()
        assert is_duplicate(small.entry(A, 1))
        assert small.entry(A, 0).bound


def test_two_new_records_of_one_page_make_one_record() -> None:
    small = Small([], [person(first="Ana"), person(first="Twin"), person(first="Third")])
    assert [one.get("firstname") for one in small.hubspots()] == ["Ana"]
    assert [is_duplicate(small.entry(A, at)) for at in range(3)] == [False, True, True]


def test_when_the_first_is_deleted_the_next_takes_its_place() -> None:
    small = twins()
    small.delete_a(0)
    small.rest()
    assert small.entry(A, 1).hubspot.record_id == str(small.h[0])
    assert small.entry(A, 1).status is RecordStatus.IN_SYNC
    assert len(small.hubspots()) == 1


def test_when_the_firsts_email_changes_the_next_takes_its_place() -> None:
    small = twins()
    small.edit_a(0, {"email": "new@example.com"})
    small.rest()
    assert small.hubspot(0)["email"] == "new@example.com"  # rule 3.6: the binding stays
    assert small.entry(A, 1).status is RecordStatus.IN_SYNC
    assert sorted(one["email"] for one in small.hubspots()) == ["ana@example.com", "new@example.com"]


def test_when_hubspot_changes_the_email_the_next_takes_its_place() -> None:
    small = twins()
    small.edit_h(0, email="new@example.com")
    small.rest()
    assert small.app(0)["email"] == "new@example.com"
    assert small.entry(A, 1).status is RecordStatus.IN_SYNC
    assert len(small.hubspots()) == 2


def test_the_place_goes_down_the_line_in_order() -> None:
    """Rule 3.5: of several that wait, the first is next."""
    small = Small([], [person(first=name) for name in ("Ana", "Bea", "Cleo")])
    small.delete_a(0)
    small.rest()
    assert small.entry(A, 1).status is RecordStatus.IN_SYNC
    assert is_duplicate(small.entry(A, 2))
    assert len(small.hubspots()) == 1


def test_a_duplicate_whose_own_email_changes_enters() -> None:
    small = twins()
    small.edit_a(1, {"email": "own@example.com"})
    small.rest()
    assert small.entry(A, 1).status is RecordStatus.IN_SYNC
    assert sorted(one["email"] for one in small.hubspots()) == ["ana@example.com", "own@example.com"]


def test_a_duplicate_that_is_deleted_is_forgotten() -> None:
    small = twins()
    small.delete_a(1)
    small.rest()
    small.compare()
    assert len(small.entries()) == 1


def test_a_second_record_that_comes_later_is_a_duplicate_too() -> None:
    small = Small([contact()], [person()])
    small.a.append(str(small.world.orbit.create("people", person(first="Late"))["id"]))
    small.rest()
    assert is_duplicate(small.entry(A, 1))
    assert len(small.hubspots()) == 1


def company(name: str, domain: str = "", **more: Any) -> dict[str, Any]:
    return {"name": name, **({"domain": domain} if domain else {}), **more}


def organisation(title: str, website: str | None = None) -> dict[str, Any]:
    return {"title": title, "website": website}


def test_of_hubspots_own_duplicates_the_lowest_id_is_first() -> None:
    """Rule 3.5, however HubSpot lists them."""
    small = Small(
        [
            company("Acme", "acme.example.com", hs_object_id="900"),
            company("Acme", "acme.example.com", hs_object_id="23"),
        ],
        [organisation("Acme", "https://acme.example.com")],
        sync=companies(),
    )
    assert small.entry(H, 1).bound
    assert is_duplicate(small.entry(H, 0))


def test_when_the_lowest_is_deleted_the_next_id_takes_its_place() -> None:
    ids = ("9", "100", "23")
    small = Small([company("Acme", "acme.example.com", hs_object_id=one) for one in ids], [], sync=companies())
    assert [is_duplicate(small.entry(H, at)) for at in range(3)] == [False, True, True]
    small.delete_h(0)
    small.compare()
    assert [is_duplicate(small.entry(H, at)) for at in (1, 2)] == [True, False]
    assert len(small.apps()) == 1


def test_in_the_line_too_the_lowest_id_is_first_however_late_it_came() -> None:
    """Rule 3.5: the line is in order of ids, not of arrival."""
    small = Small(
        [company("Acme", "acme.example.com", hs_object_id="9"), {"hs_object_id": "23"}, {"hs_object_id": "100"}],
        [],
        sync=companies(),
    )
    for at in (2, 1):
        small.edit_h(at, domain="acme.example.com")
        small.rest()
        assert is_duplicate(small.entry(H, at))
    small.delete_h(0)
    small.compare()
    assert [is_duplicate(small.entry(H, at)) for at in (1, 2)] == [False, True]


@pytest.mark.parametrize(
    ("theirs", "matched"),
    [
        (organisation("Other name", "https://www.acme.example.com/about"), True),
        (organisation(" ACME ", "https://other.example.com"), True),
        (organisation("Acme", None), True),
        (organisation("Other name", "https://other.example.com"), False),
    ],
)
def test_companies_match_by_domain_or_by_name(theirs: dict[str, Any], matched: bool) -> None:
    """Rules 3.1 and 3.2."""
    small = Small([company("Acme", "acme.example.com")], [theirs], sync=companies())
    assert (small.entry(H, 0).id == small.entry(A, 0).id) is matched
    assert len(small.hubspots()) == (1 if matched else 2)


def test_where_domain_and_name_name_two_records_the_domain_wins_and_says_so() -> None:
    """Rule 3.2."""
    small = Small(
        [company("Acme", "acme.example.com"), company("Beta", "beta.example.com")],
        [organisation("Acme", "https://beta.example.com")],
        sync=companies(),
    )
    assert small.entry(A, 0).hubspot.record_id == str(small.h[1])
    assert "the name named another record" in small.entry(A, 0).reason


def test_a_secondary_email_matches_and_the_primary_stays() -> None:
    """Rule 3.4."""
    small = Small([contact("main@example.com", hs_additional_emails="ana@example.com")], [person()])
    assert small.entry(H, 0).id == small.entry(A, 0).id
    assert small.hubspot(0)["email"] == "main@example.com"
    assert len(small.hubspots()) == 1
