"""Rules 9.1 to 9.3: repetition, delay, crashes, outages; and that events carry nothing."""

from __future__ import annotations

import pytest

from hubsync.model.entry import Half, IndexEntry, entry_id_for
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import SyncStatus
from hubsync.stores.index_port import PutEntry
from infra.local.parts.faults import Fault
from tests.rules.scene import Pair, Scene

H, A = Side.HUBSPOT, Side.APP


@pytest.mark.parametrize("side", list(Side))
def test_a_create_that_dies_anywhere_makes_one_record(side: Side) -> None:
    """9.1 The process is killed at every single call of a create in turn: one record is made, never none or two."""
    calls = 0
    while True:
        scene = Scene()
        if side is H:
            scene.create_hubspot(email="a@example.com", firstname="Ana")
            scene.world.poll()
        else:
            scene.create_app(email="a@example.com", name={"first": "Ana"})
            scene.world.deliver()
        scene.world.fuse.left = calls
        scene.world.run(1)
        died = scene.world.fuse.left is None
        scene.world.fuse.left = None
        scene.look()
        assert (len(scene.hubspots()), len(scene.apps())) == (1, 1), f"killed at call {calls}"
        assert [entry.status for entry in scene.entries()] == [RecordStatus.IN_SYNC]
        if not died:
            break
        calls += 1
    assert calls > 20


def test_an_edit_that_dies_anywhere_arrives() -> None:
    """9.1 The process is killed at every single call of an update in turn: both sides' edits arrive all the same."""
    calls = 0
    while True:
        pair = Pair()
        pair.edit_contact(jobtitle="Captain")
        pair.edit_person(first="Eva")
        pair.world.deliver()
        pair.world.fuse.left = calls
        pair.world.run(1)
        died = pair.world.fuse.left is None
        pair.world.fuse.left = None
        pair.look()
        assert pair.both("jobtitle", "job_title") == ("Captain", "Captain"), f"killed at call {calls}"
        assert pair.both("firstname", "first") == ("Eva", "Eva"), f"killed at call {calls}"
        if not died:
            break
        calls += 1
    assert calls > 10


def test_messages_may_come_twice_and_in_any_order() -> None:
    """9.1 Every webhook and message doubled and shuffled: each record is made once, and the last edit stands."""
    scene = Scene()
    scene.world.queues.doubling = 1.0
    scene.world.orbit.outbox.faults.double = 1.0
    scene.world.orbit.outbox.faults.reorder = True
    for number in range(5):
        at = scene.create_app(email=f"p{number}@example.com", name={"first": "Old"})
        scene.edit_app(at, first="New")
    scene.look()
    assert sorted(one["email"] for one in scene.hubspots()) == [f"p{number}@example.com" for number in range(5)]
    assert {one["firstname"] for one in scene.hubspots()} == {"New"}


def test_a_write_whose_answer_is_lost_is_not_made_twice() -> None:
    """9.1 HubSpot made the contact, and its answer got lost: the next look finds it by its external id."""
    scene = Scene()
    scene.world.hubspot.fail("lost-after", path="batch/(create|upsert)", times=1)
    scene.create_app(name={"first": "Ana"}, email="a@example.com")
    scene.look()
    assert len(scene.hubspots()) == 1
    assert [entry.status for entry in scene.entries()] == [RecordStatus.IN_SYNC]


def test_a_person_may_edit_what_a_lost_create_has_made() -> None:
    """9.1 The answer of a create got lost, and somebody edits the new contact before we are back: the edit stays."""
    scene = Scene()
    scene.world.hubspot.fail("lost-after", path="batch/(create|upsert)", times=1)
    scene.create_app(name={"first": "Ana"}, email="a@example.com")
    scene.world.deliver()
    scene.world.run(1)
    (made,) = scene.world.hubspot.records("contacts")
    scene.world.hubspot.edit("contacts", made, {"firstname": "Anna"})
    scene.look()
    assert [one["firstname"] for one in scene.hubspots()] == ["Anna"]
    assert scene.app(0, "first") == "Anna"


def test_a_write_that_was_not_booked_is_nobodys_edit() -> None:
    """9.1 The answer of an update got lost, and the person edits the field once more: what HubSpot shows is ours and
    no edit of anybody's, so that HubSpot, though the default side, does not win over the person.
    """
    pair = Pair()
    pair.world.hubspot.fail("lost-after", path="batch/update", times=1)
    pair.edit_person(job_title="Captain")
    pair.world.deliver()
    pair.world.run(1)
    assert pair.both("jobtitle", "job_title") == ("Captain", "Captain")
    pair.edit_person(job_title="Major")
    pair.look()
    assert pair.both("jobtitle", "job_title") == ("Major", "Major")


@pytest.mark.parametrize("status", [429, 503, None])
def test_an_outage_of_the_app_is_waited_out(status: int | None) -> None:
    """9.2 The app refuses or loses call after call: no record fails, and the edit arrives when it is back."""
    pair = Pair()
    pair.world.orbit.gate.faults.add(Fault(kind="people.*", status=status, times=6))
    pair.edit_contact(jobtitle="Captain")
    pair.world.poll()
    pair.world.run(2)
    assert pair.pair.status is RecordStatus.IN_SYNC
    assert pair.person("job_title") == "Pilot"
    pair.look()
    assert pair.pair.status is RecordStatus.IN_SYNC
    assert pair.person("job_title") == "Captain"
    assert pair.world.queues.dead == []


def test_a_record_that_two_workers_took_up_has_one_entry() -> None:
    """9.1 A worker that began before another bound the record gave it an entry of its own: one is left."""
    pair = Pair()
    entry_id = entry_id_for(RecordRef(A, pair.app_ids[0]))
    own = IndexEntry(pair.saved.id, entry_id, app=Half(pair.app_ids[0]), status=RecordStatus.PENDING)
    assert pair.world.stores.index.write([PutEntry(own)]) == [True]
    pair.restart()
    assert pair.world.sync().status is SyncStatus.ACTIVE
    assert pair.pair.bound
    assert pair.world.counted() == pair.world.statuses()


def test_events_carry_no_value() -> None:
    """9.3 What stands on the queues are references: none of the record's values is in any message."""
    pair = Pair()
    pair.edit_contact(jobtitle="Captain")
    pair.edit_person(first="Eva", email="eva@example.com")
    pair.world.deliver()
    pair.world.poll()
    bodies = [one.body for one in pair.world.queues.waiting]
    assert len(bodies) >= 2
    for value in ("Captain", "Eva", "eva@example.com", "ana@example.com"):
        assert not [body for body in bodies if value in body]


def test_an_old_event_shows_what_is_there_now() -> None:
    """9.3 The event of an edit arrives after the next edit: what is written is what the record holds now."""
    pair = Pair()
    pair.edit_person(first="Eva")
    pair.world.deliver()
    pair.edit_person(first="Eve")
    pair.world.settle()
    assert pair.contact("firstname") == "Eve"


def test_the_index_holds_no_value() -> None:
    """9.3 The baseline that decides is hashes: no value of either record stands in the entry."""
    pair = Pair()
    assert not [value for value in ("Ana", "Pilot", "ana@example.com") if value in repr(pair.pair)]
    assert all(len(hash_) == 8 for side in Side for hash_ in pair.pair.half(side).fingerprints.values())
