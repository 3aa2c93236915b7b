"""An index over another one: reads go through, and every write stays in memory.

What is read for the first time is taken over just as it stands below, version included; from then on the copy counts.
So each condition of the protocol holds here as it would hold below, and the store below is never written to: it could
be given without permission to write, and on AWS it is (docs/adr/0011-a-plan-is-the-same-code.md).
"""

from __future__ import annotations

import heapq
import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from hubsync.model.association import LinkWaiter
from hubsync.model.entry import IndexEntry, entry_id_for
from hubsync.model.identifier import Claim, Waiter
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.stores.index_port import (
    DeleteAlias,
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
from hubsync.stores.layout import bucket_of, check_transaction
from hubsync.stores.memory.index import MemoryIndexStore

LINE = 10_000
"""Waiters that are read of one line: more than ever stand in one."""


@dataclass(slots=True)
class _Known:
    """What has been taken over of one sync. `below` has each entry as it was found there, None where there was none."""

    below: dict[str, IndexEntry | None] = field(default_factory=dict)
    claims: set[str] = field(default_factory=set)
    refs: set[RecordRef] = field(default_factory=set)
    lines: set[tuple[str, Side]] = field(default_factory=set)
    places: list[str] | None = None
    purged: bool = False


class OverlayIndexStore:
    """Entries, claims, aliases and waiting duplicates: those of `below`, and over them what was written here.

    One thing is not seen: an alias below whose entry names the record only since it was written here without its alias.
    Whoever binds a record writes both.
    """

    def __init__(self, below: IndexStore) -> None:
        self._below = below
        self._layer = MemoryIndexStore()
        self._known: dict[str, _Known] = {}

    def before(self, sync_id: str) -> Mapping[str, IndexEntry | None]:
        """Each entry that was touched, as it stands below; None where there is none. Nobody may change it."""
        return self._of(sync_id).below

    def held(self) -> int:
        """How many entries and claims are in memory."""
        return sum(len(known.below) + len(known.claims) for known in self._known.values())

    def find(self, sync_id: str, refs: Iterable[RecordRef]) -> Mapping[RecordRef, IndexEntry]:
        """See the port."""
        wanted = list(dict.fromkeys(refs))
        self._take_refs(sync_id, wanted)
        return self._layer.find(sync_id, wanted)

    def entries(self, sync_id: str, entry_ids: Iterable[str]) -> Mapping[str, IndexEntry]:
        """See the port."""
        wanted = list(dict.fromkeys(entry_ids))
        self._take_entries(sync_id, wanted)
        return self._layer.entries(sync_id, wanted)

    def claims(self, sync_id: str, keys: Iterable[str]) -> Mapping[str, Claim]:
        """See the port."""
        wanted = list(dict.fromkeys(keys))
        self._take_claims(sync_id, wanted)
        return self._layer.claims(sync_id, wanted)

    def waiters(self, sync_id: str, key: str, side: Side, limit: int = 1) -> Sequence[Waiter]:
        """See the port."""
        self._take_lines(sync_id, [(key, side)])
        return self._layer.waiters(sync_id, key, side, limit)

    def add_link_waiters(self, sync_id: str, waiters: Sequence[LinkWaiter], now: int) -> None:
        """Nothing: a plan is about one sync, and nobody is woken in another one for what is not really done."""

    def link_waiters(self, sync_id: str, linked: Iterable[RecordRef]) -> Mapping[RecordRef, Sequence[LinkWaiter]]:  # noqa: ARG002
        """Nobody (see `add_link_waiters`)."""
        return {}

    def remove_link_waiters(self, sync_id: str, waiters: Sequence[LinkWaiter]) -> None:
        """Nothing (see `add_link_waiters`)."""

    def forget_waiting(self, sync_id: str, waiting_sync_id: str, waiting: RecordRef) -> None:
        """Nothing (see `add_link_waiters`)."""

    def write(self, writes: Sequence[IndexWrite]) -> Sequence[bool]:
        """See the port."""
        self._take(writes)
        return self._layer.write(writes)

    def transact(self, writes: Sequence[IndexWrite]) -> bool:
        """See the port."""
        check_transaction(writes)
        self._take(writes)
        return self._layer.transact(writes)

    def walk(self, sync_id: str, cursor: str | None, limit: int, status: RecordStatus | None = None) -> Walk:
        """See the port."""
        if status is not None:
            page = self.walk(sync_id, cursor, limit)
            return Walk(tuple(each for each in page.entries if each.status is status), page.cursor)
        known = self._of(sync_id)
        if known.places is None or len(known.places) != len(known.below):
            known.places = sorted(map(_place, known.below))
        places = known.places

        def ours(last: str, end: str | None, most: int) -> list[IndexEntry]:
            found: list[IndexEntry] = []
            for at in range(bisect_right(places, last), len(places)):
                if (end is not None and places[at] > end) or len(found) == most:
                    break
                found += self._layer.entries(sync_id, [places[at].partition("#")[2]]).values()
            return found

        return self._merged(
            sync_id, cursor, limit, lambda at: self._below.walk(sync_id, at, limit), ours, lambda each: _place(each.id)
        )

    def by_status(self, sync_id: str, status: RecordStatus, cursor: str | None, limit: int) -> Walk:
        """See the port."""
        self._layer.by_status(sync_id, status, None, 1)  # refuses what is not listed
        held = self._layer.entries(sync_id, self._of(sync_id).below).values()
        mine = [each for each in held if each.status is status]

        def ours(last: str, end: str | None, most: int) -> list[IndexEntry]:
            found = [each for each in mine if _age(each) > last and (end is None or _age(each) <= end)]
            return heapq.nsmallest(most, found, key=_age)

        return self._merged(
            sync_id, cursor, limit, lambda at: self._below.by_status(sync_id, status, at, limit), ours, _age
        )

    def recount(self, sync_id: str, bucket: str, name: str) -> None:
        """Nothing: what is only rehearsed is counted nowhere."""

    def purge(self, sync_id: str, limit: int) -> bool:
        """Hide what is below, all of it at once, and delete up to `limit` items of what is held here."""
        self._of(sync_id).purged = True
        return self._layer.purge(sync_id, limit)

    def _merged(
        self,
        sync_id: str,
        cursor: str | None,
        limit: int,
        below: Callable[[str | None], Walk],
        ours: Callable[[str, str | None, int], list[IndexEntry]],
        place: Callable[[IndexEntry], str],
    ) -> Walk:
        """A page of both stores in one order. `ours(last, end, most)` are the first of what is held here behind `last`,
        up to `end`. The cursor says where the page below begins, and how far it was shown.
        """
        known = self._of(sync_id)
        at, last = json.loads(cursor) if cursor else (None, "")
        page: list[IndexEntry] = []
        while True:
            theirs = Walk((), None) if known.purged else below(at)
            end = place(theirs.entries[-1]) if theirs.cursor is not None and theirs.entries else None
            both = [each for each in theirs.entries if each.id not in known.below and place(each) > last]
            both = sorted([*both, *ours(last, end, limit + 1)], key=place)
            room = limit - len(page)
            page += both[:room]
            if len(both) > room:
                return Walk(tuple(page), json.dumps([at, place(page[-1])]))
            if theirs.cursor is None:
                return Walk(tuple(page), None)
            at, last = theirs.cursor, end or last
            if len(page) == limit:
                return Walk(tuple(page), json.dumps([at, last]))

    def _of(self, sync_id: str) -> _Known:
        return self._known.setdefault(sync_id, _Known())

    def _take(self, writes: Sequence[IndexWrite]) -> None:
        """Take over every item that these writes are about, so that the layer can hold them to its version."""
        entries: dict[str, dict[str, None]] = {}
        claims: dict[str, dict[str, None]] = {}
        refs: dict[str, dict[RecordRef, None]] = {}
        lines: dict[str, dict[tuple[str, Side], None]] = {}
        for write in writes:
            match write:
                case PutEntry(entry) | DeleteEntry(entry):
                    entries.setdefault(entry.sync_id, {})[entry.id] = None
                case PutClaim(sync_id, claim):
                    claims.setdefault(sync_id, {})[claim.key] = None
                case PutAlias(sync_id, ref, entry_id):
                    refs.setdefault(sync_id, {})[ref] = None
                    entries.setdefault(sync_id, {})[entry_id] = None
                case DeleteAlias(sync_id, ref):
                    refs.setdefault(sync_id, {})[ref] = None
                case PutWaiter(sync_id, waiter) | DeleteWaiter(sync_id, waiter):
                    lines.setdefault(sync_id, {})[waiter.key, waiter.side] = None
                case _:
                    assert_never(write)
        for sync_id, named in refs.items():
            self._take_refs(sync_id, named)
        for sync_id, ids in entries.items():
            self._take_entries(sync_id, ids)
        for sync_id, keys in claims.items():
            self._take_claims(sync_id, keys)
        for sync_id, waited in lines.items():
            self._take_lines(sync_id, waited)

    def _take_refs(self, sync_id: str, refs: Iterable[RecordRef]) -> None:
        """Take over what leads from records to their entries."""
        known = self._of(sync_id)
        new = [ref for ref in refs if ref not in known.refs]
        if not new:
            return
        known.refs.update(new)
        found = {} if known.purged else self._below.find(sync_id, new)
        for ref, entry in found.items():
            self._hold(sync_id, entry)
            if entry.id != entry_id_for(ref):
                self._layer.adopt(sync_id, aliases={ref: entry.id})
        self._take_entries(sync_id, [entry_id_for(ref) for ref in new])

    def _take_entries(self, sync_id: str, entry_ids: Iterable[str]) -> None:
        known = self._of(sync_id)
        new = [entry_id for entry_id in entry_ids if entry_id not in known.below]
        if not new:
            return
        found = {} if known.purged else self._below.entries(sync_id, new)
        known.below.update(dict.fromkeys(new))
        for entry in found.values():
            known.below[entry.id] = entry
        self._layer.adopt(sync_id, entries=found.values())

    def _hold(self, sync_id: str, entry: IndexEntry) -> None:
        known = self._of(sync_id)
        if entry.id not in known.below:
            known.below[entry.id] = entry
            self._layer.adopt(sync_id, entries=[entry])

    def _take_claims(self, sync_id: str, keys: Iterable[str]) -> None:
        known = self._of(sync_id)
        new = [key for key in keys if key not in known.claims]
        if not new:
            return
        known.claims.update(new)
        found = {} if known.purged else self._below.claims(sync_id, new)
        self._layer.adopt(sync_id, claims=[claim for claim in found.values() if claim.version])

    def _take_lines(self, sync_id: str, lines: Iterable[tuple[str, Side]]) -> None:
        known = self._of(sync_id)
        for key, side in lines:
            if (key, side) not in known.lines:
                known.lines.add((key, side))
                if not known.purged:
                    self._layer.adopt(sync_id, waiters=self._below.waiters(sync_id, key, side, LINE))


def _place(entry_id: str) -> str:
    """Where an entry stands in a walk, in every store (`hubsync.stores.layout`)."""
    return f"{bucket_of(entry_id)}#{entry_id}"


def _age(entry: IndexEntry) -> str:
    """Where an entry stands in a list by status: the newest first, and of one age the last id first."""
    return f"{10**15 - entry.since:016}#" + "".join(chr(0x10FFFF - ord(each)) for each in entry.id) + chr(0x10FFFF)
