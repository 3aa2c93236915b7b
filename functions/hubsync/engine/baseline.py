"""Fingerprints of what was read, and the baseline that a finished look leaves behind.

A baseline is kept by mapping number, so that an old mapping keeps its own through every save and a new one starts
without (rule 1.2). Fields that only identify a record, or that only a filter asks for, are watched as well, under
numbers of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import blake2b

from hubsync.engine.context import Context
from hubsync.engine.identify import fingerprint
from hubsync.engine.links import links_fingerprint
from hubsync.engine.stages import raw
from hubsync.model.entry import Fingerprints
from hubsync.model.lifecycle import PROPERTY
from hubsync.model.mapping import FieldMapping
from hubsync.model.record import Record
from hubsync.model.side import Side
from hubsync.model.sync import Sync

IDENTIFYING = 60_000
"""Numbers from here on belong to fields that are match keys and not mapped."""

FILTERING = 61_000
"""Numbers from here on belong to fields that only a filter asks for."""

LIFECYCLE = 62_000
"""The number of a contact's lifecycle stage, where a sync heeds it and does not map it (rule 5.3)."""

MARKETED = 62_001
"""The number under which a new contact is made a marketing contact; it is not watched."""


SECOND = 50_000
"""Added to a mapping's number for the second of the fields that it joins (rule 4.4)."""

MIRRORED = 40_000
"""Added to a mapping's number for the hash of the one value of several that is mirrored. No field is watched under it;
it is remembered on the side of the several (rule 4.4)."""

Watched = tuple[tuple[int, str], ...]

_known: dict[tuple[int, Side], tuple[Sync, Watched]] = {}


def watched(sync: Sync, side: Side) -> Watched:
    """The numbers and names of the fields of `side` whose change is worth a look.

    Remembered for each sync object; to hash a sync with all its mappings would cost more than the answer.
    """
    known = _known.get((id(sync), side))
    if known is not None and known[0] is sync:
        return known[1]
    found = _watched(sync, side)
    if len(_known) > 256:
        _known.clear()
    _known[id(sync), side] = sync, found
    return found


def _watched(sync: Sync, side: Side) -> Watched:
    mapped = [pair for mapping in sync.mappings for pair in numbered(mapping, side)]
    if sync.stages is not None:
        mapped.append((sync.stages.number, sync.stages.stage_field(side)))
    names = {name for _, name in mapped}
    keys = dict.fromkeys(name for key in sync.match_keys for name in key.fields(side))
    identifying = tuple((IDENTIFYING + at, name) for at, name in enumerate(keys) if name not in names)
    names.update(keys)
    filtering = tuple((FILTERING + at, name) for at, name in enumerate(sync.filters.fields(side)) if name not in names)
    names.update(sync.filters.fields(side))
    heeded = side is Side.HUBSPOT and sync.lifecycle.heeded and PROPERTY not in names
    return (*mapped, *identifying, *filtering, *([(LIFECYCLE, PROPERTY)] if heeded else ()))


def numbered(mapping: FieldMapping, side: Side) -> Watched:
    """The numbers and names of a mapping's fields on `side`."""
    names = mapping.fields(side)
    if len(names) == 1:
        return ((mapping.number, names[0]),)
    return tuple((mapping.number + SECOND * at, name) for at, name in enumerate(names))


def shows(before: Fingerprints, now: Fingerprints) -> bool:
    """Whether the fields are as a baseline holds them. What it holds of fields that are not watched any more is left
    aside: numbers of mappings are never used again."""
    return before == now or all(before.get(number) == value for number, value in now.items())


def unfiltered(now: Fingerprints) -> Fingerprints:
    """The fingerprints of a record without the fields that only a filter asks for."""
    return {number: value for number, value in now.items() if not FILTERING <= number < LIFECYCLE}


def fingerprints(sync: Sync, side: Side, record: Record) -> Fingerprints:
    """The fingerprints of every watched field of a record as it is now, its links among them."""
    found = {number: fingerprint(sync.hash_key, record.fields.get(name)) for number, name in watched(sync, side)}
    if sync.stages is not None:
        found[sync.stages.number] = fingerprint(sync.hash_key, raw(sync.stages, record))
    for association in sync.associations:
        found[association.number] = links_fingerprint(sync, record.fields.get(association.field(side)))
    return found


def shown(context: Context, record: Record) -> Fingerprints:
    """The fingerprints of one of a decision's two records: those that the look has made already, where it has."""
    given = context.shown.get(record.ref.side)
    return fingerprints(context.sync, record.ref.side, record) if given is None else given


def glance(sync: Sync, side: Side, record: Record) -> bytes:
    """All that is watched of a record in one 8-byte hash: what an excluded pair remembers of having been looked at."""
    parts = (number.to_bytes(2, "big") + value for number, value in sorted(fingerprints(sync, side, record).items()))
    return blake2b(b"".join(parts), digest_size=8).digest()


def mirrored_in(sync: Sync, side: Side, sent: Fingerprints) -> Fingerprints:
    """What a record that we made remembers of its values of several: the one that was sent is the mirrored one."""
    return {
        MIRRORED + mapping.number: sent[mapping.number]
        for mapping in sync.mappings
        if mapping.several == (side,) and mapping.number in sent
    }


def settled(
    read: Fingerprints,
    before: Fingerprints,
    *,
    undecided: Collection[int],
    written: Mapping[int, bytes],
) -> Fingerprints:
    """The baseline of one side after a look.

    A field that was not to be written counts as seen (`read`). One whose write succeeded on this side takes the
    fingerprint of the application's own answer (`written`); the rest of that answer is left aside, so that an edit
    that slipped in between is found by the next look. One whose write did not succeed (`undecided`) keeps what stood
    `before`, on both sides, so that the change is not forgotten (promise 3); so does all that belongs to its mapping.
    """
    open_ = {mapping + more for mapping in map(_mapping, undecided) for more in (0, SECOND, MIRRORED)}
    after = {number: value for number, value in read.items() if number not in open_}
    after.update({number: before[number] for number in open_ if number in before})
    after.update(written)
    return after


def _mapping(number: int) -> int:
    """The number of the mapping that a watched number belongs to."""
    return number - SECOND if SECOND <= number < IDENTIFYING else number
