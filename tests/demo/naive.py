"""A system that keeps two applications in step, small enough to be obviously right, in the place of the real one.

It writes with a person's hands, so that no call is counted; it sees the app's changes by the simulator's own webhooks,
HubSpot's by `poll`, everything by `compare`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.demo.api import DOCUMENT, PhaseView, Review, SyncView
from infra.demo.apps import App, HubSpot
from infra.demo.checker.rules import COMPANIES, CONTACTS, DEALS, PLACE, Pairing, Rules, Side
from infra.demo.checker.world import Row, World
from infra.demo.worlds import world
from infra.local.crm import Orbit
from tests.demo.reference import carried, copied, joined, may_enter, outcome, plain

ALL = {rules.name: rules for rules in (CONTACTS, COMPANIES, DEALS)}
PHASES = ("index_hubspot", "sync_app", "sync_hubspot")


class HeardApp(App):
    """The app, whose webhooks have arrived before anybody looks at it."""

    hear: Callable[[], None] = staticmethod(lambda: None)

    def rows(self, kind: str) -> list[Row]:
        self.hear()
        return App.rows(self, kind)


@dataclass(slots=True)
class Naive:
    """The system: `pairs` by sync are HubSpot's ids with the app's, `bases` the values both held when last in step.

    `left` are HubSpot's records without a partner, as they were when they were last looked at; `lost` those of them
    whose partner was deleted.
    """

    hubspot: HubSpot
    app: App
    orbit: Orbit
    looking: bool = False
    pairs: dict[str, dict[str, str]] = field(default_factory=dict)
    bases: dict[str, dict[str, list[str | None]]] = field(default_factory=dict)
    left: dict[str, dict[str, Mapping[str, Any]]] = field(default_factory=dict)
    lost: dict[str, list[str]] = field(default_factory=dict)
    failing: Counter[str] = field(default_factory=Counter)
    excluded: Counter[str] = field(default_factory=Counter)

    def apply(self, document: Path) -> str:
        with self._quiet():
            for rules in _of(document):
                self._initial(rules)
            self._link()
        return "applied"

    def plan(self, document: Path) -> Mapping[str, Any]:
        (rules,) = _of(document)
        before = self.world(rules)
        said = outcome(rules, before)
        after, pairs = said.world, said.pairs
        fields: dict[str, Counter[str]] = {"hubspot": Counter(), "app": Counter()}
        moved: dict[str, set[str]] = {"hubspot": set(), "app": set()}
        sides: tuple[Side, Side] = ("hubspot", "app")
        for side in sides:
            for key, record in after.side(side).items():
                for name in self._differing(rules, side, before, key, record.fields):
                    fields[side][name] += 1
                    moved[side].add(key)
        for link in rules.links:
            ours, theirs = _links(before, link.to)
            left, right = joined(pairs, ours, theirs, self.pairs[link.to])
            for key in [key for key, ids in left.items() if ids != ours.get(key, [])]:
                fields["hubspot"][f"associations/{link.hubspot}"] += 1
                moved["hubspot"].add(key)
            for key in [key for key, one in right.items() if one != theirs.get(key)]:
                fields["app"][link.app] += 1
                moved["app"].add(key)
        made = {side: sum(key not in before.side(side) for key in after.side(side)) for side in sides}
        return {
            "created": made,
            "updated": {side: len(moved[side]) - made[side] for side in sides},
            "fields": {side: dict(fields[side]) for side in sides},
            "linked": said.matched,
            "excluded": {"duplicate": said.duplicates, "stage_not_mapped": said.apart + said.kept_out},
            "refused": {},
            "pending": 0,
        }

    def poll(self) -> None:
        self._busy_look()

    def compare(self, name: str) -> None:
        assert name in self.pairs
        self._busy_look()

    def review(self, name: str, target: Side) -> Review:
        assert target == "app"
        return Review(len(self.lost[name]), tuple(self.lost[name]), "token")

    def restore(self, name: str, target: Side, review: Review) -> None:
        assert (target, review.token) == ("app", "token")
        rules, now = ALL[name], self.world(ALL[name])
        with self._quiet():
            for key in review.survivors:
                self._make_in_app(rules, key, now.hubspot[key].fields)
                self.failing[name] -= 1
            self.lost[name].clear()
            self._remember(rules)
            self._link()

    def busy(self) -> list[str]:
        return []

    def disable(self, part: str) -> None:
        assert part == "poll"

    def world(self, rules: Rules) -> World:
        return world(rules, self.hubspot, self.app)

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
            self._busy_look(seen)

    def syncs(self) -> dict[str, SyncView]:
        self.hear()
        phases = tuple(PhaseView(phase, 1, 1, 1, True) for phase in PHASES)
        return {name: SyncView(name, "active", None, phases, self._counts(name), None) for name in self.pairs}

    def _counts(self, name: str) -> dict[str, int]:
        return {"in_sync": len(self.pairs[name]), "failing": self.failing[name], "excluded": self.excluded[name]}

    def _initial(self, rules: Rules) -> None:
        name, before = rules.name, self.world(rules)
        came = outcome(rules, before)
        after, pairs = came.world, came.pairs
        known = self.pairs.setdefault(name, {})
        for left, right in pairs.items():
            ours, theirs = after.hubspot[left].fields, after.app[right].fields
            if left not in before.hubspot:
                known[self.hubspot.create(rules.hubspot_object, _shown(rules, ours, "hubspot"))] = right
            elif right not in before.app:
                known[left] = self.app.create(rules.app_object, _shown(rules, theirs, "app"))
            else:
                known[left] = right
                if ours != before.hubspot[left].fields:
                    changes = {n: v for n, v in ours.items() if v != before.hubspot[left].fields.get(n)}
                    self.hubspot.edit(rules.hubspot_object, left, _shown(rules, changes, "hubspot"))
                if theirs != before.app[right].fields:
                    self.app.edit(rules.app_object, right, _shown(rules, theirs, "app"))
        self.failing[name] = came.kept_out if rules is COMPANIES else 0
        self.excluded[name] = came.duplicates + came.apart + (0 if rules is COMPANIES else came.kept_out)
        self.left[name] = {key: row.fields for key, row in self.world(rules).hubspot.items() if key not in known}
        self.lost[name] = []
        self._remember(rules)

    def _differing(self, rules: Rules, side: Side, before: World, key: str, now: Mapping[str, Any]) -> Iterable[str]:
        old = before.side(side).get(key)
        for pairing in rules.pairings:
            name = pairing.name(side)
            if (now.get(name) or None) != (None if old is None else old.fields.get(name) or None):
                yield from rules.stages.fields(side) if name == PLACE and rules.stages is not None else (name,)

    def _remember(self, rules: Rules) -> None:
        now, bases = self.world(rules), self.bases.setdefault(rules.name, {})
        for left, right in self.pairs[rules.name].items():
            fields = now.app[right].fields
            bases[left] = [plain(p.sort, fields.get(p.app)) for p in rules.pairings]

    def _busy_look(self, ids: set[str] | None = None) -> None:
        with self._quiet():
            for name in self.pairs:
                self._look(ALL[name], ids)
            self._link()

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        """Its own reading of the app must not bring the next webhook in the middle of a look."""
        self.looking = True
        try:
            yield
        finally:
            self.looking = False

    def _look(self, rules: Rules, ids: set[str] | None = None) -> None:
        """Look at everything, or at what some ids of the app name; HubSpot wins where both sides changed."""
        now, known = self.world(rules), self.pairs[rules.name]
        for left, right in list(known.items()):
            if ids is not None and right not in ids:
                continue
            if right not in now.app:
                del known[left]
                self.failing[rules.name] += 1
                self.lost[rules.name].append(left)
                self.left[rules.name][left] = now.hubspot[left].fields
                continue
            self._merge(rules, left, right, now)
        if ids is None:
            self._enter(rules, now)
        else:
            for key in (ids & now.app.keys()) - set(known.values()):
                row = copied(rules, dict(now.app[key].fields), to="hubspot")
                known[self.hubspot.create(rules.hubspot_object, _shown(rules, row, "hubspot"))] = key
        self._remember(rules)

    def _enter(self, rules: Rules, now: World) -> None:
        """What is new in HubSpot, and what was left out and is not as it was."""
        for key, record in now.hubspot.items():
            if key in self.pairs[rules.name] or self.left[rules.name].get(key) == record.fields:
                continue
            if may_enter(rules, dict(record.fields), "hubspot"):
                self.excluded[rules.name] -= key in self.left[rules.name]
                self._make_in_app(rules, key, record.fields)

    def _make_in_app(self, rules: Rules, key: str, fields: Mapping[str, Any]) -> None:
        row = copied(rules, dict(fields), to="app")
        self.pairs[rules.name][key] = self.app.create(rules.app_object, _shown(rules, row, "app"))

    def _merge(self, rules: Rules, left: str, right: str, now: World) -> None:
        for pairing, old in zip(rules.pairings, self.bases[rules.name][left], strict=True):
            one, two = now.hubspot[left].fields.get(pairing.hubspot), now.app[right].fields.get(pairing.app)
            there = carried(rules, pairing.sort, one, "app")
            if plain(pairing.sort, there) == plain(pairing.sort, two):
                continue
            if plain(pairing.sort, there) != old:
                self.app.edit(rules.app_object, right, _shown(rules, {pairing.app: there}, "app"))
            else:
                back = {pairing.hubspot: carried(rules, pairing.sort, two, "hubspot")}
                self.hubspot.edit(rules.hubspot_object, left, _shown(rules, back, "hubspot"))

    def _link(self) -> None:
        """Make on each side the links that only the other one has."""
        for name, pairs in self.pairs.items():
            rules = ALL[name]
            for link in rules.links:
                ours, theirs = _links(self.world(rules), link.to)
                left, right = joined(pairs, ours, theirs, self.pairs[link.to])
                for key, ids in left.items():
                    for one in ids[len(ours.get(key, [])) :]:
                        self.hubspot.link(rules.hubspot_object, key, link.hubspot, one)
                for key, one in right.items():
                    if theirs.get(key) != one:
                        self.app.edit(rules.app_object, key, {link.app: one})


def _of(document: Path) -> list[Rules]:
    return [CONTACTS, COMPANIES] if document == DOCUMENT else [DEALS]


def _links(world: World, to: str) -> tuple[dict[str, list[str]], dict[str, str]]:
    links = world.links[to]
    return {key: list(ids) for key, ids in links["hubspot"].items()}, {key: ids[0] for key, ids in links["app"].items()}


def _shown(rules: Rules, fields: Mapping[str, Any], side: Side) -> dict[str, Any]:
    """Mapped values in the application's own form; a place is two fields there."""
    shown: dict[str, Any] = {}
    for pairing in rules.pairings:
        value = fields.get(pairing.name(side))
        if value is None:
            continue
        if pairing.sort == "stage" and rules.stages is not None:
            shown |= zip(rules.stages.fields(side), str(value).split("/"), strict=True)
        else:
            shown[pairing.name(side)] = (
                float(value) if pairing.sort == "number" and side == "app" else _text(pairing, value, side)
            )
    return shown


def _text(pairing: Pairing, value: Any, side: Side) -> str:
    day = pairing.sort == "date" and side == "app"
    return str(value).strip()[:10] if day else str(value).strip()
