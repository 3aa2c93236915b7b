"""Everything that is remembered, in dictionaries: exact, small and fast, for the simulation and the unit tests."""

from __future__ import annotations

from collections import Counter

from hubsync.stores.memory.answers import MemoryAnswerStore
from hubsync.stores.memory.budgets import MemoryBudgetStore
from hubsync.stores.memory.counts import MemoryCountStore
from hubsync.stores.memory.exports import MemoryExportStore, MemoryFileStore
from hubsync.stores.memory.history import MemoryHistoryStore
from hubsync.stores.memory.index import MemoryIndexStore
from hubsync.stores.memory.ledger import MemoryLedger
from hubsync.stores.memory.notifications import MemoryNotificationStore
from hubsync.stores.memory.outages import MemoryOutageStore
from hubsync.stores.memory.overview import MemoryOverviewStore
from hubsync.stores.memory.plans import MemoryPlanStore
from hubsync.stores.memory.settings import MemoryCursorStore, MemorySchemaStore, MemorySettingsStore


class MemoryStores:
    """One of each store, empty.

    `writes` counts what they stored or deleted, by kind, so that a test can prove that nothing was written. Set
    `index.on_change` to hear of every change of an entry, as the table's stream would tell it.
    """

    def __init__(self) -> None:
        self.writes: Counter[str] = Counter()
        self.history = MemoryHistoryStore(self.writes)
        self.index = MemoryIndexStore(self.writes, self.history)
        settings = MemorySettingsStore(self.writes)
        self.connections = settings
        self.syncs = settings
        self.cursors = MemoryCursorStore(self.writes)
        self.schemas = MemorySchemaStore(self.writes)
        self.ledger = MemoryLedger(self.writes)
        self.budgets = MemoryBudgetStore(self.writes)
        self.outages = MemoryOutageStore(self.writes)
        self.counts = MemoryCountStore(self.writes)
        self.notifications = MemoryNotificationStore(self.writes)
        self.plans = MemoryPlanStore(self.writes)
        self.answers = MemoryAnswerStore(self.writes)
        self.exports = MemoryExportStore(self.writes)
        self.files = MemoryFileStore()
        self.overview = MemoryOverviewStore(settings, self.schemas, self.index, self.ledger, self.counts, self.outages)
