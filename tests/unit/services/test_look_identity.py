"""Bindings outlive what is edited: conflicts, merges, deletions, lost emails (rules 3.6, 3.7, 7.1, 7.3)."""

from __future__ import annotations

import pytest

from hubsync.model.side import Direction, Side
from hubsync.model.status import ExclusionReason, FailureCategory, RecordStatus
from tests.unit.services.look_world import A, H, Small, contact, contacts, person


def two_pairs() -> Small:
    emails = ("ana@example.com", "eva@example.com")
    return Small([contact(one) for one in emails], [person(one) for one in emails])


def category(small: Small, side: Side, at: int) -> FailureCategory | None:
    failure = small.entry(side, at).failure
    return failure.category if failure is not None else None


# --- two pairs that come to share an email


def test_an_edit_towards_another_pairs_email_is_a_conflict_and_nothing_is_overwritten() -> None:
    """Rule 3.6."""
    small = two_pairs()
    small.edit_a(0, {"email": "eva@example.com", "job_title": "Dean"})
    before = small.writes()
    small.rest(2)
    small.compare()
    assert category(small, A, 0) is FailureCategory.UNIQUE_CONFLICT
    assert small.entry(A, 1).status is RecordStatus.IN_SYNC
    assert small.writes() == before
    assert small.entry(A, 0).bound


@pytest.mark.parametrize("way", ["taken back", "the other one moves", "the other one goes"])
def test_a_conflict_clears_by_itself_once_it_is_mended(way: str) -> None:
    """Rules 3.6 and 8.4: nobody presses retry."""
    small = two_pairs()
    small.edit_a(0, {"email": "eva@example.com", "job_title": "Dean"})
    small.rest()
    assert category(small, A, 0) is FailureCategory.UNIQUE_CONFLICT
    if way == "taken back":
        small.edit_a(0, {"email": "ana@example.com"})
    elif way == "the other one moves":
        small.edit_h(1, email="maria@example.com")
    else:
        small.delete_a(1)
        small.delete_h(1)
        small.compare()
    small.rest(2)
    small.world.clock.ms += 24 * 3_600_000
    small.compare()
    small.rest()
    assert small.entry(A, 0).status is RecordStatus.IN_SYNC
    assert small.hubspot(0)["jobtitle"] == "Dean"
    assert small.hubspot(0)["email"] == small.app(0)["email"]


def test_a_changed_email_travels_and_makes_no_new_record() -> None:
    """Rule 3.6."""
    small = two_pairs()
    small.edit_a(0, {"email": "new@example.com"})
    small.rest()
    small.compare()
    assert small.hubspot(0)["email"] == "new@example.com"
    assert (len(small.hubspots()), len(small.apps())) == (2, 2)


def test_an_email_that_was_given_up_can_be_taken_by_a_new_record() -> None:
    small = two_pairs()
    small.edit_a(0, {"email": "new@example.com"})
    small.rest()
    small.a.append(str(small.world.orbit.create("people", person("ana@example.com", "Next"))["id"]))
    small.rest()
    assert small.entry(A, 2).status is RecordStatus.IN_SYNC
    assert {one["email"] for one in small.hubspots()} == {"ana@example.com", "eva@example.com", "new@example.com"}


# --- merges in HubSpot


@pytest.mark.parametrize("found_by", ["poll", "comparison", "webhook"])
def test_the_binding_moves_to_a_merges_survivor(found_by: str) -> None:
    """Rule 7.3; the other one of the two had no partner."""
    small = Small([contact(), contact("eva@example.com")], [person()], sync=contacts(Direction.TO_HUBSPOT))
    assert not small.entry(H, 1).bound
    small.h.append(small.world.hubspot.merge("contacts", small.h[0], small.h[1]))
    if found_by == "poll":
        small.edit_h(2, firstname="Merged")
        small.rest(2)
    elif found_by == "comparison":
        small.compare()
    else:
        small.edit_a(0, {"job_title": "Dean"})
        small.rest()
        assert small.hubspot(2)["jobtitle"] == "Dean"
    assert small.entry(A, 0).hubspot.record_id == str(small.h[2])
    assert small.entry(A, 0).status is RecordStatus.IN_SYNC
    assert len(small.hubspots()) == 1


def test_when_both_of_a_merge_were_bound_the_second_person_is_a_duplicate() -> None:
    """Rule 7.3."""
    small = two_pairs()
    survivor = small.world.hubspot.merge("contacts", small.h[0], small.h[1])
    small.compare()
    small.rest(2)
    bound = [entry for entry in small.entries() if entry.bound]
    assert [entry.hubspot.record_id for entry in bound] == [str(survivor)]
    assert {entry.exclusion for entry in small.entries() if not entry.bound} == {ExclusionReason.DUPLICATE}
    assert len(small.entries()) == 2
    assert (len(small.hubspots()), len(small.apps())) == (1, 2)


# --- deletions


@pytest.mark.parametrize("side", Side)
def test_a_deletion_never_travels(side: Side) -> None:
    """Rule 7.1: the survivor says so, stops syncing, and is not made again by any rescan."""
    small = Small([contact()], [person()])
    if side is H:
        small.delete_h(0)
    else:
        small.delete_a(0)
    small.rest()
    small.compare()
    entry = small.entry(side.other, 0)
    assert category(small, side.other, 0) is FailureCategory.DELETED
    assert entry.half(side).gone
    before = small.writes()
    small.edit_a(0, {"job_title": "Dean"}) if side is H else small.edit_h(0, jobtitle="Dean")
    small.rest()
    small.world.restart()
    small.world.settle()
    assert small.writes() == before
    assert (len(small.hubspots()), len(small.apps())) == ((0, 1) if side is H else (1, 0))
    assert category(small, side.other, 0) is FailureCategory.DELETED


@pytest.mark.parametrize("first", Side)
def test_when_both_are_deleted_the_entry_goes_and_frees_its_identifiers(first: Side) -> None:
    """Rule 7.1."""
    small = Small([contact()], [person()])
    for side in (first, first.other):
        small.delete_h(0) if side is H else small.delete_a(0)
        small.rest()
        small.compare()
    assert small.entries() == []
    small.a.append(str(small.world.orbit.create("people", person(first="Ana"))["id"]))
    small.rest()
    assert small.entry(A, 1).status is RecordStatus.IN_SYNC
    assert [one["firstname"] for one in small.hubspots()] == ["Ana"]


def test_both_deleted_at_once_is_found_by_the_comparison() -> None:
    small = Small([contact(), contact("eva@example.com")], [person()])
    small.delete_h(0)
    small.delete_a(0)
    small.world.orbit.outbox.clear()
    small.compare()
    assert len(small.entries()) == 1


def test_a_lone_record_that_is_deleted_is_forgotten() -> None:
    small = Small([], [person(None, "No mail")])
    assert small.entry(A, 0).exclusion is ExclusionReason.NO_EMAIL
    small.delete_a(0)
    small.rest()
    assert small.entries() == []


@pytest.mark.parametrize("found_by", ["poll", "comparison", "restart"])
def test_a_record_that_is_restored_goes_on_where_it_was(found_by: str) -> None:
    """Rule 7.1's remedy: restore it there. What was edited meanwhile on the other side travels then."""
    small = Small([contact()], [person()])
    small.delete_h(0)
    small.compare()
    small.edit_a(0, {"job_title": "Dean"})
    small.rest()
    assert category(small, H, 0) is FailureCategory.DELETED
    small.world.hubspot.restore("contacts", small.h[0])
    if found_by == "poll":
        small.edit_h(0, lastname="Back")
        small.rest(2)
    elif found_by == "comparison":
        small.compare()
    else:
        small.world.restart()
        small.world.settle()
    assert small.entry(H, 0).status is RecordStatus.IN_SYNC
    assert not small.entry(H, 0).hubspot.gone


# --- lost emails


@pytest.mark.parametrize("side", Side)
def test_a_pair_that_loses_its_email_rests_and_comes_back_with_it(side: Side) -> None:
    """Rule 3.7: nothing is deleted; what was edited meanwhile travels once the email is back."""
    small = Small([contact()], [person()])

    def set_email(email: str | None) -> None:
        small.edit_h(0, email=email or "") if side is H else small.edit_a(0, {"email": email})

    set_email(None)
    small.edit_a(0, {"job_title": "Dean"})
    small.rest(2)
    assert small.entry(side, 0).exclusion is ExclusionReason.NO_EMAIL
    assert small.entry(side, 0).bound
    assert "jobtitle" not in small.hubspot(0)
    set_email("ana@example.com")
    small.rest(2)
    assert small.entry(side, 0).status is RecordStatus.IN_SYNC
    assert small.hubspot(0)["jobtitle"] == "Dean"
    assert (small.hubspot(0)["email"], small.app(0)["email"]) == ("ana@example.com", "ana@example.com")


def test_a_pair_without_an_email_costs_no_write_night_after_night() -> None:
    """Promise 4."""
    small = Small([contact()], [person()])
    small.edit_a(0, {"email": None})
    small.rest()
    before = small.index_writes()
    small.compare()
    small.rest()
    assert small.index_writes() == before


def test_a_contact_that_gets_an_email_enters() -> None:
    """Rules 3.7 and 8.4."""
    small = Small([], [person(None, "Ana")])
    assert small.entry(A, 0).exclusion is ExclusionReason.NO_EMAIL
    small.edit_a(0, {"email": "ana@example.com"})
    small.rest()
    assert small.entry(A, 0).status is RecordStatus.IN_SYNC
    assert [one["firstname"] for one in small.hubspots()] == ["Ana"]
