"""The schemas that looks work with: stored once, kept by each process, asked of an application only where none is."""

from __future__ import annotations

from dataclasses import dataclass

from hubsync.connectors.port import Connector
from hubsync.model.schema import ObjectSchema
from hubsync.services.ports import Clock
from hubsync.stores.ports import SchemaSnapshot, SchemaStore

KEPT_MS = 60_000
"""How long a process works with a schema before it asks the store whether there is a newer one."""


@dataclass(frozen=True, slots=True)
class _Kept:
    snapshot: SchemaSnapshot
    until: int


class Schemas:
    """The schemas of all accounts, by connection and object type (rule 4.1)."""

    def __init__(self, store: SchemaStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._kept: dict[tuple[str, str], _Kept] = {}

    def schema(self, connection_id: str, object_type: str, connector: Connector) -> ObjectSchema:
        """The schema of an object type. A store's read in a minute for each process; a call to the application only
        where none was ever stored, and then raises what that raises."""
        kept = self._kept.get((connection_id, object_type))
        if kept is not None and kept.until > self._clock.now():
            return kept.snapshot.schema
        stored = self._store.schema(connection_id, object_type, kept.snapshot if kept is not None else None)
        if stored is None:
            return self.put(connection_id, connector.schema(object_type)).schema
        return self._keep(stored).schema

    def fresh(self) -> frozenset[tuple[str, str]]:
        """The schemas that are kept here and need not be read just now, by connection and object type."""
        return frozenset(key for key, kept in self._kept.items() if kept.until > self._clock.now())

    def take(self, snapshot: SchemaSnapshot) -> None:
        """Keep what was read together with something else."""
        self._keep(snapshot)

    def stored(self, connection_id: str, object_type: str) -> SchemaSnapshot | None:
        """What is stored now; None if there is nothing."""
        kept = self._kept.get((connection_id, object_type))
        stored = self._store.schema(connection_id, object_type, kept.snapshot if kept is not None else None)
        return None if stored is None else self._keep(stored)

    def put(self, connection_id: str, schema: ObjectSchema, *, renew: bool = False) -> SchemaSnapshot:
        """Store what an application has just answered, if it differs from what is stored.

        `renew` stores that it was asked, even where the answer is the same.
        """
        before = self.stored(connection_id, schema.object_type)
        if before is not None and before.schema == schema and not renew:
            return before
        version = 0 if before is None else before.version
        asked = SchemaSnapshot(connection_id, schema, self._clock.now(), version)
        if self._store.put_schema(asked):
            return self._keep(SchemaSnapshot(connection_id, schema, asked.fetched_at, version + 1))
        # Somebody else asked at the same moment; their answer is as good as ours.
        return self.stored(connection_id, schema.object_type) or asked

    def _keep(self, snapshot: SchemaSnapshot) -> SchemaSnapshot:
        key = snapshot.connection_id, snapshot.schema.object_type
        self._kept[key] = _Kept(snapshot, self._clock.now() + KEPT_MS)
        return snapshot
