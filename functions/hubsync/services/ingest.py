"""Takes an application's webhook: checks who sent it, and puts references on the queue. No data goes through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hubsync.connectors.port import ActivityReader, PayloadError
from hubsync.model.activity import Activity
from hubsync.model.connection import Connection
from hubsync.model.message import EventMessage, LookMessage, Queue
from hubsync.model.side import Side
from hubsync.model.sync import SyncStatus
from hubsync.services.look.privacy import PRIVACY
from hubsync.services.ports import Clock, Connectors, EventQueue, Ids, Queues, Signals, Vault
from hubsync.stores.ports import ConnectionStore, SyncStore

LARGEST_BODY = 1024 * 1024
"""Bytes. API Gateway itself would take ten times as much."""

REFERENCES = 100
WEBHOOK = "webhook"


class UnknownConnectionError(Exception):
    """There is no such connection, or it expects no webhooks (answered 404)."""


class TooLargeError(Exception):
    """The body is over `LARGEST_BODY` (answered 413)."""


@dataclass(frozen=True, slots=True)
class Ingest:
    """The webhook's use case. It reads settings and sends messages; it writes no table."""

    connections: ConnectionStore
    syncs: SyncStore
    connectors: Connectors
    queues: Queues
    vault: Vault
    clock: Clock
    ids: Ids
    signals: Signals
    events: EventQueue | None = None

    def receive(self, connection_id: str, headers: Mapping[str, str], body: bytes, url: str = "") -> int:
        """Enqueue the references and events in a webhook posted to `url`; returns how many. Headers are lower-case.

        Raises `UnknownConnectionError`, `TooLargeError`, `SignatureError` or `PayloadError`; then nothing is enqueued.
        """
        connection = self.connections.connection(connection_id)
        reader = self.connectors.webhooks(connection) if connection is not None else None
        if connection is None or reader is None or connection.webhook_secret is None:
            raise UnknownConnectionError("There is no connection of this name that takes webhooks.")
        if len(body) > LARGEST_BODY:
            raise TooLargeError("The body is larger than 1 MB.")
        secret = self.vault.open(connection.webhook_secret, connection.id)
        notices = reader.notices(headers, body, secret, self.clock.now(), url)
        if any(not notice.id for notice in notices):
            raise PayloadError("An event names no record.")
        touched: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for notice in notices:
            touched[notice.object_type, PRIVACY if notice.erased else WEBHOOK][notice.id] = None
        messages = self._messages(connection, {key: tuple(ids) for key, ids in touched.items()})
        events = self._events(connection, reader.activities(body)) if isinstance(reader, ActivityReader) else []
        self.queues.send(Queue.CHANGES, messages)
        if events and self.events is not None:
            self.events.send_events(events)
        return sum(len(message.ids) for message in messages) + len(events)

    def _events(self, connection: Connection, activities: Sequence[Activity]) -> list[EventMessage]:
        """One message for each event and each running sync that logs the events of its people (rule 6.3)."""
        if not activities:
            return []
        now = self.clock.now()
        return [
            EventMessage(sync.id, activity, self.ids.new(), now)
            for sync in self.syncs.syncs()
            if sync.running
            and not sync.trying
            and sync.event_template is not None
            and sync.app_connection == connection.id
            for activity in activities
            if activity.object_type == sync.app_object
        ]

    def _messages(
        self, connection: Connection, touched: Mapping[tuple[str, str], tuple[str, ...]]
    ) -> list[LookMessage]:
        """One message for each sync that has the object type, of at most 100 references; what is to be erased is
        erased in a sync that does not run, too.
        """
        correlation_id, now = self.ids.new(), self.clock.now()
        messages: list[LookMessage] = []
        for sync in self.syncs.syncs():
            for side in Side:
                if sync.connection(side) != connection.id or sync.status is SyncStatus.DELETING:
                    continue
                for cause in (WEBHOOK, PRIVACY) if sync.running else (PRIVACY,):
                    ids = touched.get((sync.object_type(side), cause), ())
                    messages += [
                        LookMessage(sync.id, side, ids[at : at + REFERENCES], cause, correlation_id, now)
                        for at in range(0, len(ids), REFERENCES)
                    ]
        self.signals.note(
            "webhook_received", connection=connection.id, messages=len(messages), correlation_id=correlation_id
        )
        return messages
