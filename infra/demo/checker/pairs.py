"""What two records that are one must hold, and what must be left as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.demo.checker import normal
from infra.demo.checker.rules import SIDES, Pairing, Rules, Side, other
from infra.demo.checker.world import Record, identifiers


@dataclass(frozen=True, slots=True)
class Held:
    """What one field must hold. `written` by the sync: equal is enough, text to the letter; else not a byte differs."""

    value: Any
    why: str
    written: bool = False


@dataclass(slots=True)
class Pair:
    """Two records that are one. An id is None until the record that the sync had to make has been found."""

    ids: dict[Side, str | None]
    fields: dict[Side, dict[str, Held]]
    keys: frozenset[str]

    def __str__(self) -> str:
        return " / ".join(f"{'HubSpot' if side == 'hubspot' else 'app'} {self.ids[side] or '(new)'}" for side in SIDES)


@dataclass(frozen=True, slots=True)
class Still:
    """A record that the sync must leave as it is: its status, why, and its fields. The second record of a pair that is
    left out is not `counted`: a pair counts once."""

    record: Record
    status: str
    why: str
    counted: bool = True


def as_is(rules: Rules, record: Record) -> dict[str, Held]:
    """A record that nothing has changed."""
    return {name: Held(record.fields.get(name), "nothing changed it") for name in rules.fields(record.side)}


def agree(rules: Rules, pairing: Pairing, hubspot: Any, app: Any) -> bool:
    """Whether the two sides of a field hold the same."""
    return normal.same(pairing.sort, rules.carried(pairing, hubspot, "hubspot"), app)


def merged(rules: Rules, hubspot: Record, app: Record) -> Pair:
    """Two records at their first match: the default side wins, an empty value never does."""
    records: dict[Side, Record] = {"hubspot": hubspot, "app": app}
    fields: dict[Side, dict[str, Held]] = {side: as_is(rules, records[side]) for side in SIDES}
    for pairing in rules.pairings:
        raw = {side: records[side].fields.get(pairing.name(side)) for side in SIDES}
        if agree(rules, pairing, raw["hubspot"], raw["app"]):
            continue
        winner, why = rules.default, f"{rules.default} wins at the first match"
        if normal.empty(raw[winner]):
            winner, why = other(winner), f"the blank is filled from the {other(rules.default)} side"
        loser = other(winner)
        if rules.writes(loser):
            value = rules.carried(pairing, raw[winner], winner)
            fields[loser][pairing.name(loser)] = Held(value, why, written=True)
    keys = frozenset([*identifiers(rules, hubspot), *identifiers(rules, app)])
    return Pair({side: records[side].id for side in SIDES}, fields, keys)


def lone_pair(rules: Rules, record: Record) -> Pair:
    """A lone record, and the one that has to be made of it on the other side."""
    target = other(record.side)
    made: dict[str, Held] = {}
    for pairing in rules.pairings:
        value = rules.carried(pairing, record.fields.get(pairing.name(record.side)), record.side)
        blank = normal.empty(value)
        made[pairing.name(target)] = Held(None if blank else value, f"copied from {record}", written=not blank)
    ids: dict[Side, str | None] = {record.side: record.id, target: None}
    fields: dict[Side, dict[str, Held]] = {record.side: as_is(rules, record), target: made}
    return Pair(ids, fields, frozenset(identifiers(rules, record)))
