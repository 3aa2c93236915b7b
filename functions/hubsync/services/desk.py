"""Sets out what a worker needs for one sync: connectors, schemas, permissions to create."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hubsync.connectors.errors import NeedsPersonError, RetryLaterError
from hubsync.connectors.port import Connector
from hubsync.model.connection import Connection, ConnectionStatus
from hubsync.model.message import LookMessage, PageKey, Queue
from hubsync.model.schema import FieldSchema
from hubsync.model.side import Side
from hubsync.model.sync import Phase, Sync
from hubsync.services.drift import DOUBT_MS, FRESH_MS, Drift
from hubsync.services.health import Health
from hubsync.services.history import History
from hubsync.services.look.work import Desk, Wake
from hubsync.services.owners import Owners, asked_for
from hubsync.services.ports import Clock, Connectors, Ids, Queues, Signals
from hubsync.services.schemas import Schemas
from hubsync.stores.index_port import IndexStore
from hubsync.stores.ports import ConnectionStore, SyncStore

GRACE_MS = 25_000
"""A lease outlives the invocation's deadline by more than one call may take (`connectors.http.TIMEOUT_SECONDS`)."""

WAKE_DELAY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class DeskFactory:
    """Makes desks."""

    index: IndexStore
    syncs: SyncStore
    connections: ConnectionStore
    connectors: Connectors
    queues: Queues
    clock: Clock
    ids: Ids
    signals: Signals
    health: Health
    history: History
    schemas: Schemas
    drift: Drift
    owners: Owners

    def desk(
        self, sync: Sync, *, deadline: int, bulk: bool, page: PageKey | None = None, renew: bool = False
    ) -> Desk | None:
        """The desk for a sync; None while one of its connections needs a person, whose return rescans anyway.

        `renew` asks both applications for their schemas first, unless that was done lately (rule 4.1).
        Raises `RetryLaterError` where a schema was never stored and the application cannot be asked for it now.
        """
        accounts = {side: self.connections.connection(sync.connection(side)) for side in Side}
        ready: dict[Side, Connection] = {}
        for side, account in accounts.items():
            if account is None or account.status is ConnectionStatus.NEEDS_PERSON:
                return None
            ready[side] = account
        connectors = {side: self.connectors.connector(account, bulk=bulk) for side, account in ready.items()}
        if renew and self.drift.refresh(sync, connectors, older=FRESH_MS, wake=False):
            sync = self.syncs.sync(sync.id) or sync
        fields: dict[Side, Mapping[str, FieldSchema]] = {}
        for side, connector in connectors.items():
            try:
                schema = self.schemas.schema(sync.connection(side), sync.object_type(side), connector)
            except NeedsPersonError as error:
                self.dead(sync, side, error)
                return None
            except RetryLaterError as error:
                self.away(sync, side, error.kind, error.after)
                raise
            fields[side] = schema.fields
        needs_owners = asked_for(sync)
        return Desk(
            sync=sync.live(),
            index=self.index,
            syncs=self.syncs,
            connectors=connectors,
            clock=self.clock,
            signals=self.signals,
            deadline=deadline,
            grace=GRACE_MS,
            may_create=may_create(sync, page),
            wake=lambda wake: self._wake(sync, wake),
            history=self.history,
            linked_by_others=lambda: self._linked_by_others(sync),
            schemas=fields,
            doubt=lambda: self._doubt(sync, connectors),
            away=lambda side, kind, after: self.away(sync, side, kind, after),
            reached=lambda side: self.health.reached(sync.connection(side)),
            owners=lambda side: self.owners.owners(ready[side]) if side in needs_owners else {},
        )

    def _wake(self, sync: Sync, wake: Wake) -> None:
        message = LookMessage(
            wake.sync_id or sync.id, wake.side, wake.ids, wake.cause, self.ids.new(), self.clock.now()
        )
        self.queues.send(Queue.CHANGES, [message], delay=WAKE_DELAY_SECONDS)

    def _linked_by_others(self, sync: Sync) -> bool:
        return any(association.via == sync.id for other in self.syncs.syncs() for association in other.associations)

    def _doubt(self, sync: Sync, connectors: Mapping[Side, Connector]) -> None:
        self.drift.refresh(sync, connectors, older=DOUBT_MS, wake=True)

    def dead(self, sync: Sync, side: Side, error: NeedsPersonError) -> None:
        """A token was refused: the connection waits for a person."""
        self.health.needs_person(sync.connection(side), error)

    def away(self, sync: Sync, side: Side, kind: str, after: float) -> None:
        """A call was put off, because of a limit or an outage."""
        self.health.away(sync.connection(side), kind, after)


def may_create(sync: Sync, page: PageKey | None) -> frozenset[Side]:
    """The sides on which a look may make records (rule 1.3).

    A phase may create where it owns the records and the index of that side is complete; everything else only when both
    indexes are complete, so that no half-built index makes a duplicate.
    """
    if page is not None and page.generation == sync.generation:
        if page.phase is Phase.INDEX_HUBSPOT:
            return frozenset()
        if page.phase is Phase.SYNC_APP:
            return frozenset({Side.HUBSPOT})
    return frozenset(Side) if all(sync.index_complete(side) for side in Side) else frozenset()
