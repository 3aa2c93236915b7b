"""Tells people that an initial sync is complete, with the counts and what failed (rule 1.4), or held (rule 1.10)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from hubsync.model.entry import IndexEntry
from hubsync.model.status import RecordStatus
from hubsync.model.sync import Sync, SyncStatus
from hubsync.services.ports import Clock, Mailer
from hubsync.services.trial import what_came_of
from hubsync.stores.index_port import IndexStore
from hubsync.stores.ports import CountStore, Notification, NotificationStore, SyncStore

SHOWN = 10
NAMES = {"in_sync": "in sync", "failing": "failing", "excluded": "excluded", "pending": "pending", "queued": "queued"}


@dataclass(frozen=True, slots=True)
class Report:
    """Composes and sends the mail, and keeps the same as a notification."""

    index: IndexStore
    syncs: SyncStore
    counts: CountStore
    notifications: NotificationStore
    mailer: Mailer
    clock: Clock

    def send(self, sync_id: str, generation: int) -> None:
        """Send the mail of a generation's initial sync; a repeated call may send it again."""
        sync = self.syncs.sync(sync_id)
        if sync is None or sync.generation != generation:
            return
        if sync.trial is not None and sync.trial.generation == generation:
            self._trial(sync)
            return
        counts = self.counts.counts(sync_id).by_status
        lines = [f"  {name}: {counts.get(status, 0):,}" for status, name in NAMES.items()]
        failing = self.index.by_status(sync_id, RecordStatus.FAILING, None, 100).entries
        excluded = self.index.by_status(sync_id, RecordStatus.EXCLUDED, None, 100).entries
        title = f"The initial sync of {sync.name!r} is complete"
        text = "\n".join([f"{title}.", "", "Records:", *lines, *_why("Failing", failing), *_why("Excluded", excluded)])
        self.notifications.add_notification(Notification(sync_id, self.clock.now(), title, text))
        self.mailer.send(sync.notify, title, text)

    def _trial(self, sync: Sync) -> None:
        """Keep a notification of what came of the chosen records. Who tries a sync waits for it: no mail is sent."""
        if sync.trying or (tried := what_came_of(sync, self.index)) is None:
            return
        title = f"The trial of {sync.name!r} is over"
        self.notifications.add_notification(Notification(sync.id, self.clock.now(), title, tried.told()))

    def held(self, sync_id: str, generation: int | None) -> None:
        """Send the mail that a generation's run, or without one a comparison, is held and waits for a person; repeated,
        it may send it again.
        """
        sync = self.syncs.sync(sync_id)
        if sync is None or generation not in (None, sync.generation) or sync.status is not SyncStatus.HELD:
            return
        run = "comparison" if generation is None else "initial sync"
        title = f"The {run} of {sync.name!r} is held by its brake"
        text = f"{sync.problem} Nothing was written."
        self.notifications.add_notification(Notification(sync_id, self.clock.now(), title, text))
        self.mailer.send(sync.notify, title, text)


def _why(heading: str, entries: tuple[IndexEntry, ...]) -> list[str]:
    """The commonest reasons among the newest entries of a status."""
    reasons = Counter(entry.reason for entry in entries)
    if not reasons:
        return []
    return ["", f"{heading}, by reason (the newest {len(entries)}):"] + [
        f"  {number} x {reason}" for reason, number in reasons.most_common(SHOWN)
    ]
