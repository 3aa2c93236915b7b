"""What a rehearsal would have written: counted for all records, kept with its values for the first ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from hubsync.model.record import RecordRef, Value
from hubsync.model.side import Side


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one record: what stands there, and what would. None is empty; of a new record `before` is None."""

    field: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One record that would be created or changed. The id of a new one is made up."""

    ref: RecordRef
    created: bool
    fields: tuple[FieldChange, ...]


@dataclass(slots=True)
class WriteBook:
    """Every write of a rehearsal. `sample` is how many records are kept with their values.

    A record that is written more than once counts once, each of its field writes for itself.
    """

    sample: int
    created: dict[Side, set[str]] = field(default_factory=lambda: {side: set() for side in Side})
    updated: dict[Side, set[str]] = field(default_factory=lambda: {side: set() for side in Side})
    fields: dict[Side, Counter[str]] = field(default_factory=lambda: {side: Counter() for side in Side})
    changes: dict[RecordRef, RecordChange] = field(default_factory=dict)

    def note(self, ref: RecordRef, before: Mapping[str, Value] | None, after: Mapping[str, Value]) -> None:
        """Note one write; `before` is None for a record that is made by it."""
        if before is None:
            self.created[ref.side].add(ref.id)
        elif ref.id not in self.created[ref.side]:
            self.updated[ref.side].add(ref.id)
        self.fields[ref.side].update(after.keys())
        kept = self.changes.get(ref)
        if kept is None and len(self.changes) >= self.sample:
            return
        first = {each.field: each.before for each in kept.fields} if kept is not None else {}
        latest = {each.field: each.after for each in kept.fields} if kept is not None else {}
        latest |= after
        known = before or {}
        changes = tuple(FieldChange(name, first.get(name, known.get(name)), value) for name, value in latest.items())
        self.changes[ref] = RecordChange(ref, kept.created if kept is not None else before is None, changes)
