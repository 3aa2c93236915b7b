"""The whole demo, act by act, and the verdict at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

from infra.demo.api import Api
from infra.demo.apps import App, HubSpot, world
from infra.demo.checker.expectation import Expectation, expect
from infra.demo.checker.rules import COMPANIES, CONTACTS
from infra.demo.checker.verdict import unchanged, verify, verify_counts
from infra.demo.cloud import Cloud
from infra.demo.data.dataset import dataset
from infra.demo.initial import watch
from infra.demo.options import Options
from infra.demo.show import Screen
from infra.demo.stage import fresh_stage
from infra.demo.steps import tell
from infra.demo.story import Story

ALL = (CONTACTS, COMPANIES)
WEBHOOKS_OF = "orbit"
"""The app's connection in the demo's document; its webhooks go to an address that ends in this."""


def play(options: Options, screen: Screen) -> list[str]:
    """Show everything; what went wrong, in sentences. The stage is down afterwards, unless it is to be kept."""
    screen.heading("hubsync: two applications become one")
    screen.say(f"Everything is made up from seed {options.seed} (repeat it with --seed {options.seed}).")
    with (
        fresh_stage(screen.say, keep=options.keep) as info,
        closing(HubSpot(info.hubspot_url or "", info.hubspot_token or "")) as hubspot,
        closing(App(info.app_url or "")) as app,
        closing(Api(info)) as api,
    ):
        return Showing(options, screen, hubspot, app, api, Cloud(info), f"{info.webhook_url}{WEBHOOKS_OF}").acts()


@dataclass(slots=True)
class Showing:
    """One showing of the demo on a stage that is up. `webhook` is the address for the app's webhooks."""

    _options: Options
    _screen: Screen
    _hubspot: HubSpot
    _app: App
    _api: Api
    _cloud: Cloud
    _webhook: str
    _expected: list[Expectation] = field(default_factory=list)

    def acts(self) -> list[str]:
        """All of them; an act that fails ends the showing where the next one would mean nothing."""
        self._seed()
        faults = self._initial()
        if faults:
            return faults
        faults = self._story()
        faults += self._finale()
        return faults + self._second_look()

    def _seed(self) -> None:
        self._screen.heading("Two messy worlds")
        data = dataset(self._options.seed, self._options.contacts, self._options.companies)
        self._hubspot.define()
        for kind, rows in data.hubspot.items():
            self._hubspot.seed(kind, rows)
        for kind, rows in data.app.items():
            self._app.seed(kind, rows)
        self._hubspot.reset()
        for rules in ALL:
            before = world(rules, self._hubspot, self._app)
            expected = expect(rules, before)
            self._expected.append(expected)
            counts = ", ".join(f"{number:,} {status.replace('_', ' ')}" for status, number in expected.counts().items())
            self._screen.say(f"{rules.name}: {len(before.hubspot):,} in HubSpot, {len(before.app):,} in the app.")
            self._screen.say(f"  The checker expects {counts}.")
            for sentence in expected.unsure:
                raise RuntimeError(f"Seed {self._options.seed} made data that has no single outcome: {sentence}")

    def _initial(self) -> list[str]:
        self._screen.heading("The initial sync")
        if self._options.disable is not None:
            self._cloud.disable(self._options.disable)
            self._screen.say(f"The {self._options.disable} is disabled on purpose.")
        listed = sum(len(world(rules, self._hubspot, self._app).hubspot) for rules in ALL)
        begun = time.monotonic()
        self._screen.say(self._api.apply())
        self._app.send_webhooks_to(self._webhook)
        faults = watch(self._api, [rules.name for rules in ALL], self._screen, self._options.initial_patience)
        if faults:
            return faults
        self._screen.good(f"Both syncs are active after {time.monotonic() - begun:.1f} s.")
        faults = self._check("after the initial sync") + self._check_calls(listed)
        if faults:
            self._table()
        return faults

    def _check_calls(self, listed: int) -> list[str]:
        """At most 1.2 × (2N + W) / 100 + 20 calls a sync, for N HubSpot records and W writes into HubSpot."""
        used = self._hubspot.calls()
        written = sum(expected.writes("hubspot") for expected in self._expected)
        bound = 1.2 * (2 * listed + written) / 100 + 20 * len(ALL)
        sentence = f"HubSpot calls: {used} for {listed:,} records and {written:,} writes; the bound is {bound:.0f}."
        if used > bound:
            return [sentence]
        self._screen.good(sentence)
        return []

    def _story(self) -> list[str]:
        self._screen.heading("People go on working")
        poll: Callable[[], None] = (lambda: None) if self._options.disable == "poll" else self._cloud.poll
        story = Story(self._hubspot, self._app, self._api, poll, self._screen, self._options.patience)
        contacts, companies = self._expected
        return tell(story, contacts, companies, self._options.seed)

    def _finale(self) -> list[str]:
        self._screen.heading("What the checker finds")
        faults = self._check("at the end")
        self._table()
        return faults

    def _table(self) -> None:
        self._screen.counts(self._expected, {name: view.counts for name, view in self._api.syncs().items()})

    def _check(self, when: str) -> list[str]:
        """Compare everything with both applications; counts follow the index by a moment and are waited for."""
        faults = [
            fault
            for expected in self._expected
            for fault in verify(expected, world(expected.rules, self._hubspot, self._app))
        ]
        wrong_counts = self._patiently(self._counts)
        if not faults and not wrong_counts:
            records = sum(len(expected.pairs) * 2 + len(expected.still) for expected in self._expected)
            self._screen.good(f"Checked {records:,} records {when}: every field, every count is as it must be.")
        return faults + wrong_counts

    def _counts(self) -> list[str]:
        shown = self._api.syncs()
        return [
            fault for expected in self._expected for fault in verify_counts(expected, shown[expected.rules.name].counts)
        ]

    def _second_look(self) -> list[str]:
        """Look at everything again: nothing has changed, so nothing may be written."""
        self._screen.heading("A second look")
        faults = self._patiently(self._cloud.busy)
        before = [world(rules, self._hubspot, self._app) for rules in ALL]
        written = self._hubspot.writes(), self._app.writes()
        for rules in ALL:
            self._api.compare(rules.name)
        faults += self._patiently(self._cloud.busy)
        for rules, old in zip(ALL, before, strict=True):
            faults += unchanged(rules.name, old, world(rules, self._hubspot, self._app))
        more = self._hubspot.writes() - written[0], self._app.writes() - written[1]
        if any(more):
            faults.append(
                f"A second look at an unchanged world wrote {more[0]} records in HubSpot, {more[1]} in the app."
            )
        if not faults:
            self._screen.good("Both worlds were compared once more, and nothing was written anywhere.")
        return faults

    def _patiently(self, faults: Callable[[], list[str]]) -> list[str]:
        deadline = time.monotonic() + self._options.patience
        while (found := faults()) and time.monotonic() < deadline:
            time.sleep(0.5)
        return found
