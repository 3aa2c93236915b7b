"""Call budgets in a dictionary."""

from __future__ import annotations

from collections import Counter

from hubsync.stores.gcra import Budget, draw


class MemoryBudgetStore:
    """The shared call budgets."""

    def __init__(self, writes: Counter[str] | None = None) -> None:
        self.writes: Counter[str] = Counter() if writes is None else writes
        self._budgets: dict[str, Budget] = {}

    def take(self, key: str, calls: int, *, per_second: float, burst: int, reserve: float, now: int) -> float:
        """See the port."""
        budget = self._budgets.get(key, Budget())
        after, wait = draw(budget, calls, per_second=per_second, burst=burst, reserve=reserve, now=now)
        if after != budget:
            self._budgets[key] = after
            self.writes["budget"] += 1
        return wait

    def block(self, key: str, until: int) -> None:
        """See the port."""
        self._budgets[key] = self._budgets.get(key, Budget()).blocked(until)
        self.writes["budget"] += 1
