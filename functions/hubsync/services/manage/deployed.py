"""Everything that is deployed, as the document that says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hubsync.model.app import AppObject
from hubsync.model.connection import Connection
from hubsync.model.schema import ObjectSchema
from hubsync.model.side import Side
from hubsync.model.sync import Sync, SyncStatus
from hubsync.services.manage.document import Document
from hubsync.services.manage.written import Surroundings, write_connection, write_sync
from hubsync.services.ports import Connectors
from hubsync.services.schemas import Schemas
from hubsync.stores.ports import ConnectionStore, SyncStore


@dataclass(frozen=True, slots=True)
class Deployment:
    """A document without secrets. `secrets` names by connection those that are stored: `token`, `webhook_secret`."""

    document: Document
    secrets: Mapping[str, tuple[str, ...]]


class Deployed:
    """The use case over its ports. It reads the table only, no application."""

    def __init__(
        self, *, connections: ConnectionStore, syncs: SyncStore, connectors: Connectors, schemas: Schemas
    ) -> None:
        self._connections = connections
        self._syncs = syncs
        self._connectors = connectors
        self._schemas = schemas

    def __call__(self) -> Deployment:
        """All connections and all syncs but those that are being deleted, by name."""
        return self.of(self._connections.connections(), self._syncs.syncs())

    def of(self, connections: Iterable[Connection], syncs: Iterable[Sync], *, in_full: bool = False) -> Deployment:
        """These connections and syncs as a document. `in_full` lists every mapping, so that two can be compared."""
        accounts = {each.id: each for each in connections}
        living = [sync for sync in syncs if sync.status is not SyncStatus.DELETING]
        names = {sync.id: sync.name for sync in living}
        objects = {each.app: self._connectors.objects(each.app) for each in accounts.values()}
        stored = self._stored(living)
        written = {}
        for sync in living:
            account = accounts.get(sync.app_connection)
            schemas = {side: found for side in Side if (found := stored[_end(sync, side)]) is not None}
            around = _around(sync, objects[account.app] if account is not None else (), schemas, names)
            written[sync.name] = write_sync(sync, replace(around, known=()) if in_full else around)
        secrets = {
            each.id: ("token", "webhook_secret") if each.webhook_secret is not None else ("token",)
            for each in accounts.values()
        }
        return Deployment(Document({name: write_connection(each) for name, each in accounts.items()}, written), secrets)

    def _stored(self, syncs: Iterable[Sync]) -> Mapping[tuple[str, str], ObjectSchema | None]:
        """The schemas of all their ends as they were last stored; several syncs may share one."""
        ends = dict.fromkeys(_end(sync, side) for sync in syncs for side in Side)
        found = {end: self._schemas.stored(*end) for end in ends}
        return {end: None if snapshot is None else snapshot.schema for end, snapshot in found.items()}


def _end(sync: Sync, side: Side) -> tuple[str, str]:
    return sync.connection(side), sync.object_type(side)


def _around(
    sync: Sync, objects: Sequence[AppObject], schemas: Mapping[Side, ObjectSchema], names: Mapping[str, str]
) -> Surroundings:
    ours = next((each for each in objects if each.object_type == sync.app_object), None)
    if ours is None:
        return Surroundings(schemas=schemas, names=names)
    known = ours.defaults if ours.kind in (None, sync.kind) else ()
    return Surroundings(known, ours.kind, schemas, names)
