"""Connections, syncs and poll cursors in StateTable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.transactions import TransactWrite

from hubsync.model.connection import Connection
from hubsync.model.sync import Sync
from hubsync.stores.dynamodb.codec import decode, encode
from hubsync.stores.dynamodb.schema import check_schema
from hubsync.stores.dynamodb.table import StateItem, StateTable, done, unchanged
from hubsync.stores.ports import PollCursor, Roster

CONNECTIONS, SYNCS = "connections", "syncs"
"""The partitions. There are dozens of items in them, and people wait for a list of them all."""

ROSTER = "#roster"
"""Stands among the syncs, before them all: what is added while they are read is found out when saving."""

_CONNECTION_APART = frozenset({"token", "webhook_secret", "version"})
_SYNC_APART = frozenset({"hash_key", "history_key", "version"})


class CountedItem(StateItem):
    """An item that counts its writes in `v`."""

    v = NumberAttribute()


class VersionedItem(CountedItem):
    """One with a `body`, JSON text."""

    body = UnicodeAttribute()


class ConnectionItem(VersionedItem):
    """A connection. Its secrets are sealed already."""

    token = BinaryAttribute(legacy_encoding=False)
    webhook_secret = BinaryAttribute(legacy_encoding=False, null=True)

    def value(self) -> Connection:
        """As the rest of the system knows it."""
        check_schema(self.schema)
        return decode(Connection, self.body, token=self.token, webhook_secret=self.webhook_secret, version=int(self.v))


class SyncItem(VersionedItem):
    """A sync."""

    history_key = BinaryAttribute(legacy_encoding=False, null=True)
    hashing_key = BinaryAttribute(legacy_encoding=False)  # pynamodb gives `hash_key` a meaning of its own

    def value(self) -> Sync:
        """As the rest of the system knows it."""
        check_schema(self.schema)
        return decode(
            Sync,
            self.body,
            hash_key=self.hashing_key,
            history_key=self.history_key or b"",
            version=int(self.v),
        )


def connection_attributes(connection: Connection) -> dict[str, Any]:
    """What an item holds of a connection that is stored now."""
    return {
        "v": connection.version + 1,
        "body": encode(connection, without=_CONNECTION_APART),
        "token": connection.token,
        "webhook_secret": connection.webhook_secret,
    }


def sync_attributes(sync: Sync) -> dict[str, Any]:
    """What an item holds of a sync that is stored now."""
    return {
        "v": sync.version + 1,
        "body": encode(sync, without=_SYNC_APART),
        "hashing_key": sync.hash_key,
        "history_key": sync.history_key or None,
    }


class CursorItem(VersionedItem):
    """A poll cursor."""

    def value(self) -> PollCursor:
        """As the rest of the system knows it."""
        return decode(PollCursor, self.body, version=int(self.v))


class DynamoSettingsStore:
    """Connections and syncs, which are saved together.

    Syncs are stored by id. Which id a name has is remembered with the sync as it was last read: an id is never used
    again, so that what is found under it and bears the name is the one that is meant, and all else is looked for anew.
    """

    def __init__(self, table: StateTable) -> None:
        self._table = table
        self._connections = table.bind(ConnectionItem)
        self._syncs = table.bind(SyncItem)
        self._added = table.bind(CountedItem)
        self._recalled: dict[str, Sync] = {}

    def connection(self, connection_id: str) -> Connection | None:
        """See the port."""
        item = self._connections.find(CONNECTIONS, connection_id)
        return item.value() if item else None

    def connections(self) -> Sequence[Connection]:
        """See the port."""
        return tuple(item.value() for item in self._connections.query(CONNECTIONS, consistent_read=True))

    def put_connection(self, connection: Connection) -> bool:
        """See the port."""
        return self.save((connection,), ())

    def delete_connection(self, connection: Connection) -> bool:
        """See the port."""
        item = self._connections(CONNECTIONS, connection.id)
        return done(lambda: item.delete(condition=self._connections.v == connection.version))

    def sync(self, sync_id: str) -> Sync | None:
        """See the port."""
        item = self._syncs.find(SYNCS, sync_id)
        return item.value() if item else None

    def named(self, name: str) -> Sync | None:
        """See the port. One request; two for one that is gone by now."""
        recalled = self._recalled.get(name)
        found = None if recalled is None else self.sync(recalled.id)
        if found is not None and found.name == name:
            return found
        return next((sync for sync in self.syncs() if sync.name == name), None)

    def recalled(self, name: str) -> Sync | None:
        """The sync of that name as it was last listed here: its id, its accounts and its object types are for life."""
        return self._recalled.get(name)

    def syncs(self) -> Sequence[Sync]:
        """See the port."""
        return self.roster().syncs

    def roster(self) -> Roster:
        """See the port. One request, as that for the syncs is."""
        items = list(self._syncs.query(SYNCS, consistent_read=True))
        found = (item.value() for item in items if item.sk != ROSTER)
        listed = tuple(sorted(found, key=lambda sync: (sync.name, sync.id)))
        self._recalled = {sync.name: sync for sync in reversed(listed)}
        return Roster(listed, next((int(item.v) for item in items if item.sk == ROSTER), 0))

    def put_sync(self, sync: Sync) -> bool:
        """See the port."""
        return self.save((), (sync,))

    def delete_sync(self, sync_id: str) -> None:
        """See the port."""
        self._syncs(SYNCS, sync_id).delete()

    def save(self, connections: Sequence[Connection], syncs: Sequence[Sync], *, roster: Roster | None = None) -> bool:
        """See the port."""
        items: list[CountedItem] = [
            self._connections(CONNECTIONS, connection.id, **connection_attributes(connection))
            for connection in connections
        ]
        items += [self._syncs(SYNCS, sync.id, **sync_attributes(sync)) for sync in syncs]
        if roster is not None and any(sync.version == 0 for sync in syncs):
            items.append(self._added(SYNCS, ROSTER, v=roster.version + 1))
        if len(items) == 1:
            return _saved(items[0])

        def fill(transaction: TransactWrite) -> None:
            for item in items:
                transaction.save(item, condition=unchanged(type(item), type(item).v, _version_read(item)))

        return not items or self._table.transacted(fill)


class DynamoCursorStore:
    """Poll cursors."""

    def __init__(self, table: StateTable) -> None:
        self._cursors = table.bind(CursorItem)

    def cursor(self, connection_id: str, object_type: str) -> PollCursor | None:
        """See the port."""
        item = self._cursors.find(f"cursor#{connection_id}", object_type)
        return item.value() if item else None

    def put_cursor(self, cursor: PollCursor) -> bool:
        """See the port."""
        body = encode(cursor, without=frozenset({"version"}))
        return _saved(
            self._cursors(f"cursor#{cursor.connection_id}", cursor.object_type, v=cursor.version + 1, body=body)
        )


def _saved(item: CountedItem) -> bool:
    condition = unchanged(type(item), type(item).v, _version_read(item))
    return done(lambda: item.save(condition=condition))


def _version_read(item: CountedItem) -> int | None:
    return int(item.v) - 1 or None
