"""Connections, syncs, poll cursors and schemas in dictionaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from hubsync.model.connection import Connection
from hubsync.model.sync import Sync
from hubsync.stores.ports import PollCursor, Roster, SchemaSnapshot


class MemorySettingsStore:
    """Connections and syncs, which are saved together."""

    def __init__(self, writes: Counter[str] | None = None) -> None:
        self.writes: Counter[str] = Counter() if writes is None else writes
        self._connections: dict[str, Connection] = {}
        self._syncs: dict[str, Sync] = {}
        self._additions = 0

    def connection(self, connection_id: str) -> Connection | None:
        """See the port."""
        return self._connections.get(connection_id)

    def connections(self) -> Sequence[Connection]:
        """See the port."""
        return tuple(self._connections[connection_id] for connection_id in sorted(self._connections))

    def put_connection(self, connection: Connection) -> bool:
        """See the port."""
        return self.save((connection,), ())

    def delete_connection(self, connection: Connection) -> bool:
        """See the port."""
        stored = self._connections.get(connection.id)
        if stored is None or stored.version != connection.version:
            return False
        del self._connections[connection.id]
        self.writes["connection deleted"] += 1
        return True

    def sync(self, sync_id: str) -> Sync | None:
        """See the port."""
        return self._syncs.get(sync_id)

    def named(self, name: str) -> Sync | None:
        """See the port."""
        return next((sync for sync in self.syncs() if sync.name == name), None)

    def syncs(self) -> Sequence[Sync]:
        """See the port."""
        return tuple(sorted(self._syncs.values(), key=lambda sync: (sync.name, sync.id)))

    def roster(self) -> Roster:
        """See the port."""
        return Roster(self.syncs(), self._additions)

    def put_sync(self, sync: Sync) -> bool:
        """See the port."""
        return self.save((), (sync,))

    def delete_sync(self, sync_id: str) -> None:
        """See the port."""
        if self._syncs.pop(sync_id, None):
            self.writes["sync deleted"] += 1

    def save(self, connections: Sequence[Connection], syncs: Sequence[Sync], *, roster: Roster | None = None) -> bool:
        """See the port."""
        adds = roster is not None and any(sync.version == 0 for sync in syncs)
        if adds and roster is not None and roster.version != self._additions:
            return False
        if not (
            all(_fits(connection, self._connections.get(connection.id)) for connection in connections)
            and all(_fits(sync, self._syncs.get(sync.id)) for sync in syncs)
        ):
            return False
        self._additions += adds
        for connection in connections:
            self._connections[connection.id] = replace(connection, version=connection.version + 1)
            self.writes["connection"] += 1
        for sync in syncs:
            self._syncs[sync.id] = replace(sync, version=sync.version + 1)
            self.writes["sync"] += 1
        return True


class MemoryCursorStore:
    """Poll cursors."""

    def __init__(self, writes: Counter[str] | None = None) -> None:
        self.writes: Counter[str] = Counter() if writes is None else writes
        self._cursors: dict[tuple[str, str], PollCursor] = {}

    def cursor(self, connection_id: str, object_type: str) -> PollCursor | None:
        """See the port."""
        return self._cursors.get((connection_id, object_type))

    def put_cursor(self, cursor: PollCursor) -> bool:
        """See the port."""
        key = cursor.connection_id, cursor.object_type
        if not _fits(cursor, self._cursors.get(key)):
            return False
        self._cursors[key] = replace(cursor, version=cursor.version + 1)
        self.writes["cursor"] += 1
        return True


class MemorySchemaStore:
    """Schemas."""

    def __init__(self, writes: Counter[str] | None = None) -> None:
        self.writes: Counter[str] = Counter() if writes is None else writes
        self._schemas: dict[tuple[str, str], SchemaSnapshot] = {}

    def schema(
        self, connection_id: str, object_type: str, known: SchemaSnapshot | None = None
    ) -> SchemaSnapshot | None:
        """See the port."""
        stored = self._schemas.get((connection_id, object_type))
        return known if stored is not None and known is not None and known.version == stored.version else stored

    def put_schema(self, snapshot: SchemaSnapshot) -> bool:
        """See the port."""
        key = snapshot.connection_id, snapshot.schema.object_type
        if not _fits(snapshot, self._schemas.get(key)):
            return False
        self._schemas[key] = replace(snapshot, version=snapshot.version + 1)
        self.writes["schema"] += 1
        return True


_Versioned: TypeAlias = Connection | Sync | PollCursor | SchemaSnapshot


def _fits(new: _Versioned, stored: _Versioned | None) -> bool:
    return new.version == (stored.version if stored else 0)
