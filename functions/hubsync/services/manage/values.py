"""Names and values of listed records: the index holds none, so they are read live, in a batch a side (rule 8.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from hubsync.engine.bridge import bridge_of
from hubsync.engine.transform import text_of
from hubsync.model.connection import Connection
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

Groups: TypeAlias = "tuple[tuple[str, ...], ...]"
"""Fields that name a record: the first group that is not empty counts, its texts joined."""


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
        accounts = {side: self._account(sync, side) for side in Side}
        groups = naming(self.connectors, sync, accounts)
        records = {side: self._read(sync, side, accounts[side], groups[side], entries) for side in Side}
        found = [_now(sync, entry, groups, {side: records[side].get(entry.id) for side in Side}) for entry in entries]
        return found, [each for each in dict.fromkeys(entry_ids) if each not in known]

    def _account(self, sync: Sync, side: Side) -> Connection:
        account = self.connections.connection(sync.connection(side))
        if account is None:
            remedy = "Apply a document with it, and its token."
            raise NotNowError(f"There is no connection {sync.connection(side)} any more.", remedy=remedy)
        return account

    def _read(
        self, sync: Sync, side: Side, account: Connection, groups: Groups, entries: Sequence[IndexEntry]
    ) -> Mapping[str, Record]:
        """The records of `side`, with what they are called by and what is mapped."""
        fields = dict.fromkeys((*mapped_fields(sync, side), *(name for group in groups for name in group)))
        return living(self.connectors.connector(account, bulk=False), sync, side, entries, list(fields))


def naming(connectors: Connectors, sync: Sync, accounts: Mapping[Side, Connection]) -> Mapping[Side, Groups]:
    """By side, the fields that records may be called by, in groups, the best first: those that its application is known
    to call them by, those that are mapped to what the other one does, and what the sync matches them by. The second
    are for an account's own object types, of which nothing is known.
    """
    known = {side: display(connectors, accounts[side].app, sync, side) for side in Side}
    keys = {side: tuple((key.fields(side)[0],) for key in sync.match_keys) for side in Side}
    return {side: (*known[side], *_mapped(sync, side, known[side.other]), *keys[side]) for side in Side}


def _mapped(sync: Sync, side: Side, groups: Groups) -> Iterator[tuple[str, ...]]:
    """What the fields of the other side in these groups are mapped to."""
    for group in groups:
        mappings = [mapping for mapping in sync.mappings if not set(mapping.fields(side.other)).isdisjoint(group)]
        if names := dict.fromkeys(name for mapping in mappings for name in mapping.fields(side)):
            yield tuple(names)


def display(connectors: Connectors, app: str, sync: Sync, side: Side) -> Groups:
    """The fields that records on `side` are known to be named by, in groups (`AppObject.display`)."""
    objects = connectors.objects(app)
    return next((each.display for each in objects if each.object_type == sync.object_type(side)), ())


def called(record: Record, groups: Groups) -> str | None:
    """What people call a record."""
    for group in groups:
        texts = (text_of(record.fields.get(name)) for name in group)
        if words := " ".join(text for text in texts if text):
            return words
    return None


def _now(
    sync: Sync,
    entry: IndexEntry,
    groups: Mapping[Side, Groups],
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
