"""What was written to one record, and what stood there before: the only place where customers' values are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hubsync.model.record import Value
from hubsync.model.side import Side


class Outcome(StrEnum):
    """What became of a write. `unknown`: the application's answer was lost, the next look finds out what is there."""

    WRITTEN = "written"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class EventKey:
    """Names one event: the record that was written, and the lease under which that was done.

    `version` is the entry's version when the lease was taken, which no other worker has; `at` (epoch ms) puts the
    events in order, also where an entry was forgotten and begins again with version 0.
    """

    sync_id: str
    entry_id: str
    at: int
    version: int
    side: Side


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One written field: the raw value that stood there, the one that was sent, and why (`FieldWin`)."""

    before: Value
    after: Value
    winner: Side | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One write to one record (promise 8): when, on which side, why, and each field before and after.

    `cause` is what led to the look, `correlation_id` its webhook, poll or page; `generation` the run it belonged to.
    `outcome` is None while nobody has marked it: the entry's open intent then tells whether the write was booked.
    """

    key: EventKey
    cause: str
    correlation_id: str
    generation: int
    reason: str
    fields: Mapping[str, FieldChange] = field(default_factory=dict)
    create: bool = False
    outcome: Outcome | None = None
