"""What stands in place of the queues, the state machines, the mail and the log while a run is rehearsed."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from hubsync.model.message import LookMessage, PageMessage, Queue
from hubsync.services.ports import Clock


@dataclass(slots=True)
class ListedMessages:
    """Both queues, as one list in the order of what is due (`Queues`)."""

    clock: Clock
    _waiting: list[tuple[int, int, LookMessage | PageMessage]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)

    def send(self, queue: Queue, messages: Sequence[LookMessage | PageMessage], delay: float = 0) -> None:  # noqa: ARG002
        """See the port."""
        due = self.clock.now() + int(delay * 1000)
        for message in messages:
            heapq.heappush(self._waiting, (due, next(self._numbers), message))

    def due(self) -> int | None:
        """When the first message is due (epoch ms); None if there is none."""
        return self._waiting[0][0] if self._waiting else None

    def take(self) -> LookMessage | PageMessage:
        """The first message."""
        return heapq.heappop(self._waiting)[2]


@dataclass(slots=True)
class Conductor:
    """Stands for the state machine (`Orchestrator`): it remembers how the phase that it waits for has ended."""

    waiting: str = ""
    ended: bool = False
    problem: str | None = None

    def wait_for(self, task_token: str) -> None:
        """Begin to wait for a phase."""
        self.waiting, self.ended = task_token, False

    def start_initial(self, sync_id: str, generation: int) -> None:
        """A rehearsal starts nothing."""

    def start_comparison(self, sync_id: str, generation: int, run: str) -> None:
        """A rehearsal starts nothing."""

    def phase_done(self, task_token: str) -> None:
        """See the port."""
        self.ended = self.ended or task_token == self.waiting

    def phase_failed(self, task_token: str, sentence: str) -> None:
        """See the port."""
        if task_token == self.waiting:
            self.problem = sentence

    def phase_superseded(self, task_token: str) -> None:
        """See the port."""
        if task_token == self.waiting:
            self.problem = "The run could not go on."


class Silence:
    """No mail and no metric goes out of a rehearsal, and no log line but its own (`Mailer`, `Signals`)."""

    def send(self, to: Sequence[str], subject: str, text: str) -> None:
        """Nobody is told."""

    def count(self, metric: str, value: float = 1) -> None:
        """What did not happen is not counted."""

    def note(self, event: str, **facts: str | float | None) -> None:
        """What did not happen is not logged."""


class NothingSealed:
    """A rehearsal keeps no history, and so has nothing to seal (`Vault`)."""

    def seal(self, plaintext: str, belongs_to: str) -> bytes:  # noqa: ARG002 - the port's
        """There is nothing to seal."""
        raise AssertionError("a rehearsal seals nothing")

    def open(self, sealed: bytes, belongs_to: str) -> str:  # noqa: ARG002 - the port's
        """There is nothing to open."""
        raise AssertionError("a rehearsal opens nothing")
