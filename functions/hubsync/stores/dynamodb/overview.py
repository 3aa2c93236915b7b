"""What people look at, in DynamoDB: items of every kind and of both tables, a hundred in a request."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from hubsync.model.connection import Connection
from hubsync.model.side import Side
from hubsync.model.sync import COMPARISON_PHASES, INITIAL_PHASES, Counts, Phase, Sync
from hubsync.stores.dynamodb.batches import Key, read_items, read_tables
from hubsync.stores.dynamodb.counts import TallyItem
from hubsync.stores.dynamodb.counts import partition as counts_of
from hubsync.stores.dynamodb.items import Item
from hubsync.stores.dynamodb.ledger_items import PHASE, PhaseItem
from hubsync.stores.dynamodb.ledger_items import partition as phase_of
from hubsync.stores.dynamodb.named import Items, Named
from hubsync.stores.dynamodb.outages import PARTITION as OUTAGES
from hubsync.stores.dynamodb.outages import OutageItem
from hubsync.stores.dynamodb.pauses import Sleep
from hubsync.stores.dynamodb.schema import check_schema
from hubsync.stores.dynamodb.schemas import SchemaItem, schema_key, snapshot_of
from hubsync.stores.dynamodb.settings import CONNECTIONS, SYNCS, ConnectionItem, DynamoSettingsStore, SyncItem
from hubsync.stores.dynamodb.table import StateItem
from hubsync.stores.layout import BUCKETS, Address
from hubsync.stores.overview import Dossier, Keys, Standing
from hubsync.stores.tally import total

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_M = TypeVar("_M", bound=StateItem)


class DynamoOverviewStore:
    """Items of StateTable and of IndexTable, read together."""

    def __init__(
        self,
        client: DynamoDBClient,
        index_table: str,
        state_table: str,
        settings: DynamoSettingsStore,
        sleep: Sleep = time.sleep,
    ) -> None:
        """`settings` remembers which sync has which name."""
        self._client = client
        self._index_table = index_table
        self._state_table = state_table
        self._settings = settings
        self._sleep = sleep

    def standings(self, syncs: Sequence[Sync]) -> Sequence[Standing]:
        """See the port. Up to 26 items for each sync, a hundred in a request."""
        keys = [key for sync in syncs for key in _keys(sync)]
        items = read_tables(self._client, {self._state_table: keys}, self._sleep)[self._state_table]
        return tuple(_standing(sync, items) for sync in syncs)

    def dossier(
        self, sync_name: str, text: str, keys: Keys = lambda _: (), known: Collection[tuple[str, str]] = ()
    ) -> Dossier | None:
        """See the port. One request; a second one where an alias or a claim leads to the entry; and one to find the
        sync, if this process has not heard of it yet.
        """
        recalled = self._settings.recalled(sync_name)
        found = None if recalled is None else self._dossier(recalled, text, keys, known)
        if found is not None and found.sync.name == sync_name:
            return found
        named = self._settings.named(sync_name)
        return None if named is None else self._dossier(named, text, keys, known)

    def _dossier(self, sync: Sync, text: str, keys: Keys, known: Collection[tuple[str, str]]) -> Dossier | None:
        """The dossier of a record of this sync as it is now; None if the sync is gone."""
        ends = [(sync.connection(side), sync.object_type(side)) for side in Side]
        schemas = [schema_key(*end) for end in ends if end not in known]
        wanted = [(SYNCS, sync.id), *((CONNECTIONS, connection_id) for connection_id, _ in ends), *schemas]
        named = Named(sync.id, text, tuple(keys(sync)))
        found = read_tables(self._client, {self._state_table: wanted, self._index_table: named.keys()}, self._sleep)
        state = found[self._state_table]
        if (SYNCS, sync.id) not in state:
            return None
        stored = _typed(SyncItem, state[SYNCS, sync.id]).value()
        if tuple(keys(stored)) != named.claims:  # it was saved since it was last listed here
            return self._dossier(stored, text, keys, known)
        snapshots = (snapshot_of(_typed(SchemaItem, state[key])) for key in schemas if key in state)
        entries = named.entries(found[self._index_table], self._led)
        return Dossier(stored, _accounts(stored, state), tuple(each for each in snapshots if each is not None), entries)

    def _led(self, addresses: Iterable[Address]) -> Items:
        return read_items(self._client, self._index_table, addresses, self._sleep)


def _phases(sync: Sync) -> Mapping[Phase, int]:
    """The phases of the last initial sync and of the last comparison, each with the number of its run."""
    initial = dict.fromkeys(INITIAL_PHASES, sync.generation)
    return initial | (dict.fromkeys(COMPARISON_PHASES, sync.comparison) if sync.comparison else {})


def _keys(sync: Sync) -> Iterable[Key]:
    """Where everything stands that is told of a sync."""
    for side in Side:
        yield CONNECTIONS, sync.connection(side)
        yield OUTAGES, sync.connection(side)
    for phase, number in _phases(sync).items():
        yield phase_of(sync.id, number, phase), PHASE
    for bucket in BUCKETS:
        yield counts_of(sync.id), bucket


def _standing(sync: Sync, items: Items) -> Standing:
    outages = ((name, items.get((OUTAGES, name))) for name in (sync.connection(side) for side in Side))
    phases = {
        phase: (number, items.get((phase_of(sync.id, number, phase), PHASE))) for phase, number in _phases(sync).items()
    }
    tallies = (items.get((counts_of(sync.id), bucket)) for bucket in BUCKETS)
    return Standing(
        sync,
        _accounts(sync, items),
        {name: _typed(OutageItem, item).value() for name, item in outages if item is not None},
        {
            phase: _typed(PhaseItem, item).progress(number, phase)
            for phase, (number, item) in phases.items()
            if item is not None
        },
        Counts(total(_typed(TallyItem, item).value() for item in tallies if item is not None)),
    )


def _typed(model: type[_M], item: Item) -> _M:
    """An item as its store would have found it."""
    found = model.from_raw_data(dict(item))
    check_schema(found.schema)
    return found


def _accounts(sync: Sync, items: Items) -> Mapping[Side, Connection]:
    found = {side: items.get((CONNECTIONS, sync.connection(side))) for side in Side}
    return {side: _typed(ConnectionItem, item).value() for side, item in found.items() if item is not None}
