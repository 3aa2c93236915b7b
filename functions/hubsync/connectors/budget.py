"""The calls that one account may make, shared by every worker: an `Allowance` over a stored GCRA budget.

A limit of an application is a *sliding window*: never more than so many calls in any ten seconds. GCRA grants at most
`burst + rate x window` calls in any window, so burst and rate are chosen to stay within the limit (`Limit`). A granted
call may be held back for a moment, so that a message's calls are reserved in one conditional write instead of one
each; that moment is part of the window that the rate is reckoned for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from threading import Lock
from typing import Protocol

from hubsync.connectors.errors import RetryLaterError

NORMAL = "normal"
PATIENCE = 1.0
"""Seconds that one `take` may sleep in all. A longer wait belongs to the queue."""

BULK_RESERVE = 0.2
"""The share of the burst that bulk work leaves to changes, for which people are waiting."""


class BudgetTable(Protocol):
    """Where budgets are kept: the part of `hubsync.stores.ports.BudgetStore` that is needed here."""

    def take(self, key: str, calls: int, *, per_second: float, burst: int, reserve: float, now: int) -> float:
        """Take permission for `calls`; 0 if granted, else the seconds after which to ask again."""
        ...

    def block(self, key: str, until: int) -> None:
        """Grant nothing before `until` (epoch ms)."""
        ...


class Time(Protocol):
    """The clock that decides, and sleeps."""

    def now(self) -> int:
        """Epoch milliseconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for at most a second or so."""
        ...


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` in any `seconds`, as the application counts them."""

    calls: int
    seconds: float

    @property
    def burst(self) -> int:
        """Calls that may be made at once: a tenth of the limit, so that nine tenths are left for the steady rate."""
        return max(1, min(2, self.calls - 1), self.calls // 10)

    @property
    def hold(self) -> float:
        """Seconds for which a granted call may be held back: a tenth of the window. Jitter of the network is in it."""
        return self.seconds / 10

    @property
    def per_second(self) -> float:
        """The steady rate.

        In a window longer by `hold` the budget grants `burst` and one call for each full interval; calls are whole,
        so this may be almost one more than `calls - burst`.
        """
        return (self.calls - self.burst + 0.9) / (self.seconds + self.hold)


@dataclass(slots=True)
class _Held:
    """Calls that were granted and not made yet, until when they may be made, and how many more are expected."""

    calls: int = 0
    until: int = 0
    expected: int = 0


class Budget:
    """One caller's share in an account's budget (`Allowance`). Threads of the caller may share it.

    `account` names the budget; every caller of the account gives the same one. `limits` are by bucket; a bucket that
    is not named draws on `normal`. `bulk` callers leave the last fifth of the burst to others.
    """

    def __init__(
        self, table: BudgetTable, time: Time, account: str, limits: Mapping[str, Limit], *, bulk: bool = False
    ) -> None:
        self._table = table
        self._time = time
        self._account = account
        self._limits = limits
        self._reserve = BULK_RESERVE if bulk else 0.0
        self._held: dict[str, _Held] = {}
        self._lock = Lock()

    def expect(self, calls: int, *, bucket: str = NORMAL) -> None:
        """Say how many calls are about to be made, so that they are reserved together. A guess does no harm."""
        with self._lock:
            self._of(self._named(bucket)).expected = max(0, calls)

    def take(self, calls: int = 1, *, bucket: str = NORMAL) -> None:
        """Take permission for some calls, sleeping up to a second.

        Raises `RetryLaterError` (kind `budget`) where that is not enough; nothing is taken then that is not kept for
        the next attempt.
        """
        with self._lock:  # who waits for the budget lets the others of its caller wait behind it
            self._take(self._named(bucket), calls)

    def _take(self, name: str, calls: int) -> None:
        held = self._of(name)
        if held.until <= self._time.now():
            held.calls = 0
        slept = 0.0
        while held.calls < calls:
            slept = self._draw(name, held, calls - held.calls, slept)
        held.calls -= calls
        held.expected = max(0, held.expected - calls)

    def penalise(self, seconds: float, *, bucket: str = NORMAL) -> None:
        """The application itself said 429: nobody calls for that long, not even on what is held."""
        name = self._named(bucket)
        with self._lock:
            self._of(name).calls = 0
        self._table.block(self._key(name), self._time.now() + ceil(seconds * 1000))

    def _draw(self, name: str, held: _Held, missing: int, slept: float) -> float:
        """Draw what is missing and what is expected, or wait once; gives back the seconds slept so far."""
        limit = self._limits[name]
        most = max(1, int(limit.burst * (1 - self._reserve)))
        now = self._time.now()
        wanted = min(most, max(missing, held.expected - held.calls))
        wait = self._ask(name, limit, wanted, now)
        if wait > 0 and wanted > min(most, missing):  # too little for all of it may be enough for what is needed now
            wanted = min(most, missing)
            wait = self._ask(name, limit, wanted, now)
        if wait <= 0:
            fresh = now + int(limit.hold * 1000)
            held.until = min(held.until, fresh) if held.calls else fresh
            held.calls += wanted
            return slept
        if slept + wait > PATIENCE:
            raise RetryLaterError("The account's call budget is used up for the moment.", after=wait, kind="budget")
        self._time.sleep(wait)
        return slept + wait

    def _ask(self, name: str, limit: Limit, calls: int, now: int) -> float:
        return self._table.take(
            self._key(name), calls, per_second=limit.per_second, burst=limit.burst, reserve=self._reserve, now=now
        )

    def _named(self, bucket: str) -> str:
        return bucket if bucket in self._limits else NORMAL

    def _of(self, name: str) -> _Held:
        return self._held.setdefault(name, _Held())

    def _key(self, name: str) -> str:
        return f"{self._account}#{name}"
