"""All records of one object type, with every index that an answer needs: nothing here scans."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping

from infra.local.hubspot.index import SearchIndex
from infra.local.hubspot.record import Record, Version, Writer
from infra.local.hubspot.schema import ObjectType
from infra.local.hubspot.times import DAY, iso, moment_of

BIN = 90 * DAY
"""So long an archived record stays in the bin."""


class Table:
    """The records of one type. Values must have been checked before: a table keeps what it is given."""

    def __init__(self, kind: ObjectType, first_id: int) -> None:
        self.kind = kind
        self.live: dict[int, Record] = {}
        self.bin: dict[int, Record] = {}
        self.merged: dict[int, int] = {}
        self.ids: list[int] = []
        self.bin_ids: list[int] = []
        self.unique: dict[str, dict[str, int]] = {name: {} for name in kind.unique_names()}
        self.index = SearchIndex(kind, self.live)
        self.next_id = first_id

    def survivor(self, record_id: int) -> int:
        """The id under which a record lives now: merges are followed."""
        while record_id in self.merged:
            record_id = self.merged[record_id]
        return record_id

    def holder(self, name: str, value: str) -> int | None:
        """The id of the live record with this unique value; an email counts as primary and as secondary."""
        if name == "email":
            value = value.strip().lower()
        return self.unique.get(name, {}).get(value)

    def unique_pairs(self, properties: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """The unique values of a record; secondary emails stand under `email`."""
        for name in self.unique:
            value = properties.get(name)
            if value:
                yield name, value
        if "email" in self.unique:
            for email in properties.get("hs_additional_emails", "").split(";"):
                if email:
                    yield "email", email

    def watch_unique(self, name: str) -> None:
        """Keep an index for a new property with unique values."""
        self.unique.setdefault(name, {})
        self.index.watch(name)

    def new_id(self) -> int:
        """The next free id."""
        self.next_id += 1
        return self.next_id - 1

    def insert(self, record: Record, visible_at: int) -> None:
        """Put a record among the live ones: a new one, a restored one, the outcome of a merge."""
        self.live[record.id] = record
        self.next_id = max(self.next_id, record.id + 1)
        if self.ids and self.ids[-1] > record.id:
            insort(self.ids, record.id)
        else:
            self.ids.append(record.id)
        for name, value in self.unique_pairs(record.properties):
            self.unique[name][value] = record.id
        self.index.publish(record, visible_at)

    def write(self, record: Record, changes: Mapping[str, str], now: int, writer: Writer, visible_at: int) -> None:
        """Apply cleaned values, `""` clearing. The modified date moves even if no value differs."""
        before = record.properties
        after = {**before, **changes}
        differing = {name: value for name, value in changes.items() if before.get(name, "") != value}
        for name in differing:
            if after[name] == "":
                del after[name]
        record.modified = now
        if self.kind.modified in changes:
            record.modified = moment_of(changes[self.kind.modified])
        after[self.kind.modified] = iso(record.modified)
        if any(name in self.unique or name == "hs_additional_emails" for name in differing):
            for name, value in self.unique_pairs(before):
                self.unique[name].pop(value, None)
            for name, value in self.unique_pairs(after):
                self.unique[name][value] = record.id
        record.properties = after
        if differing:
            record.versions.append(Version(now, writer, differing))
        self.index.publish(record, visible_at)

    def archive(self, record: Record, now: int) -> None:
        """Into the bin: unique values are free again, the search index forgets at once, the dates stay."""
        self._take_out(record)
        record.archived_at = now
        self.bin[record.id] = record
        insort(self.bin_ids, record.id)

    def remove(self, record: Record) -> None:
        """Gone for good, without passing through the bin."""
        if record.archived_at is None:
            self._take_out(record)
        else:
            self._forget_binned(record.id)

    def restore(self, record: Record, visible_at: int) -> None:
        """Back from the bin."""
        self._forget_binned(record.id)
        record.archived_at = None
        self.insert(record, visible_at)

    def empty_bin(self, now: int) -> None:
        """Drop what has lain in the bin for 90 days."""
        for record in [r for r in self.bin.values() if (r.archived_at or 0) <= now - BIN]:
            self._forget_binned(record.id)

    def page(self, after: int, limit: int, *, archived: bool) -> tuple[list[Record], int | None]:
        """The records from id `after` on, and the id with which the next page begins."""
        ids, records = (self.bin_ids, self.bin) if archived else (self.ids, self.live)
        start = bisect_left(ids, after)
        chosen = ids[start : start + limit]
        following = ids[start + limit] if start + limit < len(ids) else None
        return [records[record_id] for record_id in chosen], following

    def _take_out(self, record: Record) -> None:
        del self.live[record.id]
        del self.ids[bisect_left(self.ids, record.id)]
        for name, value in self.unique_pairs(record.properties):
            self.unique[name].pop(value, None)
        self.index.forget(record.id)

    def _forget_binned(self, record_id: int) -> None:
        del self.bin[record_id]
        del self.bin_ids[bisect_left(self.bin_ids, record_id)]
