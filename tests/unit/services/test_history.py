"""The history is sealed, bound to its entry, expires, and goes when its key goes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from hubsync.model.history import EventKey, FieldChange, HistoryEvent, Outcome
from hubsync.model.side import Side
from hubsync.model.sync import Sync
from hubsync.services.history import LARGEST_EVENT, History, new_key
from hubsync.stores.memory import MemoryStores
from tests.simulation.syncs import contacts
from tests.unit.services.manage_fakes import FakeIds, FakeVault

NOW = 1_790_000_000_000
DAY = 86_400_000


class Archive:
    """A history over memory, and the sync that it is about."""

    def __init__(self, **settings: Any) -> None:
        self.stores = MemoryStores()
        ids, vault = FakeIds(), FakeVault()
        self.history = History(self.stores.history, vault, ids)
        self.sync: Sync = replace(contacts(), **settings)
        self.sync = replace(self.sync, history_key=new_key(self.sync, ids, vault))

    def of(self, entry_id: str = "h-1", *, now: int = NOW, limit: int = 10) -> list[HistoryEvent]:
        return list(self.history.of(self.sync, entry_id, limit, now))


def event(before: Any = "Ana", after: Any = "Anna", **changes: Any) -> HistoryEvent:
    made = HistoryEvent(
        EventKey("s1", "h-1", NOW, 3, Side.APP),
        cause="webhook",
        correlation_id="c1",
        generation=2,
        reason="1 field to the app.",
        fields={"first_name": FieldChange(before, after, Side.HUBSPOT, "changed on hubspot only")},
    )
    return replace(made, **changes)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(VALUES, VALUES)
def test_every_value_comes_back(before: Any, after: Any) -> None:
    archive = Archive()
    archive.history.add(archive.sync, [event(before, after, outcome=Outcome.REFUSED)])
    assert archive.of() == [event(before, after, outcome=Outcome.REFUSED)]


def test_no_value_and_no_word_is_readable() -> None:
    archive = Archive()
    archive.history.add(archive.sync, [event()])
    (kept,) = archive.stores.history.events("s1", "h-1", 1)
    for word in (b"Ana", b"first_name", b"webhook"):
        assert word not in kept.sealed


def test_the_same_event_is_never_sealed_alike() -> None:
    archive = Archive()
    archive.history.add(archive.sync, [event()])
    (first,) = archive.stores.history.events("s1", "h-1", 1)
    archive.history.add(archive.sync, [event()])
    (second,) = archive.stores.history.events("s1", "h-1", 1)
    assert first.sealed != second.sealed


@pytest.mark.parametrize("moved", [{"entry_id": "h-2"}, {"version": 4}, {"at": NOW + 1}, {"side": Side.HUBSPOT}])
def test_an_event_opens_nowhere_else(moved: dict[str, Any]) -> None:
    """Whoever could write the table could not pass off one record's past as another's."""
    archive = Archive()
    archive.history.add(archive.sync, [event()])
    (kept,) = archive.stores.history.events("s1", "h-1", 1)
    key = replace(kept.key, **moved)
    archive.stores.history.add([replace(kept, key=key)])
    archive.stores.history.drop([kept.key])
    with pytest.raises(InvalidTag):
        archive.of(key.entry_id)


def test_a_changed_bit_opens_nothing() -> None:
    archive = Archive()
    archive.history.add(archive.sync, [event()])
    (kept,) = archive.stores.history.events("s1", "h-1", 1)
    archive.stores.history.add([replace(kept, sealed=kept.sealed[:-1] + bytes([kept.sealed[-1] ^ 1]))])
    with pytest.raises(InvalidTag):
        archive.of()


def test_an_event_is_kept_for_the_days_that_the_sync_names() -> None:
    archive = Archive(history_days=7)
    archive.history.add(archive.sync, [event()])
    (kept,) = archive.stores.history.events("s1", "h-1", 1)
    assert kept.expires_at * 1000 == NOW + 7 * DAY
    assert archive.of(now=NOW + 7 * DAY - 1000)
    assert not archive.of(now=NOW + 7 * DAY), "the table deletes it some time later"


def test_no_days_no_history() -> None:
    archive = Archive(history_days=0)
    archive.history.add(archive.sync, [event()])
    assert not archive.stores.writes


def test_without_its_key_a_history_says_nothing() -> None:
    """Deleting a sync destroys its key first."""
    archive = Archive()
    archive.history.add(archive.sync, [event()])
    archive.sync = replace(archive.sync, history_key=b"")
    assert archive.of() == []
    assert not archive.history.keeps(archive.sync)


def test_another_syncs_key_opens_nothing() -> None:
    archive, other = Archive(), Archive()
    archive.history.add(archive.sync, [event()])
    archive.sync = replace(other.sync, id="s2")
    with pytest.raises(AssertionError):
        archive.history.vault.open(other.sync.history_key, "history of s2")


@pytest.mark.parametrize(("length", "fields"), [(300_000, 1), (40_000, 10), (2_000, 400)])
def test_values_that_are_too_long_for_an_item_are_cut_and_say_so(length: int, fields: int) -> None:
    archive = Archive()
    long = {f"field{at}": FieldChange("é" * length, "short") for at in range(fields)}
    archive.history.add(archive.sync, [event(fields=long)])
    (kept,) = archive.stores.history.events("s1", "h-1", 1)
    assert len(kept.sealed) < LARGEST_EVENT + 100
    (opened,) = archive.of()
    change = opened.fields["field0"]
    assert str(change.before).endswith(f"… ({length} characters)")
    assert change.after == "short"
    assert json.dumps(opened.fields["field0"].before)
