"""Records whose links wait for the record at the other end, in every implementation (rule 6.1)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from hubsync.model.association import LinkWaiter
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.stores.dynamodb.stores import DynamoStores
from hubsync.stores.index_port import IndexStore
from tests.contract.stores.stores_under_test import SYNC, Stores

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.xdist_group("stores")

NOW = 1_790_000_000_000
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
    index.add_link_waiters(SYNC, [*mine, waiter(GLOBEX, "1")], NOW)
    found = waiting(index, ACME, GLOBEX, RecordRef(Side.APP, "11"))
    assert found == {ACME: set(mine), GLOBEX: {waiter(GLOBEX, "1")}}
    assert index.link_waiters("another sync", [ACME]) == {}


def test_to_wait_twice_is_to_wait_once(index: IndexStore) -> None:
    index.add_link_waiters(SYNC, [waiter(ACME, "1")], NOW)
    index.add_link_waiters(SYNC, [waiter(ACME, "1"), waiter(ACME, "2")], NOW)
    assert waiting(index, ACME) == {ACME: {waiter(ACME, "1"), waiter(ACME, "2")}}


def test_who_is_taken_off_waits_no_longer(index: IndexStore) -> None:
    both = [waiter(ACME, "1"), waiter(GLOBEX, "1")]
    index.add_link_waiters(SYNC, both, NOW)
    index.remove_link_waiters(SYNC, both[:1])
    index.remove_link_waiters(SYNC, both[:1])
    assert waiting(index, ACME, GLOBEX) == {GLOBEX: {both[1]}}
    index.add_link_waiters(SYNC, both[:1], NOW)
    assert waiting(index, ACME) == {ACME: {both[0]}}


def test_an_id_that_looks_like_a_key_is_kept_apart(index: IndexStore) -> None:
    odd = [RecordRef(Side.HUBSPOT, f"11#{number}#x#hubspot#1") for number in range(40)]  # some share 11's bucket
    index.add_link_waiters(SYNC, [waiter(ref, "9") for ref in (ACME, *odd)], NOW)
    assert waiting(index, ACME) == {ACME: {waiter(ACME, "9")}}


def test_a_record_that_is_forgotten_waits_nowhere_and_the_others_go_on(index: IndexStore) -> None:
    """7.4"""
    mine = [waiter(ACME, "1"), waiter(GLOBEX, "1")]
    others = [waiter(ACME, "2"), waiter(ACME, "1", Side.APP), waiter(GLOBEX, "1", sync_id="sync2")]
    index.add_link_waiters(SYNC, [*mine, *others], NOW)
    for _ in range(2):
        index.forget_waiting(SYNC, "sync1", RecordRef(Side.HUBSPOT, "1"))
        assert waiting(index, ACME, GLOBEX) == {ACME: {others[0], others[1]}, GLOBEX: {others[2]}}


def test_a_purged_sync_leaves_nobody_waiting(index: IndexStore) -> None:
    index.add_link_waiters(SYNC, [waiter(ACME, str(at)) for at in range(5)], NOW)
    while not index.purge(SYNC, 100):
        pass
    assert waiting(index, ACME) == {}


def test_those_whom_nobody_waits_for_cost_next_to_nothing(dynamodb: DynamoStores, requests: Counter[str]) -> None:
    dynamodb.index.add_link_waiters(SYNC, [waiter(ACME, str(at)) for at in range(3)], NOW)
    assert requests == {"BatchWriteItem": 1}
    requests.clear()
    dynamodb.index.link_waiters(SYNC, [ACME, *(RecordRef(Side.HUBSPOT, f"n{at}") for at in range(199))])
    assert requests == {"BatchGetItem": 2, "Query": 1}


def test_who_does_not_say_again_that_it_waits_is_forgotten(client: DynamoDBClient, dynamodb: DynamoStores) -> None:
    """Nothing of a record that was deleted stays behind; whoever still waits says so every night."""
    for days in (0, 13):
        dynamodb.index.add_link_waiters(SYNC, [waiter(ACME, "1")], NOW + days * 86_400_000)
        items = client.scan(TableName=dynamodb._index_table)["Items"]
        assert [int(item["expires_at"]["N"]) for item in items] == [NOW // 1000 + (days + 14) * 86_400] * 2
