"""Which links both sides must show: those that people made on either, as soon as both ends are pairs.

What people made is remembered as they made it. What must be there is worked out anew each time, for a link waits until
the record at its other end has a partner, whenever that is. HubSpot gets the app's link beside its own. The app's field
holds one: if it is empty it gets HubSpot's first one that can be had.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from infra.demo.checker.pairs import Pair
from infra.demo.checker.rules import SIDES, Link, Side, other
from infra.demo.checker.world import Record, World

Mates = Mapping[Side, Mapping[str, str]]
"""By side and id, the id of the partner on the other side."""

Ids = tuple[str, ...]


@dataclass(slots=True)
class Linked:
    """The links of one sync's records to those of another. `made` has what people made, by side and record."""

    link: Link
    made: dict[Side, dict[str, Ids]]

    @classmethod
    def of(cls, link: Link, world: World) -> Linked:
        """The links of a world in which only people have linked."""
        return cls(link, {side: dict(world.links.get(link.to, {}).get(side, {})) for side in SIDES})

    def add(self, side: Side, record_id: str, target_id: str) -> None:
        """A person links a record; in the app in place of what was there."""
        before = self.made[side].get(record_id, ()) if side == "hubspot" else ()
        self.made[side][record_id] = (*before, target_id)

    def part(self, gone: Side, pair: Pair, mates: Mates) -> None:
        """One record of a pair is deleted: the other one's links stay as they are, whoever had made them."""
        survivor = other(gone)
        self.made[survivor][pair.ids[survivor] or ""] = self.wanted(pair, mates)[survivor]
        self.made[gone].pop(pair.ids[gone] or "", None)

    def wanted(self, pair: Pair, mates: Mates) -> dict[Side, Ids]:
        """What both records of a pair must be linked to."""
        ours, theirs = (self.made[side].get(pair.ids[side] or "", ()) for side in SIDES)
        back = [mates["app"][one] for one in theirs if one in mates["app"]]
        there = [mates["hubspot"][one] for one in ours if one in mates["hubspot"]]
        return {
            "hubspot": (*ours, *(one for one in back if one not in ours)),
            "app": theirs or tuple(there[:1]),
        }

    def waiting(self, pairs: list[Pair], mates: Mates) -> int:
        """How many links of pairs are on one side only, because the record at their other end has no partner."""
        return sum(
            one not in mates[side]
            for pair in pairs
            for side in SIDES
            if side == "app" or not self.wanted(pair, mates)["app"]
            for one in self.made[side].get(pair.ids[side] or "", ())
        )

    def faults(self, world: World, pair: Pair, mates: Mates) -> Iterator[str]:
        """What is wrong with the links of one pair, whose records are both there."""
        for side, wanted in self.wanted(pair, mates).items():
            record = world.side(side).get(pair.ids[side] or "")
            if record is not None:
                yield from self._fault(world, record, wanted, "each side gets what people linked on either")

    def still(self, world: World, record: Record, why: str) -> Iterator[str]:
        """What is wrong with the links of a record that the sync must leave as it is."""
        if record.id in world.side(record.side):
            yield from self._fault(world, record, self.made[record.side].get(record.id, ()), why)

    def _fault(self, world: World, record: Record, wanted: Ids, why: str) -> Iterator[str]:
        there = world.linked(self.link.to, record.side, record.id)
        if sorted(there) != sorted(wanted):
            yield (
                f"{record}: is linked to the {self.link.to} {', '.join(there) or '(none)'} and must be linked to "
                f"{', '.join(wanted) or '(none)'}, because {why}."
            )


def mates(pairs: list[Pair]) -> Mates:
    """Who is whose partner; pairs whose new record has not been found are left out."""
    whole = [(pair.ids["hubspot"], pair.ids["app"]) for pair in pairs]
    found = [(hubspot, app) for hubspot, app in whole if hubspot is not None and app is not None]
    return {"hubspot": dict(found), "app": {app: hubspot for hubspot, app in found}}
