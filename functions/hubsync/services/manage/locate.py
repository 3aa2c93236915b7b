"""Finds the entries that a person names: by the entry's own id, or by the id of one of its records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hubsync.model.entry import IndexEntry
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.stores.index_port import IndexStore


class UnknownRecordError(Exception):
    """The index of this sync knows no record of that id."""


def locate(index: IndexStore, sync_id: str, names: Sequence[str]) -> Mapping[str, IndexEntry]:
    """Entries by the name that was given. An entry's id counts before a record's, HubSpot's before the app's.

    At most four requests for 100 names, and three where all are of one kind.
    """
    known = index.entries(sync_id, [name for name in names if name.startswith(("h-", "a-"))])
    found = {name: known[name] for name in names if name in known}
    rest = [name for name in names if name not in found]
    records = index.find(sync_id, [RecordRef(side, name) for name in rest for side in Side]) if rest else {}
    for name in rest:
        for side in Side:
            entry = records.get(RecordRef(side, name))
            if entry is not None:
                found.setdefault(name, entry)
    return found
