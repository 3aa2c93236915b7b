"""Keeps the state of connections: a dead token, an outage, a used-up budget are never a record's affair (rule 1.9)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hubsync.connectors.errors import NeedsPersonError
from hubsync.model.connection import ConnectionStatus
from hubsync.model.outage import OutageKind
from hubsync.services.outages import NOTED_MS, kind_of, met, sentence
from hubsync.services.ports import Clock, Mailer, Signals
from hubsync.stores.ports import ConnectionStore, Notification, NotificationStore, OutageStore


@dataclass(frozen=True, slots=True)
class Health:
    """Marks connections that need a person or are away, and tells people once.

    Outages are items of their own: a connection's row is for what people save. Each process asks for such an item once
    a minute at most, and only while something goes wrong.
    """

    connections: ConnectionStore
    notifications: NotificationStore
    mailer: Mailer
    clock: Clock
    signals: Signals
    outages: OutageStore
    _asked: dict[tuple[str, OutageKind], int] = field(default_factory=dict)
    _doubted: set[str] = field(default_factory=set)

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
        self.signals.note("connection_needs_person", connection=connection_id)
        self._tell(connection_id, f"The connection {connection_id!r} needs a person", problem)

    def away(self, connection_id: str, kind: str, after: float) -> None:
        """A call was put off for `after` seconds; `kind` is that of `RetryLaterError`.

        Of several workers that meet an outage one writes it down, and one tells of it once it has lasted long.
        """
        outage, now = kind_of(kind, after), self.clock.now()
        if outage is None:
            return
        self._doubted.add(connection_id)
        if now - self._asked.get((connection_id, outage), 0) < NOTED_MS:
            return
        self._asked[connection_id, outage] = now
        before = self.outages.outage(connection_id)
        wanted = met(before, connection_id, outage, now + int(after * 1000), now)
        if wanted == before or not self.outages.put_outage(wanted):
            return
        self.signals.count("OutageSeconds", (max(now, wanted.until) - wanted.since) / 1000)
        self.signals.note("connection_away", connection=connection_id, kind=outage)
        if wanted.told and not (before is not None and before.told and before.since == wanted.since):
            words = "is out of calls" if outage is OutageKind.THROTTLED else "does not answer"
            self._tell(connection_id, f"The connection {connection_id!r} {words}", sentence(wanted))

    def reached(self, connection_id: str) -> None:
        """A call was answered. Costs nothing unless this process has met an outage of the account before.

        Who is out of calls stays so until its time: another kind of call may be answered meanwhile.
        """
        if connection_id not in self._doubted:
            return
        self._doubted.discard(connection_id)
        before = self.outages.outage(connection_id)
        if before is None or before.kind is OutageKind.THROTTLED or not self.outages.end_outage(before):
            return
        self.signals.note("connection_back", connection=connection_id)
        if before.told:
            title = f"The connection {connection_id!r} answers again"
            text = f"{connection_id} answers again; what waited goes on by itself."
            self.notifications.add_notification(Notification(connection_id, self.clock.now(), title, text))

    def _tell(self, connection_id: str, title: str, text: str) -> None:
        self.notifications.add_notification(Notification(connection_id, self.clock.now(), title, text))
        self.mailer.send([], title, text)
