"""Plans in dictionaries."""

from __future__ import annotations

from collections import Counter

from hubsync.stores.ports import PlanOrder, PlanReport


class MemoryPlanStore:
    """Plans."""

    def __init__(self, writes: Counter[str] | None = None) -> None:
        self.writes: Counter[str] = Counter() if writes is None else writes
        self._orders: dict[str, PlanOrder] = {}
        self._begun: set[str] = set()
        self._reports: dict[str, PlanReport] = {}

    def put_order(self, order: PlanOrder) -> None:
        """See the port."""
        self._orders[order.id] = order
        self.writes["plan"] += 1

    def order(self, plan_id: str) -> PlanOrder | None:
        """See the port."""
        return self._orders.get(plan_id)

    def begin(self, plan_id: str, at: int) -> bool:  # noqa: ARG002 - nothing expires here
        """See the port."""
        if plan_id in self._begun:
            return False
        self._begun.add(plan_id)
        self.writes["plan"] += 1
        return True

    def put_report(self, report: PlanReport) -> None:
        """See the port."""
        self._reports[report.id] = report
        self.writes["plan"] += 1

    def report(self, plan_id: str) -> PlanReport | None:
        """See the port."""
        return self._reports.get(plan_id)
