"""Apply a document: check all of it, then save all of it at once and start what changed, or save nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from hubsync.connectors.errors import ConnectorBugError, NeedsPersonError
from hubsync.connectors.port import ActivityReader
from hubsync.model.connection import Connection
from hubsync.model.directory import Pipeline
from hubsync.model.mapping import DefaultMapping
from hubsync.model.schema import ObjectSchema
from hubsync.model.side import Side
from hubsync.model.sync import Sync, SyncStatus
from hubsync.services.drift import Drift
from hubsync.services.history import new_key
from hubsync.services.manage.check import check
from hubsync.services.manage.check_events import check_events
from hubsync.services.manage.check_identity import ends_of_all, identity_faults, twin_faults
from hubsync.services.manage.check_links import check_links
from hubsync.services.manage.defaults import custom_faults, with_defaults
from hubsync.services.manage.document import (
    ConnectionSpec,
    Document,
    Fault,
    RefusedDocumentError,
    SyncSpec,
    suggestion,
)
from hubsync.services.manage.expected import Expected, hold
from hubsync.services.manage.plan import (
    STARTED,
    Change,
    PlannedConnection,
    PlannedSync,
    plan_connection,
    plan_sync,
)
from hubsync.services.manage.plan_links import with_links
from hubsync.services.manage.share import share
from hubsync.services.manage.stages import check_stages, has_stages, unreadable
from hubsync.services.manage.starts import started, uses
from hubsync.services.ports import Clock, Connectors, Ids, Orchestrator, Vault
from hubsync.services.superseded import end_runs
from hubsync.stores.ports import MOST_AT_ONCE, ConnectionStore, Ledger, Roster, SyncStore

HUBSPOT = "hubspot"
"""The key of HubSpot among the applications."""

WAITING = (SyncStatus.STALLED, SyncStatus.WEIGHING, SyncStatus.HELD)
"""A sync that does not run but would: it looks at everything again when a connection of its is mended."""


class ConcurrentChangeError(Exception):
    """Somebody else saved in between; nothing of ours was saved."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What a document did, or in a dry run would do. `accounts` are all connections as they are then, by name."""

    connections: Mapping[str, Change]
    syncs: tuple[PlannedSync, ...]
    dry: bool
    accounts: Mapping[str, Connection] = field(default_factory=dict)


@dataclass(slots=True)
class _Plan:
    """What is found out while a document is checked, against the syncs there are."""

    document: Document
    roster: Roster
    accounts: dict[str, Connection] = field(default_factory=dict)
    connections: dict[str, PlannedConnection] = field(default_factory=dict)
    syncs: list[PlannedSync] = field(default_factory=list)
    schemas: dict[tuple[str, str], ObjectSchema | None] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def stored(self) -> Mapping[str, Sync]:
        """The syncs there are, by name."""
        return {sync.name: sync for sync in self.roster.syncs}

    @property
    def turned_off(self) -> frozenset[str]:
        """The syncs that the document does not want to run, by name."""
        return frozenset(name for name, spec in self.document.syncs.items() if spec.enabled is False)


class Apply:
    """The use case over its ports."""

    def __init__(
        self,
        *,
        connections: ConnectionStore,
        syncs: SyncStore,
        connectors: Connectors,
        ledger: Ledger,
        orchestrator: Orchestrator,
        vault: Vault,
        clock: Clock,
        ids: Ids,
        drift: Drift,
        custom_mappings: bool = True,
    ) -> None:
        """`custom_mappings`: whether syncs may map more than the default mappings (rule 4.1)."""
        self._connections = connections
        self._syncs = syncs
        self._connectors = connectors
        self._ledger = ledger
        self._orchestrator = orchestrator
        self._vault = vault
        self._clock = clock
        self._ids = ids
        self._drift = drift
        self._custom_mappings = custom_mappings

    def __call__(
        self, document: Document, *, dry: bool = False, restart: bool = False, expected: Expected = None
    ) -> Applied:
        """Make connections and syncs what `document` says. What it does not name is left alone.

        `dry` checks and answers as if, and changes nothing anywhere. `restart` starts an initial sync even of a sync
        whose settings are the same. `expected` is what the document names has to be still. Raises
        `RefusedDocumentError` with every fault, `StaleError`, `ConcurrentChangeError`, and `RetryLaterError` where an
        application could not be asked.
        """
        plan = _Plan(document, self._syncs.roster(), faults=list(document.faults))
        for name in document.syncs:
            hold(expected, name, plan.stored.get(name))
        self._plan_connections(plan, expected)
        for name, spec in document.syncs.items():
            self._plan_sync(plan, name, spec)
        if plan.faults:
            raise RefusedDocumentError(plan.faults)
        _link_up(plan)
        self._plan_starts(plan, restart=restart)
        after, sharing = share(plan.stored.values(), plan.syncs)
        _check_number(plan, sharing)
        if not dry:
            plan.syncs = after
            self._carry_out(plan, sharing)
        changes = {name: planned.change for name, planned in plan.connections.items()}
        return Applied(changes, tuple(plan.syncs), dry, plan.accounts)

    def _plan_connections(self, plan: _Plan, expected: Expected) -> None:
        stored = {connection.id: connection for connection in self._connections.connections()}
        plan.accounts.update(stored)
        for name, spec in plan.document.connections.items():
            hold(expected, name, stored.get(name))
            faults = self._connection_faults(name, spec, stored.get(name))
            plan.faults += faults
            if faults:
                plan.accounts.pop(name, None)
                continue
            planned = plan_connection(name, spec, stored.get(name), self._vault)
            plan.connections[name] = planned
            plan.accounts[name] = planned.connection

    def _connection_faults(self, name: str, spec: ConnectionSpec, stored: Connection | None) -> list[Fault]:
        path, apps = f"connections.{name}", self._connectors.apps()
        if spec.app not in apps:
            return [Fault(f"{path}.app", f"There is no app {spec.app}.", suggestion(spec.app, list(apps)))]
        if stored is None and not spec.token:
            return [Fault(f"{path}.token", "A new connection needs a token.", "Give the account's access token.")]
        if stored is not None and stored.app != spec.app:
            reason = f"{name} is an account of {stored.app} already, and syncs may hang on it."
            return [Fault(f"{path}.app", reason, f"Give the account of {spec.app} another name.")]
        return []

    def _plan_sync(self, plan: _Plan, name: str, spec: SyncSpec) -> None:
        stored = plan.stored.get(name)
        schemas = {side: schema for side in Side if (schema := self._schema(plan, name, spec, side)) is not None}
        ends = ends_of_all(plan.stored.values(), plan.document)
        faults = [*identity_faults(name, spec, stored), *twin_faults(name, spec, ends)]
        pipelines: dict[Side, Sequence[Pipeline]] | None = None
        if len(schemas) == len(Side):
            known = self._defaults(plan, spec, schemas[Side.HUBSPOT])
            spec, wrong = with_defaults(spec, known, schemas)
            if not self._custom_mappings:
                wrong += custom_faults(spec, known)
            faults += [replace(fault, path=f"syncs.{name}.{fault.path}") for fault in wrong]
            faults += [*check(name, spec, schemas), *check_links(name, spec, schemas, ends)]
            faults += check_events(name, spec, schemas, self._activities(plan, spec))
            if has_stages(spec, schemas) and "pipelines" not in spec.unread:
                pipelines, found = self._pipelines(plan, name, spec, schemas)
                faults += found or check_stages(f"syncs.{name}", spec, schemas, pipelines)
        plan.faults += faults
        if not plan.faults:
            plan.syncs.append(plan_sync(name, spec, stored, schemas, ids=self._ids, pipelines=pipelines))

    def _pipelines(
        self, plan: _Plan, name: str, spec: SyncSpec, schemas: Mapping[Side, ObjectSchema]
    ) -> tuple[dict[Side, Sequence[Pipeline]], list[Fault]]:
        """The pipelines of both sides; where they cannot be read the sync cannot be saved (rule 5.2)."""
        found: dict[Side, Sequence[Pipeline]] = {}
        faults: list[Fault] = []
        for side, schema in schemas.items():
            end = spec.end(side)
            account = plan.accounts[end.connection] if end is not None else None
            port = self._connectors.pipelines(account, schema.object_type) if account is not None else None
            try:
                found[side] = () if port is None else port.pipelines(schema.object_type)
                why = "" if found[side] and schema.stage_field else "there are none."
                remedy = "Leave this sync out, or choose an object type that has stages."
            except NeedsPersonError as error:
                why, remedy = str(error), error.remedy
            except ConnectorBugError:
                why, remedy = "it does not answer as expected.", "Look at the log, or choose another object type."
            if why:
                faults.append(Fault(f"syncs.{name}.pipelines", unreadable(side, schema.object_type, why), remedy))
        return found, faults

    def _defaults(self, plan: _Plan, spec: SyncSpec, hubspot: ObjectSchema) -> tuple[DefaultMapping, ...]:
        """The default mappings of a sync whose ends are known. They are about HubSpot's object of the same kind: those
        of the app's leads say nothing of HubSpot's contacts.
        """
        if spec.app is None:
            return ()
        objects = self._connectors.objects(plan.accounts[spec.app.connection].app)
        ours = next((each for each in objects if each.object_type == spec.app.object), None)
        return ours.defaults if ours is not None and ours.kind in (None, hubspot.kind) else ()

    def _schema(self, plan: _Plan, name: str, spec: SyncSpec, side: Side) -> ObjectSchema | None:
        """The object type on `side`; None, and a fault unless there is one already, where it cannot be had."""
        path, end = f"syncs.{name}.{side}", spec.end(side)
        if end is None or f"connections.{end.connection}" in plan.document.unread:
            return None
        connection = plan.accounts.get(end.connection)
        if connection is None:
            if end.connection not in plan.document.connections:
                reason = f"There is no connection {end.connection}."
                plan.faults.append(Fault(f"{path}.connection", reason, suggestion(end.connection, list(plan.accounts))))
            return None
        if (connection.app == HUBSPOT) != (side is Side.HUBSPOT):
            reason = f"{end.connection} is an account of {connection.app}."
            remedy = (
                "Name a connection of HubSpot here." if side is Side.HUBSPOT else "Name a connection of the app here."
            )
            plan.faults.append(Fault(f"{path}.connection", reason, remedy))
            return None
        key = (end.connection, end.object)
        if key not in plan.schemas:
            found = self._ask(connection, end.object, path)
            plan.faults += [found] if isinstance(found, Fault) else []
            plan.schemas[key] = None if isinstance(found, Fault) else found
        return plan.schemas[key]

    def _ask(self, connection: Connection, object_type: str, path: str) -> ObjectSchema | Fault:
        try:
            return self._connectors.connector(connection, bulk=False).schema(object_type)
        except NeedsPersonError as error:
            return Fault(f"connections.{connection.id}", str(error), error.remedy)
        except ConnectorBugError:
            reason = f"{connection.app} has no object type {object_type}, or does not tell its fields."
            return Fault(f"{path}.object", reason, "Correct the name, e.g. contacts for HubSpot.")

    def _activities(self, plan: _Plan, spec: SyncSpec) -> frozenset[str]:
        """The object types of the app whose events its webhooks tell."""
        account = plan.accounts.get(spec.app.connection) if spec.app is not None else None
        reader = self._connectors.webhooks(account) if account is not None else None
        return reader.activity_types if isinstance(reader, ActivityReader) else frozenset()

    def _plan_starts(self, plan: _Plan, *, restart: bool) -> None:
        """Give every sync that is to look at everything again its new generation."""
        now = self._clock.now()
        rescanned = {name for name, planned in plan.connections.items() if planned.rescans}
        named = {planned.sync.id for planned in plan.syncs}
        others = [
            PlannedSync(sync, Change.UNCHANGED)
            for sync in plan.stored.values()
            if sync.id not in named and (sync.running or sync.status in WAITING) and uses(sync, rescanned)
        ]
        plan.syncs = [
            started(
                planned,
                plan.stored.get(planned.sync.name),
                rescanned,
                now,
                restart=restart,
                draft=plan.document.syncs[planned.sync.name].draft,
                enabled=plan.document.syncs[planned.sync.name].enabled,
            )
            for planned in plan.syncs
        ]
        plan.syncs += [started(planned, planned.sync, rescanned, now, restart=False, draft=True) for planned in others]

    def _carry_out(self, plan: _Plan, sharing: Sequence[Sync]) -> None:
        """Save and start what was planned, and save those whose mark is another for it (rule 1.8)."""
        moved = [self._with_key(planned.sync) for planned in plan.syncs if planned.change is not Change.UNCHANGED]
        moved += sharing
        changed = [each.connection for each in plan.connections.values() if each.change is not Change.UNCHANGED]
        self._prepare(plan, [sync for sync in moved if sync not in sharing])
        self._learn(plan)
        if (changed or moved) and not self._syncs.save(changed, moved, roster=plan.roster):
            raise ConcurrentChangeError("Somebody else changed these connections or syncs at the same time.")
        for planned in plan.syncs:
            # An unchanged one too, if it is still in its initial sync: we may have died between saving and starting.
            if planned.sync.status in STARTED:
                self._orchestrator.start_initial(planned.sync.id, planned.sync.generation)
            elif planned.sync.name in plan.turned_off:
                end_runs(self._ledger, self._orchestrator, planned.sync, below=planned.sync.generation + 1)

    def _with_key(self, sync: Sync) -> Sync:
        """The sync with a key for its history, which it has for life."""
        return sync if sync.history_key else replace(sync, history_key=new_key(sync, self._ids, self._vault))

    def _learn(self, plan: _Plan) -> None:
        """Store what both applications said of their fields; other syncs may depend on what has changed (rule 4.1)."""
        saved = {planned.sync.id for planned in plan.syncs if planned.sync.name in plan.document.syncs}
        for (connection_id, object_type), schema in plan.schemas.items():
            before = self._drift.schemas.stored(connection_id, object_type)
            if schema is not None and (before is None or before.schema != schema):
                self._drift.learn(connection_id, schema, before, saved=saved)

    def _prepare(self, plan: _Plan, syncs: list[Sync]) -> None:
        """Make both applications ready before anything is saved: what they refuse is a fault of the document."""
        wanted: dict[str, dict[str, None]] = {}
        for sync in syncs:
            for side in Side:
                # Of a sync that only follows its mended connection the other account may still be broken.
                if sync.name in plan.document.syncs or sync.connection(side) in plan.connections:
                    wanted.setdefault(sync.connection(side), {})[sync.object_type(side)] = None
        faults = []
        for name, object_types in wanted.items():
            try:
                self._connectors.connector(plan.accounts[name], bulk=False).prepare(list(object_types))
            except NeedsPersonError as error:
                faults.append(Fault(f"connections.{name}", str(error), error.remedy))
        if faults:
            raise RefusedDocumentError(faults)


def _link_up(plan: _Plan) -> None:
    """Give the planned syncs their associations, once each of them has its id."""
    sync_ids = {sync.name: sync.id for sync in [*plan.stored.values(), *(planned.sync for planned in plan.syncs)]}
    for at, planned in enumerate(plan.syncs):
        sync = planned.sync
        app = plan.schemas[sync.app_connection, sync.app_object]
        if app is not None:
            plan.syncs[at] = with_links(planned, plan.document.syncs[sync.name], app, sync_ids)


def _check_number(plan: _Plan, sharing: Sequence[Sync]) -> None:
    """Raises `RefusedDocumentError` where more would be saved than can be saved together."""
    planned = [*(each.change for each in plan.connections.values()), *(each.change for each in plan.syncs)]
    number = sum(change is not Change.UNCHANGED for change in planned) + len(sharing)
    if number > MOST_AT_ONCE:
        reason = f"It would change {number} connections and syncs, and {MOST_AT_ONCE} can be saved together."
        remedy = "Split the document into several files, and apply one after the other."
        raise RefusedDocumentError([Fault("syncs", reason, remedy)])
