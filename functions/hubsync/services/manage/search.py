"""Searches a sync's records for what a person types: an id, an identifier, or else a name (rule 8.5)."""

from __future__ import annotations

from dataclasses import dataclass

from hubsync.model.entry import IndexEntry
from hubsync.model.record import Record, RecordRef
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import Sync
from hubsync.services.manage.lifecycle import sync_named
from hubsync.services.manage.recognise import identified
from hubsync.services.manage.values import called, display
from hubsync.services.manage.view import RecordPage
from hubsync.services.ports import Connectors
from hubsync.stores.index_port import IndexStore
from hubsync.stores.ports import ConnectionStore, SyncStore

MOST_FOUND = 100
"""Records found by name whose entries are looked for."""


@dataclass(frozen=True, slots=True)
class Search:
    """The query over its ports. It writes nothing."""

    syncs: SyncStore
    connections: ConnectionStore
    index: IndexStore
    connectors: Connectors

    def __call__(self, name: str, text: str, status: RecordStatus | None, limit: int) -> RecordPage:
        """The entries that `text` means, of one status or of any; one page, and nothing behind it.

        By id and by identifier from the index alone; only where that finds nothing, both applications are asked for
        records of that name. At most 17 requests of the tables, most often seven. Raises `UnknownSyncError`, and, where
        it has to ask, what a connector raises.
        """
        sync = sync_named(self.syncs, name)
        found = self._indexed(sync, text) or self._named(sync, text)
        entries = [entry for entry in found if status in (None, entry.status)]
        return RecordPage(sync, tuple(entries[:limit]), None)

    def _indexed(self, sync: Sync, text: str) -> list[IndexEntry]:
        """What the index knows by that id, on either side, or by that identifier."""
        own = self.index.entries(sync.id, [text]) if text.startswith(("h-", "a-")) else {}
        ids = self.index.find(sync.id, [RecordRef(side, text) for side in Side])
        entries = (*own.values(), *ids.values(), *identified(self.index, sync, text, line=True))
        return list({entry.id: entry for entry in entries}.values())

    def _named(self, sync: Sync, text: str) -> list[IndexEntry]:
        """What the applications call so, as far as they can be searched; what the index does not know is left out."""
        refs = [ref for side in Side for ref in self._called(sync, side, text)]
        known = self.index.find(sync.id, refs[:MOST_FOUND]) if refs else {}
        return list({entry.id: entry for entry in known.values()}.values())

    def _called(self, sync: Sync, side: Side, text: str) -> list[RecordRef]:
        connection = self.connections.connection(sync.connection(side))
        groups = () if connection is None else display(self.connectors, connection.app, sync, side)
        if connection is None or not groups:
            return []
        # A first name stands in one field and a last name in the next; of fields by themselves the text is the whole.
        wanted = {name: [text, *(text.split() if len(group) > 1 else ())] for group in groups for name in group}
        connector = self.connectors.connector(connection, bulk=False)
        found = connector.search(sync.object_type(side), wanted, list(wanted))
        return [record.ref for record in found if _is_called(record, groups, text)]


def _is_called(record: Record, groups: tuple[tuple[str, ...], ...], text: str) -> bool:
    """Whether the whole name, or a whole field of it, is the text; applications find more than they were asked for."""
    names = [called(record, (group,)) for group in groups]
    names += [called(record, ((name,),)) for group in groups for name in group]
    return " ".join(text.split()).casefold() in {" ".join(each.split()).casefold() for each in names if each}
