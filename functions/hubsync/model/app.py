"""What an application offers: its object types, their fields, and how they are mapped by default (rule 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hubsync.model.mapping import DefaultMapping
from hubsync.model.schema import FieldSchema


@dataclass(frozen=True, slots=True)
class AppObject:
    """One object type of an application.

    `kind` is what it is in HubSpot's words, or None. `fields` are empty where they depend on the account (HubSpot).
    `display` are the fields that people know a record by: the first group that is not empty, its texts joined.
    """

    object_type: str
    kind: str | None = None
    fields: Mapping[str, FieldSchema] = field(default_factory=dict)
    defaults: tuple[DefaultMapping, ...] = ()
    display: tuple[tuple[str, ...], ...] = ()
