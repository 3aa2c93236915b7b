"""What one look carries from step to step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from hubsync.connectors.errors import NeedsPersonError, RetryLaterError
from hubsync.connectors.port import Connector, WriteResult
from hubsync.engine.baseline import fingerprints
from hubsync.engine.context import LONE, Resolution
from hubsync.engine.identify import claim_key, identifiers
from hubsync.engine.suspend import schema_print
from hubsync.model.comparison import Tally
from hubsync.model.decision import Decision
from hubsync.model.directory import Owner
from hubsync.model.entry import Fingerprints, IndexEntry
from hubsync.model.identifier import Claim, IdentifierKind
from hubsync.model.record import Record, RecordRef
from hubsync.model.schema import FieldSchema
from hubsync.model.side import Side
from hubsync.model.sync import Sync
from hubsync.services.history import History
from hubsync.services.ports import Clock, Signals
from hubsync.stores.index_port import IndexStore
from hubsync.stores.ports import SyncStore

Keys = tuple[tuple[IdentifierKind, str], ...]
"""The claim keys of a record's identifiers, strongest first."""


@dataclass(frozen=True, slots=True)
class Wake:
    """References that a look set free or stumbled on; of another sync if `sync_id` names it."""

    side: Side
    ids: tuple[str, ...]
    cause: str
    sync_id: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that one invocation works with for one sync.

    `deadline` (epoch ms) is when the invocation ends; no call starts that could outlive it. A lease lasts `grace` ms
    beyond it. `may_create` are the sides on which new records may be made. `schemas` are the fields by side and name.
    `owners` gives the owners of a side by id, where a mapping needs them, and raises as reads do.
    `wake` puts references on the queue at once: they are looked at again, in this order, whatever they show.
    `linked_by_others` says whether another sync keeps links to this one's records (rule 6.1).
    `doubt` says that a schema may be out of date: something was refused, or missing, that it does not explain.
    `away` says why, and for how many seconds, an application put a call off, `reached` that it answered one.
    """

    sync: Sync
    index: IndexStore
    syncs: SyncStore
    connectors: dict[Side, Connector]
    clock: Clock
    signals: Signals
    deadline: int
    grace: int
    may_create: frozenset[Side]
    wake: Callable[[Wake], None]
    history: History
    linked_by_others: Callable[[], bool] = lambda: False
    schemas: Mapping[Side, Mapping[str, FieldSchema]] = field(default_factory=dict)
    owners: Callable[[Side], Mapping[str, Owner]] = lambda _: {}
    doubt: Callable[[], None] = lambda: None
    away: Callable[[Side, str, float], None] = lambda *_: None
    reached: Callable[[Side], None] = lambda _: None

    @contextmanager
    def calling(self, side: Side) -> Iterator[None]:
        """Stands around calls to an application: how they end is what is known of its account (rule 1.9)."""
        try:
            yield
        except RetryLaterError as error:
            self.away(side, error.kind, error.after)
            raise
        self.reached(side)

    def schema_print(self) -> bytes:
        """A fingerprint of what the applications say of the mapped fields (rule 8.4)."""
        return schema_print(self.sync, self.schemas)

    def keys(self, record: Record) -> Keys:
        """The claim keys of a record."""
        found = identifiers(self.sync, record.ref.side, record)
        return tuple((one.kind, claim_key(self.sync.hash_key, one)) for one in found)


@dataclass(slots=True, eq=False)
class Work:
    """One record that is looked at, and what is known of it so far.

    `ref` is the reference as it was asked for. `entry` is as it is going to be; `stored` as it was read. `absorbed` is
    the lone entry that is fused into `entry` because its record found its partner. `aliases` are records that the entry
    was not made for and that have to lead to it. `held` are the claims it held before the commit. `place` orders
    duplicates. `read_at` and `leased_at` are epoch ms. `record_lease` is the one on the HubSpot record
    (`services.look.shared`).
    """

    ref: RecordRef
    entry: IndexEntry
    stored: IndexEntry
    place: str
    records: dict[Side, Record | None] = field(default_factory=dict)
    keys: dict[Side, Keys] = field(default_factory=dict)
    resolution: Resolution = LONE
    conflict: IdentifierKind | None = None
    absorbed: IndexEntry | None = None
    decision: Decision | None = None
    results: dict[Side, WriteResult] = field(default_factory=dict)
    aliases: list[RecordRef] = field(default_factory=list)
    held: dict[Side, set[str]] = field(default_factory=dict)
    read_at: int = 0
    leased_at: int = 0
    record_lease: Claim | None = None
    _shown: dict[Side, tuple[Record, Fingerprints]] = field(default_factory=dict)

    def shown(self, sync: Sync) -> dict[Side, Fingerprints]:
        """The fingerprints of the records as they were read, by side; each record is hashed once."""
        for side, record in self.records.items():
            if record is not None and (side not in self._shown or self._shown[side][0] is not record):
                self._shown[side] = record, fingerprints(sync, side, record)
        return {side: self._shown[side][1] for side, record in self.records.items() if record is not None}

    def record(self, side: Side) -> Record | None:
        """The record of `side` as it was read."""
        return self.records.get(side)


@dataclass(frozen=True, slots=True)
class Deferral:
    """A reference that has to be looked at again in `after` seconds, and why."""

    ref: RecordRef
    after: float
    kind: str


@dataclass(slots=True)
class Ended:
    """What came of a look: every reference is settled or deferred. `dead` is the side whose token was refused; `tally`
    is what was done, in numbers.
    """

    settled: list[RecordRef] = field(default_factory=list)
    deferred: list[Deferral] = field(default_factory=list)
    dead: tuple[Side, NeedsPersonError] | None = None
    tally: Tally = field(default_factory=Tally)

    def defer(self, works: Iterable[Work], after: float, kind: str) -> None:
        """Put works off, each once."""
        known = {deferral.ref for deferral in self.deferred}
        self.deferred.extend(Deferral(work.ref, after, kind) for work in works if work.ref not in known)


@dataclass(frozen=True, slots=True)
class Errand:
    """Why a look happens. `forced` looks even at what is unchanged; `scan` re-examines every unbound record.

    One look serves several messages, so each reference may bring a correlation id of its own, and the time (epoch ms)
    at which it was asked for.
    """

    cause: str
    correlation_id: str
    forced: bool = False
    scan: bool = False
    correlations: Mapping[RecordRef, str] = field(default_factory=dict)
    asked_at: Mapping[RecordRef, int] = field(default_factory=dict)

    def correlation_of(self, ref: RecordRef) -> str:
        """The correlation id of the webhook, poll or page that named a record."""
        return self.correlations.get(ref, self.correlation_id)
