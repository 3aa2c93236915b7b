"""Decides what should happen to an entry. Pure and total (promise 1): the same inputs give the same answer, always."""

from __future__ import annotations

from collections.abc import Mapping

from hubsync.engine import sentences, stages
from hubsync.engine.admit import admit_entering, admit_lone, admit_pair, admit_stage, has_entered
from hubsync.engine.baseline import LIFECYCLE, MARKETED, shown
from hubsync.engine.bridge import bridges, differing
from hubsync.engine.context import Context, Standing
from hubsync.engine.draft import Draft
from hubsync.engine.flip_flop import Guard
from hubsync.engine.identify import OF_SEVERAL_VALUES, identifiers
from hubsync.engine.lifecycle import BACKWARD, moves_back, newcomers_stage
from hubsync.engine.links import links_of_new, merge_links
from hubsync.engine.merge import CHANGED, FIRST, PRIMARY, Verdict, mirrored_before, weigh
from hubsync.engine.per_sync import per_sync
from hubsync.engine.prefer import newer
from hubsync.engine.restore import admit_restored
from hubsync.engine.transform import canonical
from hubsync.model.decision import Action, Decision
from hubsync.model.entry import Fingerprints, IndexEntry
from hubsync.model.lifecycle import PROPERTY
from hubsync.model.mapping import FieldMapping
from hubsync.model.record import Record, Value
from hubsync.model.side import Side
from hubsync.model.status import Failure, FailureCategory, RecordStatus
from hubsync.model.sync import MARKETING, Sync


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
    return _lone(record, context, restoring=entry.restoring)


def _bereft(entry: IndexEntry, survivor: Record, context: Context) -> Decision:
    """One side of a bound pair was deleted: nothing travels, the survivor says so (rule 7.1)."""
    deleted = survivor.ref.side.other
    failure = Failure(
        FailureCategory.DELETED, sentences.DELETED.format(side=sentences.name(deleted)), sentences.DELETED_REMEDY
    )
    if entry.erased:
        failure = sentences.ERASED
    baselines: Mapping[Side, Fingerprints] = {
        survivor.ref.side: shown(context, survivor),
        deleted: entry.half(deleted).fingerprints,
    }
    return Decision(Action.REFUSE, RecordStatus.FAILING, failure.sentence, baselines=baselines, failure=failure)


def _lone(record: Record, context: Context, *, restoring: bool) -> Decision:
    """A record that has no partner: it is created on the other side, unless a rule keeps it out."""
    sync, side = context.sync, record.ref.side
    seen = {side: shown(context, record)}

    kept_out = admit_restored(record, context) if restoring else admit_lone(record, context)
    if kept_out is not None:
        return Decision(
            Action.EXCLUDE, RecordStatus.EXCLUDED, kept_out.sentence, baselines=seen, exclusion=kept_out.reason
        )
    if context.resolution.standing is Standing.WAIT or side.other not in context.may_create:
        return Decision(Action.WAIT, RecordStatus.PENDING, sentences.WAITING, baselines=seen)
    draft = Draft(context)
    for bridge in bridges(context):
        value = bridge.value(side, record)
        form = bridge.form(side, value)
        draft.mirror(bridge, form)
        if not sync.may_write(bridge.mapping, side.other):
            continue
        if form is not None:
            draft.write(bridge, side.other, value)
        else:
            draft.lack(bridge, side.other)
    if sync.stages is not None:
        draft.stage(sync.stages, Verdict(CHANGED, write=side.other), record)
    if side is Side.APP:
        draft.also(Side.HUBSPOT, LIFECYCLE, PROPERTY, newcomers_stage(sync.lifecycle, None))
        draft.also(Side.HUBSPOT, MARKETED, MARKETING, "true" if sync.marketing_contacts else None)
    for association in sync.associations:
        draft.link(
            association, links_of_new(association, side.other, record.fields.get(association.field(side)), context)
        )
    if draft.failure is not None:
        return _refuse(draft.failure)
    sentence = sentences.CREATE.format(side=sentences.name(side.other))
    return Decision(
        Action.CREATE,
        RecordStatus.IN_SYNC,
        sentence,
        draft.patches(create=side.other),
        {side: draft.seen(side, seen[side], {})},
        links=draft.links,
        waiting=tuple(draft.waiting),
        warnings=tuple(draft.warnings),
    )


def _pair(entry: IndexEntry, hubspot: Record, app: Record, context: Context) -> Decision:
    """A bound pair: every mapping is compared three ways, and both sides get what changed on the other."""
    sync = context.sync
    pair = {Side.HUBSPOT: hubspot, Side.APP: app}
    known = {side: identifiers(sync, side, record) for side, record in pair.items()}
    records = (hubspot, app)
    kept_out = admit_pair(known, context) or admit_stage(records, context) or admit_entering(entry, records, context)
    if kept_out is not None:
        return Decision(
            Action.EXCLUDE,
            RecordStatus.EXCLUDED,
            kept_out.sentence,
            baselines={side: entry.half(side).fingerprints for side in Side},
            exclusion=kept_out.reason,
        )
    if context.conflict is not None:
        return _refuse(
            Failure(
                FailureCategory.UNIQUE_CONFLICT,
                sentences.CONFLICT.format(kind=context.conflict),
                sentences.CONFLICT_REMEDY.format(kind=context.conflict),
            )
        )
    draft = Draft(context)
    secondary = {identifier.value for identifier in known[Side.HUBSPOT] if identifier.kind in OF_SEVERAL_VALUES}
    newest = newer(entry, hubspot, app)
    guard = Guard(sync, entry, context.now // 1000, context.retry, newest)
    for bridge, left, right in differing(context, hubspot, app, entry.rounds):
        mapping = bridge.mapping
        remembered = mirrored_before(sync, entry, bridge)
        normals = bridge.forms(left, right, remembered)
        verdict = weigh(sync, entry, mapping, (left, right), normals, newest, bridge=bridge)
        if _would_replace_primary(mapping, verdict, context, right, secondary):
            verdict = Verdict(PRIMARY, drifted=True)
        if moves_back(mapping, verdict.write, left, right):
            verdict = Verdict(BACKWARD, drifted=True)
        verdict = guard.judge(mapping, verdict, (left, right), normals)
        if not draft.take(bridge, verdict, (left, right), normals, remembered):
            guard.undo(mapping)
    if sync.stages is not None:
        raws = stages.raw(sync.stages, hubspot), stages.raw(sync.stages, app)
        normals = stages.form(sync.stages, hubspot), stages.form(sync.stages, app)
        verdict = weigh(sync, entry, sync.stages.mapping, raws, normals, newest)
        verdict = guard.judge(sync.stages.mapping, verdict, raws, normals)
        draft.stage(sync.stages, verdict, hubspot if verdict.write is Side.APP else app)
    if sync.direction.writes(Side.HUBSPOT) and not has_entered(entry):
        draft.also(Side.HUBSPOT, LIFECYCLE, PROPERTY, newcomers_stage(sync.lifecycle, hubspot))
    for association in sync.associations:
        both = {side: record.fields.get(association.field(side)) for side, record in pair.items()}
        draft.link(association, merge_links(association, entry, both, context))
    if draft.failure is not None:
        return _refuse(draft.failure)
    patches, failure = draft.patches(), guard.failure()
    return Decision(
        Action.UPDATE if patches else Action.NOTHING,
        RecordStatus.IN_SYNC if failure is None else RecordStatus.FAILING,
        sentences.pair(patches, draft.wins, context, len(draft.waiting)) if failure is None else failure.sentence,
        patches,
        {
            record.ref.side: draft.seen(
                record.ref.side, shown(context, record), entry.half(record.ref.side).fingerprints
            )
            for record in records
        },
        tuple(draft.wins),
        tuple(draft.drifted),
        failure=failure,
        rounds=guard.rounds(),
        links=draft.links,
        waiting=tuple(draft.waiting),
        warnings=tuple(draft.warnings),
    )


def _would_replace_primary(
    mapping: FieldMapping, verdict: Verdict, context: Context, app_value: Value, secondary: set[str]
) -> bool:
    """Whether a first match would overwrite HubSpot's primary email or domain with a further one of it (rule 3.4)."""
    return (
        verdict.write is Side.HUBSPOT
        and mapping.hubspot_field in _primary_fields(context.sync)
        and verdict.why.startswith(FIRST.format(side=Side.APP))
        and canonical(mapping.transform, app_value) in secondary
    )


@per_sync
def _primary_fields(sync: Sync) -> set[str]:
    return {key.hubspot_field for key in sync.match_keys if key.kind in OF_SEVERAL_VALUES}


def _refuse(failure: Failure) -> Decision:
    return Decision(Action.REFUSE, RecordStatus.FAILING, failure.sentence, failure=failure)
