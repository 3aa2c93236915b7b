"""What only an overlay promises: nothing is written below, and what was read once is not read again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hubsync.model.entry import Half, IndexEntry
from hubsync.model.identifier import Claim, Waiter
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.stores.index_port import DeleteEntry, IndexStore, PutAlias, PutClaim, PutEntry, PutWaiter
from hubsync.stores.memory.index import MemoryIndexStore
from hubsync.stores.overlay import OverlayIndexStore
from tests.contract.stores.stores_under_test import SYNC, lone


def filled() -> MemoryIndexStore:
    """A store with one item of each kind."""
    store = MemoryIndexStore()
    store.write(
        [
            PutEntry(lone(1, app=Half("9"))),
            PutClaim(SYNC, Claim("k", "h-1")),
            PutAlias(SYNC, RecordRef(Side.APP, "9"), "h-1"),
            PutWaiter(SYNC, Waiter("k", Side.APP, "1", "a-1")),
        ]
    )
    store.writes.clear()
    return store


def test_nothing_is_written_below() -> None:
    below = filled()
    overlay = OverlayIndexStore(below)
    held = overlay.claims(SYNC, ["k"])["k"]
    assert overlay.write([PutEntry(lone(1, version=1)), PutClaim(SYNC, replace(held, app="a-9"))]) == [True, True]
    assert overlay.transact([PutEntry(lone(2)), DeleteEntry(lone(1, version=2))])
    assert overlay.purge(SYNC, 100)
    assert overlay.walk(SYNC, None, 10).entries == ()
    assert below.writes == Counter()
    assert [entry.id for entry in below.walk(SYNC, None, 10).entries] == ["h-1"]


def test_versions_go_on_from_those_below() -> None:
    overlay = OverlayIndexStore(filled())
    assert overlay.write([PutEntry(lone(1)), PutClaim(SYNC, Claim("k"))]) == [False, False]
    assert overlay.write([PutEntry(lone(1, version=1))]) == [True]
    assert overlay.entries(SYNC, ["h-1"])["h-1"].version == 2
    assert overlay.before(SYNC)["h-1"] == lone(1, app=Half("9"), version=1)


def test_an_alias_below_leads_to_what_was_written_here() -> None:
    overlay = OverlayIndexStore(filled())
    ref = RecordRef(Side.APP, "9")
    assert overlay.write([PutEntry(lone(1, app=Half("9"), version=1, reason="new"))]) == [True]
    assert overlay.find(SYNC, [ref])[ref].reason == "new"
    overlay.write([PutEntry(lone(1, version=2))])
    assert overlay.find(SYNC, [ref]) == {}


def test_a_line_goes_on_behind_those_who_stand_in_it() -> None:
    overlay = OverlayIndexStore(filled())
    overlay.write(
        [PutWaiter(SYNC, Waiter("k", Side.APP, "0", "a-0")), PutWaiter(SYNC, Waiter("k", Side.APP, "1", "x"))]
    )
    assert [waiter.entry_id for waiter in overlay.waiters(SYNC, "k", Side.APP, 5)] == ["a-0", "a-1"]


class Counting:
    """Counts what is asked of the store below, by method."""

    def __init__(self, below: MemoryIndexStore) -> None:
        self.asked: Counter[str] = Counter()
        self._below = below

    def __getattr__(self, name: str) -> object:
        self.asked[name] += 1
        return getattr(self._below, name)


def test_what_was_read_once_is_not_read_again() -> None:
    below = Counting(filled())
    overlay = OverlayIndexStore(below)  # type: ignore[arg-type]
    for _ in range(3):
        overlay.find(SYNC, [RecordRef(Side.APP, "9"), RecordRef(Side.APP, "8")])
        overlay.entries(SYNC, ["h-1", "h-7"])
        overlay.claims(SYNC, ["k", "none"])
        overlay.waiters(SYNC, "k", Side.APP)
        overlay.write([PutClaim(SYNC, overlay.claims(SYNC, ["k"])["k"])])
    assert below.asked == {"find": 1, "entries": 2, "claims": 1, "waiters": 1}


STATUSES = st.sampled_from([RecordStatus.PENDING, RecordStatus.FAILING, RecordStatus.IN_SYNC])
ENTRIES = st.dictionaries(st.integers(1, 40), st.tuples(STATUSES, st.integers(0, 3)), max_size=25)


def put(store: IndexStore, entries: dict[int, tuple[RecordStatus, int]]) -> None:
    """Store entries over whatever stands there."""
    for number, (status, since) in entries.items():
        stored = store.entries(SYNC, [f"h-{number}"]).get(f"h-{number}")
        version = stored.version if stored else 0
        assert store.write([PutEntry(lone(number, status=status, since=since, version=version))]) == [True]


def listed(store: IndexStore, status: RecordStatus | None, limit: int) -> list[IndexEntry]:
    """Everything that a walk, or a list by status, shows."""
    shown: list[IndexEntry] = []
    cursor: str | None = None
    while True:
        page = store.walk(SYNC, cursor, limit) if status is None else store.by_status(SYNC, status, cursor, limit)
        assert len(page.entries) <= 2 * limit
        shown += page.entries
        cursor = page.cursor
        if cursor is None:
            return shown


@given(first=ENTRIES, then=ENTRIES, gone=st.sets(st.integers(1, 40), max_size=10), limit=st.integers(1, 12))
def test_lists_are_those_of_one_store_that_was_written_to(
    first: dict[int, tuple[RecordStatus, int]],
    then: dict[int, tuple[RecordStatus, int]],
    gone: set[int],
    limit: int,
) -> None:
    below, plain = MemoryIndexStore(), MemoryIndexStore()
    put(below, first)
    put(plain, first)
    overlay = OverlayIndexStore(below)
    for store in (overlay, plain):
        put(store, then)
        for entry in store.entries(SYNC, [f"h-{number}" for number in sorted(gone)]).values():
            assert store.write([DeleteEntry(entry)]) == [True]
    for status in (None, RecordStatus.PENDING, RecordStatus.FAILING):
        assert listed(overlay, status, limit) == listed(plain, status, limit)
