"""The search index of one object type: it sees each version of a record only some time after it was written."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from heapq import heappop, heappush
from itertools import count

from infra.local.hubspot.record import Record
from infra.local.hubspot.schema import ObjectType

_EXACT = ("domain", "name", "dealname")
"""Looked up by equality so often that HubSpot and we answer without reading every record."""


class SearchIndex:
    """What a search sees. Sorted by id and by modified time; equality on a few properties has tables of its own."""

    def __init__(self, kind: ObjectType, live: Mapping[int, Record]) -> None:
        self._live = live
        self._waiting: list[tuple[int, int, int, int, dict[str, str]]] = []
        self._sequence = count()
        self.visible: dict[int, dict[str, str]] = {}
        self.modified: dict[int, int] = {}
        self.ids: list[int] = []
        self._times: list[tuple[int, int]] = []
        watched = {*kind.unique_names(), *(name for name in _EXACT if name in kind.properties)}
        self._exact: dict[str, dict[str, set[int]]] = {name: {} for name in sorted(watched)}

    def watch(self, name: str) -> None:
        """Answer equality on one more property without a scan."""
        if name in self._exact:
            return
        self._exact[name] = {}
        for record_id, properties in self.visible.items():
            self._note(name, record_id, properties)

    def publish(self, record: Record, visible_at: int) -> None:
        """A version that searches may see from `visible_at` on."""
        version = (visible_at, next(self._sequence), record.id, record.modified, record.properties)
        heappush(self._waiting, version)

    def catch_up(self, now: int) -> None:
        """Let searches see every version whose time has come."""
        while self._waiting and self._waiting[0][0] <= now:
            _, _, record_id, modified, properties = heappop(self._waiting)
            if record_id in self._live:
                self._show(record_id, modified, properties)

    def forget(self, record_id: int) -> None:
        """Archived and merged records leave at once."""
        properties = self.visible.pop(record_id, None)
        if properties is None:
            return
        del self.ids[bisect_left(self.ids, record_id)]
        self._forget_keys(record_id, properties)

    def between(self, low: int, high: int) -> list[int]:
        """The ids modified from `low` to `high`, both included; in order of time."""
        start, end = self._span(low, high)
        return [record_id for _, record_id in self._times[start:end]]

    def count_between(self, low: int, high: int) -> int:
        """How many that are."""
        start, end = self._span(low, high)
        return end - start

    def id_span(self, low: int, high: int) -> list[int]:
        """The visible ids from `low` to `high`, both included, ascending."""
        return self.ids[bisect_left(self.ids, low) : bisect_left(self.ids, high + 1)]

    def equal(self, name: str, values: Iterable[str]) -> set[int] | None:
        """The ids whose property, in lower case, is one of `values`; None where only a scan could tell."""
        table = self._exact.get(name)
        if table is None:
            return None
        found: set[int] = set()
        for value in values:
            found |= table.get(value, set())
        return found

    def _span(self, low: int, high: int) -> tuple[int, int]:
        return bisect_left(self._times, (low, -1)), bisect_left(self._times, (high + 1, -1))

    def _show(self, record_id: int, modified: int, properties: dict[str, str]) -> None:
        before = self.visible.get(record_id)
        if before is None:
            insort(self.ids, record_id)
        else:
            self._forget_keys(record_id, before)
        self.visible[record_id] = properties
        self.modified[record_id] = modified
        insort(self._times, (modified, record_id))
        for name in self._exact:
            self._note(name, record_id, properties)

    def _note(self, name: str, record_id: int, properties: dict[str, str]) -> None:
        value = properties.get(name)
        if value:
            self._exact[name].setdefault(value.lower(), set()).add(record_id)

    def _forget_keys(self, record_id: int, properties: dict[str, str]) -> None:
        del self._times[bisect_left(self._times, (self.modified.pop(record_id), record_id))]
        for name, table in self._exact.items():
            value = properties.get(name)
            if value:
                holders = table[value.lower()]
                holders.discard(record_id)
                if not holders:
                    del table[value.lower()]
