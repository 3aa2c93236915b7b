"""7 Deletions: what was deleted is made again only when somebody asks for it, and then once."""

from __future__ import annotations

from typing import Any

import pytest

from hubsync.model.message import LookMessage, Queue
from hubsync.model.side import Direction, Side
from hubsync.model.status import FailureCategory, RecordStatus
from hubsync.services.manage.lifecycle import NotNowError
from hubsync.services.manage.restore import ReviewChangedError
from tests.simulation.records import records_of
from tests.unit.services.look_world import A, H, Small, companies, contact, contacts, person

SIDES = pytest.mark.parametrize("side", [H, A])


def pair(**changes: Any) -> Small:
    """One contact in step with one person."""
    return Small([contact(firstname="Ana", phone="+12125550134")], [person(first="Ana")], **changes)


def delete(small: Small, side: Side, at: int = 0) -> None:
    """Delete a record of one side, and let hubsync notice."""
    if side is H:
        small.delete_h(at)
    else:
        small.delete_a(at)
    small.rest()
    small.compare()


def restore(small: Small, target: Side, ids: list[str] | None = None) -> int:
    """Review and confirm; how many records there were."""
    records = records_of(small.world)
    review = records.restore.review(small.saved.name, target, ids)
    records.restore.confirm(small.saved.name, target, ids, review.count, review.token)
    return review.count


def records(small: Small, side: Side) -> list[Any]:
    """The living records of one side."""
    return list(small.hubspots() if side is H else small.apps())


@SIDES
def test_a_deleted_record_is_made_again_once(side: Side) -> None:
    """7.2 What was deleted on one side is made again there once somebody confirmed it, with the survivor's values."""
    small = pair()
    before = records(small, side)[0]
    delete(small, side)
    assert records(small, side) == []
    assert restore(small, side) == 1
    small.rest()
    (made,) = records(small, side)
    assert made["email"] == before["email"]
    assert made["phone"] == before["phone"]
    entry = small.entry(side.other, 0)
    assert (entry.status, entry.restores, entry.bound) == (RecordStatus.IN_SYNC, 1, True)
    before_writes = small.writes()
    small.rest()
    small.compare()
    assert small.writes() == before_writes
    if side is H:
        small.edit_a(0, {"name": {"first": "Anita"}})
        small.rest()
        assert small.hubspots()[0]["firstname"] == "Anita"


@SIDES
def test_asking_twice_makes_nothing_twice(side: Side) -> None:
    """7.2 Repeating a restore, and delivering its messages again, makes nothing twice."""
    small = pair()
    delete(small, side)
    small.world.queues.doubling = 1.0
    restore(small, side)
    restore(small, side)
    small.rest()
    small.world.queues.doubling = 0.0
    small.rest()
    assert len(records(small, side)) == 1
    assert restore(small, side) == 0


@SIDES
def test_nothing_is_made_twice_wherever_the_process_dies(side: Side) -> None:
    """7.2 A restore that dies at any call is finished by the next look, and makes one record."""
    calls = 0
    while True:
        small = pair()
        delete(small, side)
        restore(small, side)
        small.world.fuse.left = calls
        small.world.settle()
        blown, small.world.fuse.left = small.world.fuse.blown, None
        small.rest()
        assert len(records(small, side)) == 1, f"killed at call {calls}"
        assert small.entry(side.other, 0).status is RecordStatus.IN_SYNC, f"killed at call {calls}"
        assert len(small.entries()) == 1, f"killed at call {calls}"
        if not blown:
            break
        calls += 1
    assert calls > 15


@SIDES
def test_a_second_deletion_is_not_undone_by_an_old_message(side: Side) -> None:
    """7.2 Only what was deleted before somebody asked is made again: a message that comes late does no harm."""
    small = pair()
    delete(small, side)
    restore(small, side)
    late = [message for _, message in small.waiting() if isinstance(message, LookMessage)]
    small.rest()
    (made,) = records(small, side)
    if side is H:
        small.world.hubspot.archive("contacts", int(made["hs_object_id"]))
    else:
        small.world.orbit.delete("people", made["id"])
    small.rest()
    small.compare()
    small.world.queues.send(Queue.CHANGES, late)
    small.rest()
    assert records(small, side) == []
    assert restore(small, side) == 1
    small.rest()
    assert len(records(small, side)) == 1
    assert small.entry(side.other, 0).restores == 2


def test_a_record_that_a_person_took_out_of_the_bin_is_found() -> None:
    """7.2 What a person restored meanwhile is not made again: the look finds it."""
    small = pair()
    delete(small, H)
    restore(small, H)
    small.world.hubspot.restore("contacts", small.h[0])
    small.rest()
    assert [one["hs_object_id"] for one in small.hubspots()] == [str(small.h[0])]
    assert small.entry(H, 0).status is RecordStatus.IN_SYNC
    assert small.entry(H, 0).restores == 0


def test_a_record_that_comes_out_of_the_bin_afterwards_stands_beside_its_successor() -> None:
    """7.2 If a person takes the old record out of the bin after the new one was made, each has an entry of its own."""
    small = Small([{"name": "Acme", "domain": "acme.example"}], [{"title": "Acme"}], sync=companies())
    delete(small, H)
    restore(small, H)
    small.rest()
    assert len(small.hubspots()) == 1
    small.world.hubspot.restore("companies", small.h[0])
    small.world.hubspot.edit("companies", small.h[0], {"city": "Bonn"})
    small.rest()
    small.compare()
    assert len(small.hubspots()) == 2
    assert len(small.apps()) == 1
    old = small.entry(H, 0)
    assert old.status is RecordStatus.EXCLUDED
    assert old.id != small.entry(A, 0).id
    assert not small.waiting()
    before = small.writes()
    small.compare()
    assert small.writes() == before


@SIDES
def test_what_hubsync_itself_has_made_can_be_made_again(side: Side) -> None:
    """7.2 hubsync made the record, a person deleted it and restores it at once: its first name and answer are spent, a
    second record is made under a new one, and a repeated look makes no third.
    """
    small = Small([contact(firstname="Ana")], []) if side is A else Small([], [person(first="Ana")])
    (made,) = records(small, side)
    if side is A:
        small.world.orbit.delete("people", made["id"])
    else:
        (record_id,) = small.world.hubspot.records("contacts")
        small.world.hubspot.archive("contacts", record_id)
    small.rest()
    small.compare()
    assert records(small, side) == []
    assert restore(small, side) == 1
    small.rest()
    small.compare()
    assert len(records(small, side)) == 1
    assert small.entry(side.other, 0).status is RecordStatus.IN_SYNC


def test_the_successor_has_a_name_of_its_own() -> None:
    """7.2 hubsync made the company, and made it again; the first one comes out of the bin: no two records bear one
    external id, of which HubSpot takes each value once.
    """
    small = Small([], [{"title": "Acme"}], sync=companies())
    (first,) = small.world.hubspot.records("companies")
    small.world.hubspot.archive("companies", first)
    small.rest()
    small.compare()
    restore(small, H)
    small.rest()
    small.world.hubspot.restore("companies", first)
    small.rest()
    small.compare()
    names = [one["hubsync_id"] for one in small.hubspots()]
    assert len(names) == len(set(names)) == 2


def test_filters_do_not_stop_what_was_in_sync() -> None:
    """7.2 What limits entering does not keep out what was in sync before its partner was deleted."""
    small = pair()
    delete(small, A)
    small.edit_h(0, email="")
    small.rest()
    restore(small, A)
    small.rest()
    (made,) = small.apps()
    assert made["name"]["first"] == "Ana"
    assert not made["email"]


def test_nothing_is_made_against_the_direction() -> None:
    """7.2 A restore never writes against the sync's direction (rule 2.4)."""
    small = pair(sync=contacts(Direction.TO_HUBSPOT))
    delete(small, A)
    with pytest.raises(NotNowError, match="writes nothing to the app"):
        restore(small, A)
    small.world.queues.send(Queue.CHANGES, [_forged(small)])
    small.rest()
    assert small.apps() == []


def _forged(small: Small) -> LookMessage:
    return LookMessage(small.saved.id, H, (str(small.h[0]),), "restore", "c", small.world.clock.ms + 1)


def test_one_for_one_and_all_for_all() -> None:
    """7.2 One record, some, or all of an object can be restored; what was not deleted there is passed over."""
    emails = [f"p{at}@example.com" for at in range(5)]
    small = Small([contact(email) for email in emails], [person(email, first="A") for email in emails])
    for at in (0, 1, 2):
        small.delete_h(at)
    small.delete_a(3)
    small.rest()
    small.compare()
    review = records_of(small.world).restore.review("contacts", H, [small.a[1], small.a[3], small.a[4], "nobody"])
    assert (review.count, review.left) == (1, (small.a[3], small.a[4], "nobody"))
    assert restore(small, H, [small.a[1]]) == 1
    small.rest()
    assert len(small.hubspots()) == 3
    assert restore(small, H) == 2
    small.rest()
    assert len(small.hubspots()) == 5
    assert len(small.apps()) == 4
    assert restore(small, A) == 1


def test_what_was_reviewed_is_what_is_confirmed() -> None:
    """7.2 Where the list has changed since the review, nothing is made and the review is asked for again."""
    small = Small([contact(), contact("eva@example.com")], [person(), person("eva@example.com")])
    delete(small, H)
    use = records_of(small.world).restore
    review = use.review("contacts", H, None)
    delete(small, H, 1)
    with pytest.raises(ReviewChangedError):
        use.confirm("contacts", H, None, review.count, review.token)
    with pytest.raises(ReviewChangedError):
        use.confirm("contacts", H, None, 2, review.token)
    small.rest()
    assert small.hubspots() == []


@SIDES
def test_no_rescan_and_no_save_makes_it_again(side: Side) -> None:
    """7.2 Without a confirmation nothing brings a deleted record back (rule 7.1)."""
    small = pair()
    delete(small, side)
    records_of(small.world).restore.review("contacts", side, None)
    small.world.restart()
    small.rest()
    small.compare()
    assert records(small, side) == []
    failure = small.entry(side.other, 0).failure
    assert failure is not None
    assert failure.category is FailureCategory.DELETED
