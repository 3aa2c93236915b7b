"""What stands in an export: the columns, and the cells of each record. Every cell is text: an id stays what it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from hubsync.model.entry import IndexEntry
from hubsync.model.export import Export
from hubsync.model.record import Record, Value
from hubsync.model.side import Side

COLUMNS = (
    *("Entry", "HubSpot id", "App id", "Status", "Category or reason", "Sentence", "Remedy", "Field"),
    *("Since", "Last settled"),
)
NAMES = {Side.HUBSPOT: "HubSpot", Side.APP: "App"}


def header(export: Export) -> list[str]:
    """The names of the columns; those of values begin with their side."""
    return [*COLUMNS, *(f"{NAMES[side]}: {name}" for side in Side for name in export.fields(side))]


def row(export: Export, entry: IndexEntry, records: Mapping[Side, Record | None]) -> list[str]:
    """The cells of one record. `records` are its two sides as they are now, None where there is none."""
    failure = entry.failure
    cells = [
        entry.id,
        entry.hubspot.record_id or "",
        entry.app.record_id or "",
        entry.status.value,
        failure.category.value if failure else entry.exclusion.value if entry.exclusion else "",
        failure.sentence if failure else entry.reason,
        failure.remedy if failure else "",
        (failure.field or "") if failure else "",
        moment(entry.since),
        moment(entry.settled_at),
    ]
    for side in Side:
        record = records.get(side)
        cells += [text(record.fields.get(name)) if record else "" for name in export.fields(side)]
    return cells


def moment(at: int) -> str:
    """Epoch ms in ISO 8601, in UTC; nothing for never."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""


def text(value: Value) -> str:
    """A raw value as text: lists and objects as JSON."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case _:
            return json.dumps(value, ensure_ascii=False)


def packed(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows as they are kept in a part: one JSON list a line."""
    return "".join(f"{json.dumps(cells)}\n" for cells in rows).encode()


def unpacked(part: bytes) -> list[list[str]]:
    """The rows of a part."""
    return [json.loads(line) for line in part.splitlines()]
