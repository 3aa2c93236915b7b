"""Compares the index with both applications again, and repairs what was missed (rule 1.6).

Three phases, on the same pages, queue and ledger as the initial sync. Both lists are read and every record whose
fingerprints are not its baseline is looked at; the ledger remembers, for this run alone, which records were there.
Then the index is walked: what was not there is read by its id, and found to be deleted, merged or just young.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from hashlib import blake2b
from json import dumps, loads

from hubsync.connectors.errors import NeedsPersonError, RetryLaterError
from hubsync.model.comparison import ComparisonReport, Tally
from hubsync.model.entry import IndexEntry
from hubsync.model.message import PageMessage
from hubsync.model.record import Record, RecordRef
from hubsync.model.side import Side
from hubsync.model.status import FailureCategory, RecordStatus
from hubsync.model.sync import COMPARISON_PHASES, Phase, Sync, SyncStatus
from hubsync.services.desk import DeskFactory
from hubsync.services.look.gather import Seen, shows_baseline
from hubsync.services.look.look import look
from hubsync.services.look.work import Desk, Errand
from hubsync.services.pause import pause
from hubsync.services.scan import Scan, read_span
from hubsync.services.worker import AT_ONCE, Worker, ledger_id
from hubsync.stores.layout import BUCKETS, bucket_of
from hubsync.stores.ports import CountStore, Ledger, Notification, NotificationStore

LISTED = {Phase.COMPARE_HUBSPOT: Side.HUBSPOT, Phase.COMPARE_APP: Side.APP}
PHASE_OF = {side: phase for phase, side in LISTED.items()}

EMPTY_SHARE = 0.5
"""A side that shows less than this share of what is indexed there looks empty: then nothing is believed deleted."""

FEW = 10
"""Below this many indexed records a side may well be empty."""

WALKED = 2_000

RECOUNT_MS = 15_000
"""What a bucket of an index of a million takes, and more."""

DAY_MS = 86_400_000

OTHERWISE = (FailureCategory.DELETED, FailureCategory.FLIP_FLOP)
"""Failures of which the records themselves tell the end, or the time that has passed (rules 7.1, 2.8)."""

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Comparison:
    """The phases of the comparison. It writes nothing itself: it only says which records to look at again."""

    desks: DeskFactory
    ledger: Ledger
    notifications: NotificationStore
    worker: Worker
    scan: Scan
    counts: CountStore

    def page(self, message: PageMessage, deadline: int) -> None:
        """Handle one page of a comparison. It ends where it cannot go on: whatever stopped it (the sync was saved, was
        turned off, an account needs a person) is followed by a new look at everything, or by the next comparison.
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
            self.scan.again(message, pause(error.after, message.deferrals, error.kind))
        except NeedsPersonError as error:
            self.desks.dead(sync, LISTED.get(message.page.phase, Side.HUBSPOT), error)
            self.worker.end_run(sync.id, message.page)

    def _listed(self, desk: Desk, message: PageMessage, side: Side) -> None:
        """A page of an application's list. The next one follows when this one's outcome is known."""
        cursor, tally = _unpack(message.cursor)
        span = read_span(desk, side, cursor)
        records = {record.ref: record for record in span.records if not record.deleted}
        refs = list(records)
        known = desk.index.find(desk.sync.id, records)
        suspects = [ref for ref in refs if _is_suspect(desk.sync, known.get(ref), records[ref], desk.clock.now())]
        self.scan.expect(desk.sync, message, refs, last=span.cursor is None, total=span.total)
        calm = set(refs) - set(suspects)
        self.worker.settle(desk.sync.id, {message.page: [ledger_id(ref) for ref in refs if ref in calm]})
        ended = look(desk, suspects, _errand(message), Seen({ref: records[ref] for ref in suspects}, span.asked_at))
        missing = sum(ref not in known for ref in suspects)
        tally = tally.plus(Tally(len(suspects) - missing, missing, put_off=len(ended.deferred))).plus(ended.tally)
        self.scan.next_page(message, _pack(span.cursor, tally))
        if span.cursor is None:
            self._report(desk.sync, message, tally)
        self.scan.end(desk.sync, message, suspects, ended)

    def _walked(self, desk: Desk, message: PageMessage) -> None:
        """A page of the index: what neither list showed is read by its id."""
        cursor, tally = _unpack(message.cursor)
        living = {side: self._living(desk.sync, message, side) for side in Side}
        if message.page.number == 0:
            present, counted = _survey(desk)
            self._recount(desk, message, counted)
            if (empty := _looks_empty(present, living)) is not None:
                self._report(desk.sync, message, tally, empty)
                self.scan.expect(desk.sync, message, [], last=True, total=None)
                return
        walk = desk.index.walk(desk.sync.id, cursor, WALKED)
        missing = [
            (ref, entry.id)
            for entry in walk.entries
            for side in Side
            if (ref := entry.ref(side)) is not None and entry.half(side).present and ref not in living[side]
        ]
        self.scan.expect(desk.sync, message, [ref for ref, _ in missing], last=walk.cursor is None, total=None)
        # What was made or mended since the comparison began is in no list, and was not missed.
        calm = {entry.id for entry in walk.entries if entry.settled_at > message.page.generation}
        tally = tally.plus(Tally(missing=sum(owner not in calm for _, owner in missing)))
        looked = []
        for side in Side:
            mine = [ref for ref, _ in missing if ref.side is side]
            for start in range(0, len(mine), AT_ONCE):
                some = mine[start : start + AT_ONCE]
                ended = look(desk, some, _errand(message))
                tally = tally.plus(ended.tally).plus(Tally(put_off=len(ended.deferred)))
                looked.append((some, ended))
        self.scan.next_page(message, _pack(walk.cursor, tally))
        if walk.cursor is None:
            self._report(desk.sync, message, tally)
        for some, ended in looked:
            self.scan.end(desk.sync, message, some, ended)

    def _living(self, sync: Sync, message: PageMessage, side: Side) -> Living:
        return Living(self.ledger.seen(sync.id, message.page.generation, PHASE_OF[side]))

    def _recount(self, desk: Desk, message: PageMessage, counted: Mapping[str, Counter[str]]) -> None:
        """Have those buckets counted anew whose entries are other ones than the counts say, as far as the time reaches:
        counts that lost a part of the stream come right (rule 8.1).

        Where they agree nothing is written; a status that changes just now costs a recount that finds nothing new. The
        buckets begin at another one each time, so that those of an index too large for one night have their turn.
        """
        first = message.page.generation // DAY_MS % len(BUCKETS)
        for bucket in (*BUCKETS[first:], *BUCKETS[:first]):
            if counted[bucket] == self.counts.counted(desk.sync.id, bucket):
                continue
            if desk.clock.now() + RECOUNT_MS > desk.deadline:
                desk.signals.note("recount_put_off", sync=desk.sync.id, bucket=bucket)
                return
            desk.index.recount(desk.sync.id, bucket, f"{message.page.generation}")

    def _report(self, sync: Sync, message: PageMessage, tally: Tally, empty: Side | None = None) -> None:
        """Keep with the sync what a phase found; at the end of the last one, tell it (rule 1.6)."""
        run, phase, now = message.page.generation, message.page.phase, self.desks.clock.now()
        self.desks.signals.note("compared", sync=sync.id, found=_sentence(phase, tally, empty))
        last = phase is Phase.COMPARE_INDEX
        for _ in range(ATTEMPTS):
            stored = self.desks.syncs.sync(sync.id)
            if stored is None:
                return
            before = stored.compared if stored.compared is not None and stored.compared.run == run else None
            report = (before or ComparisonReport(run)).with_phase(phase, tally)
            if last:
                report = replace(report, finished_at=now, empty=empty)
            if self.desks.syncs.put_sync(replace(stored, compared=report)):
                break
        else:
            return
        if last:
            title = f"Comparison of {sync.name!r}"
            self.notifications.add_notification(Notification(sync.id, now, title, sentences(report)))


def _survey(desk: Desk) -> tuple[Counter[Side], Mapping[str, Counter[str]]]:
    """The whole index, once: how many records of each side are indexed, and in each bucket the entries by status."""
    present: Counter[Side] = Counter()
    counted: dict[str, Counter[str]] = {bucket: Counter() for bucket in BUCKETS}
    cursor: str | None = None
    while True:
        walk = desk.index.walk(desk.sync.id, cursor, WALKED)
        for entry in walk.entries:
            counted[bucket_of(entry.id)][entry.status] += 1
            present.update(side for side in Side if entry.half(side).present)
        cursor = walk.cursor
        if cursor is None:
            return present, counted


def _looks_empty(present: Mapping[Side, int], living: Mapping[Side, Living]) -> Side | None:
    """The side that shows far fewer records than are indexed there, if one does."""
    for side in Side:
        if present[side] >= FEW and len(living[side]) < EMPTY_SHARE * present[side]:
            return side
    return None


def sentences(report: ComparisonReport) -> str:
    """What a comparison found, a line for each phase, and what came of it."""
    lines = [_sentence(phase, report.of(phase), report.empty) for phase in COMPARISON_PHASES]
    total = report.total
    lines.append(
        f"Repaired: {total.repaired}. Created: {total.created}. Found deleted: {total.deleted}. "
        f"Failed: {total.failed}. Put off: {total.put_off}."
    )
    return "\n".join(lines)


def _sentence(phase: Phase, tally: Tally, empty: str | None) -> str:
    if phase in LISTED:
        return f"{LISTED[phase]}: {tally.differed + tally.missing} record(s) differed from the index."
    if empty is not None:
        return f"{empty} suddenly looks empty: nothing there was believed to be deleted."
    return f"{tally.missing} indexed record(s) were in neither list and were read."


def _is_suspect(sync: Sync, entry: IndexEntry | None, record: Record, now: int) -> bool:
    """Whether the index does not know a record, or knows it otherwise; or it fails, and its pause is over (rule 8.4).

    Of a failure that its two records do not explain, as an identifier shared with a third one, neither tells the end.
    """
    if entry is None or entry.status in (RecordStatus.PENDING, RecordStatus.QUEUED):
        return True
    if entry.failure is not None and entry.failure.category not in OTHERWISE and entry.retry_at <= now:
        return True
    return not shows_baseline(sync, entry, record)


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


def _pack(cursor: str | None, tally: Tally) -> str | None:
    """The next page's cursor; what was found so far travels along."""
    return None if cursor is None else dumps([cursor, astuple(tally)])


def _unpack(packed: str | None) -> tuple[str | None, Tally]:
    if packed is None:
        return None, Tally()
    cursor, found = loads(packed)
    return str(cursor), Tally(*found) if isinstance(found, list) else Tally(int(found))
