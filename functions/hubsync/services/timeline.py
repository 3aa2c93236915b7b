"""Logs the app's events on the timelines of contacts in HubSpot, each once (rule 6.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from hubsync.connectors.errors import NeedsPersonError, RetryLaterError
from hubsync.connectors.port import Timeline
from hubsync.model.activity import Activity, TimelineEvent
from hubsync.model.connection import ConnectionStatus
from hubsync.model.identifier import Claim
from hubsync.model.message import EventMessage
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.sync import Sync
from hubsync.services.desk import DeskFactory
from hubsync.services.ports import EventQueue
from hubsync.stores.index_port import PutClaim

WAITS = 12
"""So often an event asks for a contact that is not in HubSpot yet."""

WAIT_SECONDS = 300.0

SHOWN = "event"
"""The token that says what happened, in the app's word; the others bear the names of the manifest."""


@dataclass(frozen=True, slots=True)
class EventLog:
    """Handles event messages: finds the contact through the index, logs, and remembers what was logged.

    It makes no contact, and asks not how the contact stands: failing and excluded ones have a timeline as well.
    """

    desks: DeskFactory
    queue: EventQueue

    def handle(self, messages: Sequence[EventMessage]) -> dict[int, Exception]:
        """Handle messages; returns the failed ones by their position."""
        by_sync: dict[str, list[int]] = defaultdict(list)
        for position, message in enumerate(messages):
            by_sync[message.sync_id].append(position)
        failed: dict[int, Exception] = {}
        for sync_id, positions in by_sync.items():
            try:
                self._log(sync_id, [messages[position] for position in positions])
            except Exception as error:  # noqa: BLE001 - one sync's bug must not take the others down
                self.desks.signals.note("events_failed", error=type(error).__name__, messages=len(positions))
                failed.update(dict.fromkeys(positions, error))
        return failed

    def _log(self, sync_id: str, messages: Sequence[EventMessage]) -> None:
        sync = self.desks.syncs.sync(sync_id)
        if sync is None or not sync.running or sync.trying or sync.event_template is None:
            return
        connection = self.desks.connections.connection(sync.hubspot_connection)
        if connection is None or connection.status is ConnectionStatus.NEEDS_PERSON:
            self._again(messages, WAIT_SECONDS)
            return
        timeline = self.desks.connectors.connector(connection, bulk=False)
        if not isinstance(timeline, Timeline):
            return
        keys = {_key(sync, message.activity): message for message in messages}
        known = self.desks.index.claims(sync.id, keys)
        fresh = {key: message for key, message in keys.items() if not known[key].version}
        contacts = self._contacts(sync, [message.activity for message in fresh.values()])
        ready = {key: message for key, message in fresh.items() if message.activity.record_id in contacts}
        self._wait([message for key, message in fresh.items() if key not in ready])
        try:
            timeline.log_events(sync.event_template, _events(ready, contacts))
        except RetryLaterError as error:
            self.desks.away(sync, Side.HUBSPOT, error.kind, error.after)
            self._again(list(ready.values()), error.after)
            return
        except NeedsPersonError as error:
            self.desks.dead(sync, Side.HUBSPOT, error)
            self._again(list(ready.values()), WAIT_SECONDS)
            return
        now = self.desks.clock.now()
        # Two empty slots: such a claim is forgotten after a day. Later repetitions meet the event's own id in HubSpot.
        self.desks.index.write([PutClaim(sync.id, Claim(key, claimed_at=now)) for key in ready])
        if ready:
            self.desks.signals.count("EventsLogged", len(ready))

    def _contacts(self, sync: Sync, activities: Sequence[Activity]) -> Mapping[str, str]:
        """The contacts in HubSpot, by the ids of the people in the app; read consistently."""
        refs = {RecordRef(Side.APP, activity.record_id) for activity in activities}
        found = self.desks.index.find(sync.id, refs)
        return {
            ref.id: entry.hubspot.record_id
            for ref, entry in found.items()
            if entry.hubspot.present and entry.hubspot.record_id is not None
        }

    def _wait(self, messages: Sequence[EventMessage]) -> None:
        """Events of people who are not in HubSpot wait for a while, and are then let go and counted."""
        patient = [message for message in messages if message.deferrals < WAITS]
        self._again(patient, WAIT_SECONDS)
        if len(patient) < len(messages):
            self.desks.signals.count("EventsDropped", len(messages) - len(patient))

    def _again(self, messages: Sequence[EventMessage], after: float) -> None:
        later = [replace(message, deferrals=message.deferrals + 1) for message in messages]
        if later:
            self.queue.send_events(later, delay=after)


def _key(sync: Sync, activity: Activity) -> str:
    """What an event is remembered and logged by: the same for every delivery, and told apart by sync."""
    named = f"{sync.id}\0{activity.kind}\0{activity.id}".encode()
    return blake2b(named, key=sync.hash_key[:64], digest_size=16, person=b"event").hexdigest()


def _events(ready: Mapping[str, EventMessage], contacts: Mapping[str, str]) -> list[TimelineEvent]:
    return [
        TimelineEvent(
            key,
            contacts[message.activity.record_id],
            message.activity.at,
            {SHOWN: message.activity.kind, **message.activity.facts},
        )
        for key, message in ready.items()
    ]
