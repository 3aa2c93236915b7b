"""Records whose links wait for the record at the other end, in every implementation (rule 6.1)."""

from __future__ import annotations

from collections import Counter

import pytest
from stores_under_test import SYNC, Stores

from hubsync.model.association import LinkWaiter
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.stores.dynamodb.stores import DynamoStores
from hubsync.stores.ports import IndexStore

pytestmark = pytest.mark.xdist_group("stores")

ACME = RecordRef(Side.HUBSPOT, "11")
GLOBEX = RecordRef(Side.APP, "org ñ")


def waiter(linked: RecordRef, record_id: str, side: Side = Side.HUBSPOT, sync_id: str = "sync1") -> LinkWaiter:
    return LinkWaiter(linked, sync_id, RecordRef(side, record_id))


@pytest.fixture
def index(stores: Stores) -> IndexStore:
    """The store under test."""
    return stores.index


def waiting(index: IndexStore, *linked: RecordRef) -> dict[RecordRef, set[LinkWaiter]]:
    return {ref: set(several) for ref, several in index.link_waiters(SYNC, linked).items()}


def test_all_who_wait_for_a_record_are_found(index: IndexStore) -> None:
    mine = [waiter(ACME, "1"), waiter(ACME, "a#b", Side.APP), waiter(ACME, "1", sync_id="sync2")]
    index.add_link_waiters(SYNC, [*mine, waiter(GLOBEX, "1")])
    found = waiting(index, ACME, GLOBEX, RecordRef(Side.APP, "11"))
    assert found == {ACME: set(mine), GLOBEX: {waiter(GLOBEX, "1")}}
    assert index.link_waiters("another sync", [ACME]) == {}


def test_to_wait_twice_is_to_wait_once(index: IndexStore) -> None:
    index.add_link_waiters(SYNC, [waiter(ACME, "1")])
    index.add_link_waiters(SYNC, [waiter(ACME, "1"), waiter(ACME, "2")])
    assert waiting(index, ACME) == {ACME: {waiter(ACME, "1"), waiter(ACME, "2")}}


def test_who_is_taken_off_waits_no_longer(index: IndexStore) -> None:
    both = [waiter(ACME, "1"), waiter(GLOBEX, "1")]
    index.add_link_waiters(SYNC, both)
    index.remove_link_waiters(SYNC, both[:1])
    index.remove_link_waiters(SYNC, both[:1])
    assert waiting(index, ACME, GLOBEX) == {GLOBEX: {both[1]}}
    index.add_link_waiters(SYNC, both[:1])
    assert waiting(index, ACME) == {ACME: {both[0]}}


def test_an_id_that_looks_like_a_key_is_kept_apart(index: IndexStore) -> None:
    odd = [RecordRef(Side.HUBSPOT, f"11#{number}#x#hubspot#1") for number in range(40)]  # some share 11's bucket
    index.add_link_waiters(SYNC, [waiter(ref, "9") for ref in (ACME, *odd)])
    assert waiting(index, ACME) == {ACME: {waiter(ACME, "9")}}


def test_a_purged_sync_leaves_nobody_waiting(index: IndexStore) -> None:
    index.add_link_waiters(SYNC, [waiter(ACME, str(at)) for at in range(5)])
    while not index.purge(SYNC, 100):
        pass
    assert waiting(index, ACME) == {}


def test_those_whom_nobody_waits_for_cost_next_to_nothing(dynamodb: DynamoStores, requests: Counter[str]) -> None:
    dynamodb.index.add_link_waiters(SYNC, [waiter(ACME, str(at)) for at in range(3)])
    assert requests == {"BatchWriteItem": 1}
    requests.clear()
    dynamodb.index.link_waiters(SYNC, [ACME, *(RecordRef(Side.HUBSPOT, f"n{at}") for at in range(199))])
    assert requests == {"BatchGetItem": 2, "Query": 1}
