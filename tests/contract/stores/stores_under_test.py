"""What a deployment has of stores, and the values that their tests are about."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Protocol, TypeAlias

from hubsync.model.entry import Half, IndexEntry, Intent, entry_id_for
from hubsync.model.record import RecordRef
from hubsync.model.rounds import Rounds
from hubsync.model.side import Side
from hubsync.model.status import ExclusionReason, Failure, FailureCategory, RecordStatus, RecordWarning, WarningCode
from hubsync.stores.dynamodb.stores import DynamoStores
from hubsync.stores.exports import ExportStore
from hubsync.stores.history import HistoryStore
from hubsync.stores.index_port import IndexStore
from hubsync.stores.overview import OverviewStore
from hubsync.stores.ports import (
    AnswerStore,
    BudgetStore,
    ConnectionStore,
    CountStore,
    CursorStore,
    Ledger,
    NotificationStore,
    OutageStore,
    PlanStore,
    SchemaStore,
    SyncStore,
)

SYNC = "sync0000000000ab"

Fresh: TypeAlias = Callable[[], AbstractContextManager[DynamoStores]]
"""Makes stores on two new tables, for as long as they are needed."""


class Stores(Protocol):
    """One of each; the type checker holds both implementations to the ports here."""

    @property
    def index(self) -> IndexStore: ...
    @property
    def history(self) -> HistoryStore: ...
    @property
    def connections(self) -> ConnectionStore: ...
    @property
    def syncs(self) -> SyncStore: ...
    @property
    def cursors(self) -> CursorStore: ...
    @property
    def schemas(self) -> SchemaStore: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def budgets(self) -> BudgetStore: ...
    @property
    def outages(self) -> OutageStore: ...
    @property
    def counts(self) -> CountStore: ...
    @property
    def notifications(self) -> NotificationStore: ...
    @property
    def plans(self) -> PlanStore: ...
    @property
    def answers(self) -> AnswerStore: ...
    @property
    def exports(self) -> ExportStore: ...
    @property
    def overview(self) -> OverviewStore: ...


def lone(number: int, side: Side = Side.HUBSPOT, **changes: Any) -> IndexEntry:
    """The entry of a record without a partner."""
    ref = RecordRef(side, str(number))
    entry = IndexEntry(SYNC, entry_id_for(ref)).with_half(side, Half(ref.id))
    return replace(entry, **changes)


def full() -> IndexEntry:
    """An entry with something in every field."""
    return IndexEntry(
        sync_id=SYNC,
        id="h-11#7",
        hubspot=Half(
            "11#7",
            {2: b"hhhhhhh2", 300: b"hhhhh300"},
            ("claim-a", "claim-b"),
            gone=True,
            written_at=1_790_000_000_000,
            seen=b"seen-111",
        ),
        app=Half("ñ 42", {1: b"aaaaaaa1"}, ("claim-a",)),
        status=RecordStatus.FAILING,
        failure=Failure(FailureCategory.TOO_LONG, "The name is too long.", "Shorten it.", "name"),
        exclusion=ExclusionReason.NO_EMAIL,
        reason="The name does not fit.",
        intents=(
            Intent(Side.APP, {1: (b"sent-001", b"sent-002"), 2: ()}, create=True),
            Intent(Side.HUBSPOT, {300: (b"sent-300",)}),
        ),
        lease_until=1_790_000_000_000,
        generation=3,
        drifted=(2, 1),
        warnings=(RecordWarning(4, WarningCode.OWNER_UNKNOWN), RecordWarning(9, WarningCode.OWNER_UNKNOWN)),
        rounds={
            2: Rounds(Side.APP, 1_790_000_000, b"from", b"back", turns=5, returns=4, held=True),
            300: Rounds(Side.HUBSPOT, 1_780_000_000, b"only"),
        },
        links={6: (b"link-one", b"link-two"), 300: (b"link-300",)},
        waiting_links=2,
        inputs="0123456789abcdef",
        attempts=2,
        retry_at=1_790_000_100_000,
        restores=3,
        renames=2,
        erased=True,
        since=1_780_000_000_000,
        settled_at=1_780_000_000_001,
    )
