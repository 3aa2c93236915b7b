"""8 Status: what is kept of each write, and when a failure clears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from hubsync.model.history import HistoryEvent, Outcome
from hubsync.model.side import Side
from hubsync.services.history import History
from infra.local.parts.faults import Fault
from tests.unit.services.look_world import A, H, Small, contact, contacts, person


def history(small: Small, side: Side = H, at: int = 0) -> Sequence[HistoryEvent]:
    """What is kept of a record, newest first, as the API reads it."""
    world = small.world
    return History(world.stores.history, world.app.vault, world.ids).of(
        world.sync(small.saved.name), small.entry(side, at).id, 50, world.clock.ms
    )


def test_each_write_is_kept_with_what_stood_there_before() -> None:
    """8.5 The history of a record says what was written, when, on which side, why, and the value before."""
    small = Small([contact(firstname="Ana")], [person(first="Anna")])
    (first,) = history(small)
    assert (first.key.side, first.create, first.generation) == (A, False, 1)
    change = first.fields["first_name"]
    assert (change.before, change.after, change.winner) == ("Anna", "Ana", H)
    assert change.why == "hubspot wins at first match"
    small.edit_a(0, {"name": {"first": "Anita"}})
    small.rest()
    second, older = history(small)
    assert older == first
    assert (second.key.side, second.cause) == (H, "webhook")
    assert second.key.at > first.key.at
    assert second.correlation_id
    assert (second.fields["firstname"].before, second.fields["firstname"].after) == ("Ana", "Anita")


def test_a_record_that_was_made_has_its_birth_in_the_history() -> None:
    """8.5 A created record's history begins with its creation."""
    small = Small([contact(firstname="Ana")])
    (made,) = history(small)
    assert (made.key.side, made.create) == (A, True)
    assert {name: (change.before, change.after) for name, change in made.fields.items()} == {
        "email": (None, "ana@example.com"),
        "first_name": (None, "Ana"),
    }


def test_both_sides_written_are_two_records_written() -> None:
    """8.5 Where one look writes to both sides, each record has an event of its own."""
    small = Small([contact(firstname="Ana")], [person(phone="+1 212 555 0100")])
    assert {event.key.side for event in history(small)} == {H, A}


def test_one_write_of_the_table_for_each_record_written_and_none_for_the_others() -> None:
    """8.5 The history costs one batched write a written record, and an unchanged world none."""
    people = [person(f"p{at}@example.com", first="A" if at < 30 else "H") for at in range(60)]
    small = Small([contact(f"p{at}@example.com", firstname="H") for at in range(60)], people)
    assert small.writes()["app"] == 30
    assert small.world.stores.writes["history"] == 30
    before = dict(small.world.stores.writes)
    small.rest()
    small.world.restart()
    small.world.settle()
    kinds = ("history", "history marked", "history dropped")
    assert [small.world.stores.writes[kind] for kind in kinds] == [before.get(kind, 0) for kind in kinds]


def test_a_refusal_is_kept_as_one() -> None:
    """8.5 What the application refused is in the history as refused."""
    small = Small([contact(firstname="Ana")], [person(first="Ana")])
    small.world.orbit.gate.faults.add(Fault("people.update", status=422))
    small.edit_h(0, firstname="Anna")
    small.rest()
    newest = history(small)[0]
    assert newest.outcome is Outcome.REFUSED
    assert newest.fields["first_name"].after == "Anna"


def test_what_never_went_out_leaves_no_trace() -> None:
    """8.5 A write that a limit held back is kept once, when it is done."""
    small = Small([contact(firstname="Ana")], [person(first="Ana")])
    small.world.hubspot.fail("429", path="/batch/update", times=3)
    small.edit_a(0, {"name": {"first": "Anita"}})
    small.rest()
    assert small.hubspot(0)["firstname"] == "Anita"
    assert [event.outcome for event in history(small)] == [None]


@pytest.mark.parametrize("lost", ["lost-after", "lost-before"])
def test_a_lost_answer_is_unknown_until_the_next_look(lost: str) -> None:
    """8.5 Where the application's answer was lost the history says that it is not known what became of the write."""
    small = Small([contact(firstname="Ana")], [person(first="Ana")])
    small.world.hubspot.fail(lost, path="/batch/update", times=1)
    small.edit_a(0, {"name": {"first": "Anita"}})
    small.rest()
    assert small.hubspot(0)["firstname"] == "Anita"
    outcomes = [event.outcome for event in history(small)]
    assert outcomes[-1] is Outcome.UNKNOWN
    assert outcomes[:-1] == ([None] if lost == "lost-before" else [])


def test_the_value_before_survives_a_crash_at_every_call() -> None:
    """8.5 Wherever the process dies, what stood there before a write that was done is in the history."""
    at = 0
    while True:
        small = Small([contact(firstname="Ana")], [person(first="Ana")])
        small.edit_a(0, {"name": {"first": "Anita"}})
        small.world.deliver()
        small.world.fuse.left = at
        small.world.settle()
        blown = small.world.fuse.blown
        small.world.fuse.left = None
        small.rest()
        events = history(small)
        assert small.hubspot(0)["firstname"] == "Anita"
        assert events, f"nothing is kept after a crash at call {at}"
        assert {event.fields["firstname"].before for event in events} == {"Ana"}
        assert sum(event.outcome is None for event in events) <= 1
        if not blown:
            break
        at += 1
    assert at > 20


def test_zero_days_keep_nothing() -> None:
    """8.5 A sync that keeps no history writes none."""
    small = Small([contact(firstname="Ana")], sync=replace(contacts(), history_days=0))
    assert small.writes()["app"] == 1
    assert not small.world.stores.writes["history"]


def test_the_history_goes_with_its_entry() -> None:
    """8.5 When both records are gone the history goes together with the entry (rule 7.1)."""
    small = Small([contact(firstname="Ana")], [person(first="Anna")])
    entry_id = small.entry(H, 0).id
    small.delete_h(0)
    small.delete_a(0)
    small.rest()
    small.compare()
    assert not small.entries()
    assert not small.world.stores.history.events(small.saved.id, entry_id, 10)
