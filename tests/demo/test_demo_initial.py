"""The bars of the initial sync, and when it is given up."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from infra.demo import initial
from infra.demo.api import PhaseView, SyncView
from infra.demo.initial import watch
from infra.demo.show import Screen


class Script:
    """An API that shows one view of a sync after the other, the last one for ever."""

    def __init__(self, *views: SyncView) -> None:
        self._views: Iterator[SyncView] = iter(views)
        self._last = views[-1]

    def syncs(self) -> dict[str, SyncView]:
        return {"contacts": next(self._views, self._last)}


def view(status: str, *phases: PhaseView, problem: str | None = None) -> SyncView:
    return SyncView("contacts", status, None, phases, {}, problem)


@pytest.fixture
def see(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(initial, "LOOK_EVERY", 0.0)

    def run(*views: SyncView) -> tuple[list[str], str]:
        paper = io.StringIO()
        script: Any = Script(*views)
        faults = watch(script, ["contacts"], Screen(Console(file=paper, width=120)), patience=0.1)
        return faults, paper.getvalue()

    return run


def test_each_phase_has_a_bar_with_its_pace(see: Any) -> None:
    done = PhaseView("index_hubspot", 200, 200, 200, True, 1_000, 5_000)
    faults, printed = see(view("initial_sync", PhaseView("index_hubspot", 100, 50, 200, False)), view("active", done))
    assert faults == []
    assert "contacts: index HubSpot" in printed
    assert "200 of 200" in printed
    assert "50/s in 4 s" in printed


def test_an_initial_sync_in_which_nothing_moves_is_given_up(see: Any) -> None:
    (fault,), _ = see(view("initial_sync", PhaseView("sync_app", 100, 40, None, False)))
    assert "for 0 s nothing moved" in fault
    assert "sync_app: 40 of 100 settled" in fault


def test_a_stalled_one_is_given_up_at_once_with_its_reason(see: Any) -> None:
    faults, _ = see(view("stalled", problem="HubSpot refuses the token."))
    assert faults == ["The initial sync of contacts stalled: HubSpot refuses the token."]
