"""Which fields are watched, and what a finished look leaves behind as the baseline."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hubsync.engine.baseline import IDENTIFYING, fingerprints, settled, watched
from hubsync.model.mapping import FieldMapping
from hubsync.model.side import Side
from tests.simulation.syncs import companies, contacts
from tests.unit.engine.engine_cases import record

H, A = Side.HUBSPOT, Side.APP
NUMBERS = st.integers(1, 6)
PRINTS = st.dictionaries(NUMBERS, st.sampled_from([b"a", b"b", b"c"]))


def test_mapped_fields_keep_their_number_and_match_keys_have_their_own() -> None:
    """Rule 1.2: a mapping's number is its own for the life of the sync."""
    sync = contacts()
    assert [pair for pair in watched(sync, H) if pair[0] < IDENTIFYING] == [
        (mapping.number, mapping.hubspot_field) for mapping in sync.mappings
    ]
    unmapped = replace(sync, mappings=sync.mappings[1:])
    assert (IDENTIFYING, "email") in watched(unmapped, H)
    assert (IDENTIFYING, "email") in watched(unmapped, A)


def test_a_field_that_is_mapped_and_identifies_is_watched_once() -> None:
    for side in Side:
        for sync in (contacts(), companies()):
            names = [name for _, name in watched(sync, side)]
            assert len(names) == len(set(names))
            assert set(names) == set(sync.fields(side))


def test_a_new_mapping_leaves_the_others_numbers_alone() -> None:
    sync = contacts()
    more = replace(sync, mappings=(FieldMapping(9, "nick", "nick"), *sync.mappings))
    values = record(H, {"email": "ana@example.com", "firstname": "Ana", "nick": "A"})
    before, after = fingerprints(sync, H, values), fingerprints(more, H, values)
    assert {number: after[number] for number in before} == before
    assert after.keys() - before.keys() == {9}


def test_a_changed_identifier_is_seen_even_where_it_is_not_mapped() -> None:
    sync = contacts()
    was = record(H, {"email": "ana@example.com"})
    now = record(H, {"email": "ana@example.com", "hs_additional_emails": "old@example.com"})
    assert fingerprints(sync, H, was) != fingerprints(sync, H, now)


def test_what_was_read_counts_as_seen() -> None:
    assert settled({1: b"now"}, {1: b"was"}, undecided=(), written={}) == {1: b"now"}


def test_a_written_field_takes_the_applications_own_answer() -> None:
    """An application may store another form than it was sent; that form is the one to come back."""
    assert settled({1: b"was"}, {1: b"was"}, undecided=(), written={1: b"stored"}) == {1: b"stored"}


def test_a_write_that_did_not_succeed_is_not_forgotten() -> None:
    """Promise 3: the field keeps what stood before, on both sides, and is a change still."""
    assert settled({1: b"now", 2: b"now"}, {1: b"was"}, undecided={1, 2}, written={}) == {1: b"was"}


def test_a_field_that_is_watched_no_longer_is_dropped() -> None:
    assert settled({1: b"now"}, {1: b"was", 7: b"was"}, undecided=(), written={}) == {1: b"now"}


@given(PRINTS, PRINTS, st.sets(NUMBERS), PRINTS)
def test_every_fields_baseline_is_the_written_one_else_the_one_before_else_the_one_read(
    read: dict[int, bytes], before: dict[int, bytes], undecided: set[int], written: dict[int, bytes]
) -> None:
    after = settled(read, before, undecided=undecided, written=written)
    for number in range(1, 7):
        if number in written:
            expected = written[number]
        elif number in undecided:
            expected = before.get(number, b"none")
        else:
            expected = read.get(number, b"none")
        assert after.get(number, b"none") == expected
