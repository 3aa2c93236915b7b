"""Notices that an application's fields have changed, says so, and stops only what depends on them (rule 4.1).

A schema is asked for again as part of every comparison, and when something was refused, or was missing, that the schema
as it is known does not explain; in either case not again within a while, however many syncs, workers and records there
are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from hubsync.connectors.errors import ConnectorError
from hubsync.connectors.port import Connector
from hubsync.engine.suspend import Fields, changes, suspensions
from hubsync.model.message import LookMessage, Queue
from hubsync.model.schema import ObjectSchema
from hubsync.model.side import Side
from hubsync.model.status import EXPLAINED_BY_SCHEMA, RecordStatus
from hubsync.model.sync import Sync
from hubsync.services.ports import Clock, Ids, Queues, Signals
from hubsync.services.schemas import KEPT_MS, Schemas
from hubsync.stores.index_port import IndexStore
from hubsync.stores.ports import Notification, NotificationStore, SchemaSnapshot, SyncStore

FRESH_MS = 30 * 60 * 1000
"""A schema that a comparison or a scan finds younger than this is not asked for again."""

DOUBT_MS = 5 * 60 * 1000
"""The same where a refusal gives rise to a doubt: refusals come by the hundred."""

WOKEN = 1_000
"""Refused records of a sync that are looked at again at once; the next comparison finds the rest."""

AT_ONCE = 100
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Drift:
    """The use case over its ports. What it does may be repeated."""

    schemas: Schemas
    syncs: SyncStore
    index: IndexStore
    notifications: NotificationStore
    queues: Queues
    clock: Clock
    ids: Ids
    signals: Signals

    def refresh(self, sync: Sync, connectors: Mapping[Side, Connector], *, older: int, wake: bool) -> bool:
        """Ask for the schemas of both ends of a sync that are older than `older` ms; whether anything has changed.

        An application that cannot be asked now is asked the next time; what is wrong with it is told by whoever needs
        it. `wake` has the refused records looked at again.
        """
        changed = False
        for side, connector in connectors.items():
            connection_id, object_type = sync.connection(side), sync.object_type(side)
            stored = self.schemas.stored(connection_id, object_type)
            if stored is not None and self.clock.now() - stored.fetched_at < older:
                continue
            try:
                schema = connector.schema(object_type)
            except ConnectorError as error:
                self.signals.note("schema_not_read", connection=connection_id, error=type(error).__name__)
                continue
            changed |= self.learn(connection_id, schema, stored, wake=wake)
        return changed

    def learn(
        self,
        connection_id: str,
        schema: ObjectSchema,
        before: SchemaSnapshot | None,
        *,
        wake: bool = False,
        saved: Collection[str] = (),
    ) -> bool:
        """Take note of what an account has just answered; whether it differs from what was known of it.

        `saved` are ids of syncs that are being saved with just these fields, and are left alone. The syncs come before
        the snapshot: should we die in between, the next answer still differs, and is told again.
        """
        changed = before is not None and before.schema != schema
        for sync in self._concerned(connection_id, schema.object_type):
            if sync.id in saved:
                continue
            side = Side.HUBSPOT if sync.hubspot_connection == connection_id else Side.APP
            known = before.schema.fields if before is not None else {}
            sentences = list(changes(sync, side, schema.fields, known))
            suspended = self._suspend(sync, side, schema.fields, known)
            if changed and sentences:
                self._tell(sync, side, sentences, suspended)
        self.schemas.put(connection_id, schema, renew=True)
        if changed and wake:
            for sync in self._concerned(connection_id, schema.object_type):
                self._wake(sync)
        return changed

    def _concerned(self, connection_id: str, object_type: str) -> list[Sync]:
        ends = (connection_id, object_type)
        return [
            sync
            for sync in self.syncs.syncs()
            if any((sync.connection(side), sync.object_type(side)) == ends for side in Side) and sync.hash_key
        ]

    def _suspend(self, sync: Sync, side: Side, now: Fields, before: Fields) -> Sync:
        """Store which mappings cannot go on, or can again."""
        for _ in range(ATTEMPTS):
            wanted = replace(sync, suspended=suspensions(sync, {side: now}, {side: before}))
            if wanted == sync:
                break
            if self.syncs.put_sync(wanted):
                self.signals.note("mappings_suspended", sync=sync.id, mappings=len(wanted.suspended))
                return wanted
            found = self.syncs.sync(sync.id)
            if found is None:
                break
            sync = found
        return sync

    def _tell(self, sync: Sync, side: Side, sentences: Sequence[str], now: Sync) -> None:
        title = f"Fields of {sync.connection(side)}/{sync.object_type(side)} have changed: {sync.name!r}"
        before = {each.number for each in sync.suspended}
        after = {each.number: each for each in now.suspended}
        names = {each.number: f"{each.hubspot_field} / {each.app_field}" for each in now.mappings}
        lines = [
            *sentences,
            *(f"Suspended: {names[number]}. {each.remedy}" for number, each in after.items() if number not in before),
            *(f"Goes on: {names[number]}." for number in before if number not in after and number in names),
        ]
        self.notifications.add_notification(Notification(sync.id, self.clock.now(), title, "\n".join(lines)))
        self.signals.note("schema_changed", sync=sync.id, side=side, changes=len(sentences))

    def _wake(self, sync: Sync) -> None:
        """Have the refused records of a sync looked at again, once every process knows the new schema."""
        cursor: str | None = None
        woken = 0
        while woken < WOKEN:
            page = self.index.by_status(sync.id, RecordStatus.FAILING, cursor, AT_ONCE)
            refs = [
                next(ref for side in Side if entry.half(side).present and (ref := entry.ref(side)) is not None)
                for entry in page.entries
                if entry.failure is not None
                and entry.failure.category in EXPLAINED_BY_SCHEMA
                and any(entry.half(side).present for side in Side)
            ]
            messages = [
                LookMessage(
                    sync.id,
                    side,
                    tuple(ref.id for ref in refs if ref.side is side),
                    "schema",
                    self.ids.new(),
                    self.clock.now(),
                )
                for side in Side
                if any(ref.side is side for ref in refs)
            ]
            self.queues.send(Queue.CHANGES, messages, delay=KEPT_MS / 1000 + 30)
            woken, cursor = woken + len(refs), page.cursor
            if cursor is None:
                return
