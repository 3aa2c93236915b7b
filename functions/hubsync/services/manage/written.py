"""From what is stored back to what a person would write: the inverse of reading and planning a document.

Applying what comes out of here changes nothing. What says the same as saying nothing is left at its default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hubsync.model.connection import Connection
from hubsync.model.filter import Condition, Filters, Group, Joined
from hubsync.model.identifier import IdentifierKind
from hubsync.model.lifecycle import Covers, Lifecycle
from hubsync.model.mapping import DefaultMapping, FieldMapping
from hubsync.model.schema import ObjectSchema
from hubsync.model.side import Side
from hubsync.model.stages import StageMap
from hubsync.model.sync import ObjectKind, Sync
from hubsync.services.manage.defaults import with_defaults
from hubsync.services.manage.document import (
    AssociationSpec,
    ClauseSpec,
    ConnectionSpec,
    DefaultsSpec,
    EndSpec,
    FiltersSpec,
    LifecycleSpec,
    Limit,
    MappingSpec,
    MatchSpec,
    PipelineSpec,
    SyncSpec,
)
from hubsync.services.manage.match import BY_EMAIL
from hubsync.services.manage.plan import default_transform


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a sync is written in view of: its app's default mappings, the kind of the app's object, the schemas as they
    were last stored, and the names of all syncs by their ids. What is not known is written out in full.
    """

    known: Sequence[DefaultMapping] = ()
    app_kind: str | None = None
    schemas: Mapping[Side, ObjectSchema] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def write_connection(stored: Connection) -> ConnectionSpec:
    """The account as a document names it, without its secrets: what is not given stays as it is stored."""
    limit = None if stored.limit is None else Limit(stored.limit, stored.limit_seconds)
    return ConnectionSpec(stored.app, base_url=stored.base_url, limit=limit)


def write_sync(sync: Sync, around: Surroundings) -> SyncSpec:
    """The sync as a document asks for it. Links by way of a sync that is gone are left out."""
    keys = [key for key in sync.match_keys if key.kind is IdentifierKind.KEY]
    spec = SyncSpec(
        hubspot=EndSpec(sync.hubspot_connection, sync.hubspot_object),
        app=EndSpec(sync.app_connection, sync.app_object),
        direction=sync.direction,
        default=sync.default_side,
        conflict=sync.conflict,
        # Of other kinds, and beside a key of the sync's own, an email is never asked for whatever the document says.
        require_email=sync.require_email or sync.kind not in BY_EMAIL or bool(keys),
        phone_region=sync.phone_region,
        filters=_filters(sync.filters),
        pipelines=None if sync.stages is None else tuple(_pipelines(sync.stages)),
        lifecycle=_lifecycle(sync, around.app_kind),
        marketing_contacts=sync.marketing_contacts,
        brake=sync.brake,
        draft=sync.never_started,
        enabled=False if sync.turned_off else None,
        notify=sync.notify,
        history_days=sync.history_days,
        associations=tuple(_associations(sync, around.names)),
        event_template=sync.event_template,
        match=tuple(MatchSpec(at, key.hubspot_field, key.app_field) for at, key in enumerate(keys)),
    )
    return _with_mappings(sync, spec, around)


def _with_mappings(sync: Sync, spec: SyncSpec, around: Surroundings) -> SyncSpec:
    """The default mappings where most of them stand as they are, else every pair."""
    listed = [_mapping(each, spec, around.schemas) for each in sync.mappings]
    in_full = replace(spec, mappings=_placed(listed, "mappings"))
    if len(around.schemas) < len(Side) or not around.known:
        return in_full
    offered, _ = with_defaults(replace(spec, defaults=DefaultsSpec()), around.known, around.schemas)
    all_ = {_pair(each): each for each in offered.mappings}
    kept = [each for each in listed if _pair(each) in all_ and _same(each, all_[_pair(each)], spec, around.schemas)]
    more = [each for each in listed if each not in kept]
    mapped = {_pair(each) for each in listed}
    off = tuple(dict.fromkeys(each.hubspot for pair, each in all_.items() if pair not in mapped))
    if len(kept) <= len(off):
        return in_full
    short = replace(spec, defaults=DefaultsSpec(off), mappings=_placed(more, "mappings.add"))
    # A name that switches one default off may switch off another one too.
    again, faults = with_defaults(short, around.known, around.schemas)
    return in_full if faults or {_pair(each) for each in again.mappings} != mapped else short


def _mapping(each: FieldMapping, spec: SyncSpec, schemas: Mapping[Side, ObjectSchema]) -> MappingSpec:
    written = MappingSpec(
        0,
        each.hubspot_field,
        each.app_field,
        None,
        each.direction,
        clears=each.clears,
        winner=each.winner,
        more_hubspot=each.more_hubspot_fields,
        more_app=each.more_app_fields,
        options=each.options,
    )
    there = len(schemas) == len(Side) and all(
        name in schemas[side].fields for side in Side for name in each.fields(side)
    )
    if there and default_transform(written, spec, schemas) is each.transform:
        return written
    return replace(written, transform=each.transform)


def _same(one: MappingSpec, default: MappingSpec, spec: SyncSpec, schemas: Mapping[Side, ObjectSchema]) -> bool:
    """Whether a mapping is just the default one, whichever of the two says its transform aloud."""
    transforms = {each.transform or default_transform(each, spec, schemas) for each in (one, default)}
    return (
        len(transforms) == 1
        and replace(one, at=default.at, place=default.place, transform=default.transform) == default
    )


def _pair(each: MappingSpec) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return each.fields(Side.HUBSPOT), each.fields(Side.APP)


def _placed(mappings: Sequence[MappingSpec], place: str) -> tuple[MappingSpec, ...]:
    return tuple(replace(each, at=at, place=f"{place}[{at}]") for at, each in enumerate(mappings))


def _filters(filters: Filters) -> FiltersSpec:
    sides = {side.value: _group(group) for side in Side if (group := filters.of(side)) is not None}
    return FiltersSpec(sides.get("hubspot"), sides.get("app"), filters.strict)


def _group(group: Group) -> ClauseSpec:
    parts = (*(_condition(each) for each in group.conditions), *(_group(inner) for inner in group.groups))
    return ClauseSpec(all=parts) if group.joined is Joined.ALL else ClauseSpec(any=parts)


def _condition(condition: Condition) -> ClauseSpec:
    values = condition.values
    value = None if not values else values[0] if len(values) == 1 else list(values)
    return ClauseSpec(condition.field, condition.operator.value, value)


def _pipelines(stages: StageMap) -> Iterator[PipelineSpec]:
    """The pairs in their order, which says what is the way back where several stages have the same one."""
    pipelines, run = ("", ""), dict[str, str]()
    for pair in stages.pairs:
        both = pair.hubspot_pipeline, pair.app_pipeline
        if run and (both != pipelines or pair.hubspot_stage in run):
            yield PipelineSpec(pipelines[0], pipelines[1] or None, run)
            run = {}
        pipelines = both
        run[pair.hubspot_stage] = pair.app_stage
    if run:
        yield PipelineSpec(pipelines[0], pipelines[1] or None, run)


def _lifecycle(sync: Sync, app_kind: str | None) -> LifecycleSpec | None:
    """None where a sync of these two objects has it by itself: leads cover leads, and make leads."""
    stored = sync.lifecycle
    leads = sync.kind is ObjectKind.CONTACT and app_kind == ObjectKind.LEAD
    default = "lead" if sync.direction.writes(Side.HUBSPOT) else None
    if stored == (Lifecycle(Covers.LEADS, default) if leads else Lifecycle()):
        return None
    return LifecycleSpec(stored.covers, stored.default)


def _associations(sync: Sync, names: Mapping[str, str]) -> Iterator[AssociationSpec]:
    there = [each for each in sync.associations if each.via in names]
    for at, each in enumerate(there):
        yield AssociationSpec(
            at, each.hubspot_type, each.app_field, names[each.via], each.label, each.direction, unlink=each.unlink
        )
