"""Who plays in the story: pairs that are in sync and whose identifiers are nobody else's."""

from __future__ import annotations

import random
from collections.abc import Callable

from infra.demo.checker import normal
from infra.demo.checker.expectation import Expectation
from infra.demo.checker.pairs import Pair
from infra.demo.checker.rules import SIDES
from infra.demo.checker.world import World, identifiers

Fit = Callable[[Pair], bool]


def choose(
    expected: Expectation, world: World, count: int, dice: random.Random, fit: Fit = lambda _: True
) -> list[Pair]:
    """`count` pairs that are `fit`, whose mapped fields are all filled, and which no left-out record shares an
    identifier with.

    An edit of such a pair has one possible outcome: no duplicate waits for its place. Raises `ValueError` if the world
    has too few of them.
    """
    taken = {key for still in expected.still for key in identifiers(expected.rules, still.record)}
    found = [
        pair
        for pair in expected.pairs
        if fit(pair) and _filled(expected, world, pair) and not _keys(expected, world, pair) & taken
    ]
    if len(found) < count:
        raise ValueError(f"the story needs {count} {expected.rules.name} and finds {len(found)}")
    return dice.sample(found, count)


def _filled(expected: Expectation, world: World, pair: Pair) -> bool:
    left = world.hubspot.get(pair.ids["hubspot"] or "")
    right = world.app.get(pair.ids["app"] or "")
    if left is None or right is None or not normal.empty(left.fields.get("hs_additional_emails")):
        return False
    return all(
        not normal.empty(record.fields.get(pairing.name(record.side)))
        for record in (left, right)
        for pairing in expected.rules.pairings
    )


def _keys(expected: Expectation, world: World, pair: Pair) -> set[str]:
    held = {key for side in SIDES for key in identifiers(expected.rules, world.side(side)[pair.ids[side] or ""])}
    return held | pair.keys
