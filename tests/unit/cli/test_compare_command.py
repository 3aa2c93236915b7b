"""`hubsync compare --wait`: a person sees how far it is, a machine gets the report alone."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from hubsync.model.comparison import ComparisonReport
from hubsync.model.sync import Phase, PhaseProgress, SyncStatus
from infra.cli import verbs
from tests.unit.cli.conftest import Hubsync
from tests.unit.services.manage_world import World


@pytest.fixture(autouse=True)
def comparing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comparison that opens its first phase at the first look, and is done at the third."""
    world.applied()
    world.put(replace(world.sync(), status=SyncStatus.ACTIVE))
    looks: list[float] = []

    def look(seconds: float) -> None:
        looks.append(seconds)
        sync = world.sync()
        run = world.orchestrator.comparisons[-1][1]
        if len(looks) == 1:
            progress = PhaseProgress(Phase.COMPARE_HUBSPOT, run, total=1_234, started_at=run)
            world.stores.ledger.open_phase(sync.id, progress, None)
            world.put(replace(sync, comparison=run))
        elif len(looks) == 3:
            world.put(replace(sync, compared=ComparisonReport(run, finished_at=run + 1)))

    monkeypatch.setattr(verbs.time, "sleep", look)


def test_a_machine_gets_the_report_alone(hubsync: Hubsync) -> None:
    done = hubsync("compare", "contacts", "--wait", "--json")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out)["finished_at"]


def test_a_person_sees_how_far_it_is(hubsync: Hubsync, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = StringIO()
    monkeypatch.setattr(verbs, "err", Console(file=shown, force_terminal=True, width=100))
    done = hubsync("compare", "contacts", "--wait")
    assert "in all" in done.out
    assert "compare hubspot" in shown.getvalue()
    assert "0/1,234" in shown.getvalue()
