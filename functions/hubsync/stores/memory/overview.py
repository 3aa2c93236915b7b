"""What people look at, out of the other stores in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from hubsync.model.entry import IndexEntry
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.sync import COMPARISON_PHASES, INITIAL_PHASES, Sync
from hubsync.stores.index_port import IndexStore
from hubsync.stores.memory.settings import MemorySchemaStore, MemorySettingsStore
from hubsync.stores.overview import Dossier, Keys, Standing
from hubsync.stores.ports import CountStore, Ledger, OutageStore


class MemoryOverviewStore:
    """Over the stores that have each of these things."""

    def __init__(
        self,
        settings: MemorySettingsStore,
        schemas: MemorySchemaStore,
        index: IndexStore,
        ledger: Ledger,
        counts: CountStore,
        outages: OutageStore,
    ) -> None:
        self._settings = settings
        self._schemas = schemas
        self._index = index
        self._ledger = ledger
        self._counts = counts
        self._outages = outages

    def standings(self, syncs: Sequence[Sync]) -> Sequence[Standing]:
        """See the port."""
        return tuple(self._standing(sync) for sync in syncs)

    def dossier(
        self, sync_name: str, text: str, keys: Keys = lambda _: (), known: Collection[tuple[str, str]] = ()
    ) -> Dossier | None:
        """See the port."""
        sync = self._settings.named(sync_name)
        if sync is None:
            return None
        ends = [(sync.connection(side), sync.object_type(side)) for side in Side]
        schemas = [self._schemas.schema(*end) for end in ends if end not in known]
        found = list(self._index.entries(sync.id, [text]).values())
        by_ref = self._index.find(sync.id, [RecordRef(side, text) for side in Side])
        found += [by_ref[ref] for side in Side if (ref := RecordRef(side, text)) in by_ref]
        return Dossier(
            sync,
            {side: account for side in Side if (account := self._settings.connection(sync.connection(side)))},
            tuple(each for each in schemas if each is not None),
            tuple(found[:1]) or self._holders(sync, keys(sync)),
        )

    def _holders(self, sync: Sync, keys: Sequence[str]) -> tuple[IndexEntry, ...]:
        claims = self._index.claims(sync.id, keys).values()
        holders = dict.fromkeys(holder for claim in claims for side in Side if (holder := claim.holder(side)))
        return tuple(self._index.entries(sync.id, holders).values())

    def _standing(self, sync: Sync) -> Standing:
        runs = [(phase, sync.generation) for phase in INITIAL_PHASES]
        runs += [(phase, sync.comparison) for phase in COMPARISON_PHASES if sync.comparison]
        progress = {phase: self._ledger.progress(sync.id, number, phase) for phase, number in runs}
        names = [sync.connection(side) for side in Side]
        outages = {name: self._outages.outage(name) for name in names}
        return Standing(
            sync,
            {side: account for side in Side if (account := self._settings.connection(sync.connection(side)))},
            {name: outage for name, outage in outages.items() if outage is not None},
            {phase: found for phase, found in progress.items() if found is not None},
            self._counts.counts(sync.id),
        )
