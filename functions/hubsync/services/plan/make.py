"""Makes an ordered plan: the rehearsal, with its progress told on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hubsync.model.sync import PhaseProgress
from hubsync.services.plan.rehearsal import Limits, Rehearsal
from hubsync.services.plan.report import failed, made, running
from hubsync.services.plan.result import Rehearsed
from hubsync.services.ports import Clock, Connectors, Ids, Signals, Vault
from hubsync.stores.index_port import IndexStore
from hubsync.stores.ports import PlanOrder, PlanStore

TELL_EVERY_MS = 2_000


@dataclass(frozen=True, slots=True)
class MakePlan:
    """The use case over its ports. Of all of them it writes to `plans` alone."""

    plans: PlanStore
    index: IndexStore
    connectors: Connectors
    vault: Vault
    clock: Clock
    ids: Ids
    signals: Signals

    def __call__(self, plan_id: str, deadline: int) -> None:
        """Make a plan until `deadline` (epoch ms). One that was begun already, or is forgotten, is left alone."""
        order = self.plans.order(plan_id)
        if order is not None and self.plans.begin(plan_id, self.clock.now()):
            self.of(order, deadline)

    def of(self, order: PlanOrder, deadline: int, *, comparing: bool = False) -> Rehearsed:
        """Make the plan of this order, of a run or a comparison; store its report, and answer with what was found."""
        told_at = 0

        def tell(progress: Sequence[PhaseProgress]) -> None:
            nonlocal told_at
            if self.clock.now() - told_at >= TELL_EVERY_MS:
                told_at = self.clock.now()
                self.plans.put_report(running(order, progress))

        tell(())
        try:
            rehearsal = Rehearsal(
                sync=order.sync,
                accounts={account.id: account for account in order.accounts},
                index=self.index,
                new=order.sync.generation == 1,
                connectors=self.connectors,
                clock=self.clock,
                ids=self.ids,
                limits=Limits(deadline),
                tell=tell,
            )
            rehearsed = rehearsal.comparison() if comparing else rehearsal.initial_sync()
        except Exception:
            self.plans.put_report(failed(order, "The plan ended in an error of ours; the log of plan has it."))
            raise
        self.plans.put_report(made(order, rehearsed, self.vault))
        counted = rehearsed.tally
        self.signals.note("planned", sync=order.sync.id, records=counted.records, changed=counted.changed)
        return rehearsed
