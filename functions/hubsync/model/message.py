"""What stands on the queues: references, never data (the one idea of docs/architecture.md)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hubsync.model.activity import Activity
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.sync import Phase


class Queue(StrEnum):
    """`changes`: people are waiting. `bulk`: scans."""

    CHANGES = "changes"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class PageKey:
    """Names a page of a scan in the ledger."""

    generation: int
    phase: Phase
    number: int


@dataclass(frozen=True, slots=True)
class LookMessage:
    """Look at these records again. At most 100 references, all of one side.

    `page` is the page of the scan that waits for them, if one does. `correlation_id` goes from the webhook or poll to
    the write. `sent_at` (epoch ms) is when the first message about them was sent; it survives deferral.
    `deferrals` counts how often they were put off.
    """

    sync_id: str
    side: Side
    ids: tuple[str, ...]
    cause: str
    correlation_id: str
    sent_at: int
    page: PageKey | None = None
    deferrals: int = 0

    @property
    def refs(self) -> tuple[RecordRef, ...]:
        """The references."""
        return tuple(RecordRef(self.side, record_id) for record_id in self.ids)


@dataclass(frozen=True, slots=True)
class EventMessage:
    """Log this event of the app on the contact's timeline (rule 6.3): the one message that carries data."""

    sync_id: str
    activity: Activity
    correlation_id: str
    sent_at: int
    deferrals: int = 0


@dataclass(frozen=True, slots=True)
class PageMessage:
    """Read this page of a scan, put the next one on the queue, look at what the page shows.

    `cursor` is the application's or the index's own; None is the start.
    """

    sync_id: str
    page: PageKey
    cursor: str | None
    correlation_id: str
    sent_at: int
    deferrals: int = 0
