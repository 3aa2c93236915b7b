"""Makes connectors for connections: HubSpot's by hand, every other from its manifest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import httpx

from hubsync.connectors import catalogue
from hubsync.connectors.budget import NORMAL, Budget, BudgetTable, Limit, Time
from hubsync.connectors.declarative.connector import DeclarativeConnector
from hubsync.connectors.declarative.connector import connect as declared
from hubsync.connectors.declarative.webhooks import DeclarativeWebhooks
from hubsync.connectors.http import TIMEOUT_SECONDS
from hubsync.connectors.hubspot.api import SEARCH_BUCKET
from hubsync.connectors.hubspot.connector import HubSpotConnector, connect
from hubsync.connectors.hubspot.schema import DISPLAY, KINDS
from hubsync.connectors.hubspot.webhooks import HubSpotWebhooks
from hubsync.connectors.port import CallCount, ChangedPages, ChangeFeed, Connector, Directory, Pipelines, WebhookReader
from hubsync.model.app import AppObject
from hubsync.model.connection import Connection

HUBSPOT = "hubspot"
HUBSPOT_LIMIT = Limit(100, 10)
"""The smallest of HubSpot's limits (a private app on Free or Starter); a connection may name its own."""

HUBSPOT_SEARCH = Limit(5, 1)
Open = Callable[[bytes, str], str]


class ConnectorFactory:
    """Connectors by connection (`Connectors`). One connection's calls share a budget, a client and its keep-alive.

    `open_secret(sealed, belongs_to)` opens a sealed credential. `threads` is how many single calls an application
    without batches may get at once; the simulation sets 1. `calls` and `hubspot_calls` count what was called.
    """

    def __init__(
        self,
        *,
        budgets: BudgetTable,
        time: Time,
        open_secret: Open,
        calls: CallCount,
        hubspot_calls: CallCount,
        transport: Callable[[Connection], httpx.BaseTransport | None] = lambda _: None,
        threads: int = 4,
    ) -> None:
        self._budgets = budgets
        self._time = time
        self._open = open_secret
        self._calls = calls
        self._hubspot_calls = hubspot_calls
        self._transport = transport
        self._threads = threads
        self._clients: dict[str, httpx.Client] = {}
        self._made: dict[tuple[Connection, bool], HubSpotConnector | DeclarativeConnector] = {}

    def apps(self) -> Mapping[str, str]:
        """The applications there are: key and name."""
        return {HUBSPOT: "HubSpot", **catalogue.apps()}

    def objects(self, app: str) -> Sequence[AppObject]:
        """The object types of an application; HubSpot's fields depend on the account. Raises `UnknownAppError`."""
        if app == HUBSPOT:
            return tuple(AppObject(each, kind, display=DISPLAY.get(each, ())) for each, kind in KINDS.items())
        return catalogue.objects(app)

    def connector(self, connection: Connection, *, bulk: bool) -> Connector:
        """The connector of an account."""
        return self._connector(connection, bulk=bulk)

    def feed(self, connection: Connection) -> ChangeFeed | None:
        """HubSpot's change feed."""
        made = self._connector(connection, bulk=False)
        return made if isinstance(made, HubSpotConnector) else None

    def changed(self, connection: Connection, object_type: str) -> ChangedPages | None:
        """An application's list of what changed, where its manifest has one."""
        made = self._connector(connection, bulk=True)
        if isinstance(made, HubSpotConnector):
            return None
        spec = catalogue.manifest(connection.app).objects.get(object_type)
        return made if spec is not None and spec.list.changed_since is not None else None

    def directory(self, connection: Connection) -> Directory | None:
        """An application's users, where it tells them."""
        if connection.app != HUBSPOT and catalogue.manifest(connection.app).owners is None:
            return None
        return self._connector(connection, bulk=False)

    def pipelines(self, connection: Connection, object_type: str) -> Pipelines | None:
        """An application's pipelines; HubSpot answers for every object type, some have none."""
        if connection.app != HUBSPOT:
            spec = catalogue.manifest(connection.app).objects.get(object_type)
            if spec is None or spec.pipelines is None:
                return None
        return self._connector(connection, bulk=False)

    def webhooks(self, connection: Connection) -> WebhookReader | None:
        """The reader of an application's webhooks."""
        if connection.app == HUBSPOT:
            return HubSpotWebhooks()
        manifest = catalogue.manifest(connection.app)
        return DeclarativeWebhooks(manifest) if manifest.webhooks is not None else None

    def _connector(self, connection: Connection, *, bulk: bool) -> HubSpotConnector | DeclarativeConnector:
        key = (connection, bulk)
        if key not in self._made:
            self._made[key] = self._make(connection, bulk=bulk)
        return self._made[key]

    def _make(self, connection: Connection, *, bulk: bool) -> HubSpotConnector | DeclarativeConnector:
        token = self._open(connection.token, connection.id)
        client = self._client(connection)
        if connection.app == HUBSPOT:
            limits = {NORMAL: _own(connection) or HUBSPOT_LIMIT, SEARCH_BUCKET: HUBSPOT_SEARCH}
            budget = Budget(self._budgets, self._time, connection.id, limits, bulk=bulk)
            return connect(
                client, token=token, allowance=budget, calls=self._hubspot_calls, base_url=connection.base_url
            )
        manifest = catalogue.manifest(connection.app)
        limit = _own(connection) or Limit(manifest.rate_limit.calls, manifest.rate_limit.seconds)
        budget = Budget(self._budgets, self._time, connection.id, {NORMAL: limit}, bulk=bulk)
        return declared(
            manifest,
            client,
            token=token,
            allowance=budget,
            calls=self._calls,
            base_url=connection.base_url,
            threads=self._threads,
        )

    def _client(self, connection: Connection) -> httpx.Client:
        if connection.id not in self._clients:
            self._clients[connection.id] = httpx.Client(
                timeout=TIMEOUT_SECONDS, transport=self._transport(connection), follow_redirects=False
            )
        return self._clients[connection.id]


def _own(connection: Connection) -> Limit | None:
    """The limit that the connection itself names."""
    return None if connection.limit is None else Limit(connection.limit, connection.limit_seconds)
