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

    def __call__(self, sync_id: str, number: int, deadline: int, *, comparing: bool = False) -> Weight:
        """What the run of this generation, or the comparison of this number, would change, found until `deadline`
        (epoch ms).

        May be repeated: the plan has the run's own name. Raises `SupersededError` where the sync is not being weighed
        any more, and what a plan raises.
        """
        sync = self.syncs.sync(sync_id)
        waits = sync is not None and (
            sync.status is SyncStatus.ACTIVE
            if comparing
            else sync.generation == number and sync.status is SyncStatus.WEIGHING
        )
        if sync is None or not waits:
            raise SupersededError(f"The run {number} of sync {sync_id} is not being weighed.")
        accounts = [self.connections.connection(sync.connection(side)) for side in Side]
        known = tuple(replace(account, version=0) for account in accounts if account is not None)
        if len(known) < len(accounts):
            return Weight(problem="A connection of the sync is gone.")
        running = replace(sync, status=SyncStatus.ACTIVE if comparing else SyncStatus.INITIAL, version=0)
        order = PlanOrder(f"{sync_id}-{number}", self.make.clock.now(), running, known)
        rehearsed = self.make.of(order, deadline, comparing=comparing)
        counted = rehearsed.tally
        return Weight(
            counted.changed, counted.records, counted.created, counted.updated, rehearsed.problem, plan=order.id
        )
