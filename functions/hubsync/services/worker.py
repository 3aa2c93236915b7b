"""Takes messages off the queues: groups references into full batches, looks, settles, defers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hubsync.connectors.errors import RetryLaterError
from hubsync.model.message import LookMessage, PageKey, Queue
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.sync import Sync
from hubsync.services.desk import DeskFactory
from hubsync.services.look.look import look
from hubsync.services.look.privacy import PRIVACY, erase
from hubsync.services.look.restore import RESTORE
from hubsync.services.look.work import Deferral, Ended, Errand
from hubsync.services.pause import LONGEST, pause
from hubsync.services.ports import Orchestrator
from hubsync.stores.ports import Ledger

AT_ONCE = 400
"""References in one look: enough to fill the batches of 100 that HubSpot takes."""

FORCING = frozenset({"retry", "slot_freed", "in_the_way", "merged", "gone", "link_bound", "schema", RESTORE})
"""Causes that look even at what seems unchanged."""

APART = frozenset({RESTORE, PRIVACY})
"""Causes that ask for more than a look, and so are not handled together with others."""


def ledger_id(ref: RecordRef) -> str:
    """A reference, as it stands in the ledger."""
    return f"{ref.side[0]}:{ref.id}"


@dataclass(frozen=True, slots=True)
class Worker:
    """Handles look messages. One exception here fails only the messages of its group; the queue sends them again."""

    desks: DeskFactory
    ledger: Ledger
    orchestrator: Orchestrator

    def split(self, message: LookMessage) -> bool:
        """Send a message that came back as one message for each reference, so that a poisonous one stands alone."""
        if len(message.ids) < 2:
            return False
        singles = [replace(message, ids=(record_id,)) for record_id in message.ids]
        self.desks.queues.send(Queue.CHANGES if message.page is None else Queue.BULK, singles)
        return True

    def handle(self, messages: Sequence[LookMessage], deadline: int) -> dict[int, Exception]:
        """Handle messages; returns the failed ones by their position."""
        groups: dict[tuple[str, Side, bool, str, PageKey | None], list[int]] = defaultdict(list)
        for position, message in enumerate(messages):
            page = replace(message.page, number=0) if message.page is not None else None
            apart = message.cause if message.cause in APART else ""
            groups[message.sync_id, message.side, message.cause in FORCING, apart, page].append(position)
        failed: dict[int, Exception] = {}
        for positions in groups.values():
            try:
                self._group([messages[position] for position in positions], deadline)
            except Exception as error:  # noqa: BLE001 - one group's bug must not take the others down
                self.desks.signals.note("group_failed", error=type(error).__name__, messages=len(positions))
                failed.update(dict.fromkeys(positions, error))
        return failed

    def _group(self, messages: Sequence[LookMessage], deadline: int) -> None:
        first = messages[0]
        sync = self.desks.syncs.sync(first.sync_id)
        erasing = first.cause == PRIVACY
        if sync is None or not (sync.running or erasing) or _outdated(sync, first.page) or not sync.hash_key:
            return
        refs = list(dict.fromkeys(ref for message in messages for ref in message.refs))
        try:
            desk = self.desks.desk(sync, deadline=deadline, bulk=first.page is not None, page=first.page)
        except RetryLaterError as error:
            self.end(sync, messages, Ended(deferred=[Deferral(ref, error.after, error.kind) for ref in refs]))
            return
        if desk is None:
            if erasing:
                # A rescan makes up for every other look, once the connection is mended; for this one nothing does.
                waiting = [replace(message, deferrals=message.deferrals + 1) for message in messages]
                self.desks.queues.send(Queue.CHANGES, waiting, delay=LONGEST)
            return
        scan = first.page is not None and first.page.generation == sync.generation
        named = {ref: message.correlation_id for message in reversed(messages) for ref in message.refs}
        asked = {ref: message.sent_at for message in messages for ref in message.refs}
        errand = Errand(first.cause, first.correlation_id, first.cause in FORCING, scan, named, asked)
        for start in range(0, len(refs), AT_ONCE):
            some = refs[start : start + AT_ONCE]
            ended = erase(desk, some, errand) if erasing else look(desk, some, errand)
            self.end(sync, messages, ended)

    def end(self, sync: Sync, messages: Sequence[LookMessage], ended: Ended) -> None:
        """Send what was put off again, as new messages, and settle the rest in the ledger."""
        if ended.dead is not None:
            self.desks.dead(sync, *ended.dead)
        self._defer(messages, ended)
        settled: dict[PageKey, list[str]] = defaultdict(list)
        done = set(ended.settled)
        for message in messages:
            if message.page is not None:
                settled[message.page] += [ledger_id(ref) for ref in message.refs if ref in done]
        self.settle(sync.id, settled)

    def settle(self, sync_id: str, settled: Mapping[PageKey, Iterable[str]]) -> None:
        """Mark references as settled; whoever settles the last one of a phase says so."""
        for page, ids in settled.items():
            if self.ledger.settle(sync_id, page, list(ids), self.desks.clock.now()):
                self.finish_phase(sync_id, page)

    def finish_phase(self, sync_id: str, page: PageKey) -> None:
        """Tell the state machine that a phase is over; if the telling is lost the five-minute tick repeats it."""
        token = self.ledger.task_token(sync_id, page.generation, page.phase)
        if token is not None:
            self.orchestrator.phase_done(token)

    def end_run(self, sync_id: str, page: PageKey) -> None:
        """End the run of a page that came when nobody waited for it any more (rule 1.2)."""
        token = self.ledger.task_token(sync_id, page.generation, page.phase)
        if token is not None:
            self.orchestrator.phase_superseded(token)

    def _defer(self, messages: Sequence[LookMessage], ended: Ended) -> None:
        """Send the rest as new messages, so that the queue's receive count counts crashes only."""
        put_off = {deferral.ref: deferral for deferral in ended.deferred}
        if not put_off:
            return
        sending: dict[tuple[Queue, float], list[LookMessage]] = defaultdict(list)
        taken: set[RecordRef] = set()
        for message in messages:
            queue = Queue.CHANGES if message.page is None else Queue.BULK
            by_wait: dict[float, list[str]] = defaultdict(list)
            for ref in message.refs:
                if ref in put_off and (message.page is not None or ref not in taken):
                    taken.add(ref)
                    by_wait[pause(put_off[ref].after, message.deferrals, put_off[ref].kind)].append(ref.id)
            for wait, ids in by_wait.items():
                sending[queue, wait].append(replace(message, ids=tuple(ids), deferrals=message.deferrals + 1))
        for (queue, wait), several in sending.items():
            self.desks.queues.send(queue, several, delay=wait)
        kinds = sorted({deferral.kind for deferral in ended.deferred})
        self.desks.signals.note("deferred", references=len(put_off), kinds=",".join(kinds))


def _outdated(sync: Sync, page: PageKey | None) -> bool:
    """Whether a page's references belong to an older run (a comparison's number is far above any generation)."""
    return page is not None and page.generation < sync.generation
