"""Which side wins a field in which both have a say: the default side, a named one, or the newer record (rule 2.7).

The times that are compared are those of the two *records*, each by its own application's clock: no application tells
them field by field for nothing. A record's time speaks for a person only if the last change of the record was not ours.
So a record that still bears the time which our own write left there (`Half.written_at`) has an unknown time, and with
it one that bears a time of the moments after: HubSpot brings calculated properties up to date a little later. Where one
of the two times is unknown, or both are equal, the default side wins. At a first match nothing was written yet, and
both times count. A side that equals its baseline, or shows what we meant to write, is never asked: no person changed
it, and the field is not contested at all (`hubsync.engine.merge`).
"""

from __future__ import annotations

from hubsync.model.conflict import ConflictPolicy, Winner
from hubsync.model.entry import IndexEntry
from hubsync.model.mapping import FieldMapping
from hubsync.model.record import Record
from hubsync.model.side import Side
from hubsync.model.sync import Sync

AFTERMATH_MS = 10_000
"""A change that follows our own write within this time may be the application's, in answer to it."""


def newer(entry: IndexEntry, hubspot: Record, app: Record) -> Side | None:
    """The side whose record a person changed last; None where that cannot be told."""
    in_hubspot, in_app = _changed_at(entry, hubspot), _changed_at(entry, app)
    if in_hubspot is None or in_app is None or in_hubspot == in_app:
        return None
    return Side.HUBSPOT if in_hubspot > in_app else Side.APP


def by_time(sync: Sync, mapping: FieldMapping) -> bool:
    """Whether the newer record wins this field."""
    if mapping.winner is not None:
        return mapping.winner is Winner.NEWEST
    return sync.conflict is ConflictPolicy.NEWEST


def preferred(sync: Sync, mapping: FieldMapping, newest: Side | None) -> Side:
    """The side that wins a contested field; `newest` is the side of the newer record, where that can be told."""
    if by_time(sync, mapping):
        return newest or sync.default_side
    return sync.default_side if mapping.winner is None else Side(mapping.winner)


def _changed_at(entry: IndexEntry, record: Record) -> int | None:
    ours = entry.half(record.ref.side).written_at
    if record.modified_at is None or (ours and record.modified_at <= ours + AFTERMATH_MS):
        return None
    return record.modified_at
