"""What every call of an API passes: it is counted, met by faults, and held to a rate."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from math import ceil
from typing import Protocol

from infra.local.http import Response
from infra.local.parts.faults import Faults


class RateLimit:
    """A sliding window: `calls` in any `window` milliseconds; 0 calls means no limit."""

    def __init__(self, clock: Callable[[], int], calls: int, window: int) -> None:
        self.calls = calls
        self.window = window
        self._clock = clock
        self._taken: deque[int] = deque()

    def take(self) -> int | None:
        """Take one call: None if it may pass, else the milliseconds to wait."""
        now = self._clock()
        while self._taken and self._taken[0] <= now - self.window:
            self._taken.popleft()
        if len(self._taken) >= self.calls:
            return self._taken[0] + self.window - now
        self._taken.append(now)
        return None

    @property
    def remaining(self) -> int:
        """How many calls are left at this moment's window, as of the last call."""
        return max(0, self.calls - len(self._taken))


class Refuse(Protocol):
    """Makes an error answer in the app's own shape."""

    def __call__(self, status: int, code: str, message: str, /) -> Response:
        """An answer with this status."""
        ...


_WORDS = {
    401: ("unauthorised", "The credentials are not known."),
    403: ("forbidden", "The credentials do not allow this."),
    429: ("rate_limited", "Too many calls; wait as long as Retry-After says."),
    500: ("internal_error", "Something went wrong on our side."),
    502: ("bad_gateway", "The gateway got no answer."),
    503: ("unavailable", "The service is down for a moment."),
    504: ("timeout", "The gateway waited too long."),
}


class Gate:
    """Counts, faults and rate of one API. `counts` has the calls by kind, `statuses` by kind and status."""

    def __init__(self, randomness: random.Random, limit: RateLimit, refuse: Refuse) -> None:
        self.faults = Faults(randomness)
        self.limit = limit
        self.counts: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self._refuse = refuse

    def reset_counts(self) -> None:
        """Start counting anew."""
        self.counts.clear()
        self.statuses.clear()

    def through(self, kind: str, act: Callable[[], Response]) -> Response:
        """Answer one call of a kind; `act` carries it out."""
        self.counts[kind] += 1
        response = self._met(kind, act)
        self.statuses[f"{kind} {'lost' if response.lost else response.status}"] += 1
        return response

    def _met(self, kind: str, act: Callable[[], Response]) -> Response:
        fault = self.faults.strike(kind)
        if fault is None:
            return self._limited(act)
        answer = self._limited(act) if fault.after else Response()
        if fault.status is None:
            return replace(answer, lost=True)
        code, message = _WORDS.get(fault.status, ("fault", "A fault that was switched on."))
        refusal = self._refuse(fault.status, code, message)
        wait = fault.retry_after if fault.retry_after is not None else 1 if fault.status == 429 else None
        if wait is None:
            return refusal
        return replace(refusal, headers={**refusal.headers, "Retry-After": str(wait)})

    def _limited(self, act: Callable[[], Response]) -> Response:
        if self.limit.calls <= 0:
            return act()
        wait = self.limit.take()
        headers = {"X-RateLimit-Limit": str(self.limit.calls), "X-RateLimit-Remaining": str(self.limit.remaining)}
        if wait is None:
            answer = act()
        else:
            answer = self._refuse(429, *_WORDS[429])
            headers["Retry-After"] = str(ceil(wait / 1000))
        return replace(answer, headers={**headers, **answer.headers})
