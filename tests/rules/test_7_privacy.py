"""7.4 A privacy deletion erases what is stored, and nothing makes the record again; HubSpot's webhooks tell of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hubsync.model.message import LookMessage, Queue
from hubsync.model.side import Direction, Side
from hubsync.model.status import FailureCategory, RecordStatus
from tests.simulation.records import records_of
from tests.unit.services.look_world import A, H, Small, contact, contacts, person


def forgotten(small: Small, side: Side = H, at: int = 0) -> None:
    """HubSpot deletes a contact for privacy's sake, and says so."""
    small.world.hubspot.gdpr_delete("contacts", small.h[at])
    small.rest()


def listening(hubspot: list[Any], app: list[Any]) -> Small:
    """A world in which HubSpot posts its webhooks."""
    small = Small(hubspot, app)
    small.world.connect_webhooks()
    return small


def kept(small: Small) -> str:
    """Everything that any table holds, as text."""
    stores = small.world.stores
    shelf = stores.index._shelf(small.saved.id)
    return f"{shelf} {stores.history._events}"


def test_a_privacy_deletion_erases_what_is_stored() -> None:
    """7.4 What is stored of a contact that HubSpot deleted for privacy's sake goes: baseline, claims, history."""
    small = listening([contact(firstname="Ana"), contact("eva@example.com")], [person("ida@example.com")])
    number = str(small.h[0])
    assert number in kept(small)
    assert small.world.stores.history.events("s1", f"h-{number}", 9)
    partner = next(one["id"] for one in small.apps() if one["email"] == "ana@example.com")
    before = small.entry(H, 0)
    forgotten(small)
    assert not small.world.stores.history.events("s1", before.id, 9)
    assert number not in re.split(r"\W", kept(small).replace("erased-", " "))
    (stone,) = [entry for entry in small.entries() if entry.erased]
    assert (stone.app.record_id, stone.status) == (partner, RecordStatus.FAILING)
    assert stone.hubspot.fingerprints == {}
    assert stone.failure is not None
    assert "privacy" in stone.failure.sentence
    assert len(small.entries()) == 3


def test_nothing_makes_an_erased_record_again() -> None:
    """7.4 No rescan, no save, no retry, no edit of the partner and no restore brings it back."""
    small = listening([contact()], [person(first="Ana")])
    forgotten(small)
    use = records_of(small.world)
    assert use.restore.review("contacts", H, None).count == 0
    assert use.restore.review("contacts", H, [small.a[0]]).left == (small.a[0],)
    small.edit_a(0, {"name": {"first": "Anita"}})
    small.rest()
    small.compare()
    small.world.restart()
    small.rest()
    use.retry.all("contacts")
    small.world.queues.send(
        Queue.CHANGES, [LookMessage("s1", A, (small.a[0],), "restore", "c", small.world.clock.ms + 1)]
    )
    small.rest()
    assert small.hubspots() == []
    assert len(small.apps()) == 1
    assert small.entry(A, 0).status is RecordStatus.FAILING


def test_a_record_without_a_partner_leaves_nothing() -> None:
    """7.4 Of a contact that was in HubSpot only, nothing stays behind."""
    small = Small([contact("eva@example.com")], sync=contacts(Direction.TO_HUBSPOT))
    small.world.connect_webhooks()
    forgotten(small)
    assert small.entries() == []
    assert str(small.h[0]) not in kept(small)


@pytest.mark.parametrize("first", [H, A])
def test_the_erased_record_leaves_no_way_that_leads_to_it(first: Side) -> None:
    """7.4 The entry is named anew where it was named after the erased record, and its partner's claims stay its own."""
    small = listening([contact()] if first is H else [], [person()] if first is A else [])
    if first is A:
        small.h = [int(one["hs_object_id"]) for one in small.hubspots()]
    small.a = [one["id"] for one in small.apps()]
    forgotten(small)
    stone = small.entry(A, 0)
    assert stone.id == f"a-{small.a[0]}"
    assert stone.app.claims
    claims = small.world.stores.index.claims("s1", stone.app.claims)
    assert {(claim.hubspot, claim.app) for claim in claims.values()} == {(None, stone.id)}


def test_the_same_person_may_come_back_of_their_own() -> None:
    """7.4 A new contact with the same address is somebody's own doing, and is bound to the partner that is there."""
    small = listening([contact()], [person(first="Ana")])
    forgotten(small)
    small.world.hubspot.create("contacts", contact(firstname="Ann"))
    small.rest()
    entry = small.entry(A, 0)
    assert (entry.status, entry.erased) == (RecordStatus.IN_SYNC, False)
    assert len(small.apps()) == len(small.hubspots()) == 1


def test_an_erasure_survives_a_crash_at_every_call() -> None:
    """7.4 Wherever the process dies, the erasure is finished by the message that comes again."""
    calls = 0
    while True:
        small = listening([contact(firstname="Ana")], [person()])
        small.world.hubspot.gdpr_delete("contacts", small.h[0])
        small.world.deliver()
        small.world.fuse.left = calls
        small.world.settle()
        blown, small.world.fuse.left = small.world.fuse.blown, None
        small.rest()
        assert small.entry(A, 0).erased, f"killed at call {calls}"
        assert not small.world.stores.history._events, f"killed at call {calls}"
        assert len(small.entries()) == 1, f"killed at call {calls}"
        assert small.hubspots() == []
        if not blown:
            break
        calls += 1
    assert calls > 10


def test_a_record_that_is_still_there_is_not_erased() -> None:
    """7.4 The event is believed once the record is gone; after a day of asking it was about something else."""
    small = listening([contact()], [person()])
    now = small.world.clock.ms
    small.world.queues.send(Queue.CHANGES, [LookMessage("s1", H, (str(small.h[0]),), "privacy", "c", now)])
    small.world.settle()
    assert not small.entry(H, 0).erased
    assert small.entry(H, 0).status is RecordStatus.IN_SYNC
    assert ("privacy_deletion_not_confirmed", "s1") in [
        (name, facts["sync"]) for name, facts in small.world.signals.notes if "sync" in facts
    ]
    assert small.world.clock.ms - now >= 24 * 3_600_000


def test_a_sync_that_is_off_forgets_as_well() -> None:
    """7.4 What a sync that does not run holds of the record is erased, too."""
    small = listening([contact(firstname="Ana")], [person()])
    small.world.lifecycle.off("contacts")
    forgotten(small)
    assert small.entry(A, 0).erased
    assert not small.world.stores.history._events


# --- HubSpot's webhooks, the faster path


def test_hubspots_webhooks_are_faster_than_its_poll() -> None:
    """7.1 Changes, deletions and merges are heard of at once where HubSpot's webhooks are connected."""
    small = listening([contact(firstname="Ana"), contact("eva@example.com")], [person(first="Ana")])
    small.edit_h(0, firstname="Anna")
    small.world.hubspot.create("contacts", contact("new@example.com"))
    small.world.deliver()
    small.world.settle()
    assert small.app(0)["name"]["first"] == "Anna"
    assert len(small.apps()) == 3
    small.delete_h(0)
    small.world.deliver()
    small.world.settle()
    failure = small.entry(A, 0).failure
    assert failure is not None
    assert failure.category is FailureCategory.DELETED
    small.world.hubspot.restore("contacts", small.h[0])
    small.world.deliver()
    small.world.settle()
    assert small.entry(A, 0).status is RecordStatus.IN_SYNC


def test_a_merge_is_followed_at_once() -> None:
    """7.3 A merge that HubSpot tells of moves the binding to the surviving id."""
    small = listening([contact(firstname="Ana"), contact("eva@example.com")], [person(first="Ana")])
    survivor = small.world.hubspot.merge("contacts", small.h[0], small.h[1])
    small.world.deliver()
    small.world.settle()
    assert small.entry(A, 0).hubspot.record_id == str(survivor)
