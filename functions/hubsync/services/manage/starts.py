"""Which syncs look at everything again when a document is saved (rules 1.1, 1.2, 1.9)."""

from __future__ import annotations

from dataclasses import replace

from hubsync.model.side import Side
from hubsync.model.sync import Sync, SyncStatus
from hubsync.services.manage.narrow import Reach, narrowed, reach
from hubsync.services.manage.plan import Change, PlannedSync, restarted, turned_off


def started(
    planned: PlannedSync,
    before: Sync | None,
    rescanned: set[str],
    now: int,
    *,
    restart: bool,
    draft: bool,
    enabled: bool | None = None,
) -> PlannedSync:
    """The sync in its new generation, if it is to look at everything again.

    A `draft` is not started by being saved. `enabled` turns a sync on or off; None leaves it as it is.
    """
    sync, change = planned.sync, planned.change
    if enabled is False:
        return _stopped(planned, now)
    begins = (sync.never_started and not draft) or (sync.turned_off and enabled is True)
    if begins:
        sync = replace(sync, status=SyncStatus.DRAFT, trial=None)
    elif sync.status is SyncStatus.DRAFT:
        return planned if change is Change.UNCHANGED else replace(planned, sync=replace(sync, saved_at=now))
    again = begins or restart or sync.status in (SyncStatus.STALLED, SyncStatus.HELD) or uses(sync, rescanned)
    if change is Change.UNCHANGED and (not again or sync.status is SyncStatus.OFF):
        return planned
    reaches = Reach.ALL if again else reach(before, sync)
    if reaches is Reach.NONE:
        return planned
    begun = restarted(sync, now)
    return replace(
        planned,
        sync=narrowed(begun, sync.indexed) if reaches is Reach.OPEN else begun,
        change=Change.RESTARTED if change is Change.UNCHANGED else change,
    )


def _stopped(planned: PlannedSync, now: int) -> PlannedSync:
    """The sync, off; one that is tried meanwhile goes on being tried. With other settings it is in a new generation, so
    that nothing is written by the old ones.
    """
    sync = planned.sync if planned.sync.turned_off else turned_off(planned.sync)
    if planned.change is not Change.UNCHANGED:
        return replace(planned, sync=restarted(sync, now))
    return planned if sync is planned.sync else PlannedSync(sync, Change.CHANGED)


def uses(sync: Sync, connections: set[str]) -> bool:
    """Whether a sync is of one of these accounts."""
    return any(sync.connection(side) in connections for side in Side)
