"""Exports in StateTable, all in one partition, under ids that ascend with time: there are as many as people order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from hubsync.model.export import KEPT_MS, Export, ExportFormat, ExportStep
from hubsync.model.status import RecordStatus
from hubsync.stores.dynamodb.table import StateItem, StateTable, done, unchanged

PARTITION = "exports"
LISTED_MS = 3 * KEPT_MS


class ExportItem(StateItem):
    """An export as JSON, under its id. `v` counts the writes."""

    text = UnicodeAttribute()
    v = NumberAttribute()

    def value(self) -> Export:
        """As the rest of the system knows it."""
        found = json.loads(self.text)
        listed = found["listed"]
        typed = {
            "id": self.sk,
            "format": ExportFormat(found["format"]),
            "listed": RecordStatus(listed) if listed else None,
            "step": ExportStep(found["step"]),
            "version": int(self.v),
        }
        lists = {name: tuple(found[name]) for name in ("hubspot_fields", "app_fields", "runs")}
        return Export(**{**found, **lists, **typed})


class DynamoExportStore:
    """Exports; they are listed for three weeks."""

    def __init__(self, table: StateTable) -> None:
        self._exports = table.bind(ExportItem)

    def export(self, export_id: str) -> Export | None:
        """See the port."""
        item = self._exports.find(PARTITION, export_id)
        return item.value() if item else None

    def exports(self, limit: int) -> Sequence[Export]:
        """See the port."""
        return self.exports_from(None, limit)[0]

    def exports_from(self, place: str | None, limit: int) -> tuple[Sequence[Export], str | None]:
        """See the port."""
        behind = None if place is None else self._exports.sk < place
        found = self._exports.query(PARTITION, behind, scan_index_forward=False, limit=limit + 1, consistent_read=True)
        items = list(found)
        return tuple(item.value() for item in items[:limit]), items[limit - 1].sk if len(items) > limit else None

    def put_export(self, export: Export) -> bool:
        """See the port."""
        model = self._exports
        content = {name: value for name, value in asdict(export).items() if name not in ("id", "version")}
        item = model(
            PARTITION,
            export.id,
            text=json.dumps(content),
            v=export.version + 1,
            expires_at=(export.at + LISTED_MS) // 1000,
        )
        condition = unchanged(model, model.v, export.version or None)
        return done(lambda: item.save(condition=condition))
