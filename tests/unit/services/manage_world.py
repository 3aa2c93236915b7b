"""What the management use cases stand on, in memory: two apps with schemas, a clock, a vault, a state machine."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, cast

from hubsync.api.records import RecordUseCases
from hubsync.connectors.errors import ConnectorBugError
from hubsync.connectors.port import (
    ChangedPages,
    ChangeFeed,
    Connector,
    Directory,
    Features,
    Page,
    Pipelines,
    WebhookReader,
)
from hubsync.model.activity import Activity
from hubsync.model.app import AppObject
from hubsync.model.connection import Connection
from hubsync.model.directory import Pipeline
from hubsync.model.mapping import DefaultMapping
from hubsync.model.message import LookMessage, PageMessage, Queue
from hubsync.model.record import Record, RecordRef, Value
from hubsync.model.schema import FieldSchema, FieldType, ObjectSchema
from hubsync.model.side import Direction, Side
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


def fields(*schemas: FieldSchema) -> dict[str, FieldSchema]:
    return {schema.name: schema for schema in schemas}


CONTACTS = ObjectSchema(
    "contacts",
    fields(
        FieldSchema("email", FieldType.EMAIL),
        FieldSchema("hs_additional_emails", read_only=True),
        FieldSchema("firstname"),
        FieldSchema("phone", FieldType.PHONE),
        FieldSchema("date_of_birth", FieldType.DATE),
        FieldSchema("score", FieldType.NUMBER),
        FieldSchema("vip", FieldType.BOOLEAN),
        FieldSchema("createdate", FieldType.DATETIME, read_only=True),
        FieldSchema("hubsync_id"),
    ),
    "contact",
    {"email": ("email", "hs_additional_emails")},
)
PEOPLE = ObjectSchema(
    "people",
    fields(
        FieldSchema("email", FieldType.EMAIL),
        FieldSchema("first_name"),
        FieldSchema("nickname"),
        FieldSchema("phone", FieldType.PHONE),
        FieldSchema("birthday", FieldType.DATE),
        FieldSchema("points", FieldType.NUMBER),
        FieldSchema("important", FieldType.BOOLEAN),
        FieldSchema("seen_at", FieldType.DATETIME, read_only=True),
        FieldSchema("organisation_id", FieldType.REFERENCE, refers_to="organisations"),
    ),
    "contact",
    {"email": ("email",)},
)
COMPANIES = ObjectSchema(
    "companies",
    fields(FieldSchema("name"), FieldSchema("domain"), FieldSchema("city")),
    "company",
    {"domain": ("domain",), "name": ("name",)},
)
ORGANISATIONS = ObjectSchema(
    "organisations",
    fields(FieldSchema("title", required=True), FieldSchema("website", FieldType.URL), FieldSchema("city")),
    "company",
    {"domain": ("website",), "name": ("title",)},
)
SCHEMAS = {
    "hubspot": {
        "contacts": CONTACTS,
        "companies": COMPANIES,
        "deals": ObjectSchema("deals", kind="deal"),
        "notes": ObjectSchema("notes"),
    },
    "orbit": {"people": PEOPLE, "organisations": ORGANISATIONS},
}

DEFAULTS = {
    "people": (
        DefaultMapping("email", "email", required=True),
        DefaultMapping("firstname", "first_name"),
        DefaultMapping("phone", "phone"),
        DefaultMapping("score", "points", direction=Direction.TO_HUBSPOT),
        DefaultMapping("no_such_property", "nickname"),
    ),
    "organisations": (
        DefaultMapping("name", "title", required=True),
        DefaultMapping("domain", "website"),
    ),
}

DISPLAY = {"contacts": (("firstname",), ("email",)), "people": (("first_name",), ("email",))}


class FakeClock:
    def __init__(self) -> None:
        self.at = 1_000_000

    def now(self) -> int:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += int(seconds * 1000)


class FakeIds:
    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def new(self) -> str:
        return f"id{next(self._numbers):014}"

    def key(self) -> bytes:
        return next(self._numbers).to_bytes(32, "big")


class FakeVault:
    """A seal is never the same twice, as with a real one."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def seal(self, plaintext: str, belongs_to: str) -> bytes:
        return f"{next(self._numbers)}|{belongs_to}|{plaintext[::-1]}".encode()

    def open(self, sealed: bytes, belongs_to: str) -> str:
        _, owner, reverse = sealed.decode().split("|", 2)
        assert owner == belongs_to
        return reverse[::-1]


class FakeQueues:
    def __init__(self) -> None:
        self.sent: list[tuple[Queue, LookMessage | PageMessage]] = []

    def send(self, queue: Queue, messages: Sequence[LookMessage | PageMessage], delay: float = 0) -> None:
        self.sent += [(queue, message) for message in messages]


class FakeSignals:
    """Keeps what was logged, as (event, facts)."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, dict[str, str | float | None]]] = []

    def count(self, metric: str, value: float = 1) -> None:
        """Nobody listens."""

    def note(self, event: str, **facts: str | float | None) -> None:
        self.noted.append((event, facts))


class FakeOrchestrator:
    def __init__(self) -> None:
        self.initial: list[tuple[str, int]] = []
        self.comparisons: list[tuple[str, int, str]] = []
        self.superseded: list[str] = []

    def start_initial(self, sync_id: str, generation: int) -> None:
        self.initial.append((sync_id, generation))

    def start_comparison(self, sync_id: str, generation: int, run: str) -> None:
        self.comparisons.append((sync_id, generation, run))

    def phase_done(self, task_token: str) -> None:
        raise AssertionError("management ends no phase")

    def phase_failed(self, task_token: str, sentence: str) -> None:
        raise AssertionError("management fails no phase")

    def phase_superseded(self, task_token: str) -> None:
        self.superseded.append(task_token)


class FakeApp:
    """A connector as far as management uses one: its schemas, its records, and what `prepare` was called with."""

    def __init__(self, world: World, connection: Connection) -> None:
        self._world = world
        self._connection = connection

    def schema(self, object_type: str) -> ObjectSchema:
        if (error := self._world.schema_error) is not None:
            raise error
        schemas = self._world.schemas[self._connection.app]
        if object_type not in schemas:
            raise ConnectorBugError("404 for the schema")
        return schemas[object_type]

    def prepare(self, object_types: Sequence[str]) -> None:
        if (error := self._world.prepare_error) is not None:
            raise error
        self._world.prepared.append((self._connection.id, tuple(object_types)))

    features = Features()

    def list_page(self, object_type: str, fields: Sequence[str], cursor: str | None, limit: int) -> Page:
        return Page(tuple(self._records.values()))

    def read(self, object_type: str, ids: Sequence[str], fields: Sequence[str]) -> Mapping[str, Record]:
        return {each: self._records[each] for each in ids if each in self._records}

    def find_created(
        self, object_type: str, external_ids: Sequence[str], fields: Sequence[str]
    ) -> Mapping[str, Record]:
        return {}

    def search(self, object_type: str, wanted: Mapping[str, Sequence[str]], fields: Sequence[str]) -> Sequence[Record]:
        return []

    @property
    def _records(self) -> Mapping[str, Record]:
        side = Side.HUBSPOT if self._connection.app == "hubspot" else Side.APP
        return {each: Record(RecordRef(side, each), values) for each, values in self._world.held[side].items()}


class FakePipelines:
    def __init__(self, found: Sequence[Pipeline]) -> None:
        self._found = found

    def pipelines(self, object_type: str) -> Sequence[Pipeline]:
        return self._found


class FakeReader:
    """What reads an app's webhooks, as far as its events of people are asked for."""

    def __init__(self, activity_types: frozenset[str]) -> None:
        self.activity_types = activity_types

    def activities(self, body: bytes) -> Sequence[Activity]:
        return []


class FakeConnectors:
    def __init__(self, world: World) -> None:
        self._world = world

    def connector(self, connection: Connection, *, bulk: bool) -> Connector:
        return cast("Connector", FakeApp(self._world, connection))

    def feed(self, connection: Connection) -> ChangeFeed | None:
        return None

    def changed(self, connection: Connection, object_type: str) -> ChangedPages | None:
        return None

    def directory(self, connection: Connection) -> Directory | None:
        return None

    def pipelines(self, connection: Connection, object_type: str) -> Pipelines | None:
        found = self._world.pipelines.get(connection.app)
        return None if found is None else cast("Pipelines", FakePipelines(found))

    def webhooks(self, connection: Connection) -> WebhookReader | None:
        return cast("WebhookReader", FakeReader(self._world.activities)) if self._world.activities else None

    def apps(self) -> Mapping[str, str]:
        return {"hubspot": "HubSpot", "orbit": "Orbit CRM"}

    def objects(self, app: str) -> Sequence[AppObject]:
        return [
            AppObject(name, schema.kind, schema.fields, DEFAULTS.get(name, ()), DISPLAY.get(name, ()))
            for name, schema in self._world.schemas[app].items()
        ]


class MadeExports:
    """Exports are made at once, unless nobody is `making` them."""

    by: MakeExport
    making = True

    def make(self, export_id: str) -> None:
        if self.making:
            self.by(export_id, 10_000_000_000_000)


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
