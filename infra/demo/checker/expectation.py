"""What every record must hold at the end, and why: first after the initial sync, then after each edit of a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.demo.checker import normal
from infra.demo.checker.matching import match
from infra.demo.checker.rules import SIDES, Pairing, Rules, Side, other
from infra.demo.checker.world import Record, World, identifiers

STATUSES = ("in_sync", "excluded", "failing", "pending", "queued")


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
    """A record that the sync must leave as it is: its status, why, and its fields."""

    record: Record
    status: str
    why: str


@dataclass(slots=True)
class Expectation:
    """All of it, for one sync. `unsure` are sentences about data whose outcome the rules leave open."""

    rules: Rules
    pairs: list[Pair] = field(default_factory=list)
    still: list[Still] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    made: Counter[Side] = field(default_factory=Counter)
    changed: Counter[Side] = field(default_factory=Counter)

    def counts(self) -> dict[str, int]:
        """How many records must have each status; a pair counts once."""
        counts = dict.fromkeys(STATUSES, 0)
        counts["in_sync"] = len(self.pairs)
        for still in self.still:
            counts[still.status] += 1
        return counts

    def reasons(self) -> dict[str, int]:
        """Why records are left out or fail, and how many."""
        return dict(Counter(still.why for still in self.still))

    def writes(self, side: Side) -> int:
        """How many records of `side` the initial sync has to make or change."""
        return self.made[side] + self.changed[side]

    def pair_of(self, side: Side, record_id: str) -> Pair:
        """The pair that a record belongs to; raises `KeyError`."""
        for pair in self.pairs:
            if pair.ids[side] == record_id:
                return pair
        raise KeyError(f"{side} {record_id} is in no pair")

    def edited(self, side: Side, record_id: str, name: str, value: Any, why: str = "a person's edit") -> None:
        """A person set a field on one side; it must be on both."""
        pair = self.pair_of(side, record_id)
        pairing = next(item for item in self.rules.pairings if item.name(side) == name)
        pair.fields[side][name] = Held(value, why)
        facing = pair.fields[other(side)]
        if not normal.same(pairing.sort, value, facing[pairing.name(other(side))].value):
            facing[pairing.name(other(side))] = Held(value, why, written=True)

    def conflicted(self, pair: Pair, pairing: Pairing, values: Mapping[Side, Any]) -> None:
        """People set the same field on both sides; the default side's value must be on both."""
        winner = self.rules.default
        why = f"both sides were edited and {winner} wins"
        pair.fields[winner][pairing.name(winner)] = Held(values[winner], why)
        pair.fields[other(winner)][pairing.name(other(winner))] = Held(values[winner], why, written=True)

    def created(self, record: Record) -> None:
        """A person made a record with identifiers that nobody holds; it must appear on the other side."""
        self.pairs.append(_lone_pair(self.rules, record))

    def deleted(self, side: Side, record_id: str, survivor: Record) -> None:
        """A person deleted a record; the survivor must stand still, and be shown as failing (rule 7.1)."""
        self.pairs.remove(self.pair_of(side, record_id))
        self.still.append(Still(survivor, "failing", "deleted_on_the_other_side"))


def expect(rules: Rules, before: World) -> Expectation:
    """What the initial sync must make of a world that no sync has touched."""
    matching = match(rules, before)
    result = Expectation(rules)
    for hubspot, app in matching.pairs:
        pair = _merged(rules, hubspot, app)
        result.pairs.append(pair)
        for side in SIDES:
            result.changed[side] += any(held.written for held in pair.fields[side].values())
    for record in matching.alone:
        target = other(record.side)
        missing = list(_missing(rules, record))
        if not rules.writes(target):
            result.still.append(Still(record, "excluded", "direction"))
        elif missing:
            result.still.append(Still(record, "failing", "required_value_missing"))
        else:
            result.pairs.append(_lone_pair(rules, record))
            result.made[target] += 1
    result.still += [Still(record, "excluded", "no_email") for record in matching.no_email]
    result.still += [Still(duplicate.record, "excluded", "duplicate") for duplicate in matching.duplicates]
    finally_held = set().union(*(_final_keys(rules, pair) for pair in result.pairs), *_standing_keys(result))
    for duplicate in matching.duplicates:
        if duplicate.identifier not in finally_held:
            result.unsure.append(
                f"{duplicate.record} is a duplicate only until {duplicate.holder} changes its identifier."
            )
    return result


def _merged(rules: Rules, hubspot: Record, app: Record) -> Pair:
    records: dict[Side, Record] = {"hubspot": hubspot, "app": app}
    fields: dict[Side, dict[str, Held]] = {side: _as_is(rules, records[side]) for side in SIDES}
    for pairing in rules.pairings:
        raw = {side: records[side].fields.get(pairing.name(side)) for side in SIDES}
        if normal.same(pairing.sort, raw["hubspot"], raw["app"]):
            continue
        winner, why = rules.default, f"{rules.default} wins at the first match"
        if normal.empty(raw[winner]):
            winner, why = other(winner), f"the blank is filled from the {other(rules.default)} side"
        loser = other(winner)
        if rules.writes(loser):
            fields[loser][pairing.name(loser)] = Held(raw[winner], why, written=True)
    keys = frozenset([*identifiers(rules, hubspot), *identifiers(rules, app)])
    return Pair({side: records[side].id for side in SIDES}, fields, keys)


def _lone_pair(rules: Rules, record: Record) -> Pair:
    target = other(record.side)
    made: dict[str, Held] = {}
    for pairing in rules.pairings:
        value = record.fields.get(pairing.name(record.side))
        blank = normal.empty(value)
        made[pairing.name(target)] = Held(None if blank else value, f"copied from {record}", written=not blank)
    ids: dict[Side, str | None] = {record.side: record.id, target: None}
    fields: dict[Side, dict[str, Held]] = {record.side: _as_is(rules, record), target: made}
    return Pair(ids, fields, frozenset(identifiers(rules, record)))


def _as_is(rules: Rules, record: Record) -> dict[str, Held]:
    return {name: Held(record.fields.get(name), "nothing changed it") for name in rules.fields(record.side)}


def _missing(rules: Rules, record: Record) -> Iterator[str]:
    """The app's required fields that a new record would lack."""
    if record.side == "hubspot":
        for pairing in rules.pairings:
            if pairing.app in rules.app_requires and normal.empty(record.fields.get(pairing.hubspot)):
                yield pairing.app


def _final_keys(rules: Rules, pair: Pair) -> set[str]:
    """The identifiers that a pair holds once it is merged."""
    keys: set[str] = set()
    for side in SIDES:
        values = {name: held.value for name, held in pair.fields[side].items()}
        keys.update(identifiers(rules, Record(side, pair.ids[side] or "", values)))
    return keys


def _standing_keys(result: Expectation) -> list[set[str]]:
    return [set(identifiers(result.rules, still.record)) for still in result.still if still.why != "duplicate"]
