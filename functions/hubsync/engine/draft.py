"""Collects what a decision wants to write: a patch for each side, in that side's form, checked before the call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hubsync.engine.context import Context
from hubsync.engine.identify import canonical_hash
from hubsync.engine.links import LinkVerdict, links_hash, written_value
from hubsync.engine.merge import Verdict
from hubsync.engine.stages import counterpart, fields_at, form, place_of
from hubsync.engine.transform import UnfitValueError, canonical, render
from hubsync.model.association import Association
from hubsync.model.decision import FieldWin, Patch
from hubsync.model.mapping import FieldMapping
from hubsync.model.record import Record, RecordRef, Value, is_empty
from hubsync.model.side import Side
from hubsync.model.stages import StageMap
from hubsync.model.status import Failure


@dataclass(slots=True)
class Draft:
    """Collects the patches of a decision."""

    context: Context
    wins: list[FieldWin] = field(default_factory=list)
    drifted: list[int] = field(default_factory=list)
    failure: Failure | None = None
    links: dict[int, tuple[bytes, ...]] = field(default_factory=dict)
    waiting: list[tuple[str, RecordRef]] = field(default_factory=list)
    _fields: dict[Side, dict[str, Value]] = field(default_factory=dict)
    _sent: dict[Side, dict[int, bytes]] = field(default_factory=dict)

    def take(self, mapping: FieldMapping, verdict: Verdict, value: Value) -> None:
        """Act on the verdict about one field; `value` is the winner's raw value."""
        self._note(mapping.number, verdict)
        if verdict.write is not None:
            self.write(mapping, verdict.write, value)

    def stage(self, stages: StageMap, verdict: Verdict, source: Record) -> None:
        """Act on the verdict about pipeline and stage; `source` is the record whose place counts (rule 5.2)."""
        self._note(stages.number, verdict)
        side, place = source.ref.side.other, place_of(stages, source)
        target = None if place is None else counterpart(stages, place, side)
        if verdict.write is side and target is not None:
            self._fields.setdefault(side, {}).update(fields_at(stages, target, side))
            hashed = canonical_hash(self.context.sync.hash_key, form(stages, source))
            self._sent.setdefault(side, {})[stages.number] = hashed

    def also(self, side: Side, number: int, name: str, value: str | None) -> None:
        """Write a value of the sync's own where no mapping writes one (rules 5.1, 5.3)."""
        if value is not None and name not in self._fields.get(side, {}):
            self._fields.setdefault(side, {})[name] = value
            self._sent.setdefault(side, {})[number] = canonical_hash(self.context.sync.hash_key, value)

    def _note(self, number: int, verdict: Verdict) -> None:
        if verdict.drifted:
            self.drifted.append(number)
        if verdict.winner is not None:
            self.wins.append(FieldWin(number, verdict.winner, verdict.why, verdict.contested))

    def write(self, mapping: FieldMapping, side: Side, value: Value) -> None:
        """Put one value into the patch of `side`, in that side's form; the first that does not fit is the failure."""
        name = mapping.field(side)
        schema = self.context.field_schema(side, name)
        field_type = schema.type if schema is not None else None
        try:
            rendered = None if is_empty(value) else render(mapping.transform, value, side, field_type)
        except UnfitValueError as error:
            self.failure = self.failure or error.failure
            return
        sync = self.context.sync
        normal = canonical(mapping.transform, rendered, region=sync.phone_region)
        self._fields.setdefault(side, {})[name] = rendered
        self._sent.setdefault(side, {})[mapping.number] = canonical_hash(sync.hash_key, normal)

    def link(self, association: Association, verdict: LinkVerdict) -> None:
        """Act on the verdict about the links of one association (rule 6.1)."""
        if verdict.drifted:
            self.drifted.append(association.number)
        for side, ids in verdict.write.items():
            self._fields.setdefault(side, {})[association.field(side)] = written_value(association, side, verdict)
            self._sent.setdefault(side, {})[association.number] = links_hash(self.context.sync, ids)
        self.links[association.number] = verdict.baseline
        self.waiting += [(association.via, ref) for ref in verdict.waiting]

    def patches(self, create: Side | None = None) -> Mapping[Side, Patch]:
        """The patches, by side; a record to be created has one even if all its fields are empty."""
        sides: Sequence[Side] = [side for side in Side if side is create or side in self._fields]
        return {
            side: Patch(self._fields.get(side, {}), self._sent.get(side, {}), create=side is create) for side in sides
        }
