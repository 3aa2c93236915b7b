"""What the initial sync must make of a world that no sync has touched."""

from __future__ import annotations

from collections.abc import Iterator

from infra.demo.checker import normal
from infra.demo.checker.expectation import Expectation
from infra.demo.checker.matching import match
from infra.demo.checker.pairs import Pair, Still, lone_pair, merged
from infra.demo.checker.rules import PLACE, SIDES, Rules, other
from infra.demo.checker.world import Record, World, identifiers


def expect(rules: Rules, before: World) -> Expectation:
    """What the initial sync must make of a world that no sync has touched. Its links are added by `links.follow`."""
    matching = match(rules, before)
    result = Expectation(rules, matched=len(matching.pairs))
    for hubspot, app in matching.pairs:
        if any(rules.unmapped(record.side, record.fields.get(PLACE)) for record in (hubspot, app)):
            result.still.append(Still(hubspot, "excluded", "stage_not_mapped"))
            result.still.append(Still(app, "excluded", "stage_not_mapped", counted=False))
            continue
        pair = merged(rules, hubspot, app)
        result.pairs.append(pair)
        for side in SIDES:
            result.changed[side] += any(held.written for held in pair.fields[side].values())
    for record in matching.alone:
        _alone(result, record)
    result.still += [Still(record, "excluded", "no_email") for record in matching.no_email]
    result.still += [Still(duplicate.record, "excluded", "duplicate") for duplicate in matching.duplicates]
    finally_held = set().union(*(_final_keys(rules, pair) for pair in result.pairs), *_standing_keys(result))
    for duplicate in matching.duplicates:
        if duplicate.identifier not in finally_held:
            result.unsure.append(
                f"{duplicate.record} is a duplicate only until {duplicate.holder} changes its identifier."
            )
    return result


def _alone(result: Expectation, record: Record) -> None:
    rules, target = result.rules, other(record.side)
    if not rules.writes(target):
        result.still.append(Still(record, "excluded", "direction"))
    elif rules.stages is not None and _stays_out(rules, record):
        result.still.append(Still(record, "excluded", "stage_not_mapped"))
    elif list(_missing(rules, record)):
        result.still.append(Still(record, "failing", "required_value_missing"))
    else:
        result.pairs.append(lone_pair(rules, record))
        result.made[target] += 1


def _stays_out(rules: Rules, record: Record) -> bool:
    """Alone, an empty stage is as little mapped as a wrong one: nothing fills it."""
    place = record.fields.get(PLACE)
    return normal.empty(place) or rules.unmapped(record.side, place)


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
