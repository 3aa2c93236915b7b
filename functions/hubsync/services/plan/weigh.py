"""Weighs a run before it may write: the plan of what it would do, kept as any other (rule 1.10)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hubsync.model.brake import Weight
from hubsync.model.side import Side
from hubsync.model.sync import SyncStatus
from hubsync.services.phases import SupersededError
from hubsync.services.plan.make import MakePlan
from hubsync.stores.ports import ConnectionStore, PlanOrder, SyncStore


@dataclass(frozen=True, slots=True)
class Weigh:
    """The use case over its ports. Of all of them it writes to the plans alone."""

    make: MakePlan
    syncs: SyncStore
    connections: ConnectionStore

    def __call__(self, sync_id: str, generation: int, deadline: int) -> Weight:
        """What the run of this generation would change, found until `deadline` (epoch ms).

        May be repeated: the plan has the run's own name. Raises `SupersededError` where the sync is not being weighed
        any more, and what a plan raises.
        """
        sync = self.syncs.sync(sync_id)
        if sync is None or sync.generation != generation or sync.status is not SyncStatus.WEIGHING:
            raise SupersededError(f"Generation {generation} of sync {sync_id} is not being weighed.")
        accounts = [self.connections.connection(sync.connection(side)) for side in Side]
        known = tuple(replace(account, version=0) for account in accounts if account is not None)
        if len(known) < len(accounts):
            return Weight(problem="A connection of the sync is gone.")
        running = replace(sync, status=SyncStatus.INITIAL, version=0)
        order = PlanOrder(f"{sync_id}-{generation}", self.make.clock.now(), running, known)
        rehearsed = self.make.of(order, deadline)
        counted = rehearsed.tally
        return Weight(
            counted.changed, counted.records, counted.created, counted.updated, rehearsed.problem, plan=order.id
        )
