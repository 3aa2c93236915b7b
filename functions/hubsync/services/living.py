"""Reads the living records of some entries on one side: what the index does not hold (promise 7) is read live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hubsync.connectors.port import Connector
from hubsync.model.entry import IndexEntry
from hubsync.model.record import Record
from hubsync.model.side import Side
from hubsync.model.sync import Sync

MOST = 100
"""What a connector reads at once."""


def living(
    connector: Connector, sync: Sync, side: Side, entries: Sequence[IndexEntry], fields: Sequence[str]
) -> Mapping[str, Record]:
    """By entry, the records of at most `MOST` entries on `side`, in one batch; what is missing is gone, or never was.

    Raises what the connector raises.
    """
    ids = {entry.id: entry.half(side).record_id for entry in entries if entry.half(side).present}
    wanted = list(dict.fromkeys(each for each in ids.values() if each))
    found = connector.read(sync.object_type(side), wanted, fields) if wanted else {}
    return {
        entry_id: record
        for entry_id, record_id in ids.items()
        if record_id and (record := found.get(record_id)) is not None and not record.deleted
    }


def mapped_fields(sync: Sync, side: Side) -> tuple[str, ...]:
    """The mapped fields of a side, each once, in the order of the mappings."""
    return tuple(dict.fromkeys(name for mapping in sync.mappings for name in mapping.fields(side)))
