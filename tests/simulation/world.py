"""The simulation: engine, services, connectors and handlers over simulated applications, tables and queues."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from dataclasses import replace
from random import Random
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx

from hubsync.aws.messages import encode
from hubsync.bootstrap import Bootstrap
from hubsync.connectors.factory import ConnectorFactory
from hubsync.connectors.port import CallCount
from hubsync.handlers import dead_letter, export, notify, phase, plan, poll, webhook, worker
from hubsync.model.connection import Connection
from hubsync.model.entry import IndexEntry
from hubsync.model.message import LookMessage, Queue
from hubsync.model.side import Direction, Side
from hubsync.model.sync import Sync, SyncStatus
from hubsync.services.history import new_key
from hubsync.services.manage.lifecycle import Lifecycle
from hubsync.services.manage.share import sharing
from hubsync.services.phases import SupersededError
from hubsync.settings import Settings
from hubsync.stores.memory import MemoryStores
from infra.local.crm import Orbit
from infra.local.hubspot import HubSpotSimulator
from infra.local.hubspot.catalogue import custom
from infra.local.hubspot.schema import Property
from infra.local.ledgerly import Ledgerly
from infra.local.transport import SimulatorTransport
from tests.simulation.ports import (
    Crash,
    Delivery,
    Fuse,
    Guarded,
    PlainVault,
    Run,
    SimClock,
    SimExportMaker,
    SimIds,
    SimMailer,
    SimOrchestrator,
    SimPost,
    SimQueues,
    SimSignals,
)
from tests.simulation.syncs import companies, contacts

__all__ = ["Side", "World", "companies", "contacts"]

CALL_MS = 20
INVOCATION_MS = 60_000
PLAN_MS = 900_000


class Ticking(httpx.BaseTransport):
    """Every call to an application takes some time, and may be the last thing that the process does."""

    def __init__(self, inner: httpx.BaseTransport, clock: SimClock, fuse: Fuse) -> None:
        self._inner, self._clock, self._fuse = inner, clock, fuse

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._fuse.step()
        self._clock.ms += CALL_MS
        response = self._inner.handle_request(request)
        self._fuse.step()
        return response


class World:
    """Two applications and hubsync between them, all in this process, all from one seed."""

    def __init__(self, seed: int = 0, *, direction: Direction = Direction.TWO_WAY) -> None:
        self.random = Random(seed)
        self.clock = SimClock()
        self.fuse = Fuse()
        self.hubspot = HubSpotSimulator(clock=self.clock.now, random=Random(seed + 1), token="hubspot-token")
        self.orbit = Orbit(self.clock.now, Random(seed + 2), token="orbit-token", webhook_secret="orbit-secret")
        self.orbit.outbox.configure("https://hooks.example.com/webhooks/orbit", "orbit-secret", True)
        self.accounts: dict[str, Any] = {"hubspot": self.hubspot, "orbit": self.orbit}
        self.stores = MemoryStores()
        self.ids = SimIds(Random(seed + 3))
        self.queues = SimQueues(self.clock, self.random)
        self.orchestrator = SimOrchestrator(self.ids)
        self.signals = SimSignals(self.clock)
        self.mailer = SimMailer()
        self.post = SimPost()
        self.export_maker = SimExportMaker()
        self.stores.index.on_change = lambda change: self.stores.counts.apply([change])
        self.app = self._wire()
        self.lifecycle = Lifecycle(
            syncs=self.stores.syncs,
            index=self.stores.index,
            ledger=self.stores.ledger,
            orchestrator=self.orchestrator,
            clock=self.clock,
            ids=self.ids,
        )
        vault = PlainVault()
        for connection in (
            Connection("hubspot", "hubspot", vault.seal("hubspot-token", "hubspot"), "https://hubspot.example.com"),
            Connection(
                "orbit",
                "orbit",
                vault.seal("orbit-token", "orbit"),
                "https://orbit.example.com",
                vault.seal("orbit-secret", "orbit"),
            ),
        ):
            self.stores.connections.put_connection(connection)
        self.prepared: set[str] = set()
        for name in ("contacts", "companies"):
            self.prepare(name)
        self.syncs: dict[str, str] = {}
        self.untracked: set[str] = set()
        self.unguarded: set[str] = set()
        self.edits: dict[tuple[Side, str, str], list[tuple[int, str]]] = {}
        self.direction = direction

    def _wire(self) -> Bootstrap:
        """A bootstrap whose ports are the simulation's, before every handler."""
        app = Bootstrap(Settings({}))
        stores = Guarded(None, self.fuse)
        parts: tuple[str, ...] = ("index", "connections", "syncs", "cursors", "ledger", "budgets", "counts")
        parts += ("notifications", "history", "plans", "schemas", "outages", "answers", "exports", "overview")
        stores = SimpleNamespace(**{name: Guarded(getattr(self.stores, name), self.fuse) for name in parts})
        accounts = self.accounts
        vars(app).update(
            clock=self.clock,
            ids=self.ids,
            signals=self.signals,
            stores=stores,
            queues=Guarded(self.queues, self.fuse),
            orchestrator=Guarded(self.orchestrator, self.fuse),
            vault=PlainVault(),
            mailer=self.mailer,
            files=Guarded(self.stores.files, self.fuse),
            post=Guarded(self.post, self.fuse),
            export_maker=Guarded(self.export_maker, self.fuse),
        )
        vars(app)["connectors"] = ConnectorFactory(
            budgets=self.stores.budgets,
            time=self.clock,
            open_secret=PlainVault().open,
            calls=CallCount(),
            hubspot_calls=CallCount(),
            transport=lambda connection: Ticking(SimulatorTransport(accounts[connection.id]), self.clock, self.fuse),
            threads=1,
        )
        for module in (worker, phase, poll, webhook, dead_letter, plan, notify, export):
            module.app = app  # type: ignore[attr-defined]
        return app

    def connection(self, name: str) -> Connection:
        found = self.stores.connections.connection(name)
        assert found is not None
        return found

    def connect_webhooks(self) -> None:
        """HubSpot posts its webhooks, too."""
        secret = PlainVault().seal("hubspot-secret", "hubspot")
        assert self.stores.connections.put_connection(replace(self.connection("hubspot"), webhook_secret=secret))
        self.hubspot.webhooks.outbox.configure("https://hooks.example.com/webhooks/hubspot", "hubspot-secret")

    def connect(self, name: str, app: str = "orbit") -> Any:
        """One more account of an app; its simulator."""
        kinds: dict[str, type[Any]] = {"orbit": Orbit, "ledgerly": Ledgerly}
        token, secret = f"{name}-token", f"{name}-secret"
        account = kinds[app](self.clock.now, Random(len(self.accounts)), token=token, webhook_secret=secret)
        account.outbox.configure(f"https://hooks.example.com/webhooks/{name}", secret, True)
        self.accounts[name] = account
        seal, address = PlainVault().seal, f"https://{name}.example.com"
        connection = Connection(name, app, seal(token, name), address, seal(secret, name))
        assert self.stores.connections.put_connection(connection)
        return account

    def prepare(self, object_type: str) -> None:
        """Make HubSpot ready for an object type, once."""
        if object_type not in self.prepared:
            self.app.connectors.connector(self.connection("hubspot"), bulk=False).prepare([object_type])
            self.prepared.add(object_type)

    # --- what a person does

    def define_object(self, name: str, *fields: str) -> None:
        """An object type of the account's own in HubSpot, with text fields, the first one its name: `p_<name>`."""
        properties = [Property(field, label=field.capitalize(), built_in=False) for field in fields]
        number = sum(table.kind.custom for table in self.hubspot.account.tables.values()) + 1
        self.hubspot.account.register(custom(name, f"p_{name}", f"2-{number}", fields[0], properties))

    def save(self, sync: Sync) -> Sync:
        """Save a sync and start its initial sync."""
        self.syncs[sync.name] = sync.id
        self.prepare(sync.hubspot_object)
        sync = replace(sync, history_key=new_key(sync, self.ids, PlainVault()))
        assert self.stores.syncs.put_sync(sync)
        for each in sharing(self.stores.syncs.syncs()):
            assert self.stores.syncs.put_sync(each)
        self.orchestrator.start_initial(sync.id, sync.generation)
        return sync

    def sync(self, name: str = "contacts") -> Sync:
        found = self.stores.syncs.sync(self.syncs[name])
        assert found is not None
        return found

    def restart(self, name: str = "contacts") -> None:
        self.lifecycle.restart(name)

    def compare(self, name: str = "contacts") -> None:
        self.lifecycle.compare(name)

    def edited(self, side: Side, record_id: object, field: str, value: str) -> None:
        """A person's edit, kept so that it can be looked for later."""
        self.edits.setdefault((side, str(record_id), field), []).append((self.clock.ms, value))

    # --- malice, and peace

    def spoil_hubspot(self, kind: str) -> None:
        """The next call to HubSpot fails: refused, or its answer lost before or after it was carried out."""
        self.hubspot.fail(kind, path="/crm/objects", times=1)

    def make_peace(self) -> None:
        """Every fault ends; polls, webhooks and comparisons come as they always do, for two days."""
        self.fuse.left = self.fuse.interrupt = None
        self.queues.doubling = 0.0
        self.hubspot.faults.clear()
        self.orbit.gate.faults.clear()
        self.hubspot.settings.search_lag_ms = 0
        for outbox in (self.orbit.outbox, self.hubspot.webhooks.outbox):
            outbox.faults.lose_next, outbox.faults.double, outbox.faults.reorder = 0, 0.0, False
        for name in self.syncs:
            if self.sync(name).trying:
                self.lifecycle.off(name)
            self.lifecycle.on(name, confirm=self.sync(name).status is SyncStatus.HELD)
        for _ in range(4):
            self.settle()
            for name in self.syncs:
                if self.sync(name).status is not SyncStatus.ACTIVE:
                    self.restart(name)
                    self.settle()
            self.deliver()
            self.settle()
            self.poll()
            self.settle()
            self.clock.ms += 12 * 3_600_000
            for name in self.syncs:
                self.compare(name)
            self.settle()

    # --- time goes on

    def run(self, steps: int) -> None:
        """Let a few things happen."""
        for _ in range(steps):
            self.step()

    def settle(self, steps: int = 20_000) -> None:
        """Let everything run until nothing is left to do."""
        for _ in range(steps):
            if not self.step():
                return
        raise AssertionError(f"not at rest after {steps} steps: {self.queues.waiting[:3]}")

    def step(self) -> bool:
        """One thing happens; False if there is nothing left."""
        run = self.orchestrator.ready()
        if run is not None:
            self._advance(run)
            return True
        if self.queues.dead:
            self._bury()
            return True
        deliveries = self.queues.take(most=10)
        if deliveries:
            self._work(deliveries)
            return True
        return False

    def _advance(self, run: Run) -> None:
        step = run.steps[0]
        event: dict[str, Any] = {"run": run.kind, "sync_id": run.sync_id, "generation": run.generation}
        try:
            if step in ("prepare", "finish"):
                answer = phase.handler({**event, "action": step}, self._context())
                self.clock.ms += int(answer.get("wait_seconds", 0)) * 1000
                run.steps[:1] = ["weigh", "brake"] if answer.get("weigh") else []
            elif step == "weigh":
                run.weighed = self._weigh(event)
                run.steps.pop(0)
            elif step == "brake":
                answer = phase.handler({**event, "action": step, "weighed": run.weighed}, self._context())
                run.steps = ["ask"] if answer["held"] else run.steps[1:]
            elif step == "ask":
                notify.handler({**event, "event": "run_held"}, self._context())
                run.steps.pop(0)
            else:
                run.token = self.ids.new()
                phase.handler({**event, "action": "start", "phase": step, "task_token": run.token}, self._context())
        except Crash:
            run.token = None  # Step Functions calls the Lambda again
        except Exception as error:  # noqa: BLE001 - the state machine catches everything
            run.steps, run.failed = [], repr(error)
            with contextlib.suppress(Crash):
                phase.handler({**event, "action": "fail", "failure": {"Error": type(error).__name__}}, self._context())

    def _weigh(self, event: dict[str, Any]) -> dict[str, Any]:
        """What the state machine makes of the plan function's answer, or of its failure."""
        try:
            answer = plan.handler({**event, "action": "weigh"}, self._context(PLAN_MS))
        except SupersededError:
            raise
        except Exception as error:  # noqa: BLE001 - the state machine catches everything
            return {"Error": type(error).__name__, "Cause": str(error)}
        return {"weight": json.loads(json.dumps(answer))}

    def _work(self, deliveries: list[Any]) -> None:
        event = {"Records": [_record(one) for one in deliveries]}
        try:
            answer = worker.handler(event, self._context())
        except Crash:
            self.queues.back(deliveries)
            return
        failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
        self.queues.back([one for one in deliveries if one.id in failed])

    def _bury(self) -> None:
        dead, self.queues.dead = self.queues.dead, []
        dead_letter.handler({"Records": [_record(one) for one in dead]}, self._context())

    def export(self, milliseconds: int = PLAN_MS) -> int:
        """Carry out the calls of the export function; one that dies is called again. How many runs there were."""
        runs = 0
        while self.export_maker.called:
            runs += 1
            export_id = self.export_maker.called.pop(0)
            try:
                export.handler({"action": "export", "export_id": export_id}, self._context(milliseconds))
            except Crash:
                self.export_maker.called.append(export_id)
        return runs

    def poll(self) -> None:
        """The five-minute tick."""
        self.clock.ms += 300_000
        try:
            poll.handler({}, self._context())
        except Crash:
            return

    def notice(self, side: Side, record_id: str) -> None:
        """Another worker is told of one record, and looks at it at once."""
        message = LookMessage(self.sync().id, side, (record_id,), "webhook", self.ids.new(), self.clock.ms)
        event = {"Records": [_record(Delivery("noticed", Queue.CHANGES, encode(message), 0, receives=1))]}
        worker.handler(event, self._context())

    def deliver(self) -> int:
        """Webhooks arrive, as far as they do: the apps', and HubSpot's where they are connected."""
        arrived = 0

        def post(url: str, headers: dict[str, str], body: bytes) -> int:
            nonlocal arrived
            parts = urlsplit(url)
            event = {
                "rawPath": parts.path,
                "requestContext": {"domainName": parts.netloc},
                "pathParameters": {"connection_id": url.rsplit("/", 1)[1]},
                "headers": headers,
                "body": body.decode(),
            }
            try:
                status = int(webhook.handler(event, self._context())["statusCode"])
            except Crash:
                return 0
            arrived += status < 300
            return status

        for account in self.accounts.values():
            if account is not self.hubspot:
                account.outbox.deliver(post)
        self.hubspot.webhooks.outbox.deliver(post)
        return arrived

    def _context(self, milliseconds: int = INVOCATION_MS) -> Any:
        end = self.clock.ms + milliseconds
        return SimpleNamespace(
            get_remaining_time_in_millis=lambda: end - self.clock.ms,
            function_name="simulated",
            memory_limit_in_mb=512,
            invoked_function_arn="arn:aws:lambda:eu-central-1:000000000000:function:simulated",
            aws_request_id="request",
        )

    # --- what can be seen

    def entries(self, name: str = "contacts") -> list[IndexEntry]:
        """Every entry of a sync."""
        found: list[IndexEntry] = []
        cursor: str | None = None
        while True:
            walk = self.stores.index.walk(self.syncs[name], cursor, 1000)
            found += walk.entries
            cursor = walk.cursor
            if cursor is None:
                return found

    def statuses(self, name: str = "contacts") -> dict[str, int]:
        """Entries by status, counted from the index itself."""
        counted: dict[str, int] = {}
        for entry in self.entries(name):
            counted[entry.status] = counted.get(entry.status, 0) + 1
        return counted

    def counted(self, name: str = "contacts") -> dict[str, int]:
        """Entries by status, as the stream counted them."""
        return dict(self.stores.counts.counts(self.syncs[name]).by_status)

    def contacts(self) -> list[dict[str, str]]:
        """HubSpot's living contacts."""
        return list(self.hubspot.records("contacts").values())

    def people(self) -> list[dict[str, Any]]:
        """Orbit's living people."""
        return _living(self.orbit.records("people"))

    def living(self) -> set[str]:
        """The ids of Orbit's living people."""
        return {person["id"] for person in self.people()}


def _living(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [record for record in records if not record.get("deleted")]


def _record(one: Any) -> dict[str, Any]:
    return {
        "messageId": one.id,
        "body": one.body,
        "attributes": {"ApproximateReceiveCount": str(one.receives)},
    }
