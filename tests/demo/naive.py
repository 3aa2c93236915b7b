"""A system that keeps two applications in step, small enough to be obviously right, in the place of the real one.

It writes with a person's hands, so that no call is counted; it sees the app's changes by the simulator's own webhooks,
HubSpot's by `poll`, everything by `compare`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.demo.api import PhaseView, SyncView
from infra.demo.apps import App, HubSpot, world
from infra.demo.checker.rules import COMPANIES, CONTACTS, Rules
from infra.demo.checker.world import Row
from infra.local.crm import Orbit
from tests.demo.reference import plain, synced, walk

ALL = {rules.name: rules for rules in (CONTACTS, COMPANIES)}
PHASES = ("index_hubspot", "sync_app", "sync_hubspot")


class HeardApp(App):
    """The app, whose webhooks have arrived before anybody looks at it."""

    hear: Callable[[], None] = staticmethod(lambda: None)

    def rows(self, kind: str) -> list[Row]:
        self.hear()
        return App.rows(self, kind)


@dataclass(slots=True)
class Naive:
    """The system: `pairs` by sync are (HubSpot id, app id) with the values both held when last in step."""

    hubspot: HubSpot
    app: App
    orbit: Orbit
    looking: bool = False
    pairs: dict[str, dict[tuple[str, str], list[str | None]]] = field(default_factory=dict)
    failing: dict[str, int] = field(default_factory=dict)
    excluded: dict[str, int] = field(default_factory=dict)

    def apply(self) -> str:
        for rules in ALL.values():
            self._initial(rules)
        return "applied"

    def poll(self) -> None:
        self._busy_look(None)

    def compare(self, name: str) -> None:
        self._busy_look(ALL[name])

    def busy(self) -> list[str]:
        return []

    def disable(self, part: str) -> None:
        assert part == "poll"

    def hear(self) -> None:
        """Take the webhooks that wait, and look at what they name."""
        if self.looking:
            return
        seen: set[str] = set()

        def take(_url: str, _headers: Mapping[str, str], body: bytes) -> int:
            seen.update(event["id"] for event in json.loads(body)["events"])
            return 200

        self.orbit.outbox.deliver(take)
        if seen:
            self._busy_look(None, seen)

    def syncs(self) -> dict[str, SyncView]:
        self.hear()
        phases = tuple(PhaseView(phase, 1, 1, 1, True) for phase in PHASES)
        return {name: SyncView(name, "active", None, phases, self._counts(name), None) for name in ALL}

    def _counts(self, name: str) -> dict[str, int]:
        return {"in_sync": len(self.pairs[name]), "failing": self.failing[name], "excluded": self.excluded[name]}

    def _initial(self, rules: Rules) -> None:
        before = world(rules, self.hubspot, self.app)
        after = synced(rules, before)
        left = [(key, dict(record.fields)) for key, record in before.hubspot.items()]
        right = [(key, dict(record.fields)) for key, record in before.app.items()]
        mate, second = walk(rules, left, right)
        pairs = set(mate.items())
        fresh = [row for key, row in after.hubspot.items() if key not in before.hubspot]
        lone = [key for key in before.app if key not in mate.values() and key not in second]
        for key in lone:
            mine = {p: plain(p.sort, before.app[key].fields.get(p.app)) for p in rules.pairings}
            for row in fresh:
                if all(plain(p.sort, row.fields.get(p.hubspot)) == value for p, value in mine.items()):
                    pairs.add((self.hubspot.create(rules.hubspot_object, _mapped(rules, row.fields, "hubspot")), key))
        for key, row in after.app.items():
            if key.startswith("made_"):
                made = self.app.create(rules.app_object, _mapped(rules, row.fields, "app"))
                pairs.add((key.removeprefix("made_"), made))
            elif row.fields != before.app[key].fields:
                self.app.edit(rules.app_object, key, _mapped(rules, row.fields, "app"))
        for key, row in after.hubspot.items():
            if key in before.hubspot and row.fields != before.hubspot[key].fields:
                changes = {n: v for n, v in row.fields.items() if v != before.hubspot[key].fields.get(n)}
                self.hubspot.edit(rules.hubspot_object, key, changes)
        self.failing[rules.name] = sum(not r.fields.get("name") and k not in mate for k, r in before.hubspot.items())
        self.failing[rules.name] *= rules is COMPANIES
        total = len(before.hubspot) + len(before.app) - len(mate)
        self.excluded[rules.name] = total - len(pairs) - self.failing[rules.name]
        self.pairs[rules.name] = {pair: [] for pair in pairs}
        self._remember(rules, pairs)

    def _remember(self, rules: Rules, pairs: Iterable[tuple[str, str]]) -> None:
        now = world(rules, self.hubspot, self.app)
        for pair in pairs:
            fields = now.app[pair[1]].fields
            self.pairs[rules.name][pair] = [plain(p.sort, fields.get(p.app)) for p in rules.pairings]

    def _busy_look(self, only: Rules | None, ids: set[str] | None = None) -> None:
        # Its own reading of the app must not bring the next webhook in the middle of a look.
        self.looking = True
        try:
            self._look(only, ids)
        finally:
            self.looking = False

    def _look(self, only: Rules | None, ids: set[str] | None = None) -> None:
        """Look at everything, or at what some ids of the app name; HubSpot wins where both sides changed."""
        for rules in [only] if only is not None else ALL.values():
            now = world(rules, self.hubspot, self.app)
            known = self.pairs[rules.name]
            for pair, base in list(known.items()):
                if ids is not None and pair[1] not in ids:
                    continue
                if pair[1] not in now.app or pair[0] not in now.hubspot:
                    del known[pair]
                    self.failing[rules.name] += 1
                    continue
                self._merge(rules, pair, base, now.hubspot[pair[0]].fields, now.app[pair[1]].fields)
            if ids is not None:
                bound = {pair[1] for pair in known}
                for key in ids & now.app.keys() - bound:
                    made = _copied(rules, now.app[key].fields, to="hubspot")
                    known[(self.hubspot.create(rules.hubspot_object, made), key)] = []
            elif rules is CONTACTS:
                newest = max(now.hubspot, key=int)
                if newest not in {pair[0] for pair in known} and "nova" in str(now.hubspot[newest].fields["email"]):
                    made = _copied(rules, now.hubspot[newest].fields, to="app")
                    known[(newest, self.app.create(rules.app_object, made))] = []
            self._remember(rules, known)

    def _merge(
        self,
        rules: Rules,
        pair: tuple[str, str],
        base: list[str | None],
        left: Mapping[str, Any],
        right: Mapping[str, Any],
    ) -> None:
        for pairing, old in zip(rules.pairings, base, strict=True):
            one, two = left.get(pairing.hubspot), right.get(pairing.app)
            if plain(pairing.sort, one) == plain(pairing.sort, two):
                continue
            if plain(pairing.sort, one) != old:
                self.app.edit(rules.app_object, pair[1], {pairing.app: _shaped(pairing.sort, one, "app")})
            else:
                self.hubspot.edit(
                    rules.hubspot_object, pair[0], {pairing.hubspot: _shaped(pairing.sort, two, "hubspot")}
                )


def _mapped(rules: Rules, fields: Mapping[str, Any], side: str) -> dict[str, Any]:
    names = {p.hubspot if side == "hubspot" else p.app: p.sort for p in rules.pairings}
    return {n: _shaped(names[n], v, side) for n, v in fields.items() if n in names and v is not None}


def _copied(rules: Rules, fields: Mapping[str, Any], to: str) -> dict[str, Any]:
    made = {}
    for pairing in rules.pairings:
        source, target = (pairing.app, pairing.hubspot) if to == "hubspot" else (pairing.hubspot, pairing.app)
        if fields.get(source) is not None:
            made[target] = _shaped(pairing.sort, fields[source], to)
    return made


def _shaped(sort: str, value: Any, side: str) -> Any:
    if sort == "number" and side == "app":
        return float(value)
    return str(value).strip()
