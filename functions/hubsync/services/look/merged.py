"""Follows HubSpot's merges: the surviving record has a new id, and the binding moves to it (rule 7.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hubsync.connectors.errors import RetryLaterError
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.record import Record, RecordRef
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.services.look.work import Desk, Wake
from hubsync.stores.index_port import DeleteEntry, IndexWrite, PutAlias, PutClaim, PutEntry


def follow_merges(
    desk: Desk, records: Mapping[RecordRef, Record], entries: Mapping[RecordRef, IndexEntry]
) -> set[RecordRef]:
    """Bring the entries of merged records together; returns the references that need no look of their own any more.

    `entries` are the entries found under the references themselves. Where several entries turn out to be one record,
    they become one in a single transaction, and a partner that is left over stands alone again, pending. Survivor and
    partner are woken, so that they are looked at with entries that are read before them. Raises `RetryLaterError` if
    another worker is at the same records.
    """
    suspects = {
        ref: record for ref, record in records.items() if record.ref != ref or (record.aliases and ref not in entries)
    }
    if not suspects:
        return set()
    names = {
        ref: [record.ref, ref, *(RecordRef(ref.side, alias) for alias in record.aliases)]
        for ref, record in suspects.items()
    }
    known = desk.index.find(desk.sync.id, {name for several in names.values() for name in several})
    spoken_for: set[RecordRef] = set()
    survivors: dict[RecordRef, None] = {}
    for ref, record in suspects.items():
        family = list({known[name].id: known[name] for name in names[ref] if name in known}.values())
        if record.ref not in survivors and family:
            _unite(desk, record, family)
        if family or record.ref != ref:
            survivors[record.ref] = None
            spoken_for.add(ref)
    if survivors:
        side = next(iter(survivors)).side
        desk.wake(Wake(side, tuple(ref.id for ref in survivors), "merged"))
    return spoken_for


def _unite(desk: Desk, record: Record, family: Sequence[IndexEntry]) -> None:
    """Make one entry of a merge's family."""
    side = record.ref.side
    bound_first = sorted(family, key=lambda entry: (not entry.half(side.other).present, entry.id))
    keep, others = bound_first[0], bound_first[1:]
    half = keep.half(side)
    if half.record_id == record.ref.id and not others:
        return
    claims = tuple(dict.fromkeys([*half.claims, *(key for other in others for key in other.half(side).claims)]))
    keep = keep.with_half(side, Half(record.ref.id, half.fingerprints, claims))
    writes: list[IndexWrite] = [PutEntry(keep), PutAlias(desk.sync.id, record.ref, keep.id)]
    writes += [_step_aside(other, side) for other in others]
    writes += _hand_over(desk, side, keep, others)
    if any(entry.lease_until > desk.clock.now() for entry in family) or not desk.index.transact(writes):
        raise RetryLaterError("Another worker is at a merged record.", after=2, kind="lease")
    left = tuple(other.half(side.other).record_id or "" for other in others if other.half(side.other).present)
    if left:
        desk.wake(Wake(side.other, left, "merged"))
    desk.signals.note("merge_followed", sync=desk.sync.id, record=record.ref.id, entries=len(family))


def _step_aside(entry: IndexEntry, side: Side) -> IndexWrite:
    """An entry whose record went up in another: gone, or, if it had a partner, that partner alone and pending. The
    survivor may bear the external id of the one that went up in it, so what is made of this entry bears another one.
    """
    partner = entry.half(side.other)
    if not partner.present:
        return DeleteEntry(entry)
    alone = entry.with_half(side, Half()).with_half(side.other, Half(partner.record_id, {}, partner.claims))
    return PutEntry(
        replace(
            alone,
            status=RecordStatus.PENDING,
            failure=None,
            exclusion=None,
            intents=(),
            lease_until=0,
            links={},
            waiting_links=0,
            renames=entry.renames + 1,
        )
    )


def _hand_over(desk: Desk, side: Side, keep: IndexEntry, others: Sequence[IndexEntry]) -> list[IndexWrite]:
    """The slots of the merged records go to the entry that stays."""
    keys = [key for other in others for key in other.half(side).claims]
    if not keys:
        return []
    from_ids = {other.id for other in others}
    claims = desk.index.claims(desk.sync.id, keys)
    now = desk.clock.now()
    return [
        PutClaim(desk.sync.id, claim.held_by(side, keep.id, now))
        for claim in claims.values()
        if claim.holder(side) in from_ids
    ]
