"""The whole demo, act by act, and the verdict at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from infra.demo.api import DEALS as DEALS_DOCUMENT
from infra.demo.api import DOCUMENT, Api
from infra.demo.apps import App, HubSpot
from infra.demo.checker.expectation import Expectation
from infra.demo.checker.initial import expect
from infra.demo.checker.plan import compare, done, verify_plan
from infra.demo.checker.rules import COMPANIES, CONTACTS, DEALS, Rules
from infra.demo.checker.verdict import unchanged, verify, verify_counts, verify_links
from infra.demo.checker.world import World
from infra.demo.cloud import Cloud
from infra.demo.data.dataset import dataset
from infra.demo.deal_steps import tell_deals
from infra.demo.initial import watch
from infra.demo.options import Options
from infra.demo.restoring import restore
from infra.demo.show import Screen
from infra.demo.stage import fresh_stage
from infra.demo.steps import tell
from infra.demo.story import Story
from infra.demo.worlds import fill, world

ALL = (CONTACTS, COMPANIES, DEALS)
FIRST = 2
"""So many of them are saved at first."""
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
    _saved: list[Expectation] = field(default_factory=list)

    def acts(self) -> list[str]:
        """All of them; an act that fails ends the showing where the next one would mean nothing."""
        self._seed()
        faults = self._initial() or self._deals()
        if faults:
            return faults
        faults = self._story()
        faults += self._finale()
        return faults + self._second_look()

    def _seed(self) -> None:
        self._screen.heading("Two messy worlds")
        options = self._options
        self._hubspot.define()
        fill(dataset(options.seed, options.contacts, options.companies, options.deals), self._hubspot, self._app)
        before = {rules.name: self._world(rules) for rules in ALL}
        self._expected = [expect(rules, before[rules.name]) for rules in ALL]
        by_name = {expected.rules.name: expected for expected in self._expected}
        for name, expected in by_name.items():
            expected.follow(before[name], by_name)
            counts = ", ".join(f"{number:,} {status.replace('_', ' ')}" for status, number in expected.counts().items())
            left, right = len(before[name].hubspot), len(before[name].app)
            self._screen.say(f"{name}: {left:,} in HubSpot, {right:,} in the app.")
            self._screen.say(f"  The checker expects {counts}.")
            for sentence in expected.unsure:
                raise RuntimeError(f"Seed {options.seed} made data that has no single outcome: {sentence}")

    def _initial(self) -> list[str]:
        self._screen.heading("The initial sync of contacts and companies")
        if self._options.disable is not None:
            self._cloud.disable(self._options.disable)
            self._screen.say(f"The {self._options.disable} is disabled on purpose.")
        return self._save(DOCUMENT, self._expected[:FIRST], "Both syncs are")

    def _deals(self) -> list[str]:
        """The deals' sync: planned, then saved, and what came of it compared with the plan."""
        self._screen.heading("Deals: a plan first")
        (expected,) = self._expected[FIRST:]
        before, begun = self._world(DEALS), time.monotonic()
        written = self._writes()
        self._screen.say(f"hubsync plan {DEALS_DOCUMENT.name}")
        plan = self._api.plan(DEALS_DOCUMENT)
        seconds = time.monotonic() - begun
        self._screen.plan(compare(plan, expected, done(DEALS, before, before)))
        faults = unchanged(DEALS.name, before, self._world(DEALS))
        if faults or self._writes() != written:
            return [*faults, "The plan of deals wrote into an application."]
        self._screen.good(f"It took {seconds:.1f} s and wrote nothing anywhere. Now the same document is applied.")
        faults = self._save(DEALS_DOCUMENT, [expected], "The sync of deals is")
        lines = compare(plan, expected, done(DEALS, before, self._world(DEALS)))
        self._screen.kept(lines)
        faults += verify_plan(DEALS.name, lines)
        if not faults:
            self._screen.good("What was planned, number by number, is what has been done.")
        return faults

    def _save(self, document: Path, saved: Sequence[Expectation], which: str) -> list[str]:
        """Apply a document, watch the initial sync of its syncs, and check everything that is saved by then."""
        before = {each.rules.name: self._world(each.rules) for each in saved}
        self._hubspot.reset()
        begun = time.monotonic()
        self._screen.say(self._api.apply(document))
        self._app.send_webhooks_to(self._webhook)
        faults = watch(self._api, list(before), self._screen, self._options.patience("worker", "state-machine"))
        if faults:
            return faults
        self._screen.good(f"{which} active after {time.monotonic() - begun:.1f} s.")
        self._saved += saved
        faults = self._check("after the initial sync") + self._check_calls(saved, before)
        if faults:
            self._table()
        return faults

    def _check_calls(self, saved: Sequence[Expectation], before: Mapping[str, World]) -> list[str]:
        """At most 1.2 × (2N + W) / 100 + 20 calls a sync, for N HubSpot records and W that were written in HubSpot.

        Each kind of links is read with the records, by calls of its own, and has 20 more for what is no full batch.
        """
        used = self._hubspot.calls()
        listed = sum(len(each.hubspot) for each in before.values())
        read = sum(len(before[each.rules.name].hubspot) * (1 + len(each.rules.links)) for each in saved)
        tallies = [done(each.rules, before[each.rules.name], self._world(each.rules)) for each in saved]
        written = sum(tally.made["hubspot"] + tally.changed["hubspot"] for tally in tallies)
        bound = 1.2 * (2 * read + written) / 100 + 20 * sum(1 + len(each.rules.links) for each in saved)
        sentence = f"HubSpot calls: {used} for {listed:,} records and {written:,} writes; the bound is {bound:.0f}."
        if used > bound:
            return [sentence]
        self._screen.good(sentence)
        return []

    def _story(self) -> list[str]:
        self._screen.heading("People go on working")
        poll: Callable[[], None] = (lambda: None) if self._options.disable == "poll" else self._cloud.poll
        patience = self._options.patience("poll")
        story = Story(self._hubspot, self._app, self._api, poll, self._cloud.busy, self._screen, patience)
        contacts, companies, deals = self._expected
        seed = self._options.seed
        faults = tell(story, contacts, companies, deals, seed)
        if not faults:
            self._screen.heading("Deals move on, and links are made")
            faults = tell_deals(story, contacts, companies, deals, seed)
        if not faults:
            self._screen.heading("Deleted, and restored")
            faults = restore(story, deals, seed)
        return faults

    def _finale(self) -> list[str]:
        self._screen.heading("What the checker finds")
        faults = self._check("at the end")
        self._table()
        return faults

    def _table(self) -> None:
        self._screen.counts(self._saved, {name: view.counts for name, view in self._api.syncs().items()})

    def _check(self, when: str) -> list[str]:
        """Compare everything that is saved with both applications, once nothing is under way: a link that waited may
        still be. Counts follow the index by a moment and are waited for.
        """
        self._patiently(self._cloud.busy)
        now = [(expected, self._world(expected.rules)) for expected in self._saved]
        faults = [fault for expected, found in now for fault in verify(expected, found)]
        faults += [fault for expected, found in now for fault in verify_links(expected, found)]
        wrong_counts = self._patiently(self._counts)
        if not faults and not wrong_counts:
            records = sum(len(expected.pairs) * 2 + len(expected.still) for expected in self._saved)
            waiting = sum(expected.waiting() for expected in self._saved)
            self._screen.good(
                f"Checked {records:,} records {when}: every field, link and count is as it must be; "
                f"{waiting:,} links wait for their other end."
            )
        return faults + wrong_counts

    def _counts(self) -> list[str]:
        shown = self._api.syncs()
        return [
            fault for expected in self._saved for fault in verify_counts(expected, shown[expected.rules.name].counts)
        ]

    def _second_look(self) -> list[str]:
        """Look at everything again: nothing has changed, so nothing may be written."""
        self._screen.heading("A second look")
        faults = self._patiently(self._cloud.busy)
        before = [self._world(rules) for rules in ALL]
        written = self._writes()
        for rules in ALL:
            self._api.compare(rules.name)
        faults += self._patiently(self._cloud.busy)
        for rules, old in zip(ALL, before, strict=True):
            faults += unchanged(rules.name, old, self._world(rules))
        more = [now - then for now, then in zip(self._writes(), written, strict=True)]
        if any(more):
            faults.append(
                f"A second look at an unchanged world wrote {more[0]} records in HubSpot, {more[1]} in the app."
            )
        if not faults:
            self._screen.good("Both worlds were compared once more, and nothing was written anywhere.")
        return faults

    def _world(self, rules: Rules) -> World:
        return world(rules, self._hubspot, self._app)

    def _writes(self) -> tuple[int, int]:
        return self._hubspot.writes(), self._app.writes()

    def _patiently(self, faults: Callable[[], list[str]]) -> list[str]:
        deadline = time.monotonic() + self._options.patience()
        while (found := faults()) and time.monotonic() < deadline:
            time.sleep(0.5)
        return found
