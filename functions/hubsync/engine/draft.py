"""Collects what a decision wants to write: a patch for each side, in that side's form, checked before the call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from hubsync.engine.baseline import MIRRORED, numbered
from hubsync.engine.bridge import Bridge, Remembered, nothing
from hubsync.engine.context import Context
from hubsync.engine.identify import canonical_hash
from hubsync.engine.links import LinkVerdict, links_hash, written_value
from hubsync.engine.merge import Verdict
from hubsync.engine.owners import UnknownOwnerError
from hubsync.engine.stages import counterpart, fields_at, form, place_of
from hubsync.engine.transform import UnfitValueError
from hubsync.model.association import Association
from hubsync.model.decision import FieldWin, Patch
from hubsync.model.entry import Fingerprints
from hubsync.model.record import Record, RecordRef, Value
from hubsync.model.side import Side
from hubsync.model.stages import StageMap
from hubsync.model.status import Failure, FailureCategory, RecordWarning, WarningCode


@dataclass(slots=True)
class Draft:
    """Collects the patches of a decision.

    `failure` is the first in the mappings' order, `warnings` are the fields that could not be carried. `mirrored` has,
    by side and number, the hashes of the values of several that the other side mirrors; they belong to the baseline
    (rule 4.4).
    """

    context: Context
    wins: list[FieldWin] = field(default_factory=list)
    drifted: list[int] = field(default_factory=list)
    failure: Failure | None = None
    links: dict[int, tuple[bytes, ...]] = field(default_factory=dict)
    waiting: list[tuple[str, RecordRef]] = field(default_factory=list)
    warnings: list[RecordWarning] = field(default_factory=list)
    mirrored: dict[Side, dict[int, bytes]] = field(default_factory=lambda: {side: {} for side in Side})
    _fields: dict[Side, dict[str, Value]] = field(default_factory=dict)
    _sent: dict[Side, dict[int, bytes]] = field(default_factory=dict)

    def take(
        self,
        bridge: Bridge,
        verdict: Verdict,
        raws: tuple[Value, Value],
        normals: tuple[str | None, str | None],
        remembered: Remembered,
    ) -> bool:
        """Act on the verdict about one field, given its two raw values and their normal forms.

        Whether it could be carried out; if not, the failure or a warning says why.
        """
        if bridge.mirrors is not None:
            self.mirror(bridge, normals[1 if (verdict.write or bridge.mirrors.other) is Side.HUBSPOT else 0])
        hubspot, app = raws
        carried = True
        if verdict.write is Side.HUBSPOT:
            carried = self.write(bridge, Side.HUBSPOT, app, hubspot, remembered)
        elif verdict.write is Side.APP:
            carried = self.write(bridge, Side.APP, hubspot, app, remembered)
        if carried:
            self._note(bridge.mapping.number, verdict)
        return carried

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

    def write(
        self, bridge: Bridge, side: Side, value: Value, current: Value = None, remembered: Remembered = nothing
    ) -> bool:
        """Put the other side's raw `value` into the patch of `side`; `current` is what stands there now.

        Whether it could be carried; if not, the failure or a warning says why.
        """
        try:
            carried = bridge.carried(side, value, current, remembered)
            for name, written in carried.fields.items():
                self._check(side, name, written)
        except UnfitValueError as error:
            self._fail(error.failure, bridge.mapping.field(side))
            return False
        except UnknownOwnerError:
            self.warnings.append(RecordWarning(bridge.mapping.number, WarningCode.OWNER_UNKNOWN))
            return False
        hashed = canonical_hash(self.context.sync.hash_key, carried.form)
        numbers = {name: number for number, name in numbered(bridge.mapping, side)}
        for name, written in carried.fields.items():
            self._fields.setdefault(side, {})[name] = written
            self._sent.setdefault(side, {})[numbers[name]] = hashed
        return True

    def lack(self, bridge: Bridge, side: Side) -> None:
        """A record is to be made on `side`, and there is no value for this mapping."""
        for name in bridge.mapping.fields(side):
            try:
                self._check(side, name, None)
            except UnfitValueError as error:
                self._fail(error.failure, name)

    def mirror(self, bridge: Bridge, form: str | None) -> None:
        """Remember which of several values is the one that is mirrored."""
        if bridge.mirrors is not None and form is not None:
            hashed = canonical_hash(self.context.sync.hash_key, form)
            self.mirrored[bridge.mirrors][MIRRORED + bridge.mapping.number] = hashed

    def seen(self, side: Side, read: Fingerprints, before: Fingerprints) -> Fingerprints:
        """The fingerprints of what was read on `side`, with what else the baseline remembers.

        What could not be carried stays as it was `before`, so that it is tried again by each look that comes by.
        """
        if not self.warnings and not self.mirrored[side]:
            return read
        open_ = {warning.number for warning in self.warnings}
        kept = {number: before[number] for number in open_ if number in before}
        return {
            **{number: value for number, value in read.items() if number not in open_},
            **kept,
            **self.mirrored[side],
        }

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

    def _check(self, side: Side, name: str, value: Value) -> None:
        """Whether the field may be written, and may be empty (rule 4.5). Raises `UnfitValueError`."""
        schema = self.context.field_schema(side, name)
        if schema is None:
            return
        if value is None and schema.required:
            raise UnfitValueError(
                Failure(
                    FailureCategory.REQUIRED_MISSING,
                    f"{name} must have a value, and the other side has none.",
                    f"Fill in the field that is mapped to {name}.",
                )
            )
        if value is not None and schema.read_only:
            raise UnfitValueError(
                Failure(
                    FailureCategory.READ_ONLY,
                    f"{name} cannot be written any more.",
                    "Let its mapping go the other way, or leave it out.",
                )
            )

    def _fail(self, failure: Failure, name: str) -> None:
        if self.failure is None:
            self.failure = failure if failure.field is not None else replace(failure, field=name)
