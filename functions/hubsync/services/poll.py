"""Finds changes by asking: one poll for each account and object type, shared by all its syncs (rule 1.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hubsync.connectors.errors import ConnectorBugError, NeedsPersonError, RetryLaterError
from hubsync.connectors.port import ChangedPages, ChangeFeed, ChangeWindow
from hubsync.model.connection import Connection, ConnectionStatus
from hubsync.model.message import LookMessage, Queue
from hubsync.model.record import Record
from hubsync.model.side import Side
from hubsync.model.sync import Sync
from hubsync.services.health import Health
from hubsync.services.look.gather import shows_baseline
from hubsync.services.ports import Clock, Connectors, Ids, Queues, Signals
from hubsync.stores.index_port import IndexStore
from hubsync.stores.ports import ConnectionStore, CursorStore, PollCursor, SyncStore

OVERLAP_MS = 2 * 60 * 1000
"""Each window begins this far before the last one's end: HubSpot's search index lags. What is unchanged is dropped."""

LAG_MS = 2_000
"""Each window ends this far before HubSpot's own time: records of the last moments may not be searchable yet."""

BEFORE_START_MS = 10 * 60 * 1000
"""The first window begins this far before the initial sync."""

LOCK_MS = 60_000
MANY = 2_000
"""More hits than this go to `bulk`, so that a mass edit does not keep people waiting."""

REFERENCES = 100


def start_cursors(cursors: CursorStore, sync: Sync, now: int) -> None:
    """Set the cursors of a sync's object types, where there are none yet, before its first phase."""
    for side in Side:
        connection_id, object_type = sync.connection(side), sync.object_type(side)
        if cursors.cursor(connection_id, object_type) is None:
            cursors.put_cursor(PollCursor(connection_id, object_type, now - BEFORE_START_MS))


@dataclass(frozen=True, slots=True)
class Poll:
    """Walks what changed since the last poll and enqueues references."""

    syncs: SyncStore
    connections: ConnectionStore
    cursors: CursorStore
    index: IndexStore
    connectors: Connectors
    queues: Queues
    health: Health
    clock: Clock
    ids: Ids
    signals: Signals

    def run(self, deadline: int) -> None:
        """Poll every account that has a running sync. A failing account does not keep the others.

        Raises the last `ConnectorBugError` once all have had their turn, for the alarm on errors to see.
        """
        bug: ConnectorBugError | None = None
        running = [sync.live() for sync in self.syncs.syncs() if sync.running]
        feeds = dict.fromkeys(
            (sync.connection(side), sync.object_type(side), side) for sync in running for side in Side
        )
        for connection_id, object_type, side in feeds:
            connection = self.connections.connection(connection_id)
            if connection is None or connection.status is ConnectionStatus.NEEDS_PERSON:
                continue
            mine = [
                sync
                for sync in running
                if sync.connection(side) == connection_id and sync.object_type(side) == object_type
            ]
            try:
                self._walk(connection, object_type, side, mine, deadline)
            except RetryLaterError as error:
                self.health.away(connection_id, error.kind, error.after)
                self.signals.note("poll_deferred", connection=connection_id, kind=error.kind)
            except NeedsPersonError as error:
                self.health.needs_person(connection_id, error)
            except ConnectorBugError as error:
                self.signals.note("poll_failed", connection=connection_id, object_type=object_type)
                bug = error
        if bug is not None:
            raise bug

    def _walk(self, connection: Connection, object_type: str, side: Side, syncs: Sequence[Sync], deadline: int) -> None:
        """One account and object type, under the lock of its cursor."""
        feed = self.connectors.feed(connection)
        changed = None if feed is not None else self.connectors.changed(connection, object_type)
        cursor = self.cursors.cursor(connection.id, object_type)
        now = self.clock.now()
        if cursor is None or cursor.lock_until > now or (feed is None and changed is None):
            return
        if (locked := self._save(replace(cursor, lock_until=now + LOCK_MS))) is None:
            return
        round_ = _Round(self, connection, object_type, side, syncs, deadline, self.ids.new())
        walked = locked.since
        try:
            if feed is not None:
                walked = round_.window(feed, locked)
            elif changed is not None:
                walked = round_.pages(changed, locked)
            self.health.reached(connection.id)
        except RetryLaterError:
            self._unlock(connection.id, object_type)
            raise
        except ConnectorBugError:
            # Perhaps the place itself is what the application does not understand any more: begin the window anew.
            self._unlock(connection.id, object_type, forget=True)
            raise
        finally:
            # Of a poll that had to stop, too: an outage is what the lag is watched for.
            self.signals.count("PollLagSeconds", max(0, self.clock.now() - walked) / 1000)

    def _unlock(self, connection_id: str, object_type: str, *, forget: bool = False) -> None:
        """Let the next poll go on where this one had to stop, or, with `forget`, at the beginning of its window."""
        cursor = self.cursors.cursor(connection_id, object_type)
        if cursor is not None:
            place = replace(cursor, until=None, after_id=0, place=None) if forget else cursor
            self.cursors.put_cursor(replace(place, lock_until=0))

    def _save(self, cursor: PollCursor) -> PollCursor | None:
        if not self.cursors.put_cursor(cursor):
            return None
        return replace(cursor, version=cursor.version + 1)


@dataclass(slots=True)
class _Round:
    """One walk through one account's changes."""

    poll: Poll
    connection: Connection
    object_type: str
    side: Side
    syncs: Sequence[Sync]
    deadline: int
    correlation_id: str
    found: int = 0

    def window(self, feed: ChangeFeed, cursor: PollCursor) -> int:
        """Walk a closed window by record id; the place is saved after each page has been enqueued.

        Answers with the time up to which everything is walked (epoch ms).
        """
        until = cursor.until if cursor.until is not None else feed.now(self.object_type) - LAG_MS
        window: ChangeWindow | None = ChangeWindow(cursor.since - OVERLAP_MS, until, cursor.after_id)
        many = False
        while window is not None:
            if self.poll.clock.now() + 30_000 > self.deadline:
                self.poll._save(replace(cursor, lock_until=0))
                return cursor.since
            page = feed.changes(self.object_type, self._fields(), window)
            many = many or page.total > MANY
            self._enqueue(page.records, Queue.BULK if many else Queue.CHANGES)
            window = page.next
            if window is not None:
                lock = self.poll.clock.now() + LOCK_MS
                saved = self.poll._save(replace(cursor, until=until, after_id=window.after_id, lock_until=lock))
                if saved is None:
                    return cursor.since
                cursor = saved
        self.poll._save(replace(cursor, since=until, until=None, after_id=0, lock_until=0))
        self._tell()
        return until

    def pages(self, changed: ChangedPages, cursor: PollCursor) -> int:
        """Walk an application's list of changes; its time is taken from here, so the overlap has to cover clocks.

        Answers with the time up to which everything is walked (epoch ms).
        """
        until = cursor.until if cursor.until is not None else self.poll.clock.now() - LAG_MS
        place = cursor.place
        while True:
            page = changed.changed_page(self.object_type, self._fields(), cursor.since - OVERLAP_MS, place, 100)
            self._enqueue(page.records, Queue.BULK if (page.total or 0) > MANY else Queue.CHANGES)
            place = page.cursor
            if place is None:
                break
            stopping = self.poll.clock.now() + 30_000 > self.deadline
            lock = 0 if stopping else self.poll.clock.now() + LOCK_MS
            saved = self.poll._save(replace(cursor, until=until, place=place, lock_until=lock))
            if stopping or saved is None:
                return cursor.since
            cursor = saved
        self.poll._save(replace(cursor, since=until, until=None, place=None, lock_until=0))
        self._tell()
        return until

    def _fields(self) -> tuple[str, ...]:
        """The fields of every sync of this object type, so that one poll serves all."""
        return tuple(dict.fromkeys(name for sync in self.syncs for name in sync.fields(self.side)))

    def _enqueue(self, records: Sequence[Record], queue: Queue) -> None:
        """Send references of what differs from the index; what equals its fingerprints is dropped at once."""
        for sync in self.syncs:
            known = self.poll.index.find(sync.id, [record.ref for record in records])
            ids = [
                record.ref.id
                for record in records
                if record.deleted or record.ref not in known or not shows_baseline(sync, known[record.ref], record)
            ]
            self.found += len(ids)
            now = self.poll.clock.now()
            messages = [
                LookMessage(sync.id, self.side, tuple(ids[at : at + REFERENCES]), "poll", self.correlation_id, now)
                for at in range(0, len(ids), REFERENCES)
            ]
            self.poll.queues.send(queue, messages)

    def _tell(self) -> None:
        self.poll.signals.note(
            "polled",
            connection=self.connection.id,
            object_type=self.object_type,
            changed=self.found,
            correlation_id=self.correlation_id,
        )
