"""Whether a plan came true: what it said would be written, against what has been, by the contents before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.demo.checker import normal
from infra.demo.checker.expectation import Expectation
from infra.demo.checker.rules import PLACE, SIDES, Rules, Side
from infra.demo.checker.world import World

_NAMES: Mapping[Side, str] = {"hubspot": "HubSpot", "app": "the app"}


@dataclass(slots=True)
class Tally:
    """How many records were made and changed on each side, and how many times each field was written."""

    made: Counter[Side] = field(default_factory=Counter)
    changed: Counter[Side] = field(default_factory=Counter)
    fields: dict[Side, Counter[str]] = field(default_factory=lambda: {side: Counter() for side in SIDES})


@dataclass(frozen=True, slots=True)
class Line:
    """One number of a plan, and the same as it came. `field`: how many times a field was written."""

    what: str
    planned: int
    done: int
    field: bool = False


def done(rules: Rules, before: World, after: World) -> Tally:
    """What became of a world in which nobody else was at work."""
    tally = Tally()
    for side in SIDES:
        for key in after.side(side):
            differing = [name for names in _differing(rules, before, after, side, key) for name in names]
            tally.fields[side].update(differing)
            if key not in before.side(side):
                tally.made[side] += 1
            elif differing:
                tally.changed[side] += 1
    return tally


def compare(plan: Mapping[str, Any], expected: Expectation, tally: Tally) -> list[Line]:
    """The numbers of a plan (the API's `counts`) one by one beside what came of them."""
    lines: list[Line] = []
    for side, where in _NAMES.items():
        lines.append(Line(f"records made in {where}", plan["created"][side], tally.made[side]))
        lines.append(Line(f"records changed in {where}", plan["updated"][side], tally.changed[side]))
        said, came = plan["fields"][side], tally.fields[side]
        lines += [
            Line(f"{name} in {where}", said.get(name, 0), came[name], field=True) for name in sorted({*said, *came})
        ]
    lines.append(Line("records that find their partner", plan["linked"], expected.matched))
    left, reasons = {**plan["excluded"], **plan["refused"]}, expected.reasons()
    lines += [
        Line(f"left out: {why.replace('_', ' ')}", left.get(why, 0), reasons.get(why, 0))
        for why in sorted({*left, *reasons})
    ]
    lines.append(Line("not decided yet", plan["pending"], 0))
    return lines


def verify_plan(name: str, lines: list[Line]) -> list[str]:
    """What of a plan did not come true."""
    return [
        f"The plan of {name} said {line.planned} for {line.what}, and it became {line.done}."
        for line in lines
        if line.planned != line.done
    ]


def _differing(rules: Rules, before: World, after: World, side: Side, key: str) -> Iterator[tuple[str, ...]]:
    """The fields of a record that are not as they were; of a new one those that are filled."""
    old, new = before.side(side).get(key), after.side(side)[key]
    for pairing in rules.pairings:
        name = pairing.name(side)
        was, value = None if old is None else old.fields.get(name), new.fields.get(name)
        if was != value and not (normal.empty(was) and normal.empty(value)):
            yield rules.stages.fields(side) if name == PLACE and rules.stages is not None else (name,)
    for link in rules.links:
        if before.linked(link.to, side, key) != after.linked(link.to, side, key):
            yield (f"associations/{link.hubspot}" if side == "hubspot" else link.app,)
