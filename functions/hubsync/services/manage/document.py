"""What a person wants: connections and syncs by name, as read from a YAML document, before anything is looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from hubsync.model.brake import Brake
from hubsync.model.conflict import ConflictPolicy, Winner
from hubsync.model.lifecycle import Covers
from hubsync.model.mapping import OptionPair, Transform
from hubsync.model.side import Direction, Side

EXTERNAL_ID = "hubsync_id"
"""The HubSpot property that hubsync finds its own creations by (docs/architecture.md, "Creating"). Nobody else's."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a document: where (`syncs.contacts.mappings[3].app`), what, and what to do."""

    path: str
    reason: str
    remedy: str


class RefusedDocumentError(Exception):
    """A document with faults, all of them; nothing of it was saved."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"The document has {len(faults)} fault{'s' if len(faults) != 1 else ''}; nothing was saved.")
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Limit:
    """How many calls an account may make in how many seconds."""

    calls: int
    seconds: int = 10


@dataclass(frozen=True, slots=True)
class ConnectionSpec:
    """One account. A token or secret that is not given stays as it is stored; `repr` shows neither."""

    app: str
    token: str | None = field(default=None, repr=False)
    base_url: str | None = None
    webhook_secret: str | None = field(default=None, repr=False)
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class EndSpec:
    """One side of a sync: the connection's name and the object type."""

    connection: str
    object: str


@dataclass(frozen=True, slots=True)
class MappingSpec:
    """One pair of fields. `at` is its place in the document's list, `place` where it stands if that is elsewhere.

    Without a transform the field types decide. `more_hubspot` and `more_app` are the fields that are joined to the
    first one of their side (rule 4.4).
    """

    at: int
    hubspot: str
    app: str
    transform: Transform | None = None
    direction: Direction = Direction.TWO_WAY
    clears: bool = False
    winner: Winner | None = None
    place: str = ""
    more_hubspot: tuple[str, ...] = ()
    more_app: tuple[str, ...] = ()
    options: tuple[OptionPair, ...] = ()

    def field(self, side: Side) -> str:
        """The field's name on `side`; the first one's where several are joined."""
        return self.hubspot if side is Side.HUBSPOT else self.app

    def fields(self, side: Side) -> tuple[str, ...]:
        """The names of every field on `side`."""
        return (self.hubspot, *self.more_hubspot) if side is Side.HUBSPOT else (self.app, *self.more_app)

    @property
    def path(self) -> str:
        """Where it stands within its sync: `mappings[3]`, `mappings.add[0]`, or `mappings.default.email`."""
        return self.place or f"mappings[{self.at}]"


@dataclass(frozen=True, slots=True)
class DefaultsSpec:
    """The default mappings of app and object are wanted (rule 4.1), but for those of the fields `apart`."""

    apart: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClauseSpec:
    """One condition of a filter (`field`, `operator`, `value`), or a group of them (`all`, `any`), as it was read."""

    field: str | None = None
    operator: str | None = None
    value: object = None
    all: tuple[ClauseSpec, ...] | None = None
    any: tuple[ClauseSpec, ...] | None = None


@dataclass(frozen=True, slots=True)
class FiltersSpec:
    """A filter for each side (rule 5.1)."""

    hubspot: ClauseSpec | None = None
    app: ClauseSpec | None = None
    strict: bool = False

    def of(self, side: Side) -> ClauseSpec | None:
        """The filter of `side`."""
        return self.hubspot if side is Side.HUBSPOT else self.app


@dataclass(frozen=True, slots=True)
class PipelineSpec:
    """One pipeline of HubSpot and the app's that it goes with, by id or name (rule 5.2).

    `stages` go from HubSpot's to the app's; None finds them by their names. `app` may be left out where there is one.
    """

    hubspot: str
    app: str | None = None
    stages: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class LifecycleSpec:
    """Which contacts a sync covers, and the stage of those that enter without one (rule 5.3)."""

    covers: Covers | None = None
    default: str | None = None


@dataclass(frozen=True, slots=True)
class AssociationSpec:
    """The links to the records of another sync, `via` its name. `at` is its place in the document's list.

    `hubspot` is the linked object type there, `app` the field that names the linked records.
    """

    at: int
    hubspot: str
    app: str
    via: str
    label: str | None = None
    direction: Direction = Direction.TWO_WAY
    unlink: bool = False


@dataclass(frozen=True, slots=True)
class MatchSpec:
    """One pair of fields by which records are matched, in place of the defaults (rule 3.1). `at` is its place."""

    at: int
    hubspot: str
    app: str

    def field(self, side: Side) -> str:
        """The field's name on `side`."""
        return self.hubspot if side is Side.HUBSPOT else self.app


@dataclass(frozen=True, slots=True)
class SyncSpec:
    """One sync. A setting that could not be read stands at its default and its name in `unread`.
    `pipelines` are None where all are to be found by their names.

    With `defaults`, `mappings` are what the document adds to them.
    What depends on an unread setting is not checked, so that one fault does not draw others after it.
    """

    hubspot: EndSpec | None
    app: EndSpec | None
    direction: Direction = Direction.TWO_WAY
    default: Side = Side.HUBSPOT
    conflict: ConflictPolicy = ConflictPolicy.DEFAULT
    require_email: bool = True
    phone_region: str | None = None
    filters: FiltersSpec = FiltersSpec()
    pipelines: tuple[PipelineSpec, ...] | None = None
    lifecycle: LifecycleSpec | None = None
    marketing_contacts: bool = False
    brake: Brake | None = None
    draft: bool = False
    enabled: bool | None = None
    notify: tuple[str, ...] = ()
    history_days: int = 90
    mappings: tuple[MappingSpec, ...] = ()
    associations: tuple[AssociationSpec, ...] = ()
    defaults: DefaultsSpec | None = None
    event_template: str | None = None
    match: tuple[MatchSpec, ...] = ()
    unread: frozenset[str] = frozenset()

    def end(self, side: Side) -> EndSpec | None:
        """The end on `side`; None if it could not be read."""
        return self.hubspot if side is Side.HUBSPOT else self.app


@dataclass(frozen=True, slots=True)
class Document:
    """Connections and syncs by name, and the faults that reading it found already.

    `unread` has the paths of the connections that could not be read at all.
    """

    connections: Mapping[str, ConnectionSpec] = field(default_factory=dict)
    syncs: Mapping[str, SyncSpec] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    unread: frozenset[str] = frozenset()


def suggestion(name: str, known: Sequence[str]) -> str:
    """A remedy for a name that does not exist: the nearest one, or the list."""
    near = get_close_matches(name, known, n=1)
    if near:
        return f"Did you mean {near[0]}?"
    if not known:
        return "There is none to choose from."
    shown = ", ".join(sorted(known)[:20])
    return f"Choose one of: {shown}{', …' if len(known) > 20 else ''}."
