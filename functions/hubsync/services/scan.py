"""Scans: each page message reads a page, puts the next one on the queue and looks at what the page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hubsync.connectors.errors import NeedsPersonError, RetryLaterError
from hubsync.model.entry import IndexEntry
from hubsync.model.message import LookMessage, PageKey, PageMessage, Queue
from hubsync.model.record import Record, RecordRef
from hubsync.model.side import Side
from hubsync.model.status import ExclusionReason, FailureCategory, RecordStatus
from hubsync.model.sync import Phase, Sync, SyncStatus
from hubsync.services.desk import DeskFactory
from hubsync.services.look.gather import Seen, warned_in_vain
from hubsync.services.look.look import look
from hubsync.services.look.trial import chosen
from hubsync.services.look.work import Desk, Ended, Errand
from hubsync.services.pause import pause
from hubsync.services.worker import AT_ONCE, Worker, ledger_id
from hubsync.stores.ports import Ledger

SPAN = 400
"""Records in one page of the ledger: several of the application's pages, so that writes fill batches of 100."""

WALKED = 5_000
"""Entries that one message walks past at most when looking for those that it is about."""

LISTED = {Phase.INDEX_HUBSPOT: Side.HUBSPOT, Phase.SYNC_APP: Side.APP}


@dataclass(frozen=True, slots=True)
class Span:
    """Some records of a list, asked for at `asked_at` (epoch ms). `cursor` leads on, None at the end."""

    records: tuple[Record, ...]
    asked_at: int
    cursor: str | None
    total: int | None


def read_span(desk: Desk, side: Side, cursor: str | None) -> Span:
    """Read some pages of a list in a row. Raises what the connector raises."""
    connector, object_type = desk.connectors[side], desk.sync.object_type(side)
    fields, limit = desk.sync.fields(side), desk.connectors[side].features.page_size
    records: list[Record] = []
    asked_at, total = desk.clock.now(), None
    while True:
        with desk.calling(side):
            page = connector.list_page(object_type, fields, cursor, limit)
        records += page.records
        total, cursor = page.total, page.cursor
        if cursor is None or len(records) + limit > SPAN:
            return Span(tuple(records), asked_at, cursor, total)


@dataclass(frozen=True, slots=True)
class Scan:
    """The phases of the initial sync (rule 1.3)."""

    desks: DeskFactory
    ledger: Ledger
    worker: Worker

    def page(self, message: PageMessage, deadline: int) -> None:
        """Handle one page; a message of an older run is dropped, and the run ends if it has not yet."""
        sync = self.desks.syncs.sync(message.sync_id)
        if sync is None or sync.status is not SyncStatus.INITIAL or message.page.generation != sync.generation:
            self.worker.end_run(message.sync_id, message.page)
            return
        try:
            first = message.page.phase is Phase.INDEX_HUBSPOT and message.page.number == 0
            desk = self.desks.desk(sync, deadline=deadline, bulk=True, page=message.page, renew=first)
            if desk is None:
                return
            if message.page.phase in LISTED:
                self._listed(desk, message, LISTED[message.page.phase])
            else:
                self._walked(desk, message)
        except RetryLaterError as error:
            self.again(message, pause(error.after, message.deferrals, error.kind))
        except NeedsPersonError as error:
            self.desks.dead(sync, LISTED.get(message.page.phase, Side.HUBSPOT), error)

    def _listed(self, desk: Desk, message: PageMessage, side: Side) -> None:
        """A page of an application's own list. Its identifiers are claimed before the next page is asked for, so that
        the first record that the application returns is the first on every run (rule 3.5). A narrow run reads no list.
        """
        if desk.sync.narrow:
            self.expect(desk.sync, message, [], last=True, total=0)
            return
        span = read_span(desk, side, message.cursor)
        refs = [record.ref for record in span.records if not record.deleted]
        self.expect(desk.sync, message, refs, last=span.cursor is None, total=span.total)
        claimed: list[bool] = []

        def go_on() -> None:
            claimed.append(True)
            self.next_page(message, span.cursor)

        ended = look(
            desk,
            refs,
            Errand(message.page.phase, message.correlation_id, scan=True),
            Seen(
                {record.ref: record for record in span.records},
                span.asked_at,
                {ref: f"{message.page.number:08d}.{at:05d}" for at, ref in enumerate(refs)},
            ),
            claimed=go_on,
        )
        if not refs:
            go_on()
        if claimed:
            self.end(desk.sync, message, refs, ended)
            return
        if ended.dead is not None:
            self.desks.dead(desk.sync, *ended.dead)
            return
        self.worker.settle(desk.sync.id, {message.page: [ledger_id(ref) for ref in ended.settled]})
        pauses = (pause(each.after, message.deferrals, each.kind) for each in ended.deferred)
        self.again(message, max(pauses, default=1))

    def _walked(self, desk: Desk, message: PageMessage) -> None:
        """A page of the index: entries that are still pending go through the engine, in a narrow run all that are not
        in step. There is no second list.
        """
        refs, cursor, passed = [], message.cursor, 0
        while True:
            walk = desk.index.walk(desk.sync.id, cursor, AT_ONCE)
            cursor, passed = walk.cursor, passed + len(walk.entries)
            for entry in walk.entries:
                pending = entry.status is RecordStatus.PENDING and chosen(desk.sync, entry)
                if pending or (desk.sync.narrow and _open(desk.sync, entry)):
                    present = [side for side in Side if entry.half(side).present]
                    refs += [ref for side in present or Side if (ref := entry.ref(side)) is not None][:1]
            if cursor is None or len(refs) >= SPAN or passed >= WALKED:
                break
        self.expect(desk.sync, message, refs, last=cursor is None, total=None)
        self.next_page(message, cursor)
        for side in Side:
            mine = [ref for ref in refs if ref.side is side]
            errand = Errand(message.page.phase, message.correlation_id, scan=True)
            for start in range(0, len(mine), AT_ONCE):
                some = mine[start : start + AT_ONCE]
                self.end(desk.sync, message, some, look(desk, some, errand))

    def expect(
        self, sync: Sync, message: PageMessage, refs: Sequence[RecordRef], *, last: bool, total: int | None
    ) -> None:
        """Write down what a page showed."""
        ids = [ledger_id(ref) for ref in refs]
        now = self.desks.clock.now()
        if self.ledger.expect(sync.id, message.page, ids, last=last, total=total, now=now):
            self.worker.finish_phase(sync.id, message.page)

    def next_page(self, message: PageMessage, cursor: str | None) -> None:
        """Put the next page on the queue, unless an earlier delivery of this one has done so."""
        page = PageKey(message.page.generation, message.page.phase, message.page.number + 1)
        if cursor is None or self.ledger.expected(message.sync_id, page):
            return
        self.desks.queues.send(Queue.BULK, [replace(message, page=page, cursor=cursor, deferrals=0)])

    def again(self, message: PageMessage, delay: float) -> None:
        """Put this very page back on the queue, to be seen in `delay` seconds."""
        later = replace(message, deferrals=message.deferrals + 1)
        self.desks.queues.send(Queue.BULK, [later], delay=delay)

    def end(self, sync: Sync, message: PageMessage, refs: Sequence[RecordRef], ended: Ended) -> None:
        """Settle the page's references, and send those that were put off as references of this page."""
        stand_ins = [
            LookMessage(
                sync.id,
                side,
                tuple(ref.id for ref in refs if ref.side is side),
                message.page.phase,
                message.correlation_id,
                message.sent_at,
                message.page,
            )
            for side in Side
            if any(ref.side is side for ref in refs)
        ]
        self.worker.end(sync, stand_ins, ended)


def _open(sync: Sync, entry: IndexEntry) -> bool:
    """Whether an edit that concerns only what is not in step may concern this entry (rule 1.2).

    It brings no deleted record back, makes no duplicate the first, and turns no direction round.
    """
    if entry.status is RecordStatus.FAILING:
        return entry.failure is None or entry.failure.category is not FailureCategory.DELETED
    if entry.status is RecordStatus.EXCLUDED:
        return entry.exclusion not in (ExclusionReason.DUPLICATE, ExclusionReason.DIRECTION)
    return entry.status is RecordStatus.QUEUED or warned_in_vain(sync, entry)
