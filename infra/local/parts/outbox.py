"""Webhook events between the change that caused them and the receiver that takes them.

Nothing is posted inside a request. A test drains the outbox with `deliver`; a server has a courier do so.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Condition
from typing import Any

from infra.local.parts.faults import WebhookFaults

Event = Mapping[str, Any]
Post = Callable[[str, Mapping[str, str], bytes], int]
"""Posts a body with headers to a URL and gives the status, 0 if nobody answered."""

ATTEMPTS = 5
FIRST_PAUSE = 1_000


@dataclass(frozen=True, slots=True)
class Pending:
    """An event on its way: it leaves at `due` (epoch milliseconds); `number` keeps the order of its changes."""

    due: int
    number: int
    event: Event
    attempts: int = 0


class Outbox:
    """The events of one app for one receiver.

    `pack` makes the body of a batch, `sign` its headers from secret, body and time (epoch milliseconds). An answer
    other than 2xx puts the batch back with growing pauses, at most `ATTEMPTS` times. Without a URL, or switched off,
    events are dropped for good.
    """

    def __init__(
        self,
        clock: Callable[[], int],
        randomness: random.Random,
        *,
        pack: Callable[[Sequence[Event]], bytes],
        sign: Callable[[str, bytes, int], Mapping[str, str]],
        batch: int,
    ) -> None:
        self.url: str | None = None
        self.secret = ""
        self.active = True
        self.faults = WebhookFaults()
        self.counts: Counter[str] = Counter()
        self._clock = clock
        self._randomness = randomness
        self._pack = pack
        self._sign = sign
        self._batch = batch
        self._pending: list[Pending] = []
        self._number = 0
        self._changed = Condition()

    def configure(self, url: str | None, secret: str | None = None, active: bool = True) -> None:
        """Say where events go; a secret of None stays as it is."""
        with self._changed:
            self.url, self.active = url, active
            if secret is not None:
                self.secret = secret

    @property
    def pending(self) -> list[Pending]:
        """What has not been taken yet."""
        with self._changed:
            return sorted(self._pending, key=lambda item: (item.due, item.number))

    def add(self, event: Event) -> None:
        """Send an event on its way, or let a fault befall it."""
        with self._changed:
            if not self.active or self.url is None:
                self.counts["unsent"] += 1
                return
            if self._lost():
                self.counts["lost"] += 1
                return
            copies = 1
            if self._chance(self.faults.double):
                copies = 2
                self.counts["doubled"] += 1
            for _ in range(copies):
                self._put(Pending(self._clock() + self._delay(), self._number, event))
            self._changed.notify_all()

    def clear(self) -> int:
        """Lose everything that is pending; says how many."""
        with self._changed:
            lost = len(self._pending)
            self._pending.clear()
            self.counts["lost"] += lost
            return lost

    def wait(self, seconds: float) -> None:
        """Block until an event may be due, at most so long."""
        with self._changed:
            now = self._clock()
            sendable = self._pending if self.active and self.url is not None else []
            soonest = min((item.due - now for item in sendable), default=None)
            if soonest is None or soonest > 0:
                pause = seconds if soonest is None else min(seconds, soonest / 1000)
                self._changed.wait(pause)

    def deliver(self, post: Post) -> int:
        """Post all that is due at this moment; says how many events were taken. What comes in meanwhile waits."""
        taken = 0
        with self._changed:
            horizon = self._number
        while batch := self._take(horizon):
            body = self._pack([item.event for item in batch])
            headers = {"Content-Type": "application/json", **self._sign(self.secret, body, self._clock())}
            status = 0
            try:
                status = post(self.url or "", headers, body)
            finally:
                self._settle(batch, status)
            if 200 <= status < 300:
                taken += len(batch)
        return taken

    def _take(self, horizon: int) -> list[Pending]:
        with self._changed:
            if not self.active or self.url is None:
                return []
            now = self._clock()
            due = [item for item in self._pending if item.due <= now and item.number <= horizon]
            if self.faults.reorder:
                self._randomness.shuffle(due)
            else:
                due.sort(key=lambda item: (item.due, item.number))
            batch = due[: self._batch]
            numbers = {item.number for item in batch}
            self._pending = [item for item in self._pending if item.number not in numbers]
            return batch

    def _settle(self, batch: Sequence[Pending], status: int) -> None:
        with self._changed:
            self.counts["posts"] += 1
            if 200 <= status < 300:
                self.counts["delivered"] += len(batch)
                return
            self.counts["refused"] += 1
            for item in batch:
                if item.attempts + 1 >= ATTEMPTS:
                    self.counts["given_up"] += 1
                    continue
                due = self._clock() + FIRST_PAUSE * 2**item.attempts
                self._put(replace(item, due=due, attempts=item.attempts + 1))

    def _put(self, item: Pending) -> None:
        self._number += 1
        self._pending.append(replace(item, number=self._number))

    def _lost(self) -> bool:
        if self.faults.lose_next > 0:
            self.faults.lose_next -= 1
            return True
        return self._chance(self.faults.lose)

    def _delay(self) -> int:
        if not self._chance(self.faults.delay):
            return 0
        self.counts["delayed"] += 1
        return self._randomness.randint(self.faults.delay_from, self.faults.delay_to)

    def _chance(self, probability: float) -> bool:
        return probability > 0 and self._randomness.random() < probability
