"""How the links of a record in HubSpot go with a field of the app that names other records (rule 6.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hubsync.model.record import RecordRef, Value
from hubsync.model.side import Direction, Side

PREFIX = "associations/"
"""Begins the names of the fields in which HubSpot's connector shows a record's associations."""


@dataclass(frozen=True, slots=True)
class Association:
    """The links of a sync's records to those of another sync.

    `number` is drawn from the same numbers as the mappings' and kept for the life of the sync: the baseline is kept
    under it. `via` is the id of the sync that binds the linked records: it says which organisation is which company.
    `label` keeps to the links that bear this label in HubSpot. `many` says that the app's field holds several links.
    `direction` narrows the sync's; `unlink` lets a removed link travel (rule 6.2).
    """

    number: int
    hubspot_type: str
    app_field: str
    via: str
    label: str | None = None
    many: bool = False
    direction: Direction = Direction.TWO_WAY
    unlink: bool = False

    def field(self, side: Side) -> str:
        """The field that holds the links on `side`."""
        return links_field(self.hubspot_type, self.label) if side is Side.HUBSPOT else self.app_field


@dataclass(frozen=True, slots=True)
class LinkWaiter:
    """A record with a link that is made as soon as the record at its other end is bound (rule 6.1).

    `linked` is the record at the other end. `sync_id` and `waiting` are the sync of the record with the link, and the
    record itself: they are what is looked at again.
    """

    linked: RecordRef
    sync_id: str
    waiting: RecordRef


def links_field(object_type: str, label: str | None = None) -> str:
    """The name of the field that holds a record's links to records of `object_type` in HubSpot."""
    return f"{PREFIX}{object_type}" if label is None else f"{PREFIX}{object_type}/{label}"


def is_links_field(name: str) -> bool:
    """Whether a field of HubSpot holds links and is no property."""
    return name.startswith(PREFIX)


def linked_ids(value: Value) -> tuple[str, ...]:
    """The ids in a field of links, in its order, each once: a list in HubSpot, a list or a single id in the app."""
    several = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(str(one).strip() for one in several if one is not None and str(one).strip()))


def change_of_links(was: Iterable[str], now: Iterable[str]) -> Value:
    """What is written to a field of links in HubSpot: the links as they were read and as they are to be.

    The difference is written and nothing else, so that a link that a person makes in between stays. A new link that
    stands first is made the primary one, where HubSpot knows such.
    """
    return {"was": list(was), "now": list(now)}


def as_shown(name: str, value: Value) -> Value:
    """What a field reads like once `value` is written to it: of a change of links, the links that are there then."""
    return [*links_changed(value)[1]] if is_links_field(name) and isinstance(value, dict) else value


def links_changed(value: Value) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The links as they were read, and as they are to be, out of `change_of_links`."""
    change: Mapping[str, Value] = value if isinstance(value, dict) else {}
    return linked_ids(change.get("was")), linked_ids(change.get("now"))
