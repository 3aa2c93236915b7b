"""The history, in every implementation."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hubsync.model.history import EventKey, Outcome
from hubsync.model.side import Side
from hubsync.stores.dynamodb.stores import DynamoStores
from hubsync.stores.dynamodb.stream import count_change
from hubsync.stores.history import HistoryStore, SealedEvent
from hubsync.stores.index_port import PutEntry
from tests.contract.stores.stores_under_test import SYNC, Stores, lone

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.xdist_group("stores")

NOW = 1_790_000_000_000


def event(version: int, entry_id: str = "h-1", side: Side = Side.APP, sync_id: str = SYNC) -> SealedEvent:
    """One sealed event."""
    key = EventKey(sync_id, entry_id, NOW + version, version, side)
    return SealedEvent(key, f"sealed {version}".encode(), NOW // 1000 + 90)


@pytest.fixture
def history(stores: Stores) -> HistoryStore:
    """The store under test."""
    return stores.history


def test_the_newest_event_comes_first(history: HistoryStore) -> None:
    events = [event(version) for version in (1, 9, 10, 2)]
    history.add(events)
    assert history.events(SYNC, "h-1", 10) == tuple(sorted(events, key=lambda one: one.key, reverse=True))
    assert [one.key.version for one in history.events(SYNC, "h-1", 2)] == [10, 9]


def test_a_repeated_attempt_replaces_its_own_event(history: HistoryStore) -> None:
    history.add([event(1), event(1, side=Side.HUBSPOT)])
    again = replace(event(1), sealed=b"again")
    history.add([again, again])
    assert history.events(SYNC, "h-1", 10) == (event(1, side=Side.HUBSPOT), again)


def test_an_outcome_is_marked_and_what_never_went_out_is_dropped(history: HistoryStore) -> None:
    history.add([event(version) for version in range(1, 4)])
    history.mark({event(1).key: Outcome.REFUSED, event(2).key: Outcome.UNKNOWN, event(7).key: Outcome.REFUSED})
    history.drop([event(3).key, event(7).key])
    kept = history.events(SYNC, "h-1", 10)
    assert [(one.key.version, one.outcome) for one in kept] == [(2, Outcome.UNKNOWN), (1, Outcome.REFUSED)]


@pytest.mark.parametrize("neighbour", ["h-11", "h-1#2", "h-1#000000000000000.0000000001", "h-1%232", "a-1"])
def test_entries_do_not_see_each_other(history: HistoryStore, neighbour: str) -> None:
    history.add([event(1), event(2, neighbour), event(3, sync_id="another")])
    assert history.events(SYNC, "h-1", 10) == (event(1),)
    assert history.events(SYNC, neighbour, 10) == (event(2, neighbour),)
    history.purge_record(SYNC, "h-1")
    assert history.events(SYNC, "h-1", 10) == ()
    assert history.events(SYNC, neighbour, 10) == (event(2, neighbour),)


def test_any_number_is_kept_and_forgotten(history: HistoryStore) -> None:
    history.add([event(version) for version in range(120)])
    assert len(history.events(SYNC, "h-1", 200)) == 120
    history.mark({event(version).key: Outcome.REFUSED for version in range(60)})
    history.drop([event(version).key for version in range(30)])
    assert Counter(one.outcome for one in history.events(SYNC, "h-1", 200)) == {None: 60, Outcome.REFUSED: 30}
    history.purge_record(SYNC, "h-1")
    history.purge_record(SYNC, "h-1")
    assert history.events(SYNC, "h-1", 200) == ()


def test_nothing_is_asked_of_nothing(history: HistoryStore) -> None:
    history.add([])
    history.mark({})
    history.drop([])
    assert history.events(SYNC, "h-1", 10) == ()


def test_a_syncs_history_goes_with_its_index(stores: Stores) -> None:
    stores.index.write([PutEntry(lone(number)) for number in range(3)])
    stores.history.add([event(version, f"h-{version}") for version in range(40)])
    stores.history.add([event(1, sync_id="another")])
    assert not stores.index.purge(SYNC, 30)
    assert stores.index.purge(SYNC, 30)
    assert not [number for number in range(40) if stores.history.events(SYNC, f"h-{number}", 1)]
    assert stores.history.events("another", "h-1", 1)


def test_walks_and_counts_pass_it_over(client: DynamoDBClient, dynamodb: DynamoStores) -> None:
    dynamodb.index.write([PutEntry(lone(1))])
    dynamodb.history.add([event(1)])
    assert dynamodb.index.walk(SYNC, None, 10).entries == (lone(1, version=1),)
    items = client.scan(TableName=dynamodb._index_table)["Items"]
    (kept,) = [item for item in items if item["kind"]["S"] == "history"]
    assert kept["schema"] == {"N": "1"}
    assert kept["expires_at"] == {"N": str(event(1).expires_at)}
    keys = {name: kept[name] for name in ("pk", "sk")}
    assert count_change({"dynamodb": {"Keys": keys, "NewImage": kept, "SequenceNumber": "1"}}) is None


def test_a_hundred_events_cost_four_requests(dynamodb: DynamoStores, requests: Counter[str]) -> None:
    """One batched write for each record that is written, and no read."""
    dynamodb.history.add([event(version) for version in range(100)])
    assert requests == {"BatchWriteItem": 4}
    requests.clear()
    dynamodb.history.mark({event(version).key: Outcome.REFUSED for version in range(25)})
    dynamodb.history.events(SYNC, "h-1", 100)
    assert requests == {"BatchExecuteStatement": 1, "Query": 1}
