"""One of each store on two tables, made when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from hubsync.stores.dynamodb.index import DynamoIndexStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from hubsync.stores.dynamodb.answers import DynamoAnswerStore
    from hubsync.stores.dynamodb.budgets import DynamoBudgetStore
    from hubsync.stores.dynamodb.counts import DynamoCountStore
    from hubsync.stores.dynamodb.exports import DynamoExportStore
    from hubsync.stores.dynamodb.history import DynamoHistoryStore
    from hubsync.stores.dynamodb.ledger import DynamoLedger
    from hubsync.stores.dynamodb.notifications import DynamoNotificationStore
    from hubsync.stores.dynamodb.outages import DynamoOutageStore
    from hubsync.stores.dynamodb.overview import DynamoOverviewStore
    from hubsync.stores.dynamodb.plans import DynamoPlanStore
    from hubsync.stores.dynamodb.schemas import DynamoSchemaStore
    from hubsync.stores.dynamodb.settings import DynamoCursorStore, DynamoSettingsStore
    from hubsync.stores.dynamodb.table import StateTable


class DynamoStores:
    """The stores of a deployment. pynamodb costs 160 ms to import, so only those who need StateTable pay for it."""

    def __init__(self, client: DynamoDBClient, index_table: str, state_table: str) -> None:
        """Keep the names; pynamodb's own client goes to the same region and endpoint as `client`."""
        self._client = client
        self._index_table = index_table
        self._state_table = state_table

    @cached_property
    def index(self) -> DynamoIndexStore:
        """Entries, claims, aliases, waiting duplicates."""
        return DynamoIndexStore(self._client, self._index_table)

    @cached_property
    def history(self) -> DynamoHistoryStore:
        """What was written, beside its entry."""
        from hubsync.stores.dynamodb.history import DynamoHistoryStore

        return DynamoHistoryStore(self._client, self._index_table)

    @cached_property
    def state(self) -> StateTable:
        """What the other stores stand on."""
        from hubsync.stores.dynamodb.table import StateTable

        return StateTable(self._state_table, self._client.meta.region_name, self._client.meta.endpoint_url)

    @cached_property
    def connections(self) -> DynamoSettingsStore:
        """Connections, and syncs: they are saved together."""
        from hubsync.stores.dynamodb.settings import DynamoSettingsStore

        return DynamoSettingsStore(self.state)

    @property
    def syncs(self) -> DynamoSettingsStore:
        """The same."""
        return self.connections

    @cached_property
    def cursors(self) -> DynamoCursorStore:
        """Poll cursors."""
        from hubsync.stores.dynamodb.settings import DynamoCursorStore

        return DynamoCursorStore(self.state)

    @cached_property
    def schemas(self) -> DynamoSchemaStore:
        """The schemas of object types."""
        from hubsync.stores.dynamodb.schemas import DynamoSchemaStore

        return DynamoSchemaStore(self.state)

    @cached_property
    def ledger(self) -> DynamoLedger:
        """What the phases have seen and settled."""
        from hubsync.stores.dynamodb.ledger import DynamoLedger

        return DynamoLedger(self.state)

    @cached_property
    def budgets(self) -> DynamoBudgetStore:
        """Call budgets."""
        from hubsync.stores.dynamodb.budgets import DynamoBudgetStore

        return DynamoBudgetStore(self.state)

    @cached_property
    def outages(self) -> DynamoOutageStore:
        """Accounts that were away lately."""
        from hubsync.stores.dynamodb.outages import DynamoOutageStore

        return DynamoOutageStore(self.state)

    @cached_property
    def counts(self) -> DynamoCountStore:
        """Counts by status."""
        from hubsync.stores.dynamodb.counts import DynamoCountStore

        return DynamoCountStore(self.state)

    @cached_property
    def notifications(self) -> DynamoNotificationStore:
        """Notifications."""
        from hubsync.stores.dynamodb.notifications import DynamoNotificationStore

        return DynamoNotificationStore(self.state)

    @cached_property
    def plans(self) -> DynamoPlanStore:
        """Plans."""
        from hubsync.stores.dynamodb.plans import DynamoPlanStore

        return DynamoPlanStore(self.state)

    @cached_property
    def answers(self) -> DynamoAnswerStore:
        """Answers to requests with a key."""
        from hubsync.stores.dynamodb.answers import DynamoAnswerStore

        return DynamoAnswerStore(self.state)

    @cached_property
    def exports(self) -> DynamoExportStore:
        """Exports."""
        from hubsync.stores.dynamodb.exports import DynamoExportStore

        return DynamoExportStore(self.state)

    @cached_property
    def overview(self) -> DynamoOverviewStore:
        """What people look at, read together."""
        from hubsync.stores.dynamodb.overview import DynamoOverviewStore

        return DynamoOverviewStore(self._client, self._index_table, self._state_table, self.connections)
