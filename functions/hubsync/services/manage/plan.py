"""From a checked document to the connections and syncs to save."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from hubsync.model.connection import Connection, ConnectionStatus
from hubsync.model.identifier import IdentifierKind
from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.record import RecordRef
from hubsync.model.schema import ObjectSchema
from hubsync.model.side import Side
from hubsync.model.sync import ObjectKind, Sync, SyncStatus, Trial
from hubsync.services.manage.check import writes
from hubsync.services.manage.check_types import transform_of
from hubsync.services.manage.document import ConnectionSpec, EndSpec, Limit, MappingSpec, SyncSpec
from hubsync.services.manage.filters import plan_filters
from hubsync.services.manage.lifecycle_stages import plan_lifecycle
from hubsync.services.manage.match import match_keys, needs_email
from hubsync.services.manage.stages import PerSide, plan_stages
from hubsync.services.ports import Ids, Vault

STARTED = (SyncStatus.INITIAL, SyncStatus.WEIGHING)
"""A sync whose run was started, or is to be."""


class Change(StrEnum):
    """What applying a document does to a connection or sync. `restarted`: same settings, a new initial sync."""

    NEW = "new"
    CHANGED = "changed"
    RESTARTED = "restarted"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class PlannedConnection:
    """A connection as it is to be, and whether its syncs have to look at everything again (rule 1.9)."""

    connection: Connection
    change: Change
    rescans: bool = False


@dataclass(frozen=True, slots=True)
class PlannedSync:
    """A sync as it is to be."""

    sync: Sync
    change: Change


def plan_connection(name: str, spec: ConnectionSpec, stored: Connection | None, vault: Vault) -> PlannedConnection:
    """The connection that `spec` asks for. Sealing the same secret again would look like a change, so it is opened
    and compared first. A connection that needed a person is active again, whatever was changed."""
    limit = spec.limit or Limit(calls=0)
    if stored is None:
        new = Connection(
            id=name,
            app=spec.app,
            token=vault.seal(spec.token or "", name),
            base_url=spec.base_url,
            webhook_secret=None if spec.webhook_secret is None else vault.seal(spec.webhook_secret, name),
            limit=limit.calls or None,
            limit_seconds=limit.seconds,
        )
        return PlannedConnection(new, Change.NEW)
    token = _sealed(spec.token, stored.token, name, vault)
    secret = _sealed(spec.webhook_secret, stored.webhook_secret, name, vault)
    wanted = replace(
        stored,
        token=token or stored.token,
        webhook_secret=secret,
        status=ConnectionStatus.ACTIVE,
        problem=None,
        base_url=spec.base_url,
        limit=limit.calls or None,
        limit_seconds=limit.seconds,
    )
    if wanted == stored:
        return PlannedConnection(stored, Change.UNCHANGED)
    rescans = (wanted.token, wanted.base_url, wanted.status) != (stored.token, stored.base_url, stored.status)
    return PlannedConnection(wanted, Change.CHANGED, rescans)


def plan_sync(
    name: str,
    spec: SyncSpec,
    stored: Sync | None,
    schemas: Mapping[Side, ObjectSchema],
    *,
    ids: Ids,
    pipelines: PerSide | None = None,
) -> PlannedSync:
    """The sync that `spec` asks for, not started yet. The spec has no faults.

    `pipelines` are given where stages are mapped.
    """
    kind = ObjectKind(schemas[Side.HUBSPOT].kind or "")
    hubspot, app = _end(spec.hubspot), _end(spec.app)
    before = stored or Sync(
        id=ids.new(),
        name=name,
        kind=kind,
        hubspot_connection=hubspot.connection,
        app_connection=app.connection,
        hubspot_object=hubspot.object,
        app_object=app.object,
        direction=spec.direction,
        mappings=(),
        match_keys=(),
        hash_key=ids.key(),
    )
    mappings, next_number = _numbered(spec, before, schemas)
    stages = None
    if pipelines is not None:
        number = before.stages.number if before.stages is not None else next_number
        stages = plan_stages(spec, schemas, pipelines, number)
        next_number = max(next_number, number + 1)
    keys = match_keys(spec, schemas, kind)
    rekeyed = stored is not None and keys != stored.match_keys
    wanted = replace(
        before,
        kind=kind,
        direction=spec.direction,
        mappings=mappings,
        next_number=next_number,
        match_keys=keys,
        keys_since=before.generation + 1 if rekeyed else before.keys_since,
        default_side=spec.default,
        conflict=spec.conflict,
        require_email=needs_email(spec, kind),
        phone_region=spec.phone_region,
        filters=plan_filters(spec, schemas),
        stages=stages,
        lifecycle=plan_lifecycle(spec, schemas),
        marketing_contacts=spec.marketing_contacts,
        brake=spec.brake,
        notify=spec.notify,
        history_days=spec.history_days,
        suspended=(),
    )
    if stored is None:
        return PlannedSync(wanted, Change.NEW)
    return PlannedSync(wanted, Change.UNCHANGED if wanted == stored else Change.CHANGED)


def restarted(sync: Sync, now: int, *, confirmed: bool = False) -> Sync:
    """The sync in a new generation, at the start of an initial sync; bindings and baselines survive (rule 1.2).

    A sync that is off stays off: turning it on starts the generation after this one. One with a brake is weighed first,
    unless a person has `confirmed` this very run (rule 1.10). A trial that is under way begins anew.
    """
    following = sync.generation + 1
    if sync.trying and sync.trial is not None:
        return tried(sync, sync.trial.records, sync.trial.before, now)
    sync = replace(sync, generation=following, released=following if confirmed else sync.released)
    begins = SyncStatus.WEIGHING if sync.weighs else SyncStatus.INITIAL
    return replace(
        sync,
        status=SyncStatus.OFF if sync.status is SyncStatus.OFF else begins,
        phase=None,
        narrow=False,
        indexed=(),
        problem=None,
        saved_at=now,
    )


def turned_off(sync: Sync) -> Sync:
    """The sync when nothing is read or written any more; index, bindings and settings stay (rule 1.7)."""
    # What a held run would change is no problem of a sync that is off.
    problem = None if sync.status is SyncStatus.HELD else sync.problem
    trial = None if sync.trying else sync.trial
    return replace(sync, status=SyncStatus.OFF, phase=None, narrow=False, problem=problem, trial=trial)


def tried(sync: Sync, records: tuple[RecordRef, ...], before: SyncStatus, now: int) -> Sync:
    """The sync in a new generation, at the start of a trial on `records`; it will stand as `before` (rule 1.10)."""
    following = sync.generation + 1
    trial = Trial(records, before, following)
    return replace(
        sync,
        generation=following,
        status=SyncStatus.INITIAL,
        trial=trial,
        phase=None,
        narrow=False,
        indexed=(),
        saved_at=now,
    )


def default_transform(mapping: MappingSpec, spec: SyncSpec, schemas: Mapping[Side, ObjectSchema]) -> Transform:
    """How two fields are compared where the document does not say: by their types, an address's domain as a domain."""
    if all(mapping.field(side) in schemas[side].identifiers.get(IdentifierKind.DOMAIN, ()) for side in Side):
        return Transform.DOMAIN
    fields = {side: schemas[side].fields[mapping.field(side)] for side in Side}
    return transform_of(mapping, fields, [side for side in Side if writes(spec, mapping, side)])


def _numbered(
    spec: SyncSpec, before: Sync, schemas: Mapping[Side, ObjectSchema]
) -> tuple[tuple[FieldMapping, ...], int]:
    """The mappings by number. A pair that was mapped before keeps its number and so its baseline; a number is never
    used again, so that a pair that comes back after a pause starts without one (rule 1.2)."""
    numbers = {(mapping.fields(Side.HUBSPOT), mapping.fields(Side.APP)): mapping.number for mapping in before.mappings}
    following = before.next_number
    mappings = []
    for mapping in spec.mappings:
        number = numbers.get((mapping.fields(Side.HUBSPOT), mapping.fields(Side.APP)))
        if number is None:
            number, following = following, following + 1
        mappings.append(
            FieldMapping(
                number=number,
                hubspot_field=mapping.hubspot,
                app_field=mapping.app,
                transform=mapping.transform or default_transform(mapping, spec, schemas),
                direction=mapping.direction,
                clears=mapping.clears,
                winner=mapping.winner,
                required=any(
                    writes(spec, mapping, side) and schemas[side].fields[name].required
                    for side in Side
                    for name in mapping.fields(side)
                ),
                more_hubspot_fields=mapping.more_hubspot,
                more_app_fields=mapping.more_app,
                several=tuple(side for side in Side if schemas[side].fields[mapping.field(side)].many),
                options=mapping.options,
            )
        )
    return tuple(sorted(mappings, key=lambda mapping: mapping.number)), following


def _sealed(secret: str | None, stored: bytes | None, belongs_to: str, vault: Vault) -> bytes | None:
    if secret is None or (stored is not None and vault.open(stored, belongs_to) == secret):
        return stored
    return vault.seal(secret, belongs_to)


def _end(end: EndSpec | None) -> EndSpec:
    if end is None:
        raise ValueError("a sync without one of its ends has a fault and cannot be planned")
    return end
