"""Call budgets in StateTable."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute

from hubsync.stores.dynamodb.schema import SCHEMA
from hubsync.stores.dynamodb.table import StateItem, StateTable, done, unchanged
from hubsync.stores.gcra import Budget, draw

KEPT_SECONDS = 86_400
"""An account that made no call for a day owes nothing; its item may go."""

TRIES = 4
CONTENDED_SECONDS = 0.2
"""What a caller waits who lost every try to others; all of them were granted calls meanwhile."""


class BudgetItem(StateItem):
    """The theoretical arrival time (epoch µs), and nothing before `blocked_until` (epoch ms)."""

    arrival = NumberAttribute(default=0)
    blocked_until = NumberAttribute(default=0)


class DynamoBudgetStore:
    """The shared call budgets: one read and one conditional update for all the calls of a message."""

    def __init__(self, table: StateTable) -> None:
        self._budgets = table.bind(BudgetItem)

    def take(self, key: str, calls: int, *, per_second: float, burst: int, reserve: float, now: int) -> float:
        """See the port."""
        model = self._budgets
        for _ in range(TRIES):
            item = model.find(*_key(key))
            budget = Budget(int(item.arrival), int(item.blocked_until)) if item else Budget()
            after, wait = draw(budget, calls, per_second=per_second, burst=burst, reserve=reserve, now=now)
            if wait:
                return wait
            new = model(
                *_key(key),
                arrival=after.arrival,
                blocked_until=after.blocked_until,
                expires_at=now // 1000 + KEPT_SECONDS,
            )
            condition = unchanged(model, model.arrival, item and item.arrival)
            if item:
                condition &= model.blocked_until == item.blocked_until
            if done(lambda: new.save(condition=condition)):  # noqa: B023 called at once
                return 0.0
        return CONTENDED_SECONDS

    def block(self, key: str, until: int) -> None:
        """See the port."""
        model = self._budgets
        done(
            lambda: model(*_key(key)).update(
                actions=[
                    model.arrival.set(model.arrival | 0),
                    model.blocked_until.set(until),
                    model.schema.set(SCHEMA),
                    model.expires_at.set(until // 1000 + KEPT_SECONDS),
                ],
                condition=model.blocked_until.does_not_exist() | (model.blocked_until < until),
            )
        )


def _key(key: str) -> tuple[str, str]:
    return f"budget#{key}", "budget"
