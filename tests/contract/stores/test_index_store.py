"""Entries, claims, aliases and waiting duplicates, in every implementation."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from hubsync.model.entry import Half, IndexEntry
from hubsync.model.identifier import Claim, Waiter
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.stores.index_port import (
    DeleteAlias,
    DeleteEntry,
    DeleteWaiter,
    IndexStore,
    IndexWrite,
    PutAlias,
    PutClaim,
    PutEntry,
    PutWaiter,
)
from hubsync.stores.memory.index import MemoryIndexStore
from hubsync.stores.overlay import OverlayIndexStore
from tests.contract.stores.sinking_store import Sinking
from tests.contract.stores.stores_under_test import SYNC, Stores, full, lone

pytestmark = pytest.mark.xdist_group("stores")


@pytest.fixture(params=["memory", "dynamodb", "overlay", "overlay over what was written"])
def index(request: pytest.FixtureRequest) -> IndexStore:
    """The store under test: each implementation, and an overlay that holds everything or half of it."""
    if request.param == "overlay":
        return OverlayIndexStore(MemoryIndexStore())
    if request.param == "overlay over what was written":
        return cast("IndexStore", Sinking())
    stores: Stores = request.getfixturevalue(request.param)
    return stores.index


@pytest.fixture
def owned(stores: Stores) -> IndexStore:
    """A store whose items are its own to delete."""
    return stores.index


class TestVersions:
    """An item is written only if its stored version is the one that was read."""

    def test_every_field_of_an_entry_comes_back(self, index: IndexStore) -> None:
        assert index.write([PutEntry(full())]) == [True]
        assert index.entries(SYNC, [full().id]) == {full().id: replace(full(), version=1)}

    def test_fields_that_were_emptied_come_back_empty(self, index: IndexStore) -> None:
        index.write([PutEntry(full())])
        bare = IndexEntry(SYNC, full().id, status=RecordStatus.IN_SYNC, version=1)
        assert index.write([PutEntry(bare)]) == [True]
        assert index.entries(SYNC, [bare.id]) == {bare.id: replace(bare, version=2)}
        assert index.by_status(SYNC, RecordStatus.FAILING, None, 10).entries == ()

    @pytest.mark.parametrize("version", [0, 2])
    def test_another_version_than_the_stored_one_is_refused(self, index: IndexStore, version: int) -> None:
        index.write([PutEntry(lone(1))])
        assert index.write([PutEntry(lone(1, version=version, reason="late"))]) == [False]
        assert index.write([DeleteEntry(lone(1, version=version))]) == [False]
        assert index.entries(SYNC, ["h-1"])["h-1"] == lone(1, version=1)

    def test_an_entry_that_is_not_stored_is_not_updated(self, index: IndexStore) -> None:
        assert index.write([PutEntry(lone(1, version=1))]) == [False]
        assert index.entries(SYNC, ["h-1"]) == {}

    def test_each_write_has_its_own_answer(self, index: IndexStore) -> None:
        index.write([PutEntry(lone(1)), PutEntry(lone(2))])
        writes = [PutEntry(lone(1, version=1)), PutEntry(lone(2, version=7)), PutEntry(lone(3))]
        assert index.write(writes) == [True, False, True]

    def test_writes_of_one_item_keep_their_order(self, index: IndexStore) -> None:
        writes: list[IndexWrite] = [PutEntry(lone(1, version=version)) for version in range(4)]
        assert index.write([*writes, DeleteEntry(lone(1, version=4)), PutEntry(lone(1))]) == [True] * 6
        assert index.entries(SYNC, ["h-1"])["h-1"].version == 1

    def test_any_number_is_written_and_read(self, index: IndexStore) -> None:
        assert index.write([PutEntry(lone(number)) for number in range(230)]) == [True] * 230
        assert len(index.entries(SYNC, [f"h-{number}" for number in range(300)])) == 230
        assert index.write([]) == []
        assert index.entries(SYNC, []) == {}

    def test_an_entry_that_is_gone_counts_as_deleted(self, index: IndexStore) -> None:
        assert index.write([DeleteEntry(lone(1, version=4))]) == [True]
        assert index.transact([DeleteEntry(lone(1, version=4))])

    def test_syncs_do_not_see_each_other(self, index: IndexStore) -> None:
        index.write([PutEntry(lone(1)), PutAlias(SYNC, RecordRef(Side.APP, "9"), "h-1")])
        assert index.entries("another", ["h-1"]) == {}
        assert index.find("another", [RecordRef(Side.HUBSPOT, "1")]) == {}
        assert index.walk("another", None, 10).entries == ()
        assert index.purge("another", 10)
        assert len(index.walk(SYNC, None, 10).entries) == 1


class TestFind:
    """From a record to its entry."""

    def test_the_entry_made_for_the_record(self, index: IndexStore) -> None:
        index.write([PutEntry(lone(1)), PutEntry(lone(1, Side.APP))])
        both = [RecordRef(Side.HUBSPOT, "1"), RecordRef(Side.APP, "1")]
        assert {ref: entry.id for ref, entry in index.find(SYNC, both).items()} == {both[0]: "h-1", both[1]: "a-1"}

    def test_the_entry_that_the_alias_names(self, index: IndexStore) -> None:
        ref = RecordRef(Side.APP, "9")
        assert index.transact([PutEntry(lone(1, app=Half("9"))), PutAlias(SYNC, ref, "h-1")])
        assert index.find(SYNC, [ref, RecordRef(Side.APP, "8")])[ref].id == "h-1"

    def test_the_alias_answers_when_the_entry_of_that_name_has_moved_on(self, index: IndexStore) -> None:
        ref = RecordRef(Side.HUBSPOT, "1")
        index.write([PutEntry(lone(1, hubspot=Half("2"))), PutEntry(lone(3, hubspot=Half("1")))])
        assert index.find(SYNC, [ref]) == {}
        assert index.write([PutAlias(SYNC, ref, "h-3")]) == [True]
        assert index.find(SYNC, [ref])[ref].id == "h-3"

    def test_an_alias_of_a_record_that_the_entry_no_longer_names_is_no_answer(self, index: IndexStore) -> None:
        ref = RecordRef(Side.APP, "9")
        index.write([PutEntry(lone(1, app=Half("10"))), PutAlias(SYNC, ref, "h-1")])
        assert index.find(SYNC, [ref]) == {}

    def test_an_alias_that_was_deleted_leads_nowhere(self, index: IndexStore) -> None:
        ref = RecordRef(Side.APP, "9")
        index.write([PutEntry(lone(1, app=Half("9"))), PutAlias(SYNC, ref, "h-1")])
        assert index.write([DeleteAlias(SYNC, ref), DeleteAlias(SYNC, ref)]) == [True, True]
        assert index.find(SYNC, [ref]) == {}
        index.write([PutAlias(SYNC, ref, "h-1")])
        assert index.transact([DeleteAlias(SYNC, ref), DeleteAlias(SYNC, RecordRef(Side.APP, "8"))])
        assert index.find(SYNC, [ref]) == {}

    def test_an_alias_can_be_given_anew(self, index: IndexStore) -> None:
        ref = RecordRef(Side.APP, "9")
        index.write([PutEntry(lone(1, app=Half("9"))), PutEntry(lone(2, app=Half("9"))), PutAlias(SYNC, ref, "h-1")])
        assert index.write([PutAlias(SYNC, ref, "h-1"), PutAlias(SYNC, ref, "h-2")]) == [True, True]
        assert index.find(SYNC, [ref])[ref].id == "h-2"

    def test_a_dead_record_is_found(self, index: IndexStore) -> None:
        index.write([PutEntry(lone(1, hubspot=Half("1", gone=True)))])
        assert len(index.find(SYNC, [RecordRef(Side.HUBSPOT, "1")] * 2)) == 1


class TestClaims:
    """Who holds an identifier, and who waits for it."""

    def test_a_claim_that_is_not_stored_is_empty(self, index: IndexStore) -> None:
        assert index.claims(SYNC, ["k", "k"]) == {"k": Claim("k")}

    def test_slots_are_filled_one_after_the_other(self, index: IndexStore) -> None:
        assert index.write([PutClaim(SYNC, Claim("k").held_by(Side.HUBSPOT, "h-1", 5))]) == [True]
        read = index.claims(SYNC, ["k"])["k"]
        assert read == Claim("k", "h-1", None, 5, 1)
        assert index.write([PutClaim(SYNC, read.held_by(Side.APP, "h-1", 6))]) == [True]
        assert index.claims(SYNC, ["k"])["k"] == Claim("k", "h-1", "h-1", 6, 2)
        assert index.write([PutClaim(SYNC, read.held_by(Side.APP, "a-2", 7))]) == [False]
        assert index.write([PutClaim(SYNC, Claim("k", "h-2"))]) == [False]

    def test_an_emptied_claim_is_not_mistaken_for_the_next_holders(self, index: IndexStore) -> None:
        index.write([PutClaim(SYNC, Claim("k", "h-1"))])
        stale = index.claims(SYNC, ["k"])["k"]
        assert index.write([PutClaim(SYNC, replace(stale, hubspot=None))]) == [True]
        empty = index.claims(SYNC, ["k"])["k"]
        assert (empty.hubspot, empty.app) == (None, None)
        assert index.write([PutClaim(SYNC, replace(empty, hubspot="h-2"))]) == [True]
        assert index.write([PutClaim(SYNC, replace(stale, app="a-9"))]) == [False]
        assert index.claims(SYNC, ["k"])["k"].hubspot == "h-2"

    def test_waiters_stand_in_line(self, index: IndexStore) -> None:
        first, second = Waiter("k", Side.APP, "0001#a", "a-1"), Waiter("k", Side.APP, "0002#b", "a-2")
        elsewhere = [Waiter("k", Side.HUBSPOT, "0000", "h-1"), Waiter("kk", Side.APP, "0000", "a-3")]
        writes = [PutWaiter(SYNC, waiter) for waiter in (second, first, *elsewhere)]
        assert index.write(writes) == [True] * 4
        assert index.waiters(SYNC, "k", Side.APP) == (first,)
        assert index.waiters(SYNC, "k", Side.APP, 5) == (first, second)
        assert index.write([DeleteWaiter(SYNC, first), DeleteWaiter(SYNC, first)]) == [True, True]
        assert index.waiters(SYNC, "k", Side.APP, 5) == (second,)

    def test_who_has_a_place_keeps_it(self, index: IndexStore) -> None:
        first, second = Waiter("k", Side.APP, "0001", "a-1"), Waiter("k", Side.APP, "0001", "a-2")
        assert index.write([PutWaiter(SYNC, first), PutWaiter(SYNC, second)]) == [True, True]
        assert index.transact([PutWaiter(SYNC, second)])
        assert index.waiters(SYNC, "k", Side.APP, 5) == (first,)


class TestTransact:
    """All of the writes, or none."""

    def test_all_kinds_together(self, index: IndexStore) -> None:
        ref, waiter = RecordRef(Side.APP, "9"), Waiter("k", Side.APP, "1", "a-1")
        index.write([PutEntry(lone(9, Side.APP)), PutWaiter(SYNC, Waiter("j", Side.APP, "1", "a-9"))])
        assert index.transact(
            [
                PutEntry(replace(full(), app=Half("9"))),
                DeleteEntry(lone(9, Side.APP, version=1)),
                PutClaim(SYNC, Claim("k", "h-1")),
                PutAlias(SYNC, ref, full().id),
                PutWaiter(SYNC, waiter),
                DeleteWaiter(SYNC, Waiter("j", Side.APP, "1", "a-9")),
            ]
        )
        assert index.find(SYNC, [ref])[ref] == replace(full(), app=Half("9"), version=1)
        assert index.claims(SYNC, ["k"])["k"].hubspot == "h-1"
        assert index.waiters(SYNC, "k", Side.APP) == (waiter,)
        assert index.waiters(SYNC, "j", Side.APP) == ()

    @pytest.mark.parametrize(
        "spoiler",
        [PutEntry(lone(2, version=3)), DeleteEntry(lone(2, version=3)), PutClaim(SYNC, Claim("k", version=3))],
    )
    def test_one_old_version_stops_all(self, index: IndexStore, spoiler: IndexWrite) -> None:
        index.write([PutEntry(lone(2))])
        assert not index.transact([PutEntry(lone(1)), PutAlias(SYNC, RecordRef(Side.APP, "1"), "h-1"), spoiler])
        assert index.entries(SYNC, ["h-1", "h-2"]) == {"h-2": lone(2, version=1)}

    def test_versions_count_on(self, index: IndexStore) -> None:
        assert index.transact([PutEntry(lone(1)), PutClaim(SYNC, Claim("k", "h-1"))])
        assert index.transact([PutEntry(lone(1, version=1)), PutClaim(SYNC, Claim("k", "h-1", version=1))])
        assert not index.transact([PutEntry(lone(1))])
        assert index.entries(SYNC, ["h-1"])["h-1"].version == index.claims(SYNC, ["k"])["k"].version == 2

    def test_fifty_are_the_limit(self, index: IndexStore) -> None:
        assert index.transact([PutEntry(lone(number)) for number in range(50)])
        with pytest.raises(ValueError, match="at most 50"):
            index.transact([PutEntry(lone(number)) for number in range(100, 151)])

    def test_each_item_once(self, index: IndexStore) -> None:
        with pytest.raises(ValueError, match="each item once"):
            index.transact([PutEntry(lone(1)), DeleteEntry(lone(1))])

    def test_nothing_is_soon_done(self, index: IndexStore) -> None:
        assert index.transact([])


class TestListing:
    """Whole syncs."""

    def test_a_walk_shows_every_entry_once(self, index: IndexStore) -> None:
        index.write([PutEntry(lone(number)) for number in range(53)])
        index.write([PutClaim(SYNC, Claim("k", "h-1")), PutAlias(SYNC, RecordRef(Side.APP, "9"), "h-1")])
        seen: list[str] = []
        cursor, pages = None, 0
        while True:
            page = index.walk(SYNC, cursor, 10)
            seen += [entry.id for entry in page.entries]
            pages += 1
            if page.cursor is None:
                break
            assert len(page.entries) == 10
            cursor = page.cursor
        assert sorted(seen) == sorted(f"h-{number}" for number in range(53))
        assert pages == 6

    def test_a_walk_goes_on_where_an_entry_was_deleted(self, index: IndexStore) -> None:
        index.write([PutEntry(lone(number)) for number in range(20)])
        first = index.walk(SYNC, None, 7)
        index.write([DeleteEntry(entry) for entry in first.entries])
        rest = index.walk(SYNC, first.cursor, 20)
        assert len({entry.id for entry in (*first.entries, *rest.entries)}) == 20

    @pytest.mark.parametrize("limit", [1, 7, 60])
    def test_a_status_may_be_sought_among_all(self, index: IndexStore, limit: int) -> None:
        kept = {number: RecordStatus.FAILING if number % 3 else RecordStatus.IN_SYNC for number in range(120)}
        index.write([PutEntry(lone(number, status=status)) for number, status in kept.items()])
        seen: list[str] = []
        cursor, pages = None, 0
        while True:
            page = index.walk(SYNC, cursor, limit, RecordStatus.IN_SYNC)
            assert len(page.entries) <= 2 * limit
            seen += [entry.id for entry in page.entries]
            cursor, pages = page.cursor, pages + 1
            if cursor is None:
                break
            assert pages < 200
        assert sorted(seen) == sorted(f"h-{number}" for number in range(0, 120, 3))

    def test_seeking_goes_on_behind_what_was_in_vain(self, index: IndexStore) -> None:
        index.write([PutEntry(lone(number, status=RecordStatus.FAILING)) for number in range(200)])
        index.write([PutEntry(lone(200, status=RecordStatus.IN_SYNC))])
        cursor, seen = None, 0
        for _ in range(300):
            page = index.walk(SYNC, cursor, 2, RecordStatus.IN_SYNC)
            seen, cursor = seen + len(page.entries), page.cursor
            if cursor is None:
                break
        assert (seen, cursor) == (1, None)

    def test_a_status_is_listed_newest_first(self, index: IndexStore) -> None:
        failing = [lone(number, status=RecordStatus.FAILING, since=1000 + number) for number in range(25)]
        index.write([PutEntry(entry) for entry in failing])
        index.write([PutEntry(lone(99, status=RecordStatus.EXCLUDED)), PutEntry(lone(98, status=RecordStatus.IN_SYNC))])
        seen: list[int] = []
        cursor = None
        while True:
            page = index.by_status(SYNC, RecordStatus.FAILING, cursor, 10)
            seen += [entry.since for entry in page.entries]
            if page.cursor is None:
                break
            cursor = page.cursor
        assert seen == [1024 - number for number in range(25)]
        assert index.by_status(SYNC, RecordStatus.EXCLUDED, None, 5).entries == (
            lone(99, status=RecordStatus.EXCLUDED, version=1),
        )

    def test_an_entry_leaves_the_list_of_its_old_status(self, index: IndexStore) -> None:
        index.write([PutEntry(lone(1, status=RecordStatus.QUEUED))])
        index.write([PutEntry(lone(1, status=RecordStatus.PENDING, version=1))])
        assert index.by_status(SYNC, RecordStatus.QUEUED, None, 5).entries == ()
        assert len(index.by_status(SYNC, RecordStatus.PENDING, None, 5).entries) == 1

    def test_records_in_sync_are_not_listed_by_status(self, index: IndexStore) -> None:
        with pytest.raises(ValueError, match="use walk"):
            index.by_status(SYNC, RecordStatus.IN_SYNC, None, 5)

    def test_a_purge_ends_with_nothing(self, owned: IndexStore) -> None:
        owned.write([PutEntry(lone(number)) for number in range(10)])
        owned.write([PutClaim(SYNC, Claim(f"k{number}", "h-1")) for number in range(10)])
        owned.write([PutAlias(SYNC, RecordRef(Side.APP, str(number)), "h-1") for number in range(10)])
        owned.write([PutWaiter(SYNC, Waiter("k", Side.APP, str(number), "h-1")) for number in range(10)])
        assert [owned.purge(SYNC, 16), owned.purge(SYNC, 16), owned.purge(SYNC, 8)] == [False, False, True]
        assert owned.walk(SYNC, None, 5).entries == ()
        assert owned.claims(SYNC, ["k1"])["k1"].version == 0
        assert owned.waiters(SYNC, "k", Side.APP, 5) == ()
        assert owned.purge(SYNC, 1)
