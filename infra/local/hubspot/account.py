"""One HubSpot account: its records, definitions, associations and settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from infra.local.hubspot import catalogue
from infra.local.hubspot.associations import Associations, End, Label
from infra.local.hubspot.counts import Counts
from infra.local.hubspot.errors import invalid
from infra.local.hubspot.pipelines import Owner, Pipeline, default_owners, defaults
from infra.local.hubspot.record import Record
from infra.local.hubspot.schema import ObjectType
from infra.local.hubspot.settings import Settings
from infra.local.hubspot.table import Table
from infra.local.hubspot.webhooks import Webhooks
from infra.local.parts.rewrites import Rewrite

FIRST_ID = 101
"""Ids count up per object type, so that equal ids of different types bring mixed-up types to light."""


@dataclass(slots=True)
class Account:
    """The state of an account. `clock` gives epoch milliseconds.

    `rewrites` are its workflows; `set_off` are edits (object type, record, properties) that they have not seen yet.
    """

    clock: Callable[[], int]
    random: Random
    settings: Settings = field(default_factory=Settings)
    counts: Counts = field(default_factory=Counts)
    associations: Associations = field(default_factory=Associations)
    pipelines: dict[str, dict[str, Pipeline]] = field(default_factory=defaults)
    owners: dict[int, Owner] = field(default_factory=default_owners)
    rewrites: list[Rewrite] = field(default_factory=list)
    set_off: list[tuple[str, int, tuple[str, ...]]] = field(default_factory=list)
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    webhooks: Webhooks | None = None
    tables: dict[str, Table] = field(default_factory=dict)
    _names: dict[str, Table] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for make in (
            catalogue.contacts,
            catalogue.companies,
            catalogue.deals,
            catalogue.tickets,
            catalogue.products,
            catalogue.invoices,
            catalogue.tasks,
            catalogue.leads,
        ):
            self.register(make())

    def register(self, kind: ObjectType) -> Table:
        """Add an object type; raises a 400 where its name is taken."""
        if any(name in self._names for name in kind.names):
            raise invalid(f"The object type {kind.name} exists already")
        table = Table(kind, FIRST_ID)
        self.tables[kind.name] = table
        self._names.update(dict.fromkeys(kind.names, table))
        return table

    def tell(self, table: Table, record: Record, what: str, **more: Any) -> None:
        """Let an app know by webhook, if one listens."""
        if self.webhooks is not None:
            self.webhooks.told(table, record, what, **more)

    def link(self, left: End, right: End, labels: Iterable[Label] = ()) -> None:
        """Associate two records, and tell of it."""
        before = set(self.associations.between(left, right))
        self.associations.link(left, right, labels)
        if self.associations.between(left, right) != before:
            self._tell_association(left, right, removed=False)

    def unlink(self, left: End, right: End, labels: Iterable[Label] | None = None) -> None:
        """Take labels away, or, without `labels`, the whole association, and tell of it."""
        before = set(self.associations.between(left, right))
        self.associations.unlink(left, right, labels)
        if self.associations.between(left, right) != before:
            self._tell_association(left, right, removed=True)

    def _tell_association(self, left: End, right: End, *, removed: bool) -> None:
        kinds = [self.tables[end.type_name].kind for end in (left, right)]
        record = self.tables[left.type_name].live.get(left.record_id)
        if record is None:
            return
        self.tell(
            self.tables[left.type_name],
            record,
            "associationChange",
            associationType="_TO_".join(kind.singular.upper() for kind in kinds),
            fromObjectTypeId=kinds[0].type_id,
            fromObjectId=left.record_id,
            toObjectTypeId=kinds[1].type_id,
            toObjectId=right.record_id,
            associationRemoved=removed,
            isPrimaryAssociation=False,
        )

    def table(self, name: str) -> Table:
        """The records of a type, called by plural, singular or type id; raises a 400 for an unknown one."""
        table = self._names.get(name) or self._names.get(name.lower())
        if table is None:
            raise invalid(f"Unable to infer object type from: {name}")
        return table

    def visible_at(self, now: int) -> int:
        """When a version written now reaches the search index."""
        jitter = self.settings.search_lag_jitter_ms
        return now + self.settings.search_lag_ms + (self.random.randrange(jitter + 1) if jitter else 0)
