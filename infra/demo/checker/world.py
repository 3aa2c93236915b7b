"""What the two applications hold at one moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from infra.demo.checker import normal
from infra.demo.checker.rules import Rules, Side

Row: TypeAlias = tuple[str, Mapping[str, Any]]
"""An id and the fields."""

Links: TypeAlias = Mapping[Side, Mapping[str, tuple[str, ...]]]
"""By side and record, the ids of the records that it is linked to, the application's first one first."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its side, its id, its fields by the application's names (nested ones with dots)."""

    side: Side
    id: str
    fields: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{'HubSpot' if self.side == 'hubspot' else 'app'} record {self.id}"


@dataclass(frozen=True, slots=True)
class World:
    """All living records of one pair of objects: HubSpot's by ascending id, the app's in list order.

    `links` are theirs by the sync that they lead to.
    """

    hubspot: Mapping[str, Record] = field(default_factory=dict)
    app: Mapping[str, Record] = field(default_factory=dict)
    links: Mapping[str, Links] = field(default_factory=dict)

    def side(self, side: Side) -> Mapping[str, Record]:
        """The records of one side by id, in order."""
        return self.hubspot if side == "hubspot" else self.app

    def linked(self, to: str, side: Side, record_id: str) -> tuple[str, ...]:
        """What a record is linked to in the sync `to`."""
        return self.links.get(to, {}).get(side, {}).get(record_id, ())

    @classmethod
    def of(cls, hubspot: Iterable[Row], app: Iterable[Row], links: Mapping[str, Links] | None = None) -> World:
        """A world of ids and fields; HubSpot's order is made here, the app's is the order given."""
        left = sorted(hubspot, key=lambda row: int(row[0]))
        return cls(
            {key: Record("hubspot", key, fields) for key, fields in left},
            {key: Record("app", key, fields) for key, fields in app},
            links or {},
        )


def identifiers(rules: Rules, record: Record) -> list[str]:
    """A record's identifiers, normalised, strongest first; what is empty or no email is none."""
    found: list[str] = []
    for identifier in rules.identifiers:
        for name in identifier.fields(record.side):
            raw = str(record.fields.get(name) or "")
            if identifier.sort == "email":
                found += [f"email:{normal.email(part)}" for part in raw.split(";") if normal.is_email(part)]
            elif value := normal.NORMAL[identifier.sort](raw):
                found.append(f"{identifier.sort}:{value}")
    return list(dict.fromkeys(found))


def has_email(rules: Rules, record: Record) -> bool:
    """Whether the record's own email is valid; True where the sync asks for none."""
    if not rules.needs_email:
        return True
    return any(normal.is_email(record.fields.get(i.fields(record.side)[0])) for i in rules.identifiers)
