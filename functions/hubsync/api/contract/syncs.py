"""What the API says of syncs: their settings, and how they stand."""

from __future__ import annotations

from typing import Literal

from hubsync.api.contract.connections import Standing
from hubsync.api.contract.deployment import Notification
from hubsync.api.contract.operation import Answer
from hubsync.api.contract.records import FieldPair
from hubsync.model.conflict import ConflictPolicy, Winner
from hubsync.model.filter import Operator
from hubsync.model.identifier import IdentifierKind
from hubsync.model.lifecycle import Covers
from hubsync.model.mapping import Transform
from hubsync.model.side import Direction, Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import ObjectKind, Phase, SyncStatus
from hubsync.services.manage.plan import Change


class SyncLine(Answer):
    """A sync in a line."""

    name: str
    id: str
    status: SyncStatus
    phase: Phase | None
    generation: int
    problem: str | None


class End(Answer):
    """One end of a sync: an account and an object type of its."""

    connection: str
    object: str


class FilterTest(Answer):
    """A condition on a field, or a group of tests of which all, or any, must hold."""

    field: str | None = None
    operator: Operator | None = None
    value: str | list[str] | None = None
    all: list[FilterTest] | None = None
    any: list[FilterTest] | None = None


class FilterSet(Answer):
    """Which records may enter from each side."""

    hubspot: FilterTest | None = None
    app: FilterTest | None = None
    strict: bool


class LifecycleChoice(Answer):
    """Which contacts are covered, and the lifecycle stage of new ones."""

    covers: Covers | None
    default: str | None


class BrakeSetting(Answer):
    """How much an initial sync may change unasked."""

    records: int | None
    share: float | None


class PipelinePair(Answer):
    """A pipeline on each side, and which of its stages go together, by their ids."""

    hubspot: str
    app: str | None
    stages: dict[str, str]


class MatchPair(Answer):
    """What records are matched by, and the fields that it is read from."""

    by: IdentifierKind
    hubspot: list[str]
    app: list[str]


class Mapping(FieldPair):
    """One pair of fields. `several` are the sides whose field holds several values."""

    number: int
    transform: Transform
    direction: Direction
    clears: bool
    winner: Winner | None
    required: bool
    several: list[Side]
    options: dict[str, str]


class AssociationPair(Answer):
    """Links to the records of another sync, whose id is `via`."""

    number: int
    hubspot: str
    app: str
    via: str
    label: str | None
    many: bool
    direction: Direction
    unlink: bool


class MappingProblem(Answer):
    """A mapping that is left alone for now, why, and what can be done."""

    path: str
    reason: str
    remedy: str


class EventTemplate(Answer):
    """By which template the app's events are logged."""

    template: str


class Troubled(Standing):
    """An account of the sync that needs a person or is away."""

    connection: str


class Progress(Answer):
    """How far a phase is. Times are epoch ms; `total` is the number of records expected, if it is known."""

    phase: Phase
    seen: int
    settled: int
    pages: int
    pages_done: int
    total: int | None
    done: bool
    started_at: int | None
    finished_at: int | None


class Sync(SyncLine):
    """A sync with its settings, progress and counts."""

    kind: ObjectKind
    hubspot: End
    app: End
    direction: Direction
    default: Side
    conflict: ConflictPolicy
    require_email: bool
    phone_region: str | None
    filters: FilterSet
    lifecycle: LifecycleChoice
    marketing_contacts: bool
    brake: BrakeSetting | None
    weighed: str | None
    trying: bool
    pipelines: list[PipelinePair] | None
    notify: list[str]
    history_days: int
    saved_at: int
    match: list[MatchPair]
    mappings: list[Mapping]
    associations: list[AssociationPair]
    problems: list[MappingProblem]
    events: EventTemplate | None
    troubled: list[Troubled]
    progress: list[Progress]
    counts: dict[RecordStatus, int]
    total: int


class Syncs(Answer):
    """Syncs, by name, at most 50 on a page. Where there are more, `next` is the cursor."""

    syncs: list[Sync]
    next: str | None


class ConnectionChange(Answer):
    """What a document does to a connection."""

    name: str
    change: Change


class SyncChange(SyncLine):
    """What a document does to a sync."""

    change: Change


class Applied(Answer):
    """What a document did, or, where it is `dry`, would do."""

    dry: bool
    connections: list[ConnectionChange]
    syncs: list[SyncChange]


class Deletion(Answer):
    """How far a deletion is. If it is not done it goes on by itself; ask again to hear."""

    name: str
    done: bool


class ComparisonRun(SyncLine):
    """The sync, and the number of the comparison that was started."""

    run: int


class ComparisonTally(Answer):
    """Numbers of records that a comparison found."""

    differed: int
    missing: int
    repaired: int
    created: int
    deleted: int
    failed: int
    put_off: int


class ComparisonPhase(ComparisonTally):
    """What one phase of a comparison found."""

    phase: Phase


class ComparisonReport(Answer):
    """What a comparison found and repaired. `empty` is the side that suddenly looked empty."""

    run: int
    finished_at: int | None
    empty: Literal["hubspot", "app"] | None
    total: ComparisonTally
    phases: list[ComparisonPhase]


class Comparison(Answer):
    """The last comparison, and what was said of the last ones."""

    report: ComparisonReport | None
    reports: list[Notification]
