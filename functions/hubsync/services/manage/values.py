"""Names and values of listed records: the index holds none, so they are read live, in a batch a side (rule 8.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hubsync.engine.bridge import bridge_of
from hubsync.engine.transform import text_of
from hubsync.model.entry import IndexEntry
from hubsync.model.mapping import FieldMapping
from hubsync.model.record import Record, Value
from hubsync.model.side import Side
from hubsync.model.sync import Sync
from hubsync.services.living import living, mapped_fields
from hubsync.services.manage.lifecycle import NotNowError, sync_named
from hubsync.services.ports import Connectors
from hubsync.stores.index_port import IndexStore
from hubsync.stores.ports import ConnectionStore, SyncStore


@dataclass(frozen=True, slots=True)
class SideNow:
    """An entry's record on one side: what people call it, None where it has no name; `gone` if it was deleted."""

    name: str | None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class RecordNow:
    """One entry with its records as they are now. A side is None where the entry has no record there.

    `fields` are the mappings that flow, each with its raw values in HubSpot and in the app.
    """

    entry: IndexEntry
    sides: Mapping[Side, SideNow | None]
    fields: tuple[tuple[FieldMapping, Value, Value], ...]


@dataclass(frozen=True, slots=True)
class Values:
    """The query over its ports. It writes nothing."""

    syncs: SyncStore
    connections: ConnectionStore
    index: IndexStore
    connectors: Connectors

    def __call__(self, name: str, entry_ids: Sequence[str]) -> tuple[list[RecordNow], list[str]]:
        """At most 100 entries of a sync, in the order of their ids as given, and the ids that the index does not know.

        One batch read a side. Raises `UnknownSyncError`, `NotNowError`, and what a connector raises.
        """
        sync = sync_named(self.syncs, name).live()
        known = self.index.entries(sync.id, entry_ids)
        entries = [known[each] for each in dict.fromkeys(entry_ids) if each in known]
        groups, records = {}, {}
        for side in Side:
            groups[side], records[side] = self._read(sync, side, entries)
        found = [_now(sync, entry, groups, {side: records[side].get(entry.id) for side in Side}) for entry in entries]
        return found, [each for each in dict.fromkeys(entry_ids) if each not in known]

    def _read(
        self, sync: Sync, side: Side, entries: Sequence[IndexEntry]
    ) -> tuple[tuple[tuple[str, ...], ...], Mapping[str, Record]]:
        """The fields that name a record on `side`, in groups, and the records. Where none is known to name it, or all
        are empty, it is called by what the sync matches it by."""
        if not any(entry.half(side).present for entry in entries):
            return (), {}
        connection = self.connections.connection(sync.connection(side))
        if connection is None:
            remedy = "Apply a document with it, and its token."
            raise NotNowError(f"There is no connection {sync.connection(side)} any more.", remedy=remedy)
        keys = ((key.fields(side)[0],) for key in sync.match_keys)
        groups = (*display(self.connectors, connection.app, sync, side), *keys)
        fields = dict.fromkeys((*mapped_fields(sync, side), *(name for group in groups for name in group)))
        connector = self.connectors.connector(connection, bulk=False)
        return groups, living(connector, sync, side, entries, list(fields))


def display(connectors: Connectors, app: str, sync: Sync, side: Side) -> tuple[tuple[str, ...], ...]:
    """The fields that records on `side` are known to be named by, in groups (`AppObject.display`)."""
    objects = connectors.objects(app)
    return next((each.display for each in objects if each.object_type == sync.object_type(side)), ())


def called(record: Record, groups: Sequence[Sequence[str]]) -> str | None:
    """What people call a record."""
    for group in groups:
        texts = (text_of(record.fields.get(name)) for name in group)
        if words := " ".join(text for text in texts if text):
            return words
    return None


def _now(
    sync: Sync,
    entry: IndexEntry,
    groups: Mapping[Side, Sequence[Sequence[str]]],
    records: Mapping[Side, Record | None],
) -> RecordNow:
    sides: dict[Side, SideNow | None] = {}
    for side, record in records.items():
        if record is not None:
            sides[side] = SideNow(called(record, groups[side]))
        else:
            sides[side] = None if entry.half(side).record_id is None else SideNow(None, gone=True)
    bridges = [bridge_of(mapping) for mapping in sync.mappings]
    fields = tuple(
        (each.mapping, each.value(Side.HUBSPOT, records[Side.HUBSPOT]), each.value(Side.APP, records[Side.APP]))
        for each in bridges
    )
    return RecordNow(entry, sides, fields)
