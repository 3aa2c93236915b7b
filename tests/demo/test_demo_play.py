"""The demo's acts against a system that is right, and against the same system with something broken in it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from rich.console import Console

from infra.demo import initial, steps, story
from infra.demo.apps import HubSpot
from infra.demo.checker.rules import DEALS
from infra.demo.options import Options
from infra.demo.play import Showing
from infra.demo.show import Screen
from infra.local.crm import Orbit
from infra.local.hubspot import HubSpotSimulator
from infra.local.transport import SimulatorTransport
from tests.demo.naive import HeardApp, Naive

NOW = 1_764_000_000_000


@dataclass
class Played:
    """One showing: what it found, what it printed."""

    faults: list[str]
    printed: str


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Any:
    for module, name in ((steps, "WATCH_NOTHING_SECONDS"), (story, "LOOK_EVERY"), (initial, "LOOK_EVERY")):
        monkeypatch.setattr(module, name, 0.0)
    monkeypatch.setattr(story, "NUDGE_EVERY", 0.0)

    def run(system: type[Naive] = Naive, disable: Any = None, seed: int = 11) -> Played:
        orbit = Orbit(lambda: NOW, Random(1))
        hubspot = HubSpot(
            "http://hubspot.example",
            "made-up",
            SimulatorTransport(HubSpotSimulator(clock=lambda: NOW, random=Random(1), token="made-up")),
        )
        app = HeardApp("http://orbit.example", SimulatorTransport(orbit))
        paper = io.StringIO()
        screen = Screen(Console(file=paper, width=140, force_terminal=False))
        options = Options(seed, 80, 40, 40, keep=False, disable=disable, healthy=0.5, in_vain=0.3)
        ours: Any = system(hubspot, app, orbit)
        app.hear = ours.hear
        showing = Showing(options, screen, hubspot, app, ours, ours, "http://hubsync.example/webhooks/orbit")
        return Played(showing.acts(), paper.getvalue())

    return run


def test_a_right_system_passes_every_act(play: Any) -> None:
    played = play()
    assert played.faults == []
    for words in (
        "Checked",
        "An edit in the app comes by webhook",
        "A lost webhook is found by the comparison",
        "A deletion does not travel",
        "nothing was written anywhere",
        "HubSpot calls: 0 for 120 records",
        "The plan says:",
        "wrote nothing anywhere. Now the same document is applied",
        "What was planned, number by number, is what has been done",
        "It is made again, once, with its links",
    ):
        assert words in played.printed


def test_without_the_poll_hubspots_edits_are_missed(play: Any) -> None:
    faults = play(disable="poll").faults
    assert any("An edit in HubSpot is found by the poll: after 0 s app record" in fault for fault in faults)
    assert any("A new contact in HubSpot" in fault and "is missing in the app" in fault for fault in faults)


class Stuck(Naive):
    """The initial sync never ends."""

    def apply(self, document: Path) -> str:
        return "applied"

    def syncs(self) -> Any:
        return {}


def test_an_initial_sync_that_never_ends_ends_the_demo(play: Any) -> None:
    faults = play(Stuck).faults
    assert faults == [f"The sync {name} is not there after 0 s." for name in ("contacts", "companies")]


class Forgetful(Naive):
    """Shows one record too few."""

    def _counts(self, name: str) -> dict[str, int]:
        counts = Naive._counts(self, name)
        return {**counts, "in_sync": counts["in_sync"] - 1}


def test_a_count_that_is_off_by_one_is_not_let_pass(play: Any) -> None:
    played = play(Forgetful)
    assert any("records are shown as in_sync" in fault for fault in played.faults)
    assert "≠" in played.printed


class Restless(Naive):
    """Rewrites a record at every comparison."""

    def compare(self, name: str) -> None:
        Naive.compare(self, name)
        if name == "companies":
            record_id = next(iter(self.pairs[name]))
            self.hubspot.edit("companies", record_id, {"city": "Nowhere"})


class Optimist(Naive):
    """Plans one record too many."""

    def plan(self, document: Path) -> Any:
        made = Naive.plan(self, document)
        return {**made, "created": {**made["created"], "app": made["created"]["app"] + 1}}


def test_a_plan_that_does_not_come_true_ends_the_demo(play: Any) -> None:
    played = play(Optimist)
    (fault,) = played.faults
    assert fault.startswith("The plan of deals said ")
    assert "records made in the app" in fault
    assert "≠" in played.printed


class Hasty(Naive):
    """Writes while it plans."""

    def plan(self, document: Path) -> Any:
        made = Naive.plan(self, document)
        self.hubspot.create("deals", {"dealname": "Too early", "pipeline": "default", "dealstage": "closedwon"})
        return made


def test_a_plan_that_writes_ends_the_demo(play: Any) -> None:
    faults = play(Hasty).faults
    assert any("came from nowhere" in fault for fault in faults)
    assert faults[-1] == "The plan of deals wrote into an application."


class Forgets(Naive):
    """Carries no link but at first."""

    def _link(self) -> None:
        if "deals" not in self.pairs or not self.pairs["deals"] or not self.linked:
            Naive._link(self)
        self.linked = "deals" in self.pairs

    linked = False


@pytest.mark.slow
def test_links_that_are_not_made_are_found(play: Any) -> None:
    faults = play(Forgets).faults
    assert any("A link alone, made in the app: after 0 s HubSpot record" in fault for fault in faults)
    assert any("and the link that waited for it is made" in fault for fault in faults)


class Stubborn(Naive):
    """Never moves a deal to another stage once it is in sync."""

    def _merge(self, rules: Any, left: str, right: str, now: Any) -> None:
        if rules.stages is None:
            Naive._merge(self, rules, left, right, now)


@pytest.mark.slow
def test_stages_that_do_not_move_are_found(play: Any) -> None:
    faults = play(Stubborn).faults
    assert any(fault.startswith("A deal moves on in HubSpot: after 0 s app record") for fault in faults)
    assert any(fault.startswith("An opportunity moves on in the app: after 0 s HubSpot record") for fault in faults)


class Undead(Naive):
    """Makes again what was deleted, as soon as it looks at everything."""

    def compare(self, name: str) -> None:
        Naive.compare(self, name)
        if name == "deals" and self.lost[name]:
            self.restore(name, "app", self.review(name, "app"))


@pytest.mark.slow
def test_what_comes_back_by_itself_is_found(play: Any) -> None:
    faults = play(Undead).faults
    assert any("came from nowhere" in fault for fault in faults)


class Double(Naive):
    """Makes a second record of what it restores."""

    def restore(self, name: str, target: Any, review: Any) -> None:
        Naive.restore(self, name, target, review)
        made = self.pairs[name][review.survivors[0]]
        row = self.world(DEALS).app[made].fields
        self.app.create("opportunities", {"title": row["title"], "amount": row["amount"]})


@pytest.mark.slow
def test_what_is_restored_twice_is_found(play: Any) -> None:
    faults = play(Double).faults
    assert any("made twice" in fault or "came from nowhere" in fault for fault in faults)


class Deaf(Naive):
    """Restores nothing."""

    def restore(self, name: str, target: Any, review: Any) -> None:
        """Nothing."""


@pytest.mark.slow
def test_a_restore_that_does_nothing_is_found(play: Any) -> None:
    faults = play(Deaf).faults
    assert any("It is made again, once, with its links: after 0 s" in fault for fault in faults)
    assert "After the restore 1 deals could still be restored." in faults


@pytest.mark.slow
def test_a_second_look_that_writes_is_found(play: Any) -> None:
    faults = play(Restless).faults
    assert any("was changed although nobody had changed anything" in fault for fault in faults)


def test_too_many_calls_to_hubspot_are_found(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HubSpot, "calls", lambda _self: 500)
    faults = play().faults
    assert any(fault.startswith("HubSpot calls: 500 for 120 records") for fault in faults)
