"""The ports to everything outside that is neither a store nor an application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from hubsync.connectors.port import ChangedPages, ChangeFeed, Connector, Directory, Pipelines, WebhookReader
from hubsync.model.app import AppObject
from hubsync.model.connection import Connection
from hubsync.model.message import EventMessage, LookMessage, PageMessage, Queue


class Clock(Protocol):
    """Time, which the simulation owns."""

    def now(self) -> int:
        """Epoch milliseconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait, for at most a second or so; longer waits belong to the queue."""
        ...


class Ids(Protocol):
    """Randomness, which the simulation owns."""

    def new(self) -> str:
        """A fresh id: 16 characters, letters and digits."""
        ...

    def key(self) -> bytes:
        """32 secret bytes."""
        ...


class Queues(Protocol):
    """The two queues."""

    def send(self, queue: Queue, messages: Sequence[LookMessage | PageMessage], delay: float = 0) -> None:
        """Put messages on a queue, in batches; `delay` is in seconds, at most 900."""
        ...


class EventQueue(Protocol):
    """The queue that the app's events stand on: they travel with their data (rule 6.3)."""

    def send_events(self, messages: Sequence[EventMessage], delay: float = 0) -> None:
        """Put events on the queue `changes`, in batches; `delay` is in seconds, at most 900."""
        ...


class Orchestrator(Protocol):
    """Moves a run from phase to phase (Step Functions)."""

    def start_initial(self, sync_id: str, generation: int) -> None:
        """Start the initial sync of a generation. Starting the same one twice is one start."""
        ...

    def start_comparison(self, sync_id: str, generation: int, run: str) -> None:
        """Start a comparison; `run` names it, so that starting it twice is one start.

        `generation` numbers its pages in the ledger: epoch milliseconds, far above any sync's generation.
        """
        ...

    def phase_done(self, task_token: str) -> None:
        """Tell the state machine that a phase is over. Telling it twice, or too late, does no harm."""
        ...

    def phase_failed(self, task_token: str, sentence: str) -> None:
        """Tell it that a phase cannot go on. Telling it twice, or too late, does no harm."""
        ...

    def phase_superseded(self, task_token: str) -> None:
        """Tell it that nobody waits for a phase any more: the run ends at once, and is no failure (rule 1.2).

        Telling it twice, or too late, does no harm.
        """
        ...


class Vault(Protocol):
    """Seals credentials with the deployment's key; the ciphertext is bound to what it belongs to."""

    def seal(self, plaintext: str, belongs_to: str) -> bytes:
        """Encrypt. `belongs_to` has to be given again to open it."""
        ...

    def open(self, sealed: bytes, belongs_to: str) -> str:
        """Decrypt."""
        ...


class Mailer(Protocol):
    """Mail and alerts to people."""

    def send(self, to: Sequence[str], subject: str, text: str) -> None:
        """Send one mail to some addresses, and one message to the deployment's topic."""
        ...


class Connectors(Protocol):
    """Makes connectors for connections."""

    def connector(self, connection: Connection, *, bulk: bool) -> Connector:
        """The connector of an account; `bulk` calls leave the last fifth of the budget to people."""
        ...

    def feed(self, connection: Connection) -> ChangeFeed | None:
        """Its change feed, if the application has one."""
        ...

    def changed(self, connection: Connection, object_type: str) -> ChangedPages | None:
        """Its list of what changed since an instant, if the application has one for this object type."""
        ...

    def directory(self, connection: Connection) -> Directory | None:
        """Its users, if the application tells them."""
        ...

    def pipelines(self, connection: Connection, object_type: str) -> Pipelines | None:
        """Its pipelines, if the application has any for this object type."""
        ...

    def webhooks(self, connection: Connection) -> WebhookReader | None:
        """The reader of its webhooks, if the application sends any."""
        ...

    def apps(self) -> Mapping[str, str]:
        """The applications there are: key and name."""
        ...

    def objects(self, app: str) -> Sequence[AppObject]:
        """The object types of an application that there is, with their default mappings (rule 4.1)."""
        ...


class Signals(Protocol):
    """Metrics and log lines with a meaning; no customer value ever goes in."""

    def count(self, metric: str, value: float = 1) -> None:
        """Add to a metric (`docs/operating.md` lists them)."""
        ...

    def note(self, event: str, **facts: str | float | None) -> None:
        """Log what happened; `facts` are ids, numbers, states."""
        ...
