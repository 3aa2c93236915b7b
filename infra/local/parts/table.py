"""Rows of one object, found by id, by an indexed field, in creation order and by time of change.

Rows are never changed, only replaced: a page may hand out the bodies themselves, and a page of 200 costs no copying.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Id = TypeVar("Id", str, int)


@dataclass(frozen=True, slots=True)
class Row(Generic[Id]):
    """One record. `number` counts creations; `created`, `updated` are epoch milliseconds; `body` is as it is served."""

    id: Id
    number: int
    created: int
    updated: int
    version: int
    values: Mapping[str, Any]
    body: Mapping[str, Any]
    archived: bool = False


class Table(Generic[Id]):
    """The rows of one object. `indexed` names the fields that can be searched, case-insensitively."""

    def __init__(self, indexed: Iterable[str]) -> None:
        self._rows: dict[Id, Row[Id]] = {}
        self._created: list[tuple[int, Id]] = []
        self._updated: list[tuple[int, Id]] = []
        self._found: dict[str, dict[str, dict[Id, None]]] = {field: {} for field in indexed}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row[Id]]:
        """Every row in creation order."""
        return (self._rows[key] for _, key in self._created)

    def get(self, key: Id) -> Row[Id] | None:
        """The row of an id."""
        return self._rows.get(key)

    def find(self, field: str, value: str) -> list[Row[Id]]:
        """The rows whose indexed field equals a value, in creation order; archived rows are not found."""
        rows = [self._rows[key] for key in self._found[field].get(value.strip().casefold(), ())]
        return sorted(rows, key=lambda row: row.number)

    def put(self, row: Row[Id]) -> None:
        """Add a row, or replace the one with its id."""
        if row.id in self._rows:
            self.remove(row.id)
        insort(self._created, (row.number, row.id))
        insort(self._updated, (row.updated, row.id))
        self._hold(row)

    def extend(self, rows: Iterable[Row[Id]]) -> None:
        """Add many new rows at once."""
        for row in rows:
            self._created.append((row.number, row.id))
            self._updated.append((row.updated, row.id))
            self._hold(row)
        self._created.sort()
        self._updated.sort()

    def remove(self, key: Id) -> None:
        """Forget a row that is here."""
        row = self._rows.pop(key)
        del self._created[bisect_left(self._created, (row.number, key))]
        del self._updated[bisect_left(self._updated, (row.updated, key))]
        for field, index in self._found.items():
            self._let_go(index, row.values.get(field), key)

    def after(self, number: int, limit: int) -> list[Row[Id]]:
        """Up to `limit` rows created after the row with this number."""
        start = bisect_left(self._created, (number + 1,))
        return [self._rows[key] for _, key in self._created[start : start + limit]]

    def changed_after(self, updated: int, key: Id, limit: int) -> list[Row[Id]]:
        """Up to `limit` rows after (time of change, id), in that order."""
        start = bisect_right(self._updated, (updated, key))
        return [self._rows[other] for _, other in self._updated[start : start + limit]]

    def slice(self, offset: int, count: int, since: int | None = None) -> tuple[list[Row[Id]], int]:
        """Rows by position, and how many there are.

        With `since` only those changed then or later, the oldest change first.
        """
        source, first = self._created, 0
        if since is not None:
            source, first = self._updated, bisect_left(self._updated, (since,))
        start = first + offset
        return [self._rows[key] for _, key in source[start : start + count]], len(source) - first

    def _hold(self, row: Row[Id]) -> None:
        self._rows[row.id] = row
        if row.archived:
            return
        for field, index in self._found.items():
            value = row.values.get(field)
            if isinstance(value, str):
                index.setdefault(value.casefold(), {})[row.id] = None

    @staticmethod
    def _let_go(index: dict[str, dict[Id, None]], value: Any, key: Id) -> None:
        if not isinstance(value, str) or (keys := index.get(value.casefold())) is None:
            return
        keys.pop(key, None)
        if not keys:
            del index[value.casefold()]
