"""Compares one mapped field three ways: HubSpot now, the app now, and what both held when last in sync (rule 2.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hubsync.engine.baseline import MIRRORED, numbered
from hubsync.engine.bridge import Bridge, Remembered, bridge_of, nothing
from hubsync.engine.identify import canonical_hash, fingerprint
from hubsync.engine.prefer import by_time, preferred
from hubsync.model.entry import IndexEntry
from hubsync.model.mapping import FieldMapping
from hubsync.model.record import Value
from hubsync.model.side import Side
from hubsync.model.sync import Sync

AGREE = "both sides agree"
CHANGED = "changed on {side} only"
FIRST = "{side} wins at first match"
BOTH = "changed on both sides, {side} wins"
FILLS = "{side} fills the blank"
CLEARED = "cleared on {side}; a clear does not travel"
AGAINST = "changed on {side}; the direction does not let it travel"
KEPT = "left as it is until the other side changes"
PRIMARY = "the primary one is kept"
NEWER = ", being newer"
"""Added where the records' times decided (rule 2.7)."""


Raws = tuple[Value, Value]
"""The two raw values of a field: HubSpot's and the app's."""

Normals = tuple[str | None, str | None]
"""The forms in which they are compared; None for an empty one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a field. `write` is the side to be written, if any; `winner` the side whose value stands.

    `drifted` says that the two values differ and are left alone; `contested` that both sides had
    a say, and one of them was overruled.
    """

    why: str
    write: Side | None = None
    winner: Side | None = None
    drifted: bool = False
    contested: bool = False


SAME = Verdict(AGREE)


@dataclass(frozen=True, slots=True)
class _Field:
    """One side of the field: its normal form, and whether a person changed it since the baseline."""

    side: Side
    normal: str | None
    changed: bool
    known: bool
    ours: bool

    @property
    def empty(self) -> bool:
        return self.normal is None


def merge(
    sync: Sync, entry: IndexEntry, mapping: FieldMapping, hubspot: Value, app: Value, newest: Side | None = None
) -> Verdict:
    """Decide one field of a bound pair from its two raw values, of whose fields nothing is known.

    `newest` is the side whose record a person changed last, where that can be told (`hubsync.engine.prefer`).
    """
    bridge = bridge_of(mapping, sync.phone_region)
    return weigh(sync, entry, mapping, (hubspot, app), bridge.forms(hubspot, app), newest, bridge=bridge)


def weigh(
    sync: Sync,
    entry: IndexEntry,
    mapping: FieldMapping,
    raws: Raws,
    normals: Normals,
    newest: Side | None = None,
    *,
    bridge: Bridge | None = None,
) -> Verdict:
    """Decide one field of a bound pair from its raw values and the forms in which they are compared.

    `bridge` tells further forms of one side: each of several values may be the one that we wrote (rule 4.4).
    """
    (hubspot, app), (in_hubspot, in_app) = raws, normals
    if in_hubspot == in_app:
        return SAME
    left = _look(sync, entry, mapping, Side.HUBSPOT, hubspot, _ours(bridge, Side.HUBSPOT, hubspot, in_hubspot))
    right = _look(sync, entry, mapping, Side.APP, app, _ours(bridge, Side.APP, app, in_app))
    if left.ours != right.ours:
        # One side shows a value of ours whose write was never booked: the other side's value is what counts.
        return _flow(sync, mapping, source=right if left.ours else left, why=CHANGED)
    if not (left.known and right.known):
        return _contest(sync, mapping, left, right, FIRST, newest)
    if left.ours and right.ours:
        # Neither value is a person's, so neither time is.
        return _contest(sync, mapping, left, right, BOTH, None)
    if left.changed and right.changed:
        return _contest(sync, mapping, left, right, BOTH, newest)
    if left.changed or right.changed:
        return _flow(sync, mapping, source=left if left.changed else right, why=CHANGED)
    return Verdict(KEPT, drifted=True)


def again(
    sync: Sync, entry: IndexEntry, mapping: FieldMapping, raws: Raws, normals: Normals, newest: Side | None = None
) -> Verdict:
    """Decide a field anew whose two values were left to differ, as if both sides had changed it (rule 2.8)."""
    left = _look(sync, entry, mapping, Side.HUBSPOT, raws[0], (normals[0],))
    right = _look(sync, entry, mapping, Side.APP, raws[1], (normals[1],))
    return _contest(sync, mapping, left, right, BOTH, newest)


def mirrored_before(sync: Sync, entry: IndexEntry, bridge: Bridge) -> Remembered:
    """Tells the value that was mirrored when the pair was last settled, whatever the application's order (rule 4.4)."""
    side = bridge.mirrors
    known = None if side is None else entry.half(side).fingerprints.get(MIRRORED + bridge.mapping.number)
    if known is None:
        return nothing
    return lambda form: canonical_hash(sync.hash_key, form) == known


def _look(
    sync: Sync,
    entry: IndexEntry,
    mapping: FieldMapping,
    side: Side,
    value: Value,
    normals: Sequence[str | None],
) -> _Field:
    """One side of a field. The first of the `normals` is what is compared; each of them may be ours."""
    numbers = [number for number, _ in numbered(mapping, side)]
    before = entry.half(side).fingerprints
    known = all(number in before for number in numbers)
    intent = entry.intent(side)
    sent = [each for number in numbers for each in intent.sent.get(number, ())] if intent is not None else []
    ours = bool(sent) and any(canonical_hash(sync.hash_key, normal) in sent for normal in normals)
    changed = (
        not ours
        and known
        and any(
            fingerprint(sync.hash_key, part) != before[number]
            for number, part in zip(numbers, _parts(value, len(numbers)), strict=True)
        )
    )
    return _Field(side, normals[0], changed, known, ours)


def _ours(bridge: Bridge | None, side: Side, value: Value, normal: str | None) -> list[str | None]:
    """The form that is compared, and the others that a write of ours may have left."""
    others = bridge.every_form(side, value) if bridge is not None and bridge.mirrors is side else []
    return [normal, *others]


def _parts(value: Value, fields: int) -> list[Value]:
    """The raw values of a mapping's fields on one side."""
    if fields == 1:
        return [value]
    return value if isinstance(value, list) else [None] * fields


def _flow(sync: Sync, mapping: FieldMapping, *, source: _Field, why: str) -> Verdict:
    """The value of one side goes to the other, if it may (rules 2.4, 2.5, 2.9)."""
    target = source.side.other
    if not sync.may_write(mapping, target):
        return Verdict(AGAINST.format(side=source.side), drifted=True)
    if source.empty and not mapping.clears:
        return Verdict(CLEARED.format(side=source.side), drifted=True)
    return Verdict(why.format(side=source.side), write=target, winner=source.side)


def _contest(sync: Sync, mapping: FieldMapping, left: _Field, right: _Field, why: str, newest: Side | None) -> Verdict:
    """Both sides have a say: the preferred one wins (rule 2.7), an empty value never does (rules 2.3, 2.4)."""
    side = preferred(sync, mapping, newest)
    winner, loser = (left, right) if side is Side.HUBSPOT else (right, left)
    if newest is not None and by_time(sync, mapping):
        why += NEWER
    if winner.empty:
        if sync.may_write(mapping, winner.side):
            return Verdict(FILLS.format(side=loser.side), write=winner.side, winner=loser.side, contested=True)
        return Verdict(AGAINST.format(side=loser.side), winner=winner.side, drifted=True)
    if loser.empty:
        if sync.may_write(mapping, loser.side):
            return Verdict(FILLS.format(side=winner.side), write=loser.side, winner=winner.side, contested=True)
        return Verdict(AGAINST.format(side=winner.side), winner=winner.side, drifted=True)
    if sync.may_write(mapping, loser.side):
        return Verdict(why.format(side=winner.side), write=loser.side, winner=winner.side, contested=True)
    return Verdict(AGAINST.format(side=winner.side), winner=winner.side, drifted=True, contested=True)
