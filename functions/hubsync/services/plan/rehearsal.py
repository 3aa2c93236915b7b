"""Rehearses a run: the phases' own code in one process, over an overlay of the index, phase after phase.

Nothing is written anywhere. The syncs, the ledger, the cursors and the notifications of a rehearsal are in memory; the
index is read through an overlay; the connectors note down what they are told to write. What is left of the outside are
reads of both applications, which draw on the accounts' call budgets as every read does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from hubsync.connectors.errors import ConnectorError
from hubsync.model.connection import Connection, ConnectionStatus
from hubsync.model.entry import IndexEntry
from hubsync.model.message import LookMessage, PageMessage
from hubsync.model.side import Side
from hubsync.model.sync import COMPARISON_PHASES, INITIAL_PHASES, Phase, PhaseProgress, Sync
from hubsync.services.compare import Comparison
from hubsync.services.desk import DeskFactory
from hubsync.services.drift import Drift
from hubsync.services.health import Health
from hubsync.services.history import History
from hubsync.services.owners import Owners
from hubsync.services.phases import Phases
from hubsync.services.plan.connectors import RehearsalConnectors
from hubsync.services.plan.result import Rehearsed, tally
from hubsync.services.plan.stage import Conductor, ListedMessages, NothingSealed, Silence
from hubsync.services.plan.writes import WriteBook
from hubsync.services.ports import Clock, Connectors, Ids
from hubsync.services.scan import Scan
from hubsync.services.schemas import Schemas
from hubsync.services.worker import Worker
from hubsync.stores.index_port import IndexStore
from hubsync.stores.memory import MemoryStores
from hubsync.stores.overlay import OverlayIndexStore

RESERVE_MS = 45_000
"""What is kept back of the time: one more page, the counting, and the storing of the result."""

WALKED = 1_000

Tell = Callable[[Sequence[PhaseProgress]], None]
"""Hears of the phases' progress, after each message."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a rehearsal ends: `deadline` (epoch ms), `held` entries and claims in memory, `sample` differences."""

    deadline: int
    held: int = 1_500_000
    sample: int = 100


@dataclass
class Rehearsal:
    """One rehearsal of one sync. `sync` is as it would be saved, `accounts` are its connections by id.

    `index` is the real one. Of a sync that is `new` nothing stands in it, and nothing is asked for; those that it links
    by are read all the same.
    """

    sync: Sync
    accounts: Mapping[str, Connection]
    index: IndexStore
    connectors: Connectors
    clock: Clock
    ids: Ids
    limits: Limits
    tell: Tell = lambda _: None
    new: bool = False
    stores: MemoryStores = field(default_factory=MemoryStores)

    def __post_init__(self) -> None:
        self.overlay = OverlayIndexStore(self.index)
        if self.new:
            self.overlay.purge(self.sync.id, 1)
        self.book = WriteBook(self.limits.sample)
        self.queues = ListedMessages(self.clock)
        self.conductor = Conductor()
        for account in self.accounts.values():
            self.stores.connections.put_connection(replace(account, version=0))
        # Without its key no history is kept: what does not happen has none.
        self.sync = replace(self.sync, history_key=b"", version=0)
        self.stores.syncs.put_sync(self.sync)

    def initial_sync(self) -> Rehearsed:
        """What saving the sync would do. Ends with a problem where it cannot go on; raises nothing of a connector's."""
        return self._run(INITIAL_PHASES, self.sync.generation)

    def comparison(self) -> Rehearsed:
        """What a comparison of the sync, which is active, would repair."""
        return self._run(COMPARISON_PHASES, self.clock.now())

    @cached_property
    def desks(self) -> DeskFactory:
        """What looks are made with: the overlay, the noting connectors, the list of messages."""
        silence, schemas = Silence(), Schemas(self.stores.schemas, self.clock)
        connectors = RehearsalConnectors(
            self.connectors, {self.sync.connection(side): side for side in Side}, self.book
        )
        stores = self.stores
        return DeskFactory(
            index=self.overlay,
            syncs=stores.syncs,
            connections=stores.connections,
            connectors=connectors,
            queues=self.queues,
            clock=self.clock,
            ids=self.ids,
            signals=silence,
            health=Health(stores.connections, stores.notifications, silence, self.clock, silence, stores.outages),
            history=History(stores.history, NothingSealed(), self.ids),
            owners=Owners(connectors, self.clock),
            schemas=schemas,
            drift=Drift(
                schemas, stores.syncs, self.overlay, stores.notifications, self.queues, self.clock, self.ids, silence
            ),
        )

    def _run(self, phases: Sequence[Phase], number: int) -> Rehearsed:
        worker = Worker(self.desks, self.stores.ledger, self.conductor)
        scan = Scan(self.desks, self.stores.ledger, worker)
        stores = self.stores
        comparison = Comparison(self.desks, stores.ledger, stores.notifications, worker, scan, stores.counts)
        steps = Phases(
            syncs=self.stores.syncs,
            ledger=self.stores.ledger,
            notifications=self.stores.notifications,
            cursors=self.stores.cursors,
            queues=self.queues,
            orchestrator=self.conductor,
            clock=self.clock,
            ids=self.ids,
            signals=Silence(),
            longest_lease=0,
        )

        def handle(message: LookMessage | PageMessage) -> None:
            if isinstance(message, PageMessage):
                (scan if phases is INITIAL_PHASES else comparison).page(message, self.limits.deadline)
            elif broken := worker.handle([message], self.limits.deadline):
                raise broken[0]

        problem = None
        for phase in phases:
            token = f"{phase}"
            self.conductor.wait_for(token)
            steps.start(self.sync.id, number, phase, token)
            problem = self._drain(handle, phases, number)
            if problem is not None:
                break
        counted, differences = tally(self.overlay.before(self.sync.id), self._entries(), self.book)
        return Rehearsed(counted, differences, problem)

    def _drain(
        self, handle: Callable[[LookMessage | PageMessage], None], phases: Sequence[Phase], number: int
    ) -> str | None:
        """Handle messages until none is left; returns why it had to stop before the phase was over, if it had to."""
        while (due := self.queues.due()) is not None:
            wait = due - self.clock.now()
            if max(due, self.clock.now()) + RESERVE_MS > self.limits.deadline:
                return self._out_of("time", phases, number)
            if self.overlay.held() > self.limits.held:
                return self._out_of("memory", phases, number)
            if wait > 0:
                self.clock.sleep(wait / 1000)
            try:
                handle(self.queues.take())
            except ConnectorError as error:
                return f"{error} The plan could not go on."
            if (problem := self._connection_problem()) is not None:
                return problem
            self.tell(self._progress(phases, number))
        return None if self.conductor.ended else self.conductor.problem or "The run could not go on."

    def _connection_problem(self) -> str | None:
        for account in self.stores.connections.connections():
            if account.status is ConnectionStatus.NEEDS_PERSON:
                return f"The connection {account.id} needs a person: {account.problem}"
        return None

    def _out_of(self, what: str, phases: Sequence[Phase], number: int) -> str:
        seen = max((each.seen for each in self._progress(phases, number)), default=0)
        return (
            f"The plan ran out of {what} after {seen:,} records of its longest list; what it shows is only a part. "
            "A plan has fifteen minutes and the memory of one function: try a sync as large as this on chosen records."
        )

    def _progress(self, phases: Sequence[Phase], number: int) -> list[PhaseProgress]:
        found = (self.stores.ledger.progress(self.sync.id, number, phase) for phase in phases)
        return [each for each in found if each is not None]

    def _entries(self) -> Iterator[IndexEntry]:
        cursor: str | None = None
        while True:
            walk = self.overlay.walk(self.sync.id, cursor, WALKED)
            yield from walk.entries
            cursor = walk.cursor
            if cursor is None:
                return
