"""What the engine has to know besides the entry and the two records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from hubsync.model.directory import Owner
from hubsync.model.entry import Fingerprints, IndexEntry
from hubsync.model.identifier import IdentifierKind
from hubsync.model.record import RecordRef
from hubsync.model.schema import FieldSchema
from hubsync.model.side import Side
from hubsync.model.sync import Sync

Linked: TypeAlias = Mapping[str, Mapping[RecordRef, IndexEntry]]
"""The entries of linked records, by the sync that binds them and the record's reference (rule 6.1)."""


class Standing(StrEnum):
    """Where a record stands among all that have been seen (rules 3.1 to 3.5)."""

    LONE = "lone"
    MATCH = "match"
    DUPLICATE = "duplicate"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the claims say of a record.

    `partner` is the entry that it matches, duplicates or waits for; `by` is the kind of identifier that decided.
    `overruled` is a weaker kind that said otherwise (rule 3.2: domain wins over name). `key` is the claim that decided.
    """

    standing: Standing
    partner: str | None = None
    by: IdentifierKind | None = None
    overruled: IdentifierKind | None = None
    key: str | None = None


LONE = Resolution(Standing.LONE)


@dataclass(frozen=True, slots=True)
class Context:
    """The sync and what surrounds the decision.

    `may_create` are the sides on which this look may make records: none while an index is incomplete, except from the
    phase that owns the record. `conflict` is the kind of an identifier that a record of a bound pair has come to share
    with another entry (rule 3.6). `schemas` are the fields by name, `owners` the owners by id, where known. `now` is
    epoch ms. `retry` says that a person, or something that may have mended a failure, asked for this look. `linked` are
    the entries of the records that these are linked to. `shown` are the fingerprints of the records as they are now, by
    side, where the look has them already.
    """

    sync: Sync
    may_create: frozenset[Side] = frozenset()
    resolution: Resolution = LONE
    conflict: IdentifierKind | None = None
    schemas: Mapping[Side, Mapping[str, FieldSchema]] = field(default_factory=dict)
    now: int = 0
    retry: bool = False
    linked: Linked = field(default_factory=dict)
    owners: Mapping[Side, Mapping[str, Owner]] = field(default_factory=dict)
    shown: Mapping[Side, Fingerprints] = field(default_factory=dict)

    def field_schema(self, side: Side, name: str) -> FieldSchema | None:
        """What is known of a field."""
        return self.schemas.get(side, {}).get(name)
