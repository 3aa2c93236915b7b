"""The second act: people go on working in both applications while the sync runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.demo.api import Api
from infra.demo.apps import App, Hands, HubSpot
from infra.demo.checker.expectation import Expectation
from infra.demo.checker.pairs import Pair
from infra.demo.checker.rules import PLACE, Rules, Side
from infra.demo.checker.verdict import verify_counts, verify_pair
from infra.demo.checker.world import World
from infra.demo.shots import lines, take
from infra.demo.show import Screen, Shot
from infra.demo.worlds import world

LOOK_EVERY = 0.5
NUDGE_EVERY = 2.0


@dataclass(slots=True)
class Story:
    """What every step needs. `poll` runs the scheduled poll of HubSpot now, or nothing where it is disabled; `busy`
    says what is under way."""

    hubspot: HubSpot
    app: App
    api: Api
    poll: Callable[[], None]
    busy: Callable[[], list[str]]
    screen: Screen
    patience: float
    _begun: float = 0.0

    def begin(self) -> None:
        """From now on a step is timed: its change has just been made."""
        self._begun = time.monotonic()

    def world(self, rules: Rules) -> World:
        """What both applications hold now."""
        return world(rules, self.hubspot, self.app)

    def change(self, rules: Rules, side: Side, record_id: str, changes: Mapping[str, Any]) -> None:
        """A person edits a record; what comes of it, the checker has to be told."""
        self.begin()
        self._hands(side).edit(rules.object(side), record_id, _fields(rules, side, changes))

    def edit(self, expected: Expectation, pair: Pair, side: Side, changes: Mapping[str, Any]) -> None:
        """A person edits a record of a pair, and the checker is told."""
        self.change(expected.rules, side, pair.ids[side] or "", changes)
        for name, value in changes.items():
            expected.edited(side, pair.ids[side] or "", name, value)

    def create(self, expected: Expectation, side: Side, fields: Mapping[str, Any]) -> Pair:
        """A person makes a record, and the checker is told."""
        self.begin()
        record_id = self._hands(side).create(expected.rules.object(side), _fields(expected.rules, side, fields))
        expected.created(self.world(expected.rules).side(side)[record_id])
        return expected.pairs[-1]

    def link(self, expected: Expectation, pair: Pair, side: Side, to: Rules, target_id: str) -> None:
        """A person links a record of a pair to one of the sync `to`, and the checker is told."""
        record_id = pair.ids[side] or ""
        self.begin()
        if side == "hubspot":
            self.hubspot.link(expected.rules.hubspot_object, record_id, to.hubspot_object, target_id)
        else:
            field = next(link.app for link in expected.rules.links if link.to == to.name)
            self.app.edit(expected.rules.app_object, record_id, {field: target_id})
        expected.linked(side, record_id, to.name, target_id)

    def await_pair(
        self, title: str, expected: Expectation, pair: Pair, before: Shot, nudge: Callable[[], None] | None = None
    ) -> list[str]:
        """Wait until a pair is as it must be; shows both sides, returns what is still wrong when patience ends."""
        faults = self._until(lambda: verify_pair(expected, self.world(expected.rules), pair), nudge)
        self._show(title, expected, pair, before, time.monotonic() - self._begun)
        return self._told(title, faults)

    def await_counts(self, title: str, expected: Expectation, pair: Pair, before: Shot) -> list[str]:
        """Wait until the system shows the counts that must be."""
        faults = self._until(lambda: verify_counts(expected, self.api.syncs()[expected.rules.name].counts), None)
        self._show(title, expected, pair, before, time.monotonic() - self._begun)
        return self._told(title, faults)

    def await_rest(self) -> list[str]:
        """Wait until nothing is under way; what still is when patience ends."""
        return self._until(self.busy, None)

    def shot(self, expected: Expectation, pair: Pair) -> Shot:
        """Both records of a pair as they are now."""
        return take(expected, pair, self.world)

    def _hands(self, side: Side) -> Hands:
        return self.hubspot if side == "hubspot" else self.app

    def _until(self, faults: Callable[[], list[str]], nudge: Callable[[], None] | None) -> list[str]:
        deadline = time.monotonic() + self.patience
        nudged = 0.0
        while found := faults():
            now = time.monotonic()
            if now > deadline:
                return found
            if nudge is not None and now - nudged >= NUDGE_EVERY:
                nudge()
                nudged = now
            time.sleep(LOOK_EVERY)
        return []

    def _show(self, title: str, expected: Expectation, pair: Pair, before: Shot, seconds: float) -> None:
        after = self.shot(expected, pair)
        self.screen.step(title, lines(expected.rules, before, after), before, after, seconds)

    def _told(self, title: str, faults: list[str]) -> list[str]:
        return [f"{title}: after {self.patience:.0f} s {fault}" for fault in faults]


def _fields(rules: Rules, side: Side, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes by the application's own names: a place is two fields there."""
    fields = dict(changes)
    if PLACE in fields and rules.stages is not None:
        fields |= zip(rules.stages.fields(side), str(fields.pop(PLACE)).split("/"), strict=True)
    return fields
