"""A record of one side as it was read, and the reference that names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from hubsync.model.side import Side

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"
"""A raw field value, as the application's API gives it (HubSpot: always text or null)."""


@dataclass(frozen=True, slots=True, order=True)
class RecordRef:
    """Names one record of one side. `id` is the application's own id, as text."""

    side: Side
    id: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it is now.

    `fields` holds the fields that were asked for, by the application's names; a field that is missing is empty.
    `external_id` is what stands in the field that hubsync writes at creation (HubSpot: `hubsync_id`).
    `modified_at` is in epoch milliseconds. `aliases` are ids that still lead to this record (HubSpot: merged ids).
    `etag` is what a conditional write of this record needs, where the application offers one.
    `deleted` says that the application still knows the record but shows it as deleted.
    """

    ref: RecordRef
    fields: Mapping[str, Value] = field(default_factory=dict)
    external_id: str | None = None
    modified_at: int | None = None
    aliases: tuple[str, ...] = ()
    etag: str | None = None
    deleted: bool = False


def is_empty(value: Value) -> bool:
    """Whether a raw value says nothing: null, blank text, an empty list."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value == [] or value == {}
