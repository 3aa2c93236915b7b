"""Decides what should happen to an entry. Pure and total (promise 1): the same inputs give the same answer, always."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hubsync.engine import sentences
from hubsync.engine.baseline import fingerprints
from hubsync.engine.context import Context, Standing
from hubsync.engine.identify import canonical_hash, identifiers
from hubsync.engine.merge import FIRST, PRIMARY, Verdict, merge
from hubsync.engine.transform import UnfitValueError, canonical, render
from hubsync.model.decision import Action, Decision, FieldWin, Patch
from hubsync.model.entry import Fingerprints, IndexEntry
from hubsync.model.identifier import IdentifierKind
from hubsync.model.mapping import FieldMapping
from hubsync.model.record import Record, Value, is_empty
from hubsync.model.side import Side
from hubsync.model.status import ExclusionReason, Failure, FailureCategory, RecordStatus
from hubsync.model.sync import ObjectKind, Sync


def decide(entry: IndexEntry, hubspot: Record | None, app: Record | None, context: Context) -> Decision:
    """What should happen to `entry`, given its two records as they are now.

    A record is None where the entry has none or where it was deleted; the entry's halves tell which. The halves must
    name the records that are given.
    """
    if hubspot is not None and app is not None:
        return _pair(entry, hubspot, app, context)
    record = hubspot or app
    if record is None:
        return Decision(Action.FORGET, RecordStatus.PENDING, sentences.FORGOTTEN)
    if entry.bound:
        return _bereft(entry, record, context)
    return _lone(record, context)


def _bereft(entry: IndexEntry, survivor: Record, context: Context) -> Decision:
    """One side of a bound pair was deleted: nothing travels, the survivor says so (rule 7.1)."""
    deleted = survivor.ref.side.other
    failure = Failure(
        FailureCategory.DELETED, sentences.DELETED.format(side=sentences.name(deleted)), sentences.DELETED_REMEDY
    )
    baselines: Mapping[Side, Fingerprints] = {
        survivor.ref.side: fingerprints(context.sync, survivor.ref.side, survivor),
        deleted: entry.half(deleted).fingerprints,
    }
    return Decision(Action.REFUSE, RecordStatus.FAILING, failure.sentence, baselines=baselines, failure=failure)


def _lone(record: Record, context: Context) -> Decision:
    """A record that has no partner: it is created on the other side, unless a rule keeps it out."""
    sync, side = context.sync, record.ref.side
    seen = {side: fingerprints(sync, side, record)}

    def exclude(reason: ExclusionReason, sentence: str) -> Decision:
        return Decision(Action.EXCLUDE, RecordStatus.EXCLUDED, sentence, baselines=seen, exclusion=reason)

    kinds = {identifier.kind for identifier in identifiers(sync, side, record)}
    if sync.kind is ObjectKind.CONTACT and sync.require_email and IdentifierKind.EMAIL not in kinds:
        return exclude(ExclusionReason.NO_EMAIL, sentences.NO_EMAIL)
    if sync.kind is ObjectKind.COMPANY and not kinds:
        return exclude(ExclusionReason.MISSING_IDENTIFIER, sentences.MISSING_IDENTIFIER)
    if context.resolution.standing is Standing.DUPLICATE:
        by = context.resolution.by or "identifier"
        return exclude(ExclusionReason.DUPLICATE, sentences.DUPLICATE.format(kind=by))
    if not sync.direction.writes(side.other):
        return exclude(ExclusionReason.DIRECTION, sentences.DIRECTION.format(side=sentences.name(side.other)))
    if context.resolution.standing is Standing.WAIT or side.other not in context.may_create:
        return Decision(Action.WAIT, RecordStatus.PENDING, sentences.WAITING, baselines=seen)
    draft = _Draft(context)
    for mapping in sync.mappings:
        value = record.fields.get(mapping.field(side))
        if sync.may_write(mapping, side.other) and canonical(mapping.transform, value) is not None:
            draft.write(mapping, side.other, value)
    if draft.failure is not None:
        return _refuse(draft.failure)
    sentence = sentences.CREATE.format(side=sentences.name(side.other))
    return Decision(Action.CREATE, RecordStatus.IN_SYNC, sentence, draft.patches(create=side.other), seen)


def _pair(entry: IndexEntry, hubspot: Record, app: Record, context: Context) -> Decision:
    """A bound pair: every mapping is compared three ways, and both sides get what changed on the other."""
    sync = context.sync
    known = {side: identifiers(sync, side, record) for side, record in ((Side.HUBSPOT, hubspot), (Side.APP, app))}
    if sync.kind is ObjectKind.CONTACT and sync.require_email and not all(known[side] for side in _owes_email(sync)):
        return Decision(
            Action.EXCLUDE,
            RecordStatus.EXCLUDED,
            sentences.NO_EMAIL,
            baselines={side: entry.half(side).fingerprints for side in Side},
            exclusion=ExclusionReason.NO_EMAIL,
        )
    if context.conflict is not None:
        return _refuse(
            Failure(
                FailureCategory.UNIQUE_CONFLICT,
                sentences.CONFLICT.format(kind=context.conflict),
                sentences.CONFLICT_REMEDY.format(kind=context.conflict),
            )
        )
    draft = _Draft(context)
    secondary = {identifier.value for identifier in known[Side.HUBSPOT] if identifier.kind is IdentifierKind.EMAIL}
    for mapping in sync.mappings:
        left, right = hubspot.fields.get(mapping.hubspot_field), app.fields.get(mapping.app_field)
        verdict = merge(sync, entry, mapping, left, right)
        if _would_replace_primary(mapping, verdict, context, right, secondary):
            verdict = Verdict(PRIMARY, drifted=True)
        draft.take(mapping, verdict, left if verdict.winner is Side.HUBSPOT else right)
    if draft.failure is not None:
        return _refuse(draft.failure)
    patches = draft.patches()
    return Decision(
        Action.UPDATE if patches else Action.NOTHING,
        RecordStatus.IN_SYNC,
        sentences.pair(patches, draft.wins, context),
        patches,
        {Side.HUBSPOT: fingerprints(sync, Side.HUBSPOT, hubspot), Side.APP: fingerprints(sync, Side.APP, app)},
        tuple(draft.wins),
        tuple(draft.drifted),
    )


def _owes_email(sync: Sync) -> list[Side]:
    """The sides whose bound contacts must have an email (rule 3.7): those that the sync reads from, unless it makes
    records there without carrying the email over. What is only written is left alone (rule 2.9).
    """
    fields = {side: {name for key in sync.match_keys for name in key.fields(side)[:1]} for side in Side}
    carried = {
        side
        for side in Side
        for mapping in sync.mappings
        if mapping.field(side) in fields[side] and sync.may_write(mapping, side)
    }
    return [
        side
        for side in Side
        if sync.direction.writes(side.other) and (side in carried or not sync.direction.writes(side))
    ]


def _would_replace_primary(
    mapping: FieldMapping, verdict: Verdict, context: Context, app_value: Value, emails: set[str]
) -> bool:
    """Whether a first match would overwrite HubSpot's primary email with one of its secondary ones (rule 3.4)."""
    primary = {key.hubspot_field for key in context.sync.match_keys if key.kind is IdentifierKind.EMAIL}
    return (
        verdict.write is Side.HUBSPOT
        and mapping.hubspot_field in primary
        and verdict.why == FIRST.format(side=Side.APP)
        and canonical(mapping.transform, app_value) in emails
    )


def _refuse(failure: Failure) -> Decision:
    return Decision(Action.REFUSE, RecordStatus.FAILING, failure.sentence, failure=failure)


@dataclass(slots=True)
class _Draft:
    """Collects the patches of a decision."""

    context: Context
    wins: list[FieldWin] = field(default_factory=list)
    drifted: list[int] = field(default_factory=list)
    failure: Failure | None = None
    _fields: dict[Side, dict[str, Value]] = field(default_factory=dict)
    _sent: dict[Side, dict[int, bytes]] = field(default_factory=dict)

    def take(self, mapping: FieldMapping, verdict: Verdict, value: Value) -> None:
        """Act on the verdict about one field; `value` is the winner's raw value."""
        if verdict.drifted:
            self.drifted.append(mapping.number)
        if verdict.winner is not None:
            self.wins.append(FieldWin(mapping.number, verdict.winner, verdict.why, verdict.contested))
        if verdict.write is not None:
            self.write(mapping, verdict.write, value)

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

    def patches(self, create: Side | None = None) -> Mapping[Side, Patch]:
        """The patches, by side; a record to be created has one even if all its fields are empty."""
        sides: Sequence[Side] = [side for side in Side if side is create or side in self._fields]
        return {
            side: Patch(self._fields.get(side, {}), self._sent.get(side, {}), create=side is create) for side in sides
        }
