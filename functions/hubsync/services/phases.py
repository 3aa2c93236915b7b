"""Moves a run from phase to phase; the state machine calls these and waits for a phase's task token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hubsync.engine.brake import TO_RELEASE, held
from hubsync.model.brake import Weight
from hubsync.model.message import PageKey, PageMessage, Queue
from hubsync.model.side import Side
from hubsync.model.sync import INITIAL_PHASES, Phase, PhaseProgress, Sync, SyncStatus
from hubsync.services.poll import start_cursors
from hubsync.services.ports import Clock, Ids, Orchestrator, Queues, Signals
from hubsync.services.superseded import end_runs
from hubsync.stores.ports import CursorStore, Ledger, Notification, NotificationStore, SyncStore

COMPLETED_BY = {Phase.SYNC_APP: (Side.HUBSPOT,), Phase.SYNC_HUBSPOT: (Side.HUBSPOT, Side.APP)}
"""The indexes that are complete when a phase starts."""

BRAKED = (SyncStatus.WEIGHING, SyncStatus.HELD)
"""A sync whose run has not been let go yet (rule 1.10)."""


class SupersededError(Exception):
    """The run is an older one than the sync's; it ends here and writes nothing more (rule 1.2).

    Step Functions sees the name of this class, and the definitions in `infra/statemachines` lead it to a success.
    """


@dataclass(frozen=True, slots=True)
class Prepared:
    """The phases to go through, the seconds to wait for older workers before, and whether to `weigh` the run first."""

    phases: Sequence[Phase]
    wait_seconds: int
    weigh: bool


@dataclass(frozen=True, slots=True)
class Phases:
    """Prepares, starts, finishes and fails runs. Every call may be repeated."""

    syncs: SyncStore
    ledger: Ledger
    notifications: NotificationStore
    cursors: CursorStore
    queues: Queues
    orchestrator: Orchestrator
    clock: Clock
    ids: Ids
    signals: Signals
    longest_lease: int

    def prepare(self, sync_id: str, generation: int) -> Prepared:
        """Get ready for an initial sync.

        Older runs that are still open end here. The poll's cursors are set before the first phase, so that no change
        falls between scan and poll.
        """
        sync = self._current(sync_id, generation, weighing=True)
        end_runs(self.ledger, self.orchestrator, sync, below=generation)
        start_cursors(self.cursors, sync, self.clock.now())
        waited = self.clock.now() - sync.saved_at
        # A run that was held has waited itself, and has written nothing since.
        alone = generation == 1 or sync.released == generation
        fence = 0 if alone else max(0, self.longest_lease - waited)
        return Prepared(INITIAL_PHASES, -(-fence // 1000), weigh=sync.status in BRAKED)

    def brake(self, sync_id: str, generation: int, weight: Weight) -> bool:
        """Hold the run if it is heavier than the brake allows, or let it go on; whether it is held (rule 1.10)."""
        while True:
            sync = self._current(sync_id, generation, weighing=True)
            if sync.status is not SyncStatus.WEIGHING:
                return sync.status is SyncStatus.HELD
            why = held(sync.brake, weight)
            status = SyncStatus.INITIAL if why is None else SyncStatus.HELD
            problem = None if why is None else f"{why} {TO_RELEASE.format(name=sync.name)}"
            if self.syncs.put_sync(replace(sync, status=status, problem=problem, weighed=weight.plan)):
                self.signals.note(
                    "run_weighed",
                    sync=sync_id,
                    generation=generation,
                    changed=weight.changed,
                    records=weight.records,
                    status=status,
                )
                return status is SyncStatus.HELD

    def weighs(self, sync_id: str) -> bool:
        """Whether a comparison of the sync, which is active, has to be weighed first (rule 1.10)."""
        return self._active(sync_id).brake is not None

    def brake_comparison(self, sync_id: str, weight: Weight) -> bool:
        """Hold the sync if a comparison would change more than its brake allows; whether the comparison ends here.

        One that could not be weighed is left out and told: an account that is away for a night holds nobody's sync.
        """
        while True:
            known = self.syncs.sync(sync_id)
            if known is not None and known.status is SyncStatus.HELD and known.weighed == weight.plan:
                return True
            sync = self._active(sync_id)
            why = held(sync.brake, weight)
            if why is None:
                return False
            if weight.problem is not None:
                title = f"The comparison of {sync.name!r} was left out"
                self.notifications.add_notification(Notification(sync_id, self.clock.now(), title, why))
                return True
            problem = f"{why.replace('The run', 'The comparison', 1)} {TO_RELEASE.format(name=sync.name)}"
            if self.syncs.put_sync(replace(sync, status=SyncStatus.HELD, problem=problem, weighed=weight.plan)):
                self.signals.note(
                    "run_weighed",
                    sync=sync_id,
                    generation=sync.generation,
                    changed=weight.changed,
                    records=weight.records,
                    status=SyncStatus.HELD,
                )
                return True

    def start(self, sync_id: str, generation: int, phase: Phase, task_token: str) -> None:
        """Start a phase, or take note of a new token for one that was started."""
        if phase in INITIAL_PHASES:
            self._enter(sync_id, generation, phase)
        else:
            self._compare(sync_id, generation)
        progress = self.ledger.progress(sync_id, generation, phase) or PhaseProgress(
            phase, generation, started_at=self.clock.now()
        )
        self.ledger.open_phase(sync_id, progress, task_token)
        if progress.done:
            self.orchestrator.phase_done(task_token)
        first = PageKey(generation, phase, 0)
        if not self.ledger.expected(sync_id, first):
            message = PageMessage(sync_id, first, None, self.ids.new(), self.clock.now())
            self.queues.send(Queue.BULK, [message])

    def finish(self, sync_id: str, generation: int) -> None:
        """The initial sync is complete: the incremental sync begins (rule 1.5). A trial ends here (rule 1.10)."""
        while not self._tried(sync_id, generation):
            sync = self._current(sync_id, generation)
            if sync.status is SyncStatus.ACTIVE:
                return
            over = replace(sync, status=SyncStatus.ACTIVE, phase=None, problem=None, narrow=False)
            done = sync.tried() if sync.trying else over
            if self.syncs.put_sync(done):
                if sync.trying:
                    self.signals.note("trial_finished", sync=sync_id, generation=generation)
                else:
                    self.signals.note("initial_sync_finished", sync=sync_id, generation=generation)
                return

    def fail(self, sync_id: str, generation: int, problem: str) -> None:
        """The initial sync cannot go on. What is bound stays bound; saving again restarts it."""
        sync = self.syncs.sync(sync_id)
        if (
            sync is None
            or sync.generation != generation
            or sync.status not in (SyncStatus.INITIAL, SyncStatus.WEIGHING)
        ):
            return
        stopped = sync.tried() if sync.trying else replace(sync, status=SyncStatus.STALLED, problem=problem)
        if self.syncs.put_sync(stopped):
            title = f"The {'trial' if sync.trying else 'initial sync'} of {sync.name!r} has stopped"
            self.notifications.add_notification(Notification(sync_id, self.clock.now(), title, problem))

    def tick(self) -> None:
        """Repeat what may have been lost: the token of a phase that is done (every five minutes)."""
        for sync in self.syncs.syncs():
            if sync.status is not SyncStatus.INITIAL or sync.phase is None:
                continue
            progress = self.ledger.progress(sync.id, sync.generation, sync.phase)
            token = self.ledger.task_token(sync.id, sync.generation, sync.phase)
            if progress is not None and progress.done and token is not None:
                self.orchestrator.phase_done(token)

    def _enter(self, sync_id: str, generation: int, phase: Phase) -> None:
        while True:
            sync = self._current(sync_id, generation)
            entered = replace(sync, phase=phase)
            for side in COMPLETED_BY.get(phase, ()):
                entered = entered.with_indexed(side)
            if entered == sync or self.syncs.put_sync(entered):
                return

    def _compare(self, sync_id: str, run: int) -> None:
        """Remember which comparison is the last one, so that its progress can be shown."""
        while True:
            sync = self._active(sync_id)
            if sync.comparison == run or self.syncs.put_sync(replace(sync, comparison=run)):
                return

    def _active(self, sync_id: str) -> Sync:
        sync = self.syncs.sync(sync_id)
        if sync is None or sync.status is not SyncStatus.ACTIVE:
            raise SupersededError(f"Sync {sync_id} is not active; there is nothing to compare.")
        return sync

    def _tried(self, sync_id: str, generation: int) -> bool:
        """Whether the run was a trial, and its end is written down already."""
        sync = self.syncs.sync(sync_id)
        if sync is None or sync.trial is None or sync.trying:
            return False
        return sync.generation == sync.trial.generation == generation and sync.status is sync.trial.before

    def _current(self, sync_id: str, generation: int, *, weighing: bool = False) -> Sync:
        sync = self.syncs.sync(sync_id)
        waits = weighing and sync is not None and sync.status in BRAKED
        if sync is None or sync.generation != generation or not (sync.running or waits):
            raise SupersededError(f"Generation {generation} of sync {sync_id} is not the current one.")
        return sync
