"""Both sides of a pair at one moment, as people see them: the fields, and whom the records are linked to by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infra.demo.checker.expectation import Expectation
from infra.demo.checker.pairs import Pair
from infra.demo.checker.rules import SIDES, Link, Rules, Side
from infra.demo.checker.world import World
from infra.demo.show import Shot

Read = Callable[[Rules], World]
"""Reads what both applications hold of a sync now."""


def take(expected: Expectation, pair: Pair, read: Read) -> Shot:
    """Both records of a pair as they are now."""
    now = read(expected.rules)
    linked = [(each.link, others.rules, read(others.rules)) for each, others in expected.links]
    found: dict[Side, dict[str, Any] | None] = {}
    for side in SIDES:
        record = now.side(side).get(pair.ids[side] or "")
        found[side] = None if record is None else dict(record.fields)
        for link, rules, theirs in linked if record is not None else ():
            ids = now.linked(link.to, side, pair.ids[side] or "")
            names = [_name(rules, theirs, side, one) for one in ids]
            found[side] = {**(found[side] or {}), field(link, side): ", ".join(names)}
    return found


def lines(rules: Rules, before: Shot, after: Shot) -> list[tuple[str, str]]:
    """The fields worth a line, on (HubSpot, app): what changed on some side, and what says who this is."""
    key = rules.identifiers[0].hubspot[0]
    pairs = [(pairing.hubspot, pairing.app) for pairing in rules.pairings]
    pairs += [(field(link, "hubspot"), field(link, "app")) for link in rules.links]

    def moved(side: Side, name: str) -> bool:
        old, new = ((shot[side] or {}).get(name) for shot in (before, after))
        return (old or None) != (new or None)

    return [(ours, theirs) for ours, theirs in pairs if ours == key or moved("hubspot", ours) or moved("app", theirs)]


def field(link: Link, side: Side) -> str:
    """What a field of links is called here."""
    return f"→ {link.hubspot}" if side == "hubspot" else link.app


def _name(rules: Rules, world: World, side: Side, record_id: str) -> str:
    record = world.side(side).get(record_id)
    field = rules.pairings[0].name(side)
    name = None if record is None else record.fields.get(field)
    return str(name).strip() if name else f"{record_id} (no {field})"
