"""One record as a person sees it: where it stands, both sides as they are now, what differs, and its history (8.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from hubsync.engine.bridge import bridge_of
from hubsync.engine.context import Context
from hubsync.engine.decide import decide
from hubsync.model.decision import Decision
from hubsync.model.directory import Owner
from hubsync.model.entry import IndexEntry
from hubsync.model.history import HistoryEvent, Outcome
from hubsync.model.mapping import FieldMapping
from hubsync.model.record import Record, Value
from hubsync.model.schema import FieldSchema
from hubsync.model.side import Side
from hubsync.model.sync import Sync
from hubsync.services.desk import may_create
from hubsync.services.history import History
from hubsync.services.manage.lifecycle import UnknownSyncError
from hubsync.services.manage.recognise import claim_keys, only
from hubsync.services.owners import Owners, asked_for
from hubsync.services.ports import Clock, Connectors
from hubsync.services.schemas import Schemas
from hubsync.stores.overview import Dossier, OverviewStore

EVENTS = 50


class FieldState(StrEnum):
    """How the two values of a mapping stand: equal, different and left alone, or one is about to be written over."""

    SAME = "same"
    LEFT_ALONE = "left_alone"
    TO_BE_WRITTEN = "to_be_written"


@dataclass(frozen=True, slots=True)
class FieldView:
    """One mapped field with its raw values on both sides; `target` is the side that the next look would write."""

    mapping: FieldMapping
    hubspot: Value
    app: Value
    state: FieldState
    target: Side | None = None


@dataclass(frozen=True, slots=True)
class RecordView:
    """One record or bound pair. A record is None where there is none, or where it was deleted.

    `decision` is what the engine says of the two as they are now; a look may know more of other records.
    """

    sync: Sync
    entry: IndexEntry
    records: Mapping[Side, Record | None]
    decision: Decision
    fields: tuple[FieldView, ...]
    history: tuple[HistoryEvent, ...]


@dataclass(frozen=True, slots=True)
class Viewer:
    """The query over its ports. It writes nothing."""

    overview: OverviewStore
    connectors: Connectors
    history: History
    schemas: Schemas
    clock: Clock

    def __call__(self, name: str, record: str) -> RecordView:
        """One record by the id of its entry, of the record on either side, or by an identifier such as its email. It is
        read from both applications.

        Raises `UnknownSyncError`, `UnknownRecordError`, `SeveralRecordsError`, and what a connector raises.
        """
        found = self.overview.dossier(name, record, lambda sync: claim_keys(sync, record), self.schemas.fresh())
        if found is None:
            raise UnknownSyncError(f"There is no sync {name}.")
        for snapshot in found.schemas:
            self.schemas.take(snapshot)
        sync, entry = found.sync, only(record, found.entries)
        records = {side: self._read(found, entry, side) for side in Side}
        entry = _as_read(entry, records)
        schemas = {side: self._schema(found, side) for side in Side}
        context = Context(
            sync.live(),
            may_create(sync, None),
            schemas=schemas,
            now=self.clock.now(),
            owners=self._owners(found),
        )
        decision = decide(entry, records[Side.HUBSPOT], records[Side.APP], context)
        history = _told(entry, self.history.of(sync, entry.id, EVENTS, self.clock.now()))
        return RecordView(sync, entry, records, decision, _fields(sync, records, decision), history)

    def _read(self, found: Dossier, entry: IndexEntry, side: Side) -> Record | None:
        record_id = entry.half(side).record_id
        connection = found.accounts.get(side)
        if record_id is None or connection is None:
            return None
        sync, connector = found.sync, self.connectors.connector(connection, bulk=False)
        record = connector.read(sync.object_type(side), [record_id], sync.fields(side)).get(record_id)
        return None if record is None or record.deleted else record

    def _owners(self, found: Dossier) -> Mapping[Side, Mapping[str, Owner]]:
        lists = Owners(self.connectors, self.clock)
        return {side: lists.owners(found.accounts[side]) for side in asked_for(found.sync) if side in found.accounts}

    def _schema(self, found: Dossier, side: Side) -> Mapping[str, FieldSchema]:
        connection = found.accounts.get(side)
        if connection is None:
            return {}
        connector = self.connectors.connector(connection, bulk=False)
        return self.schemas.schema(connection.id, found.sync.object_type(side), connector).fields


def _as_read(entry: IndexEntry, records: Mapping[Side, Record | None]) -> IndexEntry:
    """The entry with what was read just now: which of its records is gone."""
    for side in Side:
        half = entry.half(side)
        if half.record_id is not None:
            entry = entry.with_half(side, replace(half, gone=records[side] is None))
    return entry


def _fields(sync: Sync, records: Mapping[Side, Record | None], decision: Decision) -> tuple[FieldView, ...]:
    views = []
    for mapping in sync.mappings:
        values: dict[Side, Value] = {}
        for side in Side:
            values[side] = bridge_of(mapping).value(side, records[side])
        writes = (
            side for side, patch in decision.patches.items() if not patch.fields.keys().isdisjoint(mapping.fields(side))
        )
        target = next(writes, None)
        views.append(
            FieldView(
                mapping, values[Side.HUBSPOT], values[Side.APP], _state(mapping, values, decision, target), target
            )
        )
    return tuple(views)


def _state(mapping: FieldMapping, values: Mapping[Side, Value], decision: Decision, target: Side | None) -> FieldState:
    if target is not None:
        return FieldState.TO_BE_WRITTEN
    if mapping.number in decision.drifted or any(each.number == mapping.number for each in decision.warnings):
        return FieldState.LEFT_ALONE
    settled = all(side in decision.baselines for side in Side) and decision.failure is None
    equal = settled and decision.exclusion is None
    return FieldState.SAME if equal or values[Side.HUBSPOT] == values[Side.APP] else FieldState.LEFT_ALONE


def _told(entry: IndexEntry, events: Sequence[HistoryEvent]) -> tuple[HistoryEvent, ...]:
    """Events with their outcome. What nobody marked was written, unless the entry still waits to hear of it."""
    told, open_sides = [], {intent.side for intent in entry.intents}
    for event in events:
        outcome = event.outcome
        if outcome is None:
            outcome = Outcome.UNKNOWN if event.key.side in open_sides else Outcome.WRITTEN
        open_sides.discard(event.key.side)
        told.append(replace(event, outcome=outcome))
    return tuple(told)
