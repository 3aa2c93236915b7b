"""The index in dictionaries."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hubsync.model.association import LinkWaiter
from hubsync.model.entry import IndexEntry, entry_id_for
from hubsync.model.identifier import Claim, Waiter
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.stores.index_port import (
    LISTED_STATUSES,
    DeleteAlias,
    DeleteEntry,
    DeleteWaiter,
    IndexWrite,
    PutAlias,
    PutClaim,
    PutEntry,
    PutWaiter,
    Walk,
)
from hubsync.stores.layout import bucket_of, check_transaction
from hubsync.stores.memory.history import MemoryHistoryStore
from hubsync.stores.ports import CountChange, CountMark


@dataclass(slots=True)
class _Shelf:
    """What is stored of one sync."""

    entries: dict[str, IndexEntry] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    aliases: dict[RecordRef, str] = field(default_factory=dict)
    waiters: dict[tuple[str, Side], dict[str, Waiter]] = field(default_factory=dict)
    link_waiters: dict[RecordRef, dict[LinkWaiter, None]] = field(default_factory=dict)


class MemoryIndexStore:
    """Entries, claims, aliases and waiting duplicates.

    `on_change` is told of every change of an entry, in order, as a table's stream would tell it. `writes` counts what
    was stored or deleted, by kind. A sync's `history` is purged with it, as where both stand in one table.
    """

    def __init__(self, writes: Counter[str] | None = None, history: MemoryHistoryStore | None = None) -> None:
        self.writes: Counter[str] = Counter() if writes is None else writes
        self._history = history or MemoryHistoryStore()
        self.on_change: Callable[[CountChange | CountMark], None] | None = None
        self._shelves: dict[str, _Shelf] = {}
        self._order = 0

    def adopt(
        self,
        sync_id: str,
        *,
        entries: Iterable[IndexEntry] = (),
        claims: Iterable[Claim] = (),
        aliases: Mapping[RecordRef, str] | None = None,
        waiters: Iterable[Waiter] = (),
    ) -> None:
        """Hold items just as another store holds them, versions included. It is no write, and nobody is told."""
        shelf = self._shelf(sync_id)
        shelf.entries.update({entry.id: entry for entry in entries})
        shelf.claims.update({claim.key: claim for claim in claims})
        shelf.aliases.update(aliases or {})
        for waiter in waiters:
            shelf.waiters.setdefault((waiter.key, waiter.side), {})[waiter.place] = waiter

    def find(self, sync_id: str, refs: Iterable[RecordRef]) -> Mapping[RecordRef, IndexEntry]:
        """See the port."""
        shelf = self._shelf(sync_id)
        found = {}
        for ref in refs:
            for entry_id in (entry_id_for(ref), shelf.aliases.get(ref, "")):
                entry = shelf.entries.get(entry_id)
                if entry is not None and entry.half(ref.side).record_id == ref.id:
                    found[ref] = entry
                    break
        return found

    def entries(self, sync_id: str, entry_ids: Iterable[str]) -> Mapping[str, IndexEntry]:
        """See the port."""
        stored = self._shelf(sync_id).entries
        return {entry_id: stored[entry_id] for entry_id in entry_ids if entry_id in stored}

    def claims(self, sync_id: str, keys: Iterable[str]) -> Mapping[str, Claim]:
        """See the port."""
        stored = self._shelf(sync_id).claims
        return {key: stored.get(key) or Claim(key) for key in keys}

    def waiters(self, sync_id: str, key: str, side: Side, limit: int = 1) -> Sequence[Waiter]:
        """See the port."""
        line = self._shelf(sync_id).waiters.get((key, side), {})
        return tuple(line[place] for place in sorted(line)[:limit])

    def add_link_waiters(self, sync_id: str, waiters: Sequence[LinkWaiter], now: int) -> None:  # noqa: ARG002
        """See the port; nothing is forgotten here."""
        shelf = self._shelf(sync_id)
        for waiter in waiters:
            line = shelf.link_waiters.setdefault(waiter.linked, {})
            if waiter not in line:
                line[waiter] = None
                self.writes["link waiter"] += 1

    def link_waiters(self, sync_id: str, linked: Iterable[RecordRef]) -> Mapping[RecordRef, Sequence[LinkWaiter]]:
        """See the port."""
        stored = self._shelf(sync_id).link_waiters
        return {ref: tuple(stored[ref]) for ref in linked if ref in stored}

    def remove_link_waiters(self, sync_id: str, waiters: Sequence[LinkWaiter]) -> None:
        """See the port."""
        stored = self._shelf(sync_id).link_waiters
        for waiter in waiters:
            line = stored.get(waiter.linked, {})
            if waiter in line:
                del line[waiter]
                self.writes["link waiter deleted"] += 1
            if not line:
                stored.pop(waiter.linked, None)

    def forget_waiting(self, sync_id: str, waiting_sync_id: str, waiting: RecordRef) -> None:
        """See the port."""
        lines = list(self._shelf(sync_id).link_waiters)
        self.remove_link_waiters(sync_id, [LinkWaiter(linked, waiting_sync_id, waiting) for linked in lines])

    def write(self, writes: Sequence[IndexWrite]) -> Sequence[bool]:
        """See the port."""
        results = []
        for write in writes:
            fits = self._fits(write)
            if fits:
                self._carry_out(write)
            results.append(fits)
        return results

    def transact(self, writes: Sequence[IndexWrite]) -> bool:
        """See the port."""
        check_transaction(writes)
        if not all(self._fits(write) for write in writes):
            return False
        for write in writes:
            self._carry_out(write)
        return True

    def walk(self, sync_id: str, cursor: str | None, limit: int, status: RecordStatus | None = None) -> Walk:
        """See the port."""
        stored = self._shelf(sync_id).entries
        wanted = (each.id for each in stored.values() if status is None or each.status is status)
        places = (f"{bucket_of(entry_id)}#{entry_id}" for entry_id in wanted)
        page = heapq.nsmallest(limit, (place for place in places if cursor is None or place > cursor))
        entries = tuple(stored[place.partition("#")[2]] for place in page)
        return Walk(entries, page[-1] if len(page) == limit else None)

    def by_status(self, sync_id: str, status: RecordStatus, cursor: str | None, limit: int) -> Walk:
        """See the port."""
        if status not in LISTED_STATUSES:
            raise ValueError(f"Records that are {status} are not listed by status; use walk.")
        places = {
            f"{entry.since:015}#{entry.id}": entry
            for entry in self._shelf(sync_id).entries.values()
            if entry.status is status
        }
        page = heapq.nlargest(limit, (place for place in places if cursor is None or place < cursor))
        return Walk(tuple(places[place] for place in page), page[-1] if len(page) == limit else None)

    def recount(self, sync_id: str, bucket: str, name: str) -> None:
        """See the port."""
        entries = self._shelf(sync_id).entries.values()
        counted = Counter(entry.status.value for entry in entries if bucket_of(entry.id) == bucket)
        for found in (None, counted):
            self._order += 1
            if self.on_change:
                self.on_change(CountMark(sync_id, bucket, name, found, order=str(self._order)))

    def purge(self, sync_id: str, limit: int) -> bool:
        """See the port."""
        shelf = self._shelf(sync_id)
        purged, forgotten = self._history.purge(sync_id, limit)
        self.writes["purged"] += purged
        for _ in range(limit - purged):
            if shelf.entries:
                self._store(next(iter(shelf.entries.values())), None)
            elif shelf.claims:
                shelf.claims.popitem()
            elif shelf.aliases:
                shelf.aliases.popitem()
            elif shelf.waiters:
                slot, line = next(iter(shelf.waiters.items()))
                line.popitem()
                if not line:
                    del shelf.waiters[slot]
            elif shelf.link_waiters:
                shelf.link_waiters.popitem()
            else:
                break
            self.writes["purged"] += 1
        return forgotten and not (shelf.entries or shelf.claims or shelf.aliases or shelf.waiters or shelf.link_waiters)

    def _shelf(self, sync_id: str) -> _Shelf:
        return self._shelves.setdefault(sync_id, _Shelf())

    def _fits(self, write: IndexWrite) -> bool:
        match write:
            case PutEntry(entry):
                stored = self._shelf(entry.sync_id).entries.get(entry.id)
                return entry.version == (stored.version if stored else 0)
            case DeleteEntry(entry):
                stored = self._shelf(entry.sync_id).entries.get(entry.id)
                return stored is None or entry.version == stored.version
            case PutClaim(sync_id, claim):
                held = self._shelf(sync_id).claims.get(claim.key)
                return claim.version == (held.version if held else 0)
            case _:
                return True

    def _carry_out(self, write: IndexWrite) -> None:
        match write:
            case PutEntry(entry):
                self._store(self._shelf(entry.sync_id).entries.get(entry.id), replace(entry, version=entry.version + 1))
                self.writes["entry"] += 1
            case DeleteEntry(entry):
                stored = self._shelf(entry.sync_id).entries.get(entry.id)
                if stored is not None:
                    self._store(stored, None)
                    self.writes["entry deleted"] += 1
            case PutClaim(sync_id, claim):
                self._shelf(sync_id).claims[claim.key] = replace(claim, version=claim.version + 1)
                self.writes["claim"] += 1
            case PutAlias(sync_id, ref, entry_id):
                self._shelf(sync_id).aliases[ref] = entry_id
                self.writes["alias"] += 1
            case DeleteAlias(sync_id, ref):
                self.writes["alias deleted"] += self._shelf(sync_id).aliases.pop(ref, None) is not None
            case PutWaiter(sync_id, waiter):
                line = self._shelf(sync_id).waiters.setdefault((waiter.key, waiter.side), {})
                if waiter.place not in line:
                    line[waiter.place] = waiter
                    self.writes["waiter"] += 1
            case DeleteWaiter(sync_id, waiter):
                slot, lines = (waiter.key, waiter.side), self._shelf(sync_id).waiters
                if waiter.place in lines.get(slot, {}):
                    del lines[slot][waiter.place]
                    self.writes["waiter deleted"] += 1
                    if not lines[slot]:
                        del lines[slot]

    def _store(self, before: IndexEntry | None, after: IndexEntry | None) -> None:
        entry = after or before
        if entry is None:
            return
        stored = self._shelf(entry.sync_id).entries
        if after is None:
            del stored[entry.id]
        else:
            stored[entry.id] = after
        self._order += 1
        if self.on_change:
            self.on_change(
                CountChange(
                    entry.sync_id,
                    bucket_of(entry.id),
                    before.status if before else None,
                    after.status if after else None,
                    order=str(self._order),
                )
            )
