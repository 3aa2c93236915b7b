"""What people see of connections and syncs: state, progress, counts, records by status. Never a secret."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hubsync.connectors.errors import ConnectorBugError
from hubsync.model.app import AppObject
from hubsync.model.connection import Connection, ConnectionStatus
from hubsync.model.entry import IndexEntry
from hubsync.model.mapping import DefaultMapping
from hubsync.model.outage import Outage
from hubsync.model.schema import ObjectSchema
from hubsync.model.status import RecordStatus
from hubsync.model.sync import COMPARISON_PHASES, INITIAL_PHASES, Counts, PhaseProgress, Sync, SyncStatus
from hubsync.services.manage.apply import HUBSPOT
from hubsync.services.manage.lifecycle import NotNowError, sync_named
from hubsync.services.outages import current
from hubsync.services.ports import Clock, Connectors
from hubsync.services.trial import Tried, what_came_of
from hubsync.stores.index_port import LISTED_STATUSES, IndexStore
from hubsync.stores.overview import OverviewStore, Standing
from hubsync.stores.ports import ConnectionStore, Notification, NotificationStore, OutageStore, SyncStore

SYNCS_AT_ONCE = 50
"""Syncs on one page: each four of them take a request, and a page of a list may take 17."""

REPORT_TITLE = "Comparison of "
"""How the title of a comparison's notification begins (`hubsync.services.compare`)."""

NEWEST = 200
"""Notifications among which the comparisons of a sync are sought."""


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """One account, and the outage that it is in, if it is away now (rule 1.9)."""

    connection: Connection
    outage: Outage | None = None

    @property
    def well(self) -> bool:
        """Whether nothing is in the way of its syncs."""
        return self.outage is None and self.connection.status is ConnectionStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class SyncView:
    """One sync as it stands. `progress` has the phases of its initial sync; one still to come is empty.

    `troubled` are its accounts that need a person or are away.
    """

    sync: Sync
    progress: tuple[PhaseProgress, ...]
    counts: Counts
    troubled: tuple[ConnectionView, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Some entries of a sync and where to go on; a page may be short, or empty, before the end."""

    sync: Sync
    entries: tuple[IndexEntry, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A default mapping, and the app and object that it comes with."""

    app: str
    object_type: str
    mapping: DefaultMapping


class UnknownNameError(Exception):
    """There is nothing called `name`; `known` are those there are."""

    def __init__(self, message: str, name: str, known: Iterable[str]) -> None:
        super().__init__(message)
        self.name = name
        self.known = tuple(known)


class UnknownAppError(UnknownNameError):
    """There is no such app."""


class UnknownConnectionError(UnknownNameError):
    """There is no such connection."""


class UnknownObjectError(UnknownNameError):
    """The account has no such object type."""


class View:
    """The queries over their ports."""

    def __init__(
        self,
        *,
        connections: ConnectionStore,
        syncs: SyncStore,
        index: IndexStore,
        overview: OverviewStore,
        notifications: NotificationStore,
        connectors: Connectors,
        outages: OutageStore,
        clock: Clock,
    ) -> None:
        self._connections = connections
        self._syncs = syncs
        self._index = index
        self._overview = overview
        self._notifications = notifications
        self._connectors = connectors
        self._outages = outages
        self._clock = clock

    def apps(self) -> Mapping[str, str]:
        """The applications there are: key and name."""
        return self._connectors.apps()

    def objects(self, app: str) -> Sequence[AppObject]:
        """The object types of an application, with their fields and default mappings. Raises `UnknownAppError`."""
        if app not in self._connectors.apps():
            raise UnknownAppError(f"There is no app {app}.", app, self._connectors.apps())
        return self._connectors.objects(app)

    def fields(self, connection_id: str, object_type: str) -> tuple[ObjectSchema, Sequence[Suggestion]]:
        """The fields of an object type as the account has them now, and the mappings that come with its app, or with
        the other apps for this object of HubSpot. Raises `UnknownConnectionError`, `UnknownObjectError`, and what the
        connector raises.
        """
        connection = self._connections.connection(connection_id)
        if connection is None:
            names = [each.id for each in self._connections.connections()]
            raise UnknownConnectionError(f"There is no connection {connection_id}.", connection_id, names)
        try:
            schema = self._connectors.connector(connection, bulk=False).schema(object_type)
        except ConnectorBugError:
            names = [each.object_type for each in self._connectors.objects(connection.app)]
            raise UnknownObjectError(
                f"{connection.app} has no object type {object_type}.", object_type, names
            ) from None
        apps = (
            [connection.app]
            if connection.app != HUBSPOT
            else [app for app in self._connectors.apps() if app != HUBSPOT]
        )
        suggested = [
            Suggestion(app, each.object_type, mapping)
            for app in apps
            for each in self._connectors.objects(app)
            if each.object_type == object_type or (connection.app == HUBSPOT and each.kind == schema.kind)
            for mapping in each.defaults
        ]
        return schema, suggested

    def connection(self, name: str) -> ConnectionView:
        """One connection, its secrets sealed. Raises `UnknownConnectionError`."""
        connection = self._connections.connection(name)
        if connection is None:
            names = [each.id for each in self._connections.connections()]
            raise UnknownConnectionError(f"There is no connection {name}.", name, names)
        return self._account(connection, self._outages.outage(name))

    def connections(self) -> Sequence[ConnectionView]:
        """All connections, their secrets sealed."""
        kept = {each.connection_id: each for each in self._outages.outages()}
        return [self._account(each, kept.get(each.id)) for each in self._connections.connections()]

    def syncs(self, limit: int = SYNCS_AT_ONCE, place: str | None = None) -> tuple[Sequence[SyncView], str | None]:
        """Syncs by name, at most `SYNCS_AT_ONCE`, from behind the name `place` on; and where to go on."""
        behind = [each for each in self._syncs.syncs() if place is None or each.name > place]
        page = behind[: min(limit, SYNCS_AT_ONCE)]
        more = len(behind) > len(page)
        return [self._view(each) for each in self._overview.standings(page)], page[-1].name if more else None

    def sync(self, name: str) -> SyncView:
        """One sync. Raises `UnknownSyncError`."""
        (standing,) = self._overview.standings([sync_named(self._syncs, name)])
        return self._view(standing)

    def trial(self, name: str) -> Tried:
        """What came of the last trial of a sync. Raises `UnknownSyncError`, and `NotNowError` if it never had one."""
        sync = sync_named(self._syncs, name)
        tried = what_came_of(sync, self._index)
        if tried is None:
            raise NotNowError(f"{name} was never tried.", remedy=f"hubsync try {name} hubspot:ID app:ID … tries it.")
        return tried

    def records(self, name: str, status: RecordStatus | None, cursor: str | None, limit: int) -> RecordPage:
        """Entries of a sync, of one status or of any. Raises `UnknownSyncError`.

        Records in sync are not in the status index and are sought in the whole index, some of it at a time.
        """
        sync = sync_named(self._syncs, name)
        if status in LISTED_STATUSES:
            page = self._index.by_status(sync.id, status, cursor, limit)
            return RecordPage(sync, page.entries, page.cursor)
        page = self._index.walk(sync.id, cursor, limit, status)
        return RecordPage(sync, page.entries, page.cursor)

    def notifications(self, limit: int, place: str | None = None) -> tuple[Sequence[Notification], str | None]:
        """Notifications of all syncs, newest first, from `place` on; and where to go on."""
        return self._notifications.notifications_from(place, limit)

    def comparison(self, name: str) -> tuple[Sync, Sequence[Notification]]:
        """A sync with the report of its last comparison, and what the last ones found, in words, newest first. Raises
        `UnknownSyncError`.
        """
        sync = sync_named(self._syncs, name)
        newest = self._notifications.notifications(NEWEST)
        return sync, [each for each in newest if each.sync_id == sync.id and each.title.startswith(REPORT_TITLE)]

    def _account(self, connection: Connection, outage: Outage | None) -> ConnectionView:
        return ConnectionView(connection, outage if outage is not None and current(outage, self._clock.now()) else None)

    def _view(self, standing: Standing) -> SyncView:
        sync, progress = standing.sync, dict(standing.progress)
        if sync.status is SyncStatus.INITIAL:
            for phase in INITIAL_PHASES:
                progress.setdefault(phase, PhaseProgress(phase, sync.generation))
        accounts = (self._account(each, standing.outages.get(each.id)) for each in standing.accounts.values())
        return SyncView(
            sync,
            tuple(progress[phase] for phase in (*INITIAL_PHASES, *COMPARISON_PHASES) if phase in progress),
            standing.counts,
            tuple(sorted((each for each in accounts if not each.well), key=lambda each: each.connection.id)),
        )
