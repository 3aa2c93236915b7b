"""Who belongs to whom, who comes second, who stands alone: the matching rule, in order and in one place.

HubSpot is walked first, by ascending id, then the app in its list order. A record walks its identifiers, strongest
first. The first one that anybody else holds decides: held by a record of the other side without a partner, they match;
else the record is a duplicate. If nobody holds any, it is alone. Whoever is no duplicate then takes the places of its
identifiers on its own side that are still free.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from infra.demo.checker.rules import Rules, Side, other
from infra.demo.checker.world import Record, World, has_email, identifiers


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A record that came second: under which identifier, and to whom."""

    record: Record
    identifier: str
    holder: Record


@dataclass(slots=True)
class Matching:
    """Everyone's place. `alone` and `no_email` hold lone records; `pairs` are (HubSpot, app)."""

    pairs: list[tuple[Record, Record]] = field(default_factory=list)
    alone: list[Record] = field(default_factory=list)
    no_email: list[Record] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)


def match(rules: Rules, world: World) -> Matching:
    """Walk both sides of a world that no sync has touched."""
    places: dict[str, dict[Side, Record]] = {}
    taken: set[str] = set()  # HubSpot records that have their partner; the app is walked last and once
    result = Matching()
    lone: list[Record] = []
    for record in [*world.hubspot.values(), *world.app.values()]:
        keys = identifiers(rules, record)
        key = next((key for key in keys if key in places), None)
        if key is not None:
            facing = places[key].get(other(record.side))
            if facing is None or facing.id in taken:
                holder = facing or places[key][record.side]
                result.duplicates.append(Duplicate(record, key, holder))
                continue
            taken.add(facing.id)
            result.pairs.append((facing, record))
        else:
            lone.append(record)
        for key in keys:
            places.setdefault(key, {}).setdefault(record.side, record)
    for record in lone:
        if record.side == "app" or record.id not in taken:
            (result.alone if has_email(rules, record) else result.no_email).append(record)
    return result
