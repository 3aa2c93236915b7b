"""Which syncs write the same HubSpot records, and therefore have to lease them (rule 1.8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from hubsync.model.sync import Sync, SyncStatus
from hubsync.services.manage.plan import Change, PlannedSync


def share(stored: Iterable[Sync], planned: Sequence[PlannedSync]) -> tuple[list[PlannedSync], list[Sync]]:
    """The planned syncs with their mark, and those among the others, and among the unchanged, whose mark is another
    now: they are saved with it, and start nothing anew.
    """
    ours = {each.sync.id: each.sync for each in planned}
    marked = {sync.id: sync for sync in sharing([*(sync for sync in stored if sync.id not in ours), *ours.values()])}
    moved = {each.sync.id for each in planned if each.change is not Change.UNCHANGED}
    after = [replace(each, sync=marked.get(each.sync.id, each.sync)) for each in planned]
    return after, [sync for sync in marked.values() if sync.id not in moved]


def sharing(syncs: Iterable[Sync]) -> list[Sync]:
    """The syncs whose mark is not what it has to be, with the one that it has to be."""
    living = [sync for sync in syncs if sync.status is not SyncStatus.DELETING]
    covering = Counter((sync.hubspot_connection, sync.hubspot_object) for sync in living)
    wanted = (replace(sync, shared=covering[sync.hubspot_connection, sync.hubspot_object] > 1) for sync in living)
    return [after for after, before in zip(wanted, living, strict=True) if after != before]
