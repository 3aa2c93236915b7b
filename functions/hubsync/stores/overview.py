"""The port of what people look at: all that one answer needs, read together.

Each of these things has a store of its own. Here they are read at once, so that what people wait for costs as few
requests of the table as it can, and never more for more records.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from hubsync.model.connection import Connection
from hubsync.model.entry import IndexEntry
from hubsync.model.outage import Outage
from hubsync.model.side import Side
from hubsync.model.sync import Counts, Phase, PhaseProgress, Sync
from hubsync.stores.ports import SchemaSnapshot

Keys: TypeAlias = Callable[[Sync], Sequence[str]]
"""The keys of claims (`hubsync.model.identifier.Claim`), in a sync."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a sync stands: its accounts, the outages that are kept of them by connection, the phases of its last initial
    sync and of its last comparison as far as they were begun, and its counts.
    """

    sync: Sync
    accounts: Mapping[Side, Connection]
    outages: Mapping[str, Outage]
    progress: Mapping[Phase, PhaseProgress]
    counts: Counts


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is stored of one record, and of the sync that it belongs to.

    `entries` has the one of that id, or else all that hold that identifier; none if no record is called so. `schemas`
    are those that the caller had not got.
    """

    sync: Sync
    accounts: Mapping[Side, Connection]
    schemas: Sequence[SchemaSnapshot]
    entries: tuple[IndexEntry, ...]


class OverviewStore(Protocol):
    """Every read is strongly consistent; what is read together is no snapshot."""

    def standings(self, syncs: Sequence[Sync]) -> Sequence[Standing]:
        """How each of these syncs stands, in their order."""
        ...

    def dossier(
        self, sync_name: str, text: str, keys: Keys = lambda _: (), known: Collection[tuple[str, str]] = ()
    ) -> Dossier | None:
        """One record of the sync of that name; None if there is no such sync.

        `text` is the id of its entry, or of its record in HubSpot or in the app; where it could be several of these it
        is the first one. Where it is none, the `keys` say of the sync as it is which claims it may stand for. `known`
        names the schemas, by connection and object type, that the caller has.
        """
        ...
