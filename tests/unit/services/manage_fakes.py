"""What management meets outside of itself, in memory: a clock, a vault, queues, a state machine, two apps."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

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
from hubsync.model.message import LookMessage, PageMessage, Queue
from hubsync.model.record import Record, RecordRef
from hubsync.model.schema import ObjectSchema
from hubsync.model.side import Side
from hubsync.services.export.make import MakeExport
from tests.unit.services.manage_schemas import DEFAULTS, DISPLAY

if TYPE_CHECKING:
    from tests.unit.services.manage_world import World


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
