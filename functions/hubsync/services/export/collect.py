"""Collects the rows of an export, some at a time: from the index, and where values are asked for from both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hubsync.model.entry import IndexEntry
from hubsync.model.export import Export, ExportStep
from hubsync.model.record import Record
from hubsync.model.side import Side
from hubsync.model.sync import Sync
from hubsync.services.export.rows import packed, row
from hubsync.services.living import living
from hubsync.services.ports import Connectors
from hubsync.stores.exports import FileStore
from hubsync.stores.index_port import LISTED_STATUSES, IndexStore, Walk
from hubsync.stores.ports import ConnectionStore

KIND = "application/x-ndjson"
ROWS, ROWS_WITH_VALUES = 1000, 50
"""What is listed at once; a page may be twice as long, and a connector reads a hundred records in a call."""


@dataclass(frozen=True, slots=True)
class Collect:
    """The step over its ports. It writes to the files alone."""

    index: IndexStore
    connections: ConnectionStore
    connectors: Connectors
    files: FileStore

    def __call__(self, export: Export, sync: Sync) -> Export:
        """Store the next part; how the export stands then. Raises what a connector raises."""
        page = self._page(export)
        entries = [each for each in page.entries if export.listed in (None, each.status)]
        step = ExportStep.COLLECT if page.cursor else ExportStep.ASSEMBLE
        if not entries:
            return replace(export, cursor=page.cursor, step=step)
        records = {side: self._read(export, sync, side, entries) for side in Side}
        rows = [row(export, entry, {side: records[side].get(entry.id) for side in Side}) for entry in entries]
        self.files.write(export.part(export.parts), [packed(rows)], KIND)
        return replace(export, cursor=page.cursor, step=step, rows=export.rows + len(rows), parts=export.parts + 1)

    def _page(self, export: Export) -> Walk:
        """The next of the list; records in sync are in no index of their own and are sought among all."""
        limit = ROWS_WITH_VALUES if export.values else ROWS
        if export.listed in LISTED_STATUSES:
            return self.index.by_status(export.sync_id, export.listed, export.cursor, limit)
        return self.index.walk(export.sync_id, export.cursor, limit)

    def _read(self, export: Export, sync: Sync, side: Side, entries: Sequence[IndexEntry]) -> Mapping[str, Record]:
        """By entry, the living record of one side with the values that were asked for."""
        fields = export.fields(side)
        connection = self.connections.connection(sync.connection(side)) if export.values and fields else None
        if connection is None:
            return {}
        return living(self.connectors.connector(connection, bulk=True), sync, side, entries, fields)
