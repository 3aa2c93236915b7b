"""Keeps what is about to be written, and what stands there before, so that it is safe whatever crashes (promise 8).

One event for each record that is written, in batches, after the lease and before the write. An event that nobody marks
was written: the commit that clears the intent says so. What ended otherwise is marked, and that is seldom.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hubsync.connectors.port import Deferred, Refused
from hubsync.model.association import as_shown
from hubsync.model.decision import Decision, Patch
from hubsync.model.history import EventKey, FieldChange, HistoryEvent, Outcome
from hubsync.model.side import Side
from hubsync.services.look.work import Desk, Errand, Work


def keep_intended(desk: Desk, works: Sequence[Work], errand: Errand) -> None:
    """Keep one event for each patch that is about to be written."""
    if not desk.history.keeps(desk.sync):
        return
    _mark_lost(desk, works)
    now = desk.clock.now()
    events: list[HistoryEvent] = []
    for work in works:
        if work.decision is not None:
            work.leased_at = now
            events += [
                _event(desk, work, work.decision, side, patch, errand) for side, patch in work.decision.patches.items()
            ]
    desk.history.add(desk.sync, events)


def keep_outcomes(desk: Desk, works: Sequence[Work]) -> None:
    """Mark what was refused or may not have arrived; what did not go out is no history."""
    if not desk.history.keeps(desk.sync):
        return
    marks: dict[EventKey, Outcome] = {}
    needless: list[EventKey] = []
    for work in works:
        for side, result in work.results.items():
            key = _key(work, side)
            if isinstance(result, Deferred) and result.unknown:
                marks[key] = Outcome.UNKNOWN
            elif isinstance(result, Deferred) or (isinstance(result, Refused) and (result.gone or result.stale)):
                needless.append(key)
            elif isinstance(result, Refused):
                marks[key] = Outcome.REFUSED
    if marks:
        desk.history.store.mark(marks)
    if needless:
        desk.history.store.drop(needless)


def forget(desk: Desk, entry_ids: Iterable[str]) -> None:
    """Delete the history of entries that are about to go: nobody could find it any more."""
    for entry_id in entry_ids:
        desk.history.forget(desk.sync.id, entry_id)


def _mark_lost(desk: Desk, works: Sequence[Work]) -> None:
    """Mark the events of a worker that died under its lease: what it sent may or may not have arrived."""
    for work in works:
        if work.stored.lease_until and work.stored.intents:
            last = desk.history.store.events(desk.sync.id, work.stored.id, len(Side))
            lost = [event.key for event in last if event.key.version + 1 == work.stored.version and not event.outcome]
            desk.history.store.mark(dict.fromkeys(lost, Outcome.UNKNOWN))


def _event(desk: Desk, work: Work, decision: Decision, side: Side, patch: Patch, errand: Errand) -> HistoryEvent:
    record = work.record(side)
    before = {} if record is None else record.fields
    wins = {
        name: win
        for win in decision.wins
        for mapping in desk.sync.mappings
        if mapping.number == win.number
        for name in mapping.fields(side)
    }
    fields = {}
    for name, value in patch.fields.items():
        win = wins.get(name)
        fields[name] = FieldChange(
            before.get(name), as_shown(name, value), win.winner if win else None, win.why if win else ""
        )
    return HistoryEvent(
        _key(work, side),
        cause=errand.cause,
        correlation_id=errand.correlation_of(work.ref),
        generation=desk.sync.generation,
        reason=decision.reason,
        fields=fields,
        create=patch.create,
    )


def _key(work: Work, side: Side) -> EventKey:
    """The lease raised the entry's version by one."""
    return EventKey(work.entry.sync_id, work.entry.id, work.leased_at, work.entry.version - 1, side)
