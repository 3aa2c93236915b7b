"""Memory and DynamoDB give the same answers to any sequence of writes: what the simulation proves holds on AWS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hubsync.model.entry import Half, IndexEntry
from hubsync.model.identifier import Claim, Waiter
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.stores.dynamodb.stores import DynamoStores
from hubsync.stores.index_port import (
    LISTED_STATUSES,
    DeleteEntry,
    DeleteWaiter,
    IndexStore,
    IndexWrite,
    PutAlias,
    PutClaim,
    PutEntry,
    PutWaiter,
    Walk,
)
from hubsync.stores.layout import address_of
from hubsync.stores.memory import MemoryStores

pytestmark = pytest.mark.xdist_group("stores")

_syncs = count(1)

IDS = ("1", "2", "3")
KEYS = ("k", "kk")
PLACES = ("1", "1#", "2")
REFS = [RecordRef(side, record_id) for side in Side for record_id in IDS]
ENTRY_IDS = [f"{kind}-{record_id}" for kind in "ha" for record_id in IDS]

versions = st.integers(0, 3)
sides = st.sampled_from(Side)
halves = st.builds(
    Half, st.none() | st.sampled_from(IDS), st.dictionaries(st.integers(1, 400), st.binary(min_size=8, max_size=8))
)
entries = st.builds(
    IndexEntry,
    sync_id=st.just(""),
    id=st.sampled_from(ENTRY_IDS),
    hubspot=halves,
    app=halves,
    status=st.sampled_from(RecordStatus),
    since=st.integers(0, 12),
    version=versions,
)
claims = st.builds(
    Claim,
    st.sampled_from(KEYS),
    st.none() | st.sampled_from(ENTRY_IDS),
    st.none() | st.sampled_from(ENTRY_IDS),
    st.integers(0, 9),
    versions,
)
waiters = st.builds(Waiter, st.sampled_from(KEYS), sides, st.sampled_from(PLACES), st.sampled_from(ENTRY_IDS))
writes = st.one_of(
    st.builds(PutEntry, entries),
    st.builds(DeleteEntry, entries),
    st.builds(PutClaim, st.just(""), claims),
    st.builds(PutAlias, st.just(""), st.sampled_from(REFS), st.sampled_from(ENTRY_IDS)),
    st.builds(PutWaiter, st.just(""), waiters),
    st.builds(DeleteWaiter, st.just(""), waiters),
)
steps = st.tuples(st.booleans(), st.lists(writes, max_size=8))


def of_sync(sync_id: str, write: IndexWrite) -> IndexWrite:
    """The write, for a sync that no example before has touched."""
    if isinstance(write, PutEntry | DeleteEntry):
        return replace(write, entry=replace(write.entry, sync_id=sync_id))
    return replace(write, sync_id=sync_id)


def outcome(index: IndexStore, together: bool, batch: Sequence[IndexWrite]) -> object:
    """What the store says to these writes."""
    if not together:
        return list(index.write(batch))
    return index.transact(list({address_of(write): write for write in batch}.values()))


def everything(index: IndexStore, sync_id: str) -> dict[str, object]:
    """All that can be read of a sync."""
    walks: list[Walk] = [index.walk(sync_id, None, 3)]
    while walks[-1].cursor is not None:
        walks.append(index.walk(sync_id, walks[-1].cursor, 3))
    return {
        "found": index.find(sync_id, REFS),
        "entries": index.entries(sync_id, ENTRY_IDS),
        "claims": index.claims(sync_id, KEYS),
        "waiters": [index.waiters(sync_id, key, side, 2) for key in KEYS for side in Side],
        "walk": walks,
        "by status": [index.by_status(sync_id, status, None, 2) for status in sorted(LISTED_STATUSES)],
    }


# Without shrinking: an example is short as it is, and shrinking it against the emulator would take minutes.
@settings(
    max_examples=30,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(steps, min_size=1, max_size=6))
def test_the_same_writes_lead_to_the_same_answers(
    memory: MemoryStores, dynamodb: DynamoStores, sequence: list[tuple[bool, list[IndexWrite]]]
) -> None:
    sync_id = f"sync{next(_syncs)}"
    indexes: tuple[IndexStore, IndexStore] = (memory.index, dynamodb.index)
    for together, batch in sequence:
        prepared = [of_sync(sync_id, write) for write in batch]
        exact, stored = (outcome(index, together, prepared) for index in indexes)
        assert stored == exact
    exact, stored = (everything(index, sync_id) for index in indexes)
    assert stored == exact
    purged: list[bool] = []
    while True not in purged:
        exact, stored = (index.purge(sync_id, 10) for index in indexes)
        assert stored == exact
        purged.append(stored)
    assert len(purged) <= 3  # there are 23 items that can exist
