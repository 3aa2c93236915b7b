"""Entries and records for the engine's tests, made from the values that two fields hold and held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hypothesis import strategies as st

from hubsync.engine.baseline import fingerprints, settled
from hubsync.engine.identify import canonical_hash, fingerprint
from hubsync.engine.transform import canonical
from hubsync.model.decision import Action, Decision
from hubsync.model.entry import Half, IndexEntry, Intent
from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.record import Record, RecordRef, Value
from hubsync.model.side import Direction, Side
from hubsync.model.sync import Sync

UNKNOWN = "never settled"
"""Stands for a field that has no baseline: a first match, or a new mapping."""

TEXTS: st.SearchStrategy[Value] = st.sampled_from(
    [None, "", "  ", "Ana", "ana", " Ana ", "Eva", "7", "7.0", "+1 212 555 0134", "(212) 555-0134", "12125550134"]
)
JSON: st.SearchStrategy[Value] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=3,
)
VALUES = TEXTS | JSON
SIDES = st.sampled_from(Side)
DIRECTIONS = st.sampled_from(Direction)


def baseline(sync: Sync, values: Mapping[int, Value]) -> dict[int, bytes]:
    """The fingerprints of raw values, by mapping number; `UNKNOWN` has none."""
    return {number: fingerprint(sync.hash_key, value) for number, value in values.items() if value is not UNKNOWN}


def pair(
    sync: Sync,
    was_in_hubspot: Mapping[int, Value] | None = None,
    was_in_app: Mapping[int, Value] | None = None,
    intents: Iterable[Intent] = (),
) -> IndexEntry:
    """A bound pair, h-1 and a-1, with what it held when it was last settled."""
    return IndexEntry(
        sync.id,
        "h-1",
        hubspot=Half("1", baseline(sync, was_in_hubspot or {})),
        app=Half("1", baseline(sync, was_in_app or {})),
        intents=tuple(intents),
        version=1,
    )


def intent(sync: Sync, side: Side, mapping: FieldMapping, *values: Value, create: bool = False) -> Intent:
    """An open intent to write values into one field of `side`."""
    hashes = tuple(
        canonical_hash(sync.hash_key, canonical(mapping.transform, value, region=sync.phone_region)) for value in values
    )
    return Intent(side, {mapping.number: hashes}, create=create)


def record(side: Side, fields: Mapping[str, Value], record_id: str = "1") -> Record:
    """A record as it was read."""
    return Record(RecordRef(side, record_id), dict(fields))


def field(sync: Sync, transform: Transform = Transform.TEXT, **changes: object) -> tuple[Sync, FieldMapping]:
    """The sync with one mapping, and the mapping."""
    mapping = replace(FieldMapping(1, "nick", "nick", transform), **changes)  # type: ignore[arg-type]
    return replace(sync, mappings=(mapping,)), mapping


def applied(
    sync: Sync, entry: IndexEntry, records: Mapping[Side, Record | None], decision: Decision
) -> tuple[IndexEntry, dict[Side, Record | None]]:
    """The entry and the records once a decision was carried out and every write succeeded."""
    after = dict(records)
    for side, sent in decision.patches.items():
        before = records[side]
        fields = {**(before.fields if before is not None else {}), **sent.fields}
        wrote = after[side] = record(side, fields, before.ref.id if before is not None else "made")
        entry = entry.with_half(side, replace(entry.half(side), record_id=wrote.ref.id, gone=False))
    for side in Side:
        half, now, patch = entry.half(side), after[side], decision.patches.get(side)
        read = decision.baselines.get(side)
        if read is None and patch is not None and patch.create and now is not None:
            read = fingerprints(sync, side, now)
        if read is None:
            continue
        shown = fingerprints(sync, side, now) if now is not None else {}
        written = {number: shown[number] for number in patch.sent} if patch is not None else {}
        left = settled(read, half.fingerprints, undecided=(), written=written)
        entry = entry.with_half(side, replace(half, fingerprints=left))
    if decision.action is Action.REFUSE:
        return replace(entry, status=decision.status), after
    rounds = entry.rounds if decision.rounds is None else decision.rounds
    return replace(entry, status=decision.status, drifted=decision.drifted, rounds=rounds, intents=()), after
