"""A sync: the configured pairing of two object types over two connections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from hubsync.model.association import Association
from hubsync.model.brake import Brake
from hubsync.model.comparison import ComparisonReport
from hubsync.model.conflict import ConflictPolicy
from hubsync.model.filter import Filters
from hubsync.model.identifier import IdentifierKind
from hubsync.model.lifecycle import PROPERTY, Lifecycle
from hubsync.model.mapping import FieldMapping
from hubsync.model.record import RecordRef
from hubsync.model.schema import FieldType
from hubsync.model.side import Direction, Side
from hubsync.model.stages import StageMap


class ObjectKind(StrEnum):
    """What the two object types are, in HubSpot's words; it sets the default match keys (rule 3.1)."""

    CONTACT = "contact"
    LEAD = "lead"
    COMPANY = "company"
    DEAL = "deal"
    TICKET = "ticket"
    PRODUCT = "product"
    INVOICE = "invoice"
    TASK = "task"
    CUSTOM = "custom"


class SyncStatus(StrEnum):
    """Where a sync stands (rules 1.2 to 1.7, 1.10). `stalled`: an initial sync could not go on; saving again restarts
    it. `weighing`: it is found out whether the initial sync would change more than the brake allows; `held`: it would,
    and waits for a person."""

    DRAFT = "draft"
    WEIGHING = "weighing"
    HELD = "held"
    INITIAL = "initial_sync"
    ACTIVE = "active"
    STALLED = "stalled"
    OFF = "off"
    DELETING = "deleting"


class Phase(StrEnum):
    """The phases of the initial sync, in order (rule 1.3), and those of the comparison (rule 1.6)."""

    INDEX_HUBSPOT = "index_hubspot"
    SYNC_APP = "sync_app"
    SYNC_HUBSPOT = "sync_hubspot"
    COMPARE_HUBSPOT = "compare_hubspot"
    COMPARE_APP = "compare_app"
    COMPARE_INDEX = "compare_index"


MARKETING = "hs_marketable_status"
"""HubSpot's property that makes a contact a marketing contact, `true` or `false`."""

INITIAL_PHASES = (Phase.INDEX_HUBSPOT, Phase.SYNC_APP, Phase.SYNC_HUBSPOT)
COMPARISON_PHASES = (Phase.COMPARE_HUBSPOT, Phase.COMPARE_APP, Phase.COMPARE_INDEX)


@dataclass(frozen=True, slots=True)
class MatchKey:
    """One kind of identifier and the field it is read from on each side, strongest first in a sync's list.

    `more_fields` are further fields of that side that hold identifiers of the same kind (HubSpot: the secondary
    emails, separated by semicolons). `numeric` says that one of the fields holds numbers, so that `007` is 7.
    """

    kind: IdentifierKind
    hubspot_field: str
    app_field: str
    more_hubspot_fields: tuple[str, ...] = ()
    more_app_fields: tuple[str, ...] = ()
    numeric: bool = False

    def fields(self, side: Side) -> tuple[str, ...]:
        """The fields to read on `side`, the primary one first."""
        if side is Side.HUBSPOT:
            return (self.hubspot_field, *self.more_hubspot_fields)
        return (self.app_field, *self.more_app_fields)


@dataclass(frozen=True, slots=True)
class Suspension:
    """A mapping that is neither read nor written for now, because of what became of its field on `side` (rule 4.1).

    `number` is the mapping's. `was` is the type that the field had, where a changed type is the reason: the mapping
    goes on when the field has it again.
    """

    number: int
    side: Side
    reason: str
    remedy: str
    was: FieldType | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """The run of `generation` is a trial: it binds and writes what belongs to these records alone (rule 1.10).

    `before` is how the sync stood, and how it stands again when the trial is over.
    """

    records: tuple[RecordRef, ...]
    before: SyncStatus
    generation: int


@dataclass(frozen=True, slots=True)
class Sync:
    """Everything that decides what happens to a record.

    `id` is never used again; `name` is the person's. `generation` rises with every save. `hash_key` keys every hash of
    this sync and is destroyed first when the sync is deleted. `indexed` names the sides whose index is complete: until
    then nothing is created there from outside the phase that owns the record. `settings_version` changes whenever
    something changes that a refused record may have waited for.
    `filters` say which records enter from each side (rule 5.1), `stages` which pipelines and stages go together (5.2),
    `lifecycle` which contacts are covered (5.3). `marketing_contacts` makes new contacts of HubSpot marketing contacts.
    `keys_since` is the generation from which the match keys are what they are: an entry of an older one holds the
    claims of other keys, and is looked at again whatever it shows.
    `narrow` says that the initial sync looks only at what is not in step: nothing else may feel what was edited.
    `comparison` numbers the last comparison's pages in the ledger (epoch ms of its start); `compared` is what the last
    one found.
    `history_key` (sealed) seals the history and is destroyed with it; `history_days` is how long an event is kept, 0 to
    keep none.
    `phone_region` is the ISO 3166 country of numbers without a country code, or None.
    `associations` are the links to records of other syncs that are kept in step (rule 6.1). `event_template` is
    HubSpot's id of the template by which the app's events are logged, None if they are not (rule 6.3).
    `suspended` are the mappings that are left alone because a field of theirs is gone or has changed.
    `shared` says that other syncs cover the same HubSpot object type, so that its records are leased (rule 1.8).
    `brake` is how much an initial sync may change unasked (rule 1.10); `weighed` is the id of the plan by which the
    last one was weighed; `released` is the generation whose run a person let go. `trial` is the last one, or the one
    that is under way.
    """

    id: str
    name: str
    kind: ObjectKind
    hubspot_connection: str
    app_connection: str
    hubspot_object: str
    app_object: str
    direction: Direction
    mappings: tuple[FieldMapping, ...]
    match_keys: tuple[MatchKey, ...]
    default_side: Side = Side.HUBSPOT
    conflict: ConflictPolicy = ConflictPolicy.DEFAULT
    require_email: bool = True
    phone_region: str | None = None
    filters: Filters = field(default_factory=Filters)
    stages: StageMap | None = None
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    marketing_contacts: bool = False
    notify: tuple[str, ...] = ()
    status: SyncStatus = SyncStatus.DRAFT
    phase: Phase | None = None
    generation: int = 0
    keys_since: int = 0
    indexed: tuple[Side, ...] = ()
    hash_key: bytes = b""
    history_key: bytes = b""
    history_days: int = 90
    saved_at: int = 0
    next_number: int = 1
    associations: tuple[Association, ...] = ()
    event_template: str | None = None
    problem: str | None = None
    comparison: int = 0
    compared: ComparisonReport | None = None
    suspended: tuple[Suspension, ...] = ()
    shared: bool = False
    brake: Brake | None = None
    weighed: str | None = None
    released: int = 0
    trial: Trial | None = None
    narrow: bool = False
    version: int = 0

    @property
    def running(self) -> bool:
        """Whether records may be read and written now."""
        return self.status in (SyncStatus.INITIAL, SyncStatus.ACTIVE)

    @property
    def weighs(self) -> bool:
        """Whether the run of this generation has to be weighed before it may write (rule 1.10)."""
        return self.brake is not None and self.released != self.generation

    @property
    def trying(self) -> bool:
        """Whether the run that is under way is a trial."""
        return self.trial is not None and self.trial.generation == self.generation and self.status is SyncStatus.INITIAL

    @property
    def never_started(self) -> bool:
        """Whether the sync is a draft, though it may be tried just now."""
        return self.status is SyncStatus.DRAFT or (
            self.trying and self.trial is not None and self.trial.before is SyncStatus.DRAFT
        )

    @property
    def turned_off(self) -> bool:
        """Whether the sync is off, though it may be tried just now."""
        return self.status is SyncStatus.OFF or (
            self.trying and self.trial is not None and self.trial.before is SyncStatus.OFF
        )

    def tried(self) -> Sync:
        """This sync when its trial is over: as it stood before."""
        if not self.trying or self.trial is None:
            return self
        return replace(self, status=self.trial.before, phase=None, indexed=())

    def object_type(self, side: Side) -> str:
        """The object type on `side`, in that application's words."""
        return self.hubspot_object if side is Side.HUBSPOT else self.app_object

    def connection(self, side: Side) -> str:
        """The id of the connection on `side`."""
        return self.hubspot_connection if side is Side.HUBSPOT else self.app_connection

    def fields(self, side: Side) -> tuple[str, ...]:
        """Every field of `side` that a look has to read: mapped fields, match keys, stages, filters, links."""
        names = dict.fromkeys(name for mapping in self.mappings for name in mapping.fields(side))
        names.update(dict.fromkeys(name for key in self.match_keys for name in key.fields(side)))
        names.update(dict.fromkeys(self.stages.fields(side) if self.stages is not None else ()))
        names.update(dict.fromkeys(self.filters.fields(side)))
        if side is Side.HUBSPOT and self.lifecycle.heeded:
            names[PROPERTY] = None
        names.update(dict.fromkeys(association.field(side) for association in self.associations))
        return tuple(names)

    def live(self) -> Sync:
        """This sync as looks know it: without the mappings that are suspended. Their baselines are kept as they are,
        so that what is edited meanwhile flows when they go on."""
        if not self.suspended:
            return self
        out = {each.number for each in self.suspended}
        return replace(self, mappings=tuple(mapping for mapping in self.mappings if mapping.number not in out))

    def may_write(self, mapping: FieldMapping, side: Side) -> bool:
        """Whether `mapping` may be written on `side`: both directions say so (rule 2.4)."""
        return self.direction.writes(side) and mapping.direction.writes(side)

    def may_link(self, association: Association, side: Side) -> bool:
        """Whether the links of an association may be written on `side`: both directions say so (rule 2.4)."""
        return self.direction.writes(side) and association.direction.writes(side)

    @property
    def own_key(self) -> bool:
        """Whether the sync names what its records are matched by; nothing else counts then (rule 3.1)."""
        return any(key.kind is IdentifierKind.KEY for key in self.match_keys)

    def index_complete(self, side: Side) -> bool:
        """Whether every record of `side` has been indexed once."""
        return side in self.indexed

    def with_indexed(self, side: Side) -> Sync:
        """This sync with one more complete index."""
        return self if side in self.indexed else replace(self, indexed=(*self.indexed, side))


@dataclass(frozen=True, slots=True)
class PhaseProgress:
    """How far a phase is: numbers for the progress bar, read from the ledger.

    `total` is the number of records expected, where the application tells it.
    """

    phase: Phase
    generation: int
    seen: int = 0
    settled: int = 0
    pages: int = 0
    pages_done: int = 0
    closed: bool = False
    total: int | None = None
    started_at: int = 0
    finished_at: int | None = None

    @property
    def done(self) -> bool:
        """Whether the scan is closed and every page of it is settled."""
        return self.closed and self.pages_done >= self.pages


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records a sync has, by status; a bound pair counts once (rule 8.1)."""

    by_status: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_status.values())
