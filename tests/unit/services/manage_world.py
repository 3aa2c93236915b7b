"""What the management use cases stand on, in one place, and the documents that are saved there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from hubsync.api.records import RecordUseCases
from hubsync.model.directory import Pipeline
from hubsync.model.record import Value
from hubsync.model.schema import ObjectSchema
from hubsync.model.side import Side
from hubsync.model.sync import Sync
from hubsync.services.drift import Drift
from hubsync.services.export.collect import Collect
from hubsync.services.export.make import MakeExport
from hubsync.services.export.order import Exports
from hubsync.services.history import History
from hubsync.services.manage.addresses import Addresses
from hubsync.services.manage.apply import Applied, Apply
from hubsync.services.manage.deployed import Deployed
from hubsync.services.manage.differ import Differ
from hubsync.services.manage.document import ConnectionSpec, Document, EndSpec, MappingSpec, SyncSpec
from hubsync.services.manage.enqueue import Enqueue
from hubsync.services.manage.lifecycle import Lifecycle
from hubsync.services.manage.record import Viewer
from hubsync.services.manage.restore import Restore
from hubsync.services.manage.retry import Retry
from hubsync.services.manage.search import Search
from hubsync.services.manage.values import Values
from hubsync.services.manage.view import View
from hubsync.services.plan.explain import Explain
from hubsync.services.plan.make import MakePlan
from hubsync.services.plan.order import Plans
from hubsync.services.plan.stage import Silence
from hubsync.services.ports import Queues
from hubsync.services.schemas import Schemas
from hubsync.stores.memory import MemoryStores
from tests.unit.services.manage_fakes import (
    FakeClock,
    FakeConnectors,
    FakeIds,
    FakeOrchestrator,
    FakeQueues,
    FakeSignals,
    FakeVault,
    MadeExports,
)
from tests.unit.services.manage_schemas import SCHEMAS


class World:
    """Everything in one place, and the use cases over it; over `stores` of another kind, if they are given."""

    def __init__(self, stores: MemoryStores | None = None) -> None:
        self.schemas: dict[str, dict[str, ObjectSchema]] = {app: dict(types) for app, types in SCHEMAS.items()}
        self.pipelines: dict[str, Sequence[Pipeline]] = {}
        self.activities: frozenset[str] = frozenset()
        self.schema_error: Exception | None = None
        self.prepare_error: Exception | None = None
        self.prepared: list[tuple[str, tuple[str, ...]]] = []
        self.held: dict[Side, dict[str, dict[str, Value]]] = {side: {} for side in Side}
        self.stores = stores or MemoryStores()
        self.clock = FakeClock()
        self.vault = FakeVault()
        self.orchestrator = FakeOrchestrator()
        self.queues = FakeQueues()
        ids, connectors = FakeIds(), FakeConnectors(self)
        self.drift = Drift(
            schemas=Schemas(self.stores.schemas, self.clock),
            syncs=self.stores.syncs,
            index=self.stores.index,
            notifications=self.stores.notifications,
            queues=cast("Queues", None),
            clock=self.clock,
            ids=ids,
            signals=FakeSignals(),
        )
        self.apply = Apply(
            connections=self.stores.connections,
            syncs=self.stores.syncs,
            ledger=self.stores.ledger,
            connectors=connectors,
            orchestrator=self.orchestrator,
            vault=self.vault,
            clock=self.clock,
            ids=ids,
            drift=self.drift,
        )
        self.lifecycle = Lifecycle(
            syncs=self.stores.syncs,
            index=self.stores.index,
            ledger=self.stores.ledger,
            orchestrator=self.orchestrator,
            clock=self.clock,
            ids=ids,
        )
        self.view = View(
            connections=self.stores.connections,
            syncs=self.stores.syncs,
            index=self.stores.index,
            overview=self.stores.overview,
            notifications=self.stores.notifications,
            connectors=connectors,
            outages=self.stores.outages,
            clock=self.clock,
        )

        enqueue = Enqueue(self.queues, self.clock, ids)
        self.records = RecordUseCases(
            view=Viewer(
                overview=self.stores.overview,
                connectors=connectors,
                history=History(self.stores.history, self.vault, ids),
                schemas=Schemas(self.stores.schemas, self.clock),
                clock=self.clock,
            ),
            values=Values(self.stores.syncs, self.stores.connections, self.stores.index, connectors),
            search=Search(self.stores.syncs, self.stores.connections, self.stores.index, connectors),
            addresses=Addresses(self.stores.overview, connectors),
            retry=Retry(self.stores.syncs, self.stores.index, enqueue),
            restore=Restore(self.stores.syncs, self.stores.index, enqueue),
        )
        self.make_plan = MakePlan(
            plans=self.stores.plans,
            index=self.stores.index,
            connectors=connectors,
            vault=self.vault,
            clock=self.clock,
            ids=ids,
            signals=Silence(),
        )
        self.plans = Plans(
            plans=self.stores.plans,
            syncs=self.stores.syncs,
            connections=self.stores.connections,
            apply=self.apply,
            maker=self,
            vault=self.vault,
            clock=self.clock,
            ids=ids,
        )
        self.explain = Explain(
            syncs=self.stores.syncs,
            connections=self.stores.connections,
            index=self.stores.index,
            connectors=connectors,
            clock=self.clock,
            ids=ids,
            outages=self.stores.outages,
        )
        self.deployed = Deployed(
            connections=self.stores.connections,
            syncs=self.stores.syncs,
            connectors=connectors,
            schemas=Schemas(self.stores.schemas, self.clock),
        )
        self.differ = Differ(
            connections=self.stores.connections, syncs=self.stores.syncs, apply=self.apply, deployed=self.deployed
        )
        self.made_exports = MadeExports()
        self.mails: list[tuple[str, str, str]] = []
        self.exports = Exports(
            exports=self.stores.exports,
            files=self.stores.files,
            syncs=self.stores.syncs,
            counts=self.stores.counts,
            maker=self.made_exports,
            clock=self.clock,
            ids=ids,
            mails=True,
        )
        self.made_exports.by = MakeExport(
            exports=self.stores.exports,
            files=self.stores.files,
            syncs=self.stores.syncs,
            collect=Collect(self.stores.index, self.stores.connections, connectors, self.stores.files),
            maker=self.made_exports,
            post=self,
            clock=self.clock,
            signals=FakeSignals(),
        )
        self.making = True

    def make(self, plan_id: str) -> None:
        """Plans are made at once, unless nobody is `making` them."""
        if self.making:
            self.make_plan(plan_id, self.clock.now() + 900_000)

    def mail(self, to: str, subject: str, text: str) -> bool:
        """Mail to one person."""
        self.mails.append((to, subject, text))
        return True

    def applied(self, document: Document | None = None, **options: Any) -> Applied:
        return self.apply(document or document_of(), **options)

    def sync(self, name: str = "contacts") -> Sync:
        return next(sync for sync in self.stores.syncs.syncs() if sync.name == name)

    def put(self, sync: Sync) -> None:
        assert self.stores.syncs.put_sync(sync)

    @property
    def untouched(self) -> bool:
        """Whether nothing at all happened: no write to a store, no application prepared, no run started."""
        return not self.stores.writes and not self.prepared and not self.orchestrator.initial


HUBSPOT = ConnectionSpec("hubspot", token="hub-token")
ORBIT = ConnectionSpec("orbit", token="orbit-token", webhook_secret="orbit-secret")


def mappings(*pairs: tuple[str, str], **options: Any) -> tuple[MappingSpec, ...]:
    return tuple(MappingSpec(at, *pair, **options) for at, pair in enumerate(pairs))


def sync_of(**changes: Any) -> SyncSpec:
    settings: dict[str, Any] = {
        "hubspot": EndSpec("hubspot", "contacts"),
        "app": EndSpec("orbit", "people"),
        "mappings": mappings(("firstname", "first_name"), ("email", "email")),
    }
    return SyncSpec(**(settings | changes))


def document_of(**syncs: SyncSpec) -> Document:
    return Document({"hubspot": HUBSPOT, "orbit": ORBIT}, syncs or {"contacts": sync_of()})
