"""Takes what no worker could handle: the records are marked, and the phase that waits for them is let go.

The one exception to promise 2: this marks records that were not settled since the message was first sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hubsync.model.entry import Half, IndexEntry, entry_id_for
from hubsync.model.message import EventMessage, LookMessage, PageMessage
from hubsync.model.record import RecordRef
from hubsync.model.status import Failure, FailureCategory, RecordStatus
from hubsync.services.look.privacy import PRIVACY
from hubsync.services.ports import Clock, Orchestrator, Signals
from hubsync.services.worker import ledger_id
from hubsync.stores.index_port import IndexStore, PutEntry
from hubsync.stores.ports import Ledger, SyncStore

UNEXPECTED = Failure(
    FailureCategory.UNEXPECTED,
    "The record could not be looked at: every attempt ended in an error of hubsync's own.",
    "Look for the correlation id in the log, and look at the record again with a comparison once that is mended.",
)


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Handles messages out of the dead-letter queues. Repeating it does no harm."""

    index: IndexStore
    syncs: SyncStore
    ledger: Ledger
    orchestrator: Orchestrator
    clock: Clock
    signals: Signals

    def handle(self, message: LookMessage | PageMessage | EventMessage) -> None:
        """Mark what the message was about; an event that could not be logged is counted and let go."""
        self.signals.count("DeadLettered")
        self.signals.note("dead_letter", sync=message.sync_id, correlation_id=message.correlation_id)
        if self.syncs.sync(message.sync_id) is None:
            return
        if isinstance(message, EventMessage):
            self.signals.count("EventsDropped")
            return
        if isinstance(message, PageMessage):
            self._page(message)
            return
        if message.cause != PRIVACY:  # what is to be forgotten is not written down anew
            self._mark(message.sync_id, message.refs, message.sent_at)
        if message.page is not None:
            ids = [ledger_id(ref) for ref in message.refs]
            if self.ledger.settle(message.sync_id, message.page, ids, self.clock.now()):
                token = self.ledger.task_token(message.sync_id, message.page.generation, message.page.phase)
                if token is not None:
                    self.orchestrator.phase_done(token)

    def _page(self, message: PageMessage) -> None:
        """A page that cannot be read breaks its scan: the run ends with the reason instead of waiting for ever."""
        token = self.ledger.task_token(message.sync_id, message.page.generation, message.page.phase)
        if token is not None:
            sentence = f"Page {message.page.number} of the phase {message.page.phase} could not be handled."
            self.orchestrator.phase_failed(token, sentence)

    def _mark(self, sync_id: str, refs: Sequence[RecordRef], sent_at: int) -> None:
        """Give the records the status failing, unless somebody settled them since."""
        known = self.index.find(sync_id, refs)
        now = self.clock.now()
        marked = []
        for ref in refs:
            entry = known.get(ref) or IndexEntry(sync_id, entry_id_for(ref)).with_half(ref.side, Half(ref.id))
            if entry.version and (entry.settled_at >= sent_at or entry.lease_until > now):
                continue
            marked.append(
                replace(
                    entry,
                    status=RecordStatus.FAILING,
                    failure=UNEXPECTED,
                    exclusion=None,
                    reason=UNEXPECTED.sentence,
                    since=now,
                    settled_at=now,
                )
            )
        self.index.write([PutEntry(entry) for entry in marked])
