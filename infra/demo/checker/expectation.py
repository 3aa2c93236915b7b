"""What every record must hold at the end, and why: first after the initial sync, then after each edit of a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.demo.checker.links import Linked, mates
from infra.demo.checker.pairs import Held, Pair, Still, agree, lone_pair
from infra.demo.checker.rules import Pairing, Rules, Side, other
from infra.demo.checker.world import Record, World

STATUSES = ("in_sync", "excluded", "failing", "pending", "queued")


@dataclass(slots=True)
class Expectation:
    """All of it, for one sync. `unsure` are sentences about data whose outcome the rules leave open.

    `matched` is how many records find their partner at first. `made` and `changed` are how many records of each side
    the initial sync has to make or change, links apart. `links` are followed once the syncs they lead to are known.
    """

    rules: Rules
    pairs: list[Pair] = field(default_factory=list)
    still: list[Still] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    made: Counter[Side] = field(default_factory=Counter)
    changed: Counter[Side] = field(default_factory=Counter)
    matched: int = 0
    links: list[tuple[Linked, Expectation]] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many records must have each status; a pair counts once."""
        counts = dict.fromkeys(STATUSES, 0)
        counts["in_sync"] = len(self.pairs)
        for still in self.still:
            counts[still.status] += still.counted
        return counts

    def reasons(self) -> dict[str, int]:
        """Why records are left out or fail, and how many."""
        return dict(Counter(still.why for still in self.still if still.counted))

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
        facing, name = pair.fields[other(side)], pairing.name(other(side))
        both = (value, facing[name].value) if side == "hubspot" else (facing[name].value, value)
        if not agree(self.rules, pairing, *both):
            facing[name] = Held(self.rules.carried(pairing, value, side), why, written=True)

    def conflicted(self, pair: Pair, pairing: Pairing, values: Mapping[Side, Any]) -> None:
        """People set the same field on both sides; the default side's value must be on both."""
        winner = self.rules.default
        why = f"both sides were edited and {winner} wins"
        pair.fields[winner][pairing.name(winner)] = Held(values[winner], why)
        pair.fields[other(winner)][pairing.name(other(winner))] = Held(values[winner], why, written=True)

    def created(self, record: Record) -> None:
        """A person made a record with identifiers that nobody holds; it must appear on the other side."""
        self.pairs.append(lone_pair(self.rules, record))

    def entered(self, record: Record) -> None:
        """A person has taken away what kept a record out; it must appear on the other side."""
        self.still.remove(next(still for still in self.still if _is(still, record)))
        self.created(record)

    def deleted(self, side: Side, record_id: str, survivor: Record) -> None:
        """A person deleted a record; the survivor must stand still, and be shown as failing (rule 7.1)."""
        pair = self.pair_of(side, record_id)
        for linked, others in self.links:
            linked.part(side, pair, mates(others.pairs))
        self.pairs.remove(pair)
        self.still.append(Still(survivor, "failing", "deleted_on_the_other_side"))

    def restored(self, record: Record) -> None:
        """A person asked for a deleted record to be made again: a new one, with the survivor's values (rule 7.2)."""
        self.entered(record)

    def linked(self, side: Side, record_id: str, to: str, target_id: str) -> None:
        """A person linked a record of `side` to one of the sync `to`."""
        next(linked for linked, _ in self.links if linked.link.to == to).add(side, record_id, target_id)

    def follow(self, world: World, others: Mapping[str, Expectation]) -> None:
        """Begin to follow the links of a world in which only people have linked; `others` are the syncs by name."""
        self.links = [(Linked.of(link, world), others[link.to]) for link in self.rules.links]

    def targets(self, to: str) -> set[str]:
        """The records of the sync `to` that people have linked to, of both sides."""
        made = next(linked.made for linked, _ in self.links if linked.link.to == to)
        return {one for ids in made.values() for several in ids.values() for one in several}

    def waiting(self) -> int:
        """How many links must wait, because the record at their other end has no partner."""
        return sum(linked.waiting(self.pairs, mates(others.pairs)) for linked, others in self.links)


def _is(still: Still, record: Record) -> bool:
    return (still.record.side, still.record.id) == (record.side, record.id)
