"""Rules 3.5 to 3.8: records that share an identifier, change it, or have none."""

from __future__ import annotations

import pytest

from hubsync.model.side import Side
from hubsync.model.status import ExclusionReason, FailureCategory, RecordStatus
from tests.rules.scene import Scene, emails, firms
from tests.simulation.world import companies, contacts

H, A = Side.HUBSPOT, Side.APP


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


def test_a_duplicate_of_another_waits_for_that_one() -> None:
    """3.5 A duplicate of one person gets the email of another: it takes the place of that other one when it goes."""
    scene = Scene([], emails("a@example.com", "b@example.com", "a@example.com"))
    scene.edit_app(2, email="b@example.com")
    scene.look()
    assert scene.entry(A, 2).exclusion is ExclusionReason.DUPLICATE
    scene.edit_app(1, email="c@example.com")
    scene.look()
    assert scene.entry(A, 2).status is RecordStatus.IN_SYNC
    assert sorted(one["email"] for one in scene.hubspots()) == ["a@example.com", "b@example.com", "c@example.com"]


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


def test_an_identifier_that_only_we_know_to_be_taken_is_a_conflict() -> None:
    """3.6 A contact takes the email of a deleted one, which HubSpot allows; the app's survivor still bears it: a
    conflict, and the app gets no second person of that email.
    """
    scene = Scene(emails("a@example.com", "b@example.com"), emails("a@example.com", "b@example.com"))
    scene.delete_hubspot(1)
    scene.compare()
    scene.edit_hubspot(0, email="b@example.com")
    scene.look()
    failure = scene.entry(H, 0).failure
    assert failure is not None
    assert failure.category is FailureCategory.UNIQUE_CONFLICT
    assert [scene.app(at, "email") for at in (0, 1)] == ["a@example.com", "b@example.com"]


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
