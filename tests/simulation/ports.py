"""Time, randomness, queues and state machines of the simulation: one seed owns them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil
from random import Random
from typing import Any

from hubsync.aws.messages import encode
from hubsync.model.message import EventMessage, LookMessage, PageMessage, Queue

START = 1_790_000_000_000
VISIBILITY_MS = 120_000
MAX_RECEIVES = 5


class Crash(BaseException):
    """The process dies here; nothing after this line happens."""


class Fuse:
    """Blows at the n-th call to anything outside, wherever that is: the process dies there, or, with an `interrupt`,
    another worker does a piece of work in the middle of this one's."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.interrupt: Callable[[], object] | None = None
        self.blown = 0
        self.interrupted = 0

    def step(self) -> None:
        """One call goes out."""
        if self.left is None:
            return
        self.left -= 1
        if self.left >= 0:
            return
        self.left = None
        if self.interrupt is None:
            self.blown += 1
            raise Crash
        interrupt, self.interrupt = self.interrupt, None
        self.interrupted += 1
        interrupt()


class Guarded:
    """Stands before a port: each call may be the one before which, or after which, the process dies."""

    def __init__(self, target: Any, fuse: Fuse) -> None:
        self._target = target
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._target, name)
        if not callable(attribute):
            return attribute

        def call(*args: Any, **kwargs: Any) -> Any:
            self._fuse.step()
            answer = attribute(*args, **kwargs)
            self._fuse.step()
            return answer

        return call


@dataclass(slots=True)
class SimClock:
    """A clock that moves only when it is moved."""

    ms: int = START

    def now(self) -> int:
        return self.ms

    def sleep(self, seconds: float) -> None:
        self.ms += ceil(seconds * 1000)


@dataclass(slots=True)
class SimIds:
    """Ids and keys from the seed."""

    random: Random

    def new(self) -> str:
        return f"{self.random.getrandbits(64):016x}"

    def key(self) -> bytes:
        return self.random.randbytes(32)


@dataclass(slots=True)
class SimSignals:
    """Keeps every metric and note, with the time; a test can ask what was said."""

    clock: SimClock
    sums: dict[str, float] = field(default_factory=dict)
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def count(self, metric: str, value: float = 1) -> None:
        self.sums[metric] = self.sums.get(metric, 0) + value

    def note(self, event: str, **facts: Any) -> None:
        self.notes.append((event, {**facts, "at": self.clock.ms}))

    def flush(self) -> None:
        """Nothing to write."""


@dataclass(slots=True)
class Delivery:
    """A message in a queue."""

    id: str
    queue: Queue
    body: str
    due: int
    receives: int = 0


@dataclass(slots=True)
class SimQueues:
    """Both queues: at least once, in any order."""

    clock: SimClock
    random: Random
    waiting: list[Delivery] = field(default_factory=list)
    dead: list[Delivery] = field(default_factory=list)
    doubling: float = 0.0
    sent: int = 0

    def send(
        self, queue: Queue, messages: Sequence[LookMessage | PageMessage | EventMessage], delay: float = 0
    ) -> None:
        for message in messages:
            copies = 2 if self.random.random() < self.doubling else 1
            for _ in range(copies):
                self.sent += 1
                due = self.clock.ms + int(delay * 1000)
                self.waiting.append(Delivery(f"m{self.sent}", queue, encode(message), due))

    def send_events(self, messages: Sequence[EventMessage], delay: float = 0) -> None:
        self.send(Queue.CHANGES, messages, delay)

    def take(self, most: int) -> list[Delivery]:
        """Some due messages of one queue, in any order; moves the clock to the first one if none is due."""
        if not self.waiting:
            return []
        self.clock.ms = max(self.clock.ms, min(one.due for one in self.waiting))
        due = [one for one in self.waiting if one.due <= self.clock.ms]
        queue = self.random.choice(due).queue
        chosen = [one for one in due if one.queue is queue]
        self.random.shuffle(chosen)
        chosen = chosen[: 1 if queue is Queue.BULK else most]
        for one in chosen:
            self.waiting.remove(one)
            one.receives += 1
        return chosen

    def back(self, deliveries: Sequence[Delivery]) -> None:
        """Messages that were not deleted come back after the visibility time-out, or go to the dead letters."""
        for one in deliveries:
            if one.receives >= MAX_RECEIVES:
                self.dead.append(one)
            else:
                one.due = self.clock.ms + VISIBILITY_MS
                self.waiting.append(one)


@dataclass(slots=True)
class Run:
    """An execution of a state machine: the steps still to go, and the token it waits on."""

    kind: str
    sync_id: str
    generation: int
    steps: list[str]
    token: str | None = None
    failed: str | None = None
    weighed: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class SimOrchestrator:
    """Step Functions: goes from phase to phase, waits on tokens."""

    ids: SimIds
    call: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    runs: dict[str, Run] = field(default_factory=dict)

    def start_initial(self, sync_id: str, generation: int) -> None:
        steps = ["prepare", "index_hubspot", "sync_app", "sync_hubspot", "finish"]
        self.runs.setdefault(f"{sync_id}-{generation}", Run("initial", sync_id, generation, steps))

    def start_comparison(self, sync_id: str, generation: int, run: str) -> None:
        steps = ["prepare", "compare_hubspot", "compare_app", "compare_index"]
        self.runs.setdefault(f"{sync_id}-{run}", Run("comparison", sync_id, generation, steps))

    def phase_done(self, task_token: str) -> None:
        for run in self.runs.values():
            if run.token == task_token:
                run.token = None
                run.steps.pop(0)

    def phase_failed(self, task_token: str, sentence: str) -> None:
        for run in self.runs.values():
            if run.token == task_token:
                run.token, run.steps, run.failed = None, [], sentence

    def phase_superseded(self, task_token: str) -> None:
        for run in self.runs.values():
            if run.token == task_token:
                run.token, run.steps = None, []

    def ready(self) -> Run | None:
        """A run that can take its next step."""
        return next((run for run in self.runs.values() if run.steps and run.token is None), None)


class PlainVault:
    """Seals by naming the owner; the secrets of a simulation are none."""

    def seal(self, plaintext: str, belongs_to: str) -> bytes:
        return f"{belongs_to}|{plaintext}".encode()

    def open(self, sealed: bytes, belongs_to: str) -> str:
        owner, _, plaintext = sealed.decode().partition("|")
        if owner != belongs_to:
            raise ValueError("sealed for somebody else")
        return plaintext


@dataclass(slots=True)
class SimMailer:
    """Keeps what was sent."""

    sent: list[tuple[tuple[str, ...], str, str]] = field(default_factory=list)

    def send(self, to: Sequence[str], subject: str, text: str) -> None:
        self.sent.append((tuple(to), subject, text))


@dataclass(slots=True)
class SimPost:
    """Keeps the mail to single people; it can be out of order."""

    sent: list[tuple[str, str, str]] = field(default_factory=list)
    works: bool = True

    def mail(self, to: str, subject: str, text: str) -> bool:
        if self.works:
            self.sent.append((to, subject, text))
        return self.works


@dataclass(slots=True)
class SimExportMaker:
    """Keeps the calls of the export function until the world carries them out."""

    called: list[str] = field(default_factory=list)

    def make(self, export_id: str) -> None:
        self.called.append(export_id)
