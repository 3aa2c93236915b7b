"""Compares the index with both applications again, and repairs what was missed (rule 1.6).

Three phases, on the same pages, queue and ledger as the initial sync. Both lists are read and every record whose
fingerprints are not its baseline is looked at; the ledger remembers, for this run alone, which records were there.
Then the index is walked: what was not there is read by its id, and found to be deleted, merged or just young.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from json import dumps, loads

from hubsync.connectors.errors import NeedsPersonError, RetryLaterError
from hubsync.model.message import PageMessage
from hubsync.model.record import Record, RecordRef
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import Phase, Sync, SyncStatus
from hubsync.services.desk import DeskFactory
from hubsync.services.look.gather import Seen, shows_baseline
from hubsync.services.look.look import look
from hubsync.services.look.work import Desk, Errand
from hubsync.services.scan import Scan, read_span
from hubsync.services.worker import AT_ONCE, Worker, ledger_id
from hubsync.stores.ports import Ledger, Notification, NotificationStore

LISTED = {Phase.COMPARE_HUBSPOT: Side.HUBSPOT, Phase.COMPARE_APP: Side.APP}
PHASE_OF = {side: phase for phase, side in LISTED.items()}

EMPTY_SHARE = 0.5
"""A side that shows less than this share of what is indexed there looks empty: then nothing is believed deleted."""

FEW = 10
"""Below this many indexed records a side may well be empty."""

WALKED = 2_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """The phases of the comparison. It writes nothing itself: it only says which records to look at again."""

    desks: DeskFactory
    ledger: Ledger
    notifications: NotificationStore
    worker: Worker
    scan: Scan

    def page(self, message: PageMessage, deadline: int) -> None:
        """Handle one page of a comparison. It ends where it cannot go on: whatever stopped it (the sync was saved, was
        turned off, an account needs a person) is followed by a new look at everything.
        """
        sync = self.desks.syncs.sync(message.sync_id)
        if sync is None or sync.status is not SyncStatus.ACTIVE:
            self.worker.end_run(message.sync_id, message.page)
            return
        try:
            first = message.page.phase is Phase.COMPARE_HUBSPOT and message.page.number == 0
            desk = self.desks.desk(sync, deadline=deadline, bulk=True, renew=first)
            if desk is None:
                self.worker.end_run(sync.id, message.page)
                return
            if message.page.phase in LISTED:
                self._listed(desk, message, LISTED[message.page.phase])
            else:
                self._walked(desk, message)
        except RetryLaterError as error:
            self.scan.again(message, error.after)
        except NeedsPersonError as error:
            self.desks.dead(sync, LISTED.get(message.page.phase, Side.HUBSPOT), error)
            self.worker.end_run(sync.id, message.page)

    def _listed(self, desk: Desk, message: PageMessage, side: Side) -> None:
        """A page of an application's list."""
        cursor, found = _unpack(message.cursor)
        span = read_span(desk, side, cursor)
        records = {record.ref: record for record in span.records if not record.deleted}
        refs = list(records)
        suspects = self._suspects(desk, records)
        self.scan.expect(desk.sync, message, refs, last=span.cursor is None, total=span.total)
        self.scan.next_page(message, _pack(span.cursor, found + len(suspects)))
        calm = set(suspects)
        self.worker.settle(desk.sync.id, {message.page: [ledger_id(ref) for ref in refs if ref not in calm]})
        ended = look(desk, suspects, _errand(message), Seen({ref: records[ref] for ref in suspects}, span.asked_at))
        self.scan.end(desk.sync, message, suspects, ended)
        if span.cursor is None:
            self._report(desk.sync, message, f"{side}: {found + len(suspects)} record(s) differed from the index.")

    def _suspects(self, desk: Desk, records: dict[RecordRef, Record]) -> list[RecordRef]:
        """Records that the index does not know, or knows otherwise."""
        known = desk.index.find(desk.sync.id, records)
        return [
            ref
            for ref, record in records.items()
            if ref not in known
            or known[ref].status in (RecordStatus.PENDING, RecordStatus.QUEUED)
            or not shows_baseline(desk.sync, known[ref], record)
        ]

    def _walked(self, desk: Desk, message: PageMessage) -> None:
        """A page of the index: what neither list showed is read by its id."""
        cursor, found = _unpack(message.cursor)
        living = {side: self._living(desk.sync, message, side) for side in Side}
        if message.page.number == 0 and (empty := self._looks_empty(desk, living)) is not None:
            self._report(
                desk.sync,
                message,
                f"{empty} suddenly looks empty: nothing there was believed to be deleted.",
            )
            self.scan.expect(desk.sync, message, [], last=True, total=None)
            return
        walk = desk.index.walk(desk.sync.id, cursor, WALKED)
        missing = [
            ref
            for entry in walk.entries
            for side in Side
            if (ref := entry.ref(side)) is not None and entry.half(side).present and ref not in living[side]
        ]
        self.scan.expect(desk.sync, message, missing, last=walk.cursor is None, total=None)
        self.scan.next_page(message, _pack(walk.cursor, found + len(missing)))
        for side in Side:
            mine = [ref for ref in missing if ref.side is side]
            for start in range(0, len(mine), AT_ONCE):
                some = mine[start : start + AT_ONCE]
                self.scan.end(desk.sync, message, some, look(desk, some, _errand(message)))
        if walk.cursor is None:
            self._report(
                desk.sync,
                message,
                f"{found + len(missing)} indexed record(s) were in neither list and were read.",
            )

    def _living(self, sync: Sync, message: PageMessage, side: Side) -> Living:
        return Living(self.ledger.seen(sync.id, message.page.generation, PHASE_OF[side]))

    def _looks_empty(self, desk: Desk, living: dict[Side, Living]) -> Side | None:
        """The side that shows far fewer records than are indexed there, if one does."""
        present = dict.fromkeys(Side, 0)
        cursor: str | None = None
        while True:
            walk = desk.index.walk(desk.sync.id, cursor, WALKED)
            for entry in walk.entries:
                for side in Side:
                    present[side] += entry.half(side).present
            cursor = walk.cursor
            if cursor is None:
                break
        for side in Side:
            if present[side] >= FEW and len(living[side]) < EMPTY_SHARE * present[side]:
                return side
        return None

    def _report(self, sync: Sync, message: PageMessage, text: str) -> None:
        """Say what was found, in a notification and in the log."""
        self.desks.signals.note("compared", sync=sync.id, found=text)
        title = f"Comparison of {sync.name!r}: {message.page.phase}"
        self.notifications.add_notification(Notification(sync.id, self.desks.clock.now(), title, text))


class Living:
    """The records that a list showed, 8 bytes each: a million of them take 8 MB."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._hashes = array("Q", sorted(_hash(one) for one in ids))

    def __len__(self) -> int:
        return len(self._hashes)

    def __contains__(self, ref: RecordRef) -> bool:
        wanted = _hash(ledger_id(ref))
        at = bisect_left(self._hashes, wanted)
        return at < len(self._hashes) and self._hashes[at] == wanted


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def _errand(message: PageMessage) -> Errand:
    return Errand("comparison", message.correlation_id, forced=False)


def _pack(cursor: str | None, found: int) -> str | None:
    """The next page's cursor; how many records were found different travels along."""
    return None if cursor is None else dumps([cursor, found])


def _unpack(packed: str | None) -> tuple[str | None, int]:
    if packed is None:
        return None, 0
    cursor, found = loads(packed)
    return str(cursor), int(found)
