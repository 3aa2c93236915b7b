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
    """The shared call budgets: one read and one conditional update for all the calls of a message.

    Whoever finds a budget as this process left it draws on it alone, and saves the read from then on, until the update
    says that somebody else has drawn.
    """

    def __init__(self, table: StateTable) -> None:
        self._budgets = table.bind(BudgetItem)
        self._left: dict[str, Budget] = {}
        self._alone: set[str] = set()

    def take(self, key: str, calls: int, *, per_second: float, burst: int, reserve: float, now: int) -> float:
        """See the port."""
        for _ in range(TRIES):
            unread = key in self._alone
            stored = self._left[key] if unread else self._read(key)
            after, wait = draw(stored or Budget(), calls, per_second=per_second, burst=burst, reserve=reserve, now=now)
            if wait and not unread:
                return wait
            if not wait and self._replace(key, stored, after, now):
                self._left[key] = after
                return 0.0
            self._alone.discard(key)  # somebody else has drawn, or may have been told to wait longer
        return CONTENDED_SECONDS

    def _read(self, key: str) -> Budget | None:
        item = self._budgets.find(*_key(key))
        stored = Budget(int(item.arrival), int(item.blocked_until)) if item else None
        if stored is not None and stored == self._left.get(key):
            self._alone.add(key)
        return stored

    def _replace(self, key: str, stored: Budget | None, after: Budget, now: int) -> bool:
        """Store a budget if the one before is still as it was read, or as it was left."""
        model = self._budgets
        new = model(
            *_key(key),
            arrival=after.arrival,
            blocked_until=after.blocked_until,
            expires_at=now // 1000 + KEPT_SECONDS,
        )
        condition = unchanged(model, model.arrival, stored and stored.arrival)
        if stored is not None:
            condition &= model.blocked_until == stored.blocked_until
        return done(lambda: new.save(condition=condition))

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
