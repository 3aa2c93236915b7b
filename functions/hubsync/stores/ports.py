"""The ports of everything that is remembered; that of the index is `hubsync.stores.index_port`.

Two rules make them small. *Versions*: an item is written only if its stored version is the one that was read
(`version`, 0 for an item that is not stored yet); the stored version is then one more. Every condition of the protocol
(lease, generation, slot of a claim) is checked on the item as it was read, and the version makes the check hold.
*Consistency*: every read is strongly consistent, `walk` and `Counts` excepted where they say so.

One conformance suite (`tests/contract/stores`) runs against every implementation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from hubsync.model.connection import Connection
from hubsync.model.message import PageKey
from hubsync.model.outage import Outage
from hubsync.model.schema import ObjectSchema
from hubsync.model.status import RecordStatus
from hubsync.model.sync import Counts, Phase, PhaseProgress, Sync


class ConnectionStore(Protocol):
    """Connections, by id."""

    def connection(self, connection_id: str) -> Connection | None:
        """One connection."""
        ...

    def connections(self) -> Sequence[Connection]:
        """All of them, by id."""
        ...

    def put_connection(self, connection: Connection) -> bool:
        """Store one if its version is still the stored one."""
        ...

    def delete_connection(self, connection: Connection) -> bool:
        """Forget one if its version is still the stored one."""
        ...


MOST_AT_ONCE = 99
"""Connections and syncs that can be saved together: a transaction of DynamoDB has at most 100 items, one of them the
roster's."""


@dataclass(frozen=True, slots=True)
class Roster:
    """All syncs, by name, and how often one was added."""

    syncs: Sequence[Sync]
    version: int


class SyncStore(Protocol):
    """Syncs, by id."""

    def sync(self, sync_id: str) -> Sync | None:
        """One sync."""
        ...

    def named(self, name: str) -> Sync | None:
        """The sync that a person calls so."""
        ...

    def syncs(self) -> Sequence[Sync]:
        """All of them, by name."""
        ...

    def roster(self) -> Roster:
        """All of them, for who wants to add one."""
        ...

    def put_sync(self, sync: Sync) -> bool:
        """Store one if its version is still the stored one."""
        ...

    def delete_sync(self, sync_id: str) -> None:
        """Forget a sync; its index must be purged already."""
        ...

    def save(self, connections: Sequence[Connection], syncs: Sequence[Sync], *, roster: Roster | None = None) -> bool:
        """Store all of these, at most `MOST_AT_ONCE`, or none; False if a version was not the stored one.

        Of several who add syncs to one `roster` at once only one succeeds: what a new sync is called, and which lists
        it is about, was checked against the syncs there were.
        """
        ...


@dataclass(frozen=True, slots=True)
class PollCursor:
    """How far HubSpot's changes of one object type have been walked.

    Everything up to `since` (epoch ms) is enqueued; of the window up to `until`, everything up to `after_id`.
    `place` is where an application's own list of changes was left. `lock_until` (epoch ms) keeps a second poll away.
    """

    connection_id: str
    object_type: str
    since: int
    until: int | None = None
    after_id: int = 0
    lock_until: int = 0
    place: str | None = None
    version: int = 0


class CursorStore(Protocol):
    """Poll cursors, one for each account and object type."""

    def cursor(self, connection_id: str, object_type: str) -> PollCursor | None:
        """One cursor."""
        ...

    def put_cursor(self, cursor: PollCursor) -> bool:
        """Store one if its version is still the stored one."""
        ...


@dataclass(frozen=True, slots=True)
class SchemaSnapshot:
    """What an account said of one of its object types, and when it was asked (epoch ms)."""

    connection_id: str
    schema: ObjectSchema
    fetched_at: int
    version: int = 0


class SchemaStore(Protocol):
    """The last schema of each account and object type, so that no look has to ask for one (rule 4.1)."""

    def schema(
        self, connection_id: str, object_type: str, known: SchemaSnapshot | None = None
    ) -> SchemaSnapshot | None:
        """The stored one. Where that has the version of `known`, the answer is `known` itself, and nothing is read out
        of the item: workers ask again and again, and a schema may have hundreds of fields."""
        ...

    def put_schema(self, snapshot: SchemaSnapshot) -> bool:
        """Store one if its version is still the stored one."""
        ...


class Ledger(Protocol):
    """What the phases have seen and settled. Every call may be repeated without harm (rule 9.1)."""

    def open_phase(self, sync_id: str, progress: PhaseProgress, task_token: str | None) -> None:
        """Begin a phase of a generation, or give a phase that was begun its task token."""
        ...

    def expect(
        self, sync_id: str, page: PageKey, ids: Sequence[str], *, last: bool, total: int | None, now: int
    ) -> bool:
        """Write down which references a page showed, before any is settled. True when the phase is done by that.

        `last` closes the scan.

        A page with no references is done at once. A page that is delivered again is written down again, and perhaps
        shows other references by then: the new ones replace the old ones, what was settled stays settled. A page that
        is done stays as it is.
        """
        ...

    def expected(self, sync_id: str, page: PageKey) -> bool:
        """Whether a page has been written down already."""
        ...

    def settle(self, sync_id: str, page: PageKey, ids: Iterable[str], now: int) -> bool:
        """Mark references of a page as settled. True when the phase is done, now or already.

        Of a page that was not written down, nothing is remembered.
        """
        ...

    def progress(self, sync_id: str, generation: int, phase: Phase) -> PhaseProgress | None:
        """How far one phase is. A page's references count as settled when all of them are."""
        ...

    def task_token(self, sync_id: str, generation: int, phase: Phase) -> str | None:
        """The token that the state machine waits on."""
        ...

    def task_tokens(self, sync_id: str, runs: Iterable[tuple[int, Phase]]) -> Sequence[str]:
        """The tokens of several phases, each with its generation, in their order; those without one left out."""
        ...

    def unsettled(self, sync_id: str, generation: int, phase: Phase) -> Mapping[int, Sequence[str]]:
        """By page number, the references that are not settled yet."""
        ...

    def seen(self, sync_id: str, generation: int, phase: Phase) -> Iterable[str]:
        """Every reference that the pages of a phase showed (the comparison's list of the living)."""
        ...


class BudgetStore(Protocol):
    """The shared call budgets, one GCRA item for each account and bucket."""

    def take(self, key: str, calls: int, *, per_second: float, burst: int, reserve: float, now: int) -> float:
        """Take permission for `calls`; 0 if granted, else the seconds after which to ask again.

        `reserve` is the share of the burst that this caller must leave to others (bulk work: 0.2).
        """
        ...

    def block(self, key: str, until: int) -> None:
        """Grant nothing before `until` (epoch ms)."""
        ...


class OutageStore(Protocol):
    """Outages, one for each account that was away lately (rule 1.9)."""

    def outage(self, connection_id: str) -> Outage | None:
        """The last one of an account, as long as it is kept."""
        ...

    def outages(self) -> Sequence[Outage]:
        """All that are kept, by connection."""
        ...

    def put_outage(self, outage: Outage) -> bool:
        """Store one if its version is still the stored one. It is forgotten a day after its end."""
        ...

    def end_outage(self, outage: Outage) -> bool:
        """Forget one if its version is still the stored one."""
        ...


@dataclass(frozen=True, slots=True)
class CountChange:
    """One change of an entry, out of the table's stream. `order` is its sequence number, a whole number as text."""

    sync_id: str
    bucket: str
    before: RecordStatus | None
    after: RecordStatus | None
    order: str


@dataclass(frozen=True, slots=True)
class CountMark:
    """A mark in a bucket's stream: a recount begins there, or, with what it `counted`, ends. `recount` names it."""

    sync_id: str
    bucket: str
    recount: str
    counted: Mapping[str, int] | None
    order: str


class CountStore(Protocol):
    """Counts by status, exact once the queues are empty (promise 6). One item for each sync and bucket."""

    def apply(self, changes: Sequence[CountChange | CountMark]) -> None:
        """Count changes; those not newer than the last one counted of their bucket are passed over.

        What a recount found replaces the count, if no status changed between its two marks.
        """
        ...

    def counts(self, sync_id: str) -> Counts:
        """The counts of a sync."""
        ...

    def counted(self, sync_id: str, bucket: str) -> Mapping[str, int]:
        """The count of one bucket, by status; a status that no record has is left out."""
        ...


@dataclass(frozen=True, slots=True)
class Notification:
    """A sentence for the people who run a sync. `at` is epoch ms."""

    sync_id: str
    at: int
    title: str
    text: str


class NotificationStore(Protocol):
    """Notifications, newest first."""

    def add_notification(self, notification: Notification) -> None:
        """Keep one; the same sync, time and title is kept once."""
        ...

    def notifications(self, limit: int) -> Sequence[Notification]:
        """The newest ones."""
        ...

    def notifications_from(self, place: str | None, limit: int) -> tuple[Sequence[Notification], str | None]:
        """Those behind a place, newest first, and the place to go on from; None begins, and ends."""
        ...


KEPT_ANSWER_MS = 86_400_000
"""How long the answer to a request with a key is kept."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A request with a key, as its hash, and what it was answered; None while somebody is at it."""

    request: str
    text: str | None = None


class AnswerStore(Protocol):
    """Answers to requests with a key, for a day, so that what is asked for twice is done once. Times are epoch ms."""

    def begin(self, key: str, request: str, now: int, until: int) -> KeptAnswer | None:
        """Take the key for a request; None if that was done, else what is kept under it.

        Who took it and neither finished nor released it has lost it at `until`.
        """
        ...

    def finish(self, key: str, request: str, text: str, now: int) -> None:
        """Keep the answer."""
        ...

    def release(self, key: str) -> None:
        """Give the key free."""
        ...


@dataclass(frozen=True, slots=True)
class PlanOrder:
    """What a plan is made of: the sync as it would be saved, and its accounts. `at`: when it was ordered, epoch ms."""

    id: str
    at: int
    sync: Sync
    accounts: Sequence[Connection]


@dataclass(frozen=True, slots=True)
class PlanReport:
    """How far a plan is, and what it says: JSON without values, and the pieces of what is sealed. `at` as ordered."""

    id: str
    at: int
    text: str
    sealed: tuple[bytes, ...] = ()


class PlanStore(Protocol):
    """Plans, for a day."""

    def put_order(self, order: PlanOrder) -> None:
        """Keep an order."""
        ...

    def order(self, plan_id: str) -> PlanOrder | None:
        """One order."""
        ...

    def begin(self, plan_id: str, at: int) -> bool:
        """Say at `at` (epoch ms) that a plan is being made; False if somebody has said so before."""
        ...

    def put_report(self, report: PlanReport) -> None:
        """Store a report over the one before."""
        ...

    def report(self, plan_id: str) -> PlanReport | None:
        """The last report of a plan."""
        ...
