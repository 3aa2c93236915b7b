"""Says where a record stands among all others, from the claims on its identifiers.

The walk (rules 3.1 to 3.5, written down for people in docs/matching.md): the record's identifiers are walked strongest
first, and the first one that anybody else holds decides. Held by a record of the other side that has no partner: a
match. Held by one that has a partner, or only by one of the same side: a duplicate. Held by nobody: the record is
alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from hubsync.engine.context import LONE, Resolution, Standing
from hubsync.model.entry import IndexEntry
from hubsync.model.identifier import Claim, IdentifierKind
from hubsync.model.record import RecordRef
from hubsync.model.side import Side

ORPHANED_AFTER_MS = 2 * 60 * 1000
"""A slot whose entry does not know of it is honoured this long: its worker may be between two writes, both within one
invocation, and those are shorter."""

STRONG = frozenset(IdentifierKind) - {IdentifierKind.NAME}
"""Kinds that one record alone may have; names are shared by honest strangers."""


def resolve(
    ref: RecordRef,
    own: str,
    keys: Sequence[tuple[IdentifierKind, str]],
    claims: Mapping[str, Claim],
    entries: Mapping[str, IndexEntry],
    now: int,
    *,
    complete: bool = True,
) -> Resolution:
    """Where the record `ref`, which has the entry `own` or would get it, stands.

    `keys` are the claim keys of its identifiers, strongest first; `entries` holds every entry that the claims name and
    that exists. `now` (epoch ms) is used to see whether a lease is alive. Unless the other side's index is `complete`,
    what it holds of records without a partner is of an older scan, and nobody is matched with them yet (rule 1.3).
    """
    for position, (kind, key) in enumerate(keys):
        claim = claims.get(key)
        if claim is None:
            continue
        found = _across(ref, own, kind, claim, entries, now)
        if found is None or (found[0] is Standing.MATCH and not complete):
            found = _beside(ref, own, claim, entries, now)
        if found is None:
            continue
        standing, partner = found
        overruled = _overruled(ref.side, partner, keys[position + 1 :], claims) if standing is Standing.MATCH else None
        return Resolution(standing, partner, kind, overruled, key)
    return LONE


def conflict(
    side: Side,
    own: str,
    keys: Sequence[tuple[IdentifierKind, str]],
    fresh: Collection[str],
    claims: Mapping[str, Claim],
    entries: Mapping[str, IndexEntry],
    now: int,
) -> IdentifierKind | None:
    """The kind of the first identifier of a bound record, among the `fresh` keys, that another entry holds on either
    side (rule 3.6).

    Only strong kinds count, or a name where it is all there is: names are shared by honest strangers.
    """
    kinds = {kind for kind, _ in keys}
    for kind, key in keys:
        if key not in fresh or (kind not in STRONG and kinds & STRONG):
            continue
        claim = claims.get(key)
        if claim is None:
            continue
        for slot in (side, side.other):
            holder = claim.holder(slot)
            if holder is not None and holder != own and _holds(entries.get(holder), slot, claim, now) is not None:
                return kind
    return None


def holds(entry: IndexEntry | None, side: Side, claim: Claim, now: int) -> bool:
    """Whether the slot of `side` is really taken: by an entry that knows of it, or by one still being written."""
    return claim.holder(side) is not None and _holds(entry, side, claim, now) is not None


def _holds(entry: IndexEntry | None, side: Side, claim: Claim, now: int) -> bool | None:
    """True if the entry knows of its slot, False if it may still come to; None if the slot is orphaned."""
    if entry is not None and claim.key in entry.half(side).claims:
        return True
    return False if now - claim.claimed_at < ORPHANED_AFTER_MS else None


def _across(
    ref: RecordRef, own: str, kind: IdentifierKind, claim: Claim, entries: Mapping[str, IndexEntry], now: int
) -> tuple[Standing, str] | None:
    """What a holder on the other side means."""
    holder = claim.holder(ref.side.other)
    if holder is None or holder == own:
        return None
    entry = entries.get(holder)
    known = _holds(entry, ref.side.other, claim, now)
    if known is None:
        return None
    if not known or entry is None or _about_to_bind(ref, entry, claim, now):
        return Standing.WAIT, holder
    standing = _place(ref, entry, now)
    if standing is Standing.DUPLICATE and kind not in STRONG and claim.holder(ref.side) == own:
        # It was the first of its own side under this name. A record that bears the name and was bound elsewhere by its
        # domain takes nothing away (rule 3.2).
        return None
    return standing, holder


def _about_to_bind(ref: RecordRef, entry: IndexEntry, claim: Claim, now: int) -> bool:
    """Whether another worker has just taken the slot of this record's side for `entry`, and is about to bind its record
    there: the first one is the first (rule 3.5), also between its two writes.
    """
    taken = claim.holder(ref.side) == entry.id and claim.key not in entry.half(ref.side).claims
    return taken and entry.half(ref.side).record_id != ref.id and now - claim.claimed_at < ORPHANED_AFTER_MS


def _beside(
    ref: RecordRef, own: str, claim: Claim, entries: Mapping[str, IndexEntry], now: int
) -> tuple[Standing, str] | None:
    """What a holder on the record's own side means; it may be a place kept for a record that is being created."""
    holder = claim.holder(ref.side)
    if holder is None or holder == own:
        return None
    entry = entries.get(holder)
    known = _holds(entry, ref.side, claim, now)
    if known is None:
        return None
    if not known or entry is None:
        return Standing.WAIT, holder
    if entry.half(ref.side).record_id in (None, ref.id):
        return _place(ref, entry, now), holder
    return Standing.DUPLICATE, holder


def _place(ref: RecordRef, entry: IndexEntry, now: int) -> Standing:
    """Whether the entry has room for the record on its side."""
    half = entry.half(ref.side)
    if half.present and half.record_id != ref.id:
        return Standing.DUPLICATE
    intent = entry.intent(ref.side)
    if intent is not None and intent.create and entry.lease_until > now:
        return Standing.WAIT
    return Standing.MATCH


def _overruled(
    side: Side, partner: str, weaker: Sequence[tuple[IdentifierKind, str]], claims: Mapping[str, Claim]
) -> IdentifierKind | None:
    """The weaker kind that names another record of the other side, if one does (rule 3.2)."""
    for kind, key in weaker:
        holder = claims[key].holder(side.other) if key in claims else None
        if holder is not None and holder != partner:
            return kind
    return None
