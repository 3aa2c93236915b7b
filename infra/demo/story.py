"""The second act: people go on working in both applications while the sync runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.demo.api import Api
from infra.demo.apps import App, HubSpot, world
from infra.demo.checker.expectation import Expectation, Pair
from infra.demo.checker.rules import SIDES, Pairing, Rules, Side
from infra.demo.checker.verdict import verify_counts, verify_pair
from infra.demo.checker.world import World
from infra.demo.show import Screen, Shot

LOOK_EVERY = 0.5
NUDGE_EVERY = 2.0


@dataclass(slots=True)
class Story:
    """What every step needs. `poll` runs the scheduled poll of HubSpot now, or nothing where it is disabled."""

    hubspot: HubSpot
    app: App
    api: Api
    poll: Callable[[], None]
    screen: Screen
    patience: float
    _begun: float = 0.0

    def begin(self) -> None:
        """From now on a step is timed: its change has just been made."""
        self._begun = time.monotonic()

    def world(self, rules: Rules) -> World:
        """What both applications hold now."""
        return world(rules, self.hubspot, self.app)

    def edit(self, expected: Expectation, pair: Pair, side: Side, changes: Mapping[str, Any]) -> None:
        """A person edits a record, and the checker is told."""
        hands = self.hubspot if side == "hubspot" else self.app
        self.begin()
        hands.edit(expected.rules.object(side), pair.ids[side] or "", dict(changes))
        for name, value in changes.items():
            expected.edited(side, pair.ids[side] or "", name, value)

    def create(self, expected: Expectation, side: Side, fields: Mapping[str, Any]) -> Pair:
        """A person makes a record, and the checker is told."""
        hands = self.hubspot if side == "hubspot" else self.app
        self.begin()
        record_id = hands.create(expected.rules.object(side), dict(fields))
        expected.created(self.world(expected.rules).side(side)[record_id])
        return expected.pairs[-1]

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

    def shot(self, expected: Expectation, pair: Pair) -> Shot:
        """Both records of a pair as they are now."""
        now = self.world(expected.rules)
        found = {side: now.side(side).get(pair.ids[side] or "") for side in SIDES}
        return {side: None if record is None else record.fields for side, record in found.items()}

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
        shown = [item for item in expected.rules.pairings if _worth(item, before, after)]
        self.screen.step(title, [(item.hubspot, item.app) for item in shown], before, after, seconds)

    def _told(self, title: str, faults: list[str]) -> list[str]:
        return [f"{title}: after {self.patience:.0f} s {fault}" for fault in faults]


def _worth(pairing: Pairing, before: Shot, after: Shot) -> bool:
    """Whether a field is worth a line: it changed on some side, or it says who this is."""
    first = pairing.sort in ("email", "domain")
    return first or any(
        (before[side] or {}).get(pairing.name(side)) != (after[side] or {}).get(pairing.name(side)) for side in SIDES
    )
