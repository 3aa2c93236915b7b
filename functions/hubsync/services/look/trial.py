"""What a look leaves alone while a sync is tried on chosen records (rule 1.10).

A trial is a run like any other, so that matching is right: every record is indexed and claims its identifiers. But an
entry is bound, written or made on the other side only if one of its records was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hubsync.engine.context import LONE, Resolution, Standing
from hubsync.engine.resolve import holds
from hubsync.model.entry import IndexEntry
from hubsync.model.identifier import Claim
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.sync import Sync
from hubsync.services.look.work import Desk


def chosen(sync: Sync, entry: IndexEntry | None, ref: RecordRef | None = None) -> bool:
    """Whether a look may bind and write this entry, or that of `ref`: without a trial, every one."""
    if not sync.trying or sync.trial is None:
        return True
    refs = [entry.ref(side) for side in Side] if entry is not None else []
    return any(each in sync.trial.records for each in (ref, *refs) if each is not None)


def spared(desk: Desk, refs: Sequence[RecordRef]) -> list[RecordRef]:
    """The references that are not looked at: what was bound before, or is open from before, stays as it is."""
    if not desk.sync.trying:
        return []
    entries = desk.index.find(desk.sync.id, refs)
    before = [ref for ref, entry in entries.items() if entry.bound or entry.intents]
    return [ref for ref in before if not chosen(desk.sync, entries[ref], ref)]


def narrowed(
    sync: Sync,
    ref: RecordRef,
    found: Resolution,
    claims: Mapping[str, Claim],
    entries: Mapping[str, IndexEntry],
    now: int,
) -> Resolution:
    """A match as a trial makes it: none of two records that nobody chose; they wait, each for itself.

    Such a record keeps its place all the same: one that was chosen and comes after it, with the same identifier, is its
    duplicate, as it will be in a full run (rule 3.5).
    """
    partner = entries.get(found.partner or "")
    if found.standing is not Standing.MATCH or partner is None or not sync.trying:
        return found
    if not chosen(sync, partner, ref):
        return LONE
    claim = claims[found.key or ""]
    first = entries.get(claim.holder(ref.side) or "")
    beside = first is not None and first.id != partner.id and first.half(ref.side).record_id != ref.id
    if first is None or not beside or first.bound or not holds(first, ref.side, claim, now):
        return found
    return Resolution(Standing.DUPLICATE, first.id, found.by, None, found.key)
