"""Who may be made again after a deletion (rule 7.2)."""

from __future__ import annotations

from hubsync.engine import sentences
from hubsync.engine.admit import KeptOut
from hubsync.engine.context import Context, Standing
from hubsync.model.record import Record
from hubsync.model.status import ExclusionReason


def admit_restored(record: Record, context: Context) -> KeptOut | None:
    """What keeps a deleted partner of `record` from being made again.

    It was in sync before, so what limits entering (filters, stages, a missing email) does not count; but nothing is
    written against the direction (rule 2.4), and nothing is made twice.
    """
    other = record.ref.side.other
    if context.resolution.standing is Standing.DUPLICATE:
        by = context.resolution.by or "identifier"
        return KeptOut(ExclusionReason.DUPLICATE, sentences.DUPLICATE.format(kind=by))
    if not context.sync.direction.writes(other):
        return KeptOut(ExclusionReason.DIRECTION, sentences.DIRECTION.format(side=sentences.name(other)))
    return None
