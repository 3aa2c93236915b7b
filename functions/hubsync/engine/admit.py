"""Who may enter a sync, and what keeps a record out (rules 3.7, 3.8, 5 and 8.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hubsync.engine import sentences
from hubsync.engine.context import Context, Standing
from hubsync.engine.filter import matches, may_enter, unanswerable
from hubsync.engine.identify import identifiers
from hubsync.engine.lifecycle import covers
from hubsync.engine.per_sync import per_sync
from hubsync.engine.stages import is_mapped, off_the_map
from hubsync.model.entry import IndexEntry
from hubsync.model.identifier import Identifier, IdentifierKind
from hubsync.model.record import Record
from hubsync.model.side import Side
from hubsync.model.status import ExclusionReason
from hubsync.model.sync import ObjectKind, Sync

NAMED = frozenset({ObjectKind.COMPANY, ObjectKind.PRODUCT})
"""Kinds of which every record has something that it is known by; one that has nothing cannot be told from others."""


@dataclass(frozen=True, slots=True)
class KeptOut:
    """Why a record is left out, and the sentence that says so."""

    reason: ExclusionReason
    sentence: str


def admit_lone(record: Record, context: Context) -> KeptOut | None:
    """What keeps a record without a partner from being made on the other side; None if nothing does."""
    sync, side = context.sync, record.ref.side
    kinds = {identifier.kind for identifier in identifiers(sync, side, record)}
    if _by_email(sync) and IdentifierKind.EMAIL not in kinds:
        return KeptOut(ExclusionReason.NO_EMAIL, sentences.NO_EMAIL)
    if not kinds and sync.own_key:
        return _without_key(sync, side)
    if not kinds and sync.kind in NAMED:
        return KeptOut(ExclusionReason.MISSING_IDENTIFIER, sentences.MISSING_IDENTIFIER)
    if context.resolution.standing is Standing.DUPLICATE:
        by = context.resolution.by or "identifier"
        return KeptOut(ExclusionReason.DUPLICATE, sentences.DUPLICATE.format(kind=by))
    if not sync.direction.writes(side.other):
        return KeptOut(ExclusionReason.DIRECTION, sentences.DIRECTION.format(side=sentences.name(side.other)))
    if sync.stages is not None and not is_mapped(sync.stages, record):
        return KeptOut(ExclusionReason.STAGE_NOT_MAPPED, sentences.STAGE.format(side=sentences.name(side)))
    if side is Side.HUBSPOT and not covers(sync.lifecycle, record, paired=False):
        return KeptOut(ExclusionReason.FILTER, sentences.LIFECYCLE)
    if not matches(sync, record):
        return KeptOut(ExclusionReason.FILTER, sentences.FILTER.format(side=sentences.name(side)))
    return None


def admit_pair(known: Mapping[Side, Sequence[Identifier]], context: Context) -> KeptOut | None:
    """What stops a bound pair from syncing on; `known` are the identifiers of its two records."""
    sync = context.sync
    if not _by_email(sync) and not sync.own_key:
        return None
    bare = next((side for side in _owing(sync) if not known[side]), None)
    if bare is None:
        return None
    return _without_key(sync, bare) if sync.own_key else KeptOut(ExclusionReason.NO_EMAIL, sentences.NO_EMAIL)


def admit_stage(records: Sequence[Record], context: Context) -> KeptOut | None:
    """What keeps a bound pair out by its stage: one that leaves the mapped stages is excluded, and enters again as soon
    as it is in a mapped one (rule 5.2).
    """
    side = off_the_map(context.sync, records)
    if side is None:
        return None
    return KeptOut(ExclusionReason.STAGE_NOT_MAPPED, sentences.STAGE.format(side=sentences.name(side)))


def admit_entering(entry: IndexEntry, records: Sequence[Record], context: Context) -> KeptOut | None:
    """What keeps a bound pair from entering: a contact that the sync does not cover (rule 5.3), or its filters (rule
    5.1), for which it is enough that one side may enter.

    Filters limit what enters: what has entered goes on, unless they are strict. A pair that a filter once kept out
    enters as soon as one of its records matches.
    """
    sync, entered = context.sync, has_entered(entry)
    if not entered and not all(
        covers(sync.lifecycle, record, paired=True) for record in records if record.ref.side is Side.HUBSPOT
    ):
        return KeptOut(ExclusionReason.FILTER, sentences.LIFECYCLE)
    strict = sync.filters.strict and not any(unanswerable(sync, record) for record in records)
    if (entered and not strict) or any(may_enter(sync, record) for record in records):
        return None
    sides = [record.ref.side for record in records if sync.direction.writes(record.ref.side.other)]
    if len(sides) == 1:
        return KeptOut(ExclusionReason.FILTER, sentences.FILTER.format(side=sentences.name(sides[0])))
    return KeptOut(ExclusionReason.FILTER, sentences.FILTERS)


def has_entered(entry: IndexEntry) -> bool:
    """Whether a bound pair is in the sync: it was settled before, or we are just making one of its records."""
    if any(intent.create for intent in entry.intents):
        return True
    settled = bool(entry.hubspot.fingerprints and entry.app.fingerprints)
    return settled and entry.exclusion is not ExclusionReason.FILTER


def _by_email(sync: Sync) -> bool:
    """Whether a record without a valid email is left out (rule 3.7)."""
    return sync.require_email and sync.kind in (ObjectKind.CONTACT, ObjectKind.LEAD) and not sync.own_key


def _without_key(sync: Sync, side: Side) -> KeptOut:
    """A record without the key that its sync names (rule 3.8)."""
    fields = " or ".join(name for key in sync.match_keys for name in key.fields(side))
    return KeptOut(ExclusionReason.MISSING_IDENTIFIER, sentences.MISSING_KEY.format(fields=fields))


@per_sync
def _owing(sync: Sync) -> list[Side]:
    """The sides whose bound records must have an email, or the sync's own key (rules 3.7, 3.8): those that the sync
    reads from, unless it makes records there without carrying it over. What is only written is left alone (rule 2.9).
    """
    fields = {side: {name for key in sync.match_keys for name in key.fields(side)[:1]} for side in Side}
    carried = {
        side
        for side in Side
        if any(mapping.field(side) in fields[side] and sync.may_write(mapping, side) for mapping in sync.mappings)
    }
    return [
        side
        for side in Side
        if sync.direction.writes(side.other) and (side in carried or not sync.direction.writes(side))
    ]
