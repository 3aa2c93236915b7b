"""The demo's acts against a system that is right, and against the same system with something broken in it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from rich.console import Console

from infra.demo import initial, steps, story
from infra.demo.apps import HubSpot
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
        options = Options(seed, 80, 40, keep=False, disable=disable, initial_patience=0.5, patience=0.3)
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
    ):
        assert words in played.printed


def test_without_the_poll_hubspots_edits_are_missed(play: Any) -> None:
    faults = play(disable="poll").faults
    assert any("An edit in HubSpot is found by the poll: after 0 s app record" in fault for fault in faults)
    assert any("A new contact in HubSpot" in fault and "is missing in the app" in fault for fault in faults)


class Stuck(Naive):
    """The initial sync never ends."""

    def apply(self) -> str:
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
            record_id = next(iter(self.pairs[name]))[0]
            self.hubspot.edit("companies", record_id, {"city": "Nowhere"})


def test_a_second_look_that_writes_is_found(play: Any) -> None:
    faults = play(Restless).faults
    assert any("was changed although nobody had changed anything" in fault for fault in faults)


def test_too_many_calls_to_hubspot_are_found(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HubSpot, "calls", lambda _self: 500)
    faults = play().faults
    assert any(fault.startswith("HubSpot calls: 500 for 120 records") for fault in faults)
