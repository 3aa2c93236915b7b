"""Keeps the state of connections: a dead token is a connection's affair, never a record's (rule 1.9)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hubsync.connectors.errors import NeedsPersonError
from hubsync.model.connection import ConnectionStatus
from hubsync.services.ports import Clock, Mailer, Signals
from hubsync.stores.ports import ConnectionStore, Notification, NotificationStore


@dataclass(frozen=True, slots=True)
class Health:
    """Marks connections that need a person, and tells people once."""

    connections: ConnectionStore
    notifications: NotificationStore
    mailer: Mailer
    clock: Clock
    signals: Signals

    def needs_person(self, connection_id: str, error: NeedsPersonError) -> None:
        """Pause a connection. The conditional write makes one worker win, so that there is one alert."""
        connection = self.connections.connection(connection_id)
        if connection is None or connection.status is ConnectionStatus.NEEDS_PERSON:
            return
        problem = f"{error} {error.remedy}"
        if not self.connections.put_connection(
            replace(connection, status=ConnectionStatus.NEEDS_PERSON, problem=problem)
        ):
            return
        title = f"The connection {connection_id!r} needs a person"
        self.signals.note("connection_needs_person", connection=connection_id)
        self.notifications.add_notification(Notification(connection_id, self.clock.now(), title, problem))
        self.mailer.send([], title, problem)
