"""Turn syncs off and on, restart, compare, delete (rules 1.2, 1.6, 1.7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hubsync.model.record import RecordRef
from hubsync.model.sync import Sync, SyncStatus
from hubsync.services.manage.apply import ConcurrentChangeError
from hubsync.services.manage.expected import Expected, hold
from hubsync.services.manage.plan import STARTED, restarted, tried, turned_off
from hubsync.services.ports import Clock, Ids, Orchestrator
from hubsync.services.superseded import end_runs
from hubsync.stores.index_port import IndexStore
from hubsync.stores.ports import Ledger, SyncStore

ATTEMPTS = 5
"""How often a change is tried whose sync was written to in between (a phase that moved on)."""

UNSTARTED = (SyncStatus.OFF, SyncStatus.DRAFT)
"""A sync that runs once it is turned on."""

PURGE_SLICE = 500
"""Items of the index deleted in one call of the store; about half a second."""


class UnknownSyncError(Exception):
    """There is no sync of that name."""


class NotNowError(Exception):
    """The sync is in a state in which this cannot be done; `remedy` says what to do first."""

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Deleted:
    """How far a deletion is. Not `done`: ask again, the rest of the index is still to go."""

    name: str
    done: bool


class Lifecycle:
    """The use cases over their ports; each takes a sync's name, and some which versions of it are `expected`. Raise
    `UnknownSyncError`, `NotNowError`, `StaleError`, `ConcurrentChangeError`."""

    def __init__(
        self,
        *,
        syncs: SyncStore,
        index: IndexStore,
        ledger: Ledger,
        orchestrator: Orchestrator,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._syncs = syncs
        self._index = index
        self._ledger = ledger
        self._orchestrator = orchestrator
        self._clock = clock
        self._ids = ids

    def off(self, name: str, *, expected: Expected = None) -> Sync:
        """Stop reads and writes; index, bindings and settings stay. A sync that is off already stays so."""
        return self._end_runs(self._change(name, turned_off, expected))

    def on(self, name: str, *, confirm: bool = False, expected: Expected = None) -> Sync:
        """Run again, from a rescan: nobody looked meanwhile. A sync that runs already is left alone.

        A run that the brake holds begins anew once a person confirms it, and is not weighed again (rule 1.10).
        """

        def turn_on(sync: Sync) -> Sync:
            _untried(sync)
            if confirm or sync.status is SyncStatus.HELD:
                return self._released(sync, confirm=confirm)
            if sync.status not in UNSTARTED:
                return sync
            return restarted(replace(sync, status=SyncStatus.INITIAL, trial=None), self._clock.now())

        return self._start(self._change(name, turn_on, expected))

    def restart(self, name: str, *, expected: Expected = None) -> Sync:
        """Start a new initial sync; bindings, baselines and history survive (rule 1.2)."""

        def start_again(sync: Sync) -> Sync:
            _untried(sync)
            if sync.status in UNSTARTED:
                words = "off" if sync.status is SyncStatus.OFF else "a draft"
                raise NotNowError(f"{name} is {words}.", remedy="Turn it on; that starts a new initial sync.")
            return restarted(sync, self._clock.now())

        return self._start(self._change(name, start_again, expected))

    def attempt(self, name: str, records: Sequence[RecordRef], *, expected: Expected = None) -> Sync:
        """Run a sync that does not run for these records alone, and stop again (rule 1.10). Asking twice is one trial.

        `records` are at least one and at most a hundred.
        """

        def begin(sync: Sync) -> Sync:
            if sync.trying and sync.trial is not None and sync.trial.records == tuple(records):
                return sync
            _untried(sync)
            if sync.running or sync.status is SyncStatus.WEIGHING:
                remedy = f"Turn it off first: hubsync off {name}."
                raise NotNowError(
                    f"{name} is {_words(sync.status)}; only a sync that does not run is tried.", remedy=remedy
                )
            return tried(sync, tuple(records), sync.status, self._clock.now())

        return self._start(self._change(name, begin, expected))

    def compare(self, name: str, *, expected: Expected = None) -> Sync:
        """Start a comparison of the index with both applications (rule 1.6); `comparison` of the answer numbers it."""
        sync = sync_named(self._syncs, name)
        hold(expected, name, sync)
        if sync.status is not SyncStatus.ACTIVE:
            raise NotNowError(
                f"{name} is {_words(sync.status)}; only an active sync can be compared.",
                remedy="Turn it on first."
                if sync.status in (*UNSTARTED, SyncStatus.HELD)
                else "Wait until its initial sync is done.",
            )
        run = self._clock.now()
        self._orchestrator.start_comparison(sync.id, run, self._ids.new())
        return replace(sync, comparison=run)

    def delete(self, name: str, *, expected: Expected = None) -> Deleted:
        """Delete a sync and everything known of its records; no record in either application is touched.

        Its keys go first, and what then still stands in index and history says nothing to anybody. One slice of the
        index is purged; asked again, the next one, and the five-minute tick goes on, too. Refused while others link
        their records by way of this sync (rule 6.1).
        """

        def doom(sync: Sync) -> Sync:
            if sync.status is not SyncStatus.DELETING:
                self._check_unneeded(sync)
            return replace(sync, status=SyncStatus.DELETING, hash_key=b"", history_key=b"", phase=None, indexed=())

        sync = self._end_runs(self._change(name, doom, expected, deleting=True))
        return Deleted(name, self._purge(sync.id))

    def go_on_deleting(self, *, until: int) -> None:
        """Go on with the deletions that were cut off, until `until` (epoch ms): nobody may ask again."""
        for sync in self._syncs.syncs():
            # By id: whoever asked may be at it as well, be done first, and give the name to a new sync.
            if sync.status is SyncStatus.DELETING and self._clock.now() < until:
                self._end_runs(sync)
                while not self._purge(sync.id) and self._clock.now() < until:
                    pass

    def _released(self, sync: Sync, *, confirm: bool) -> Sync:
        """The sync with the run that its brake holds begun anew; as it is if that was done already."""
        if sync.status is SyncStatus.HELD and confirm:
            return restarted(sync, self._clock.now(), confirmed=True)
        if sync.status is SyncStatus.HELD:
            raise NotNowError(f"{sync.name} is held; only a person lets it go on.", remedy=sync.problem or "")
        if sync.status is SyncStatus.WEIGHING:
            remedy = "Wait until its plan is made, and look at it: hubsync status."
            raise NotNowError(f"{sync.name} is being weighed; nothing is held yet.", remedy=remedy)
        if sync.running:
            return sync
        remedy = "Turn it on first, without confirming; where it has a brake it is weighed then."
        raise NotNowError(
            f"{sync.name} is {_words(sync.status)}; nothing is held that could be confirmed.", remedy=remedy
        )

    def _change(
        self, name: str, change: Callable[[Sync], Sync], expected: Expected = None, *, deleting: bool = False
    ) -> Sync:
        """Store `change` of the sync as it is now. Answers with it as it was written, or was already."""
        for _ in range(ATTEMPTS):
            before = sync_named(self._syncs, name)
            if before.status is SyncStatus.DELETING and not deleting:
                raise NotNowError(f"{name} is being deleted.", remedy="Apply it again under another name.")
            if before.status is not SyncStatus.DELETING:  # it was agreed to then, and only goes on
                hold(expected, name, before)
            after = change(before)
            if after == before or self._syncs.put_sync(after):
                return after
        raise ConcurrentChangeError(f"{name} changes all the time; try again.")

    def _check_unneeded(self, sync: Sync) -> None:
        """Only this sync knows which records are the same: without it the links of others would wait for ever."""
        others = sorted(
            other.name
            for other in self._syncs.syncs()
            if other.id != sync.id
            and other.status is not SyncStatus.DELETING
            and any(association.via == sync.id for association in other.associations)
        )
        if others:
            raise NotNowError(
                f"{', '.join(others)} link{'s' if len(others) == 1 else ''} records by way of {sync.name}.",
                remedy=f"First take the associations with via: {sync.name} out of the document, or delete their syncs.",
            )

    def _purge(self, sync_id: str) -> bool:
        done = self._index.purge(sync_id, PURGE_SLICE)
        if done:
            self._syncs.delete_sync(sync_id)
        return done

    def _end_runs(self, sync: Sync) -> Sync:
        # Also where nothing was changed: an earlier attempt may have died before this call.
        end_runs(self._ledger, self._orchestrator, sync, below=sync.generation + 1)
        return sync

    def _start(self, sync: Sync) -> Sync:
        # Also where nothing was changed: an earlier attempt may have died before this call, and twice is one start.
        if sync.status in STARTED:
            self._orchestrator.start_initial(sync.id, sync.generation)
        return sync


def _untried(sync: Sync) -> None:
    """Nothing else is begun while a trial is under way."""
    if sync.trying:
        remedy = f"Wait for its end, which `hubsync status` shows, or end it: hubsync off {sync.name}."
        raise NotNowError(f"A trial of {sync.name} is under way.", remedy=remedy)


def sync_named(syncs: SyncStore, name: str) -> Sync:
    """The sync that a person calls `name`. Raises `UnknownSyncError`."""
    sync = syncs.named(name)
    if sync is None:
        raise UnknownSyncError(f"There is no sync {name}.")
    return sync


def _words(status: SyncStatus) -> str:
    return status.value.replace("_", " ")
