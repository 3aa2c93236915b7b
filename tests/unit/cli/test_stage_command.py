"""`hubsync stage`: what is asked of the stage, what is shown, how its errors end."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.local import stage
from infra.local.deployment import DeploymentError
from infra.local.processes import alive, start
from infra.local.stage_info import StageInfo
from tests.unit.cli import a_stage
from tests.unit.cli.conftest import Hubsync

Report = Callable[[str], None]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The calls of the stage, which does nothing here."""
    made: list[str] = []
    told = a_stage.values("x", api_url="http://127.0.0.1:1/api", ledgerly_url=None)
    info = StageInfo(**{**told, "processes": ()})

    def up(options: stage.StageOptions, report: Report) -> StageInfo:
        made.append(f"up simulators={options.simulators} home={options.home == tmp_path}")
        report("The stack is deployed.")
        return info

    def down(home: Path, report: Report) -> bool:
        made.append("down")
        report("The stage is down.")
        return True

    monkeypatch.setenv("HUBSYNC_HOME", str(tmp_path))
    monkeypatch.setattr(stage, "up", up)
    monkeypatch.setattr(stage, "down", down)
    monkeypatch.setattr(stage, "hold", lambda home, report: made.append("hold"))
    monkeypatch.setattr(stage, "status", lambda home: info if made else None)
    return made


def test_up_holds_unless_detached(hubsync: Hubsync, calls: list[str]) -> None:
    done = hubsync("stage", "up")
    assert done.code == 0
    assert calls == ["up simulators=True home=True", "hold"]
    assert "http://127.0.0.1:1/api" in done.out
    assert "The stack is deployed." in done.err
    calls.clear()
    hubsync("stage", "up", "--detach", "--without-simulators")
    assert calls == ["up simulators=False home=True"]


def test_json_is_all_that_goes_to_the_output(hubsync: Hubsync, calls: list[str]) -> None:
    done = hubsync("stage", "up", "--detach", "--json")
    assert json.loads(done.out)["api_url"] == "http://127.0.0.1:1/api"


def test_down_and_status(hubsync: Hubsync, calls: list[str]) -> None:
    nothing = hubsync("stage", "status")
    assert (nothing.code, "hubsync stage up" in nothing.err) == (1, True)
    hubsync("stage", "up", "--detach")
    assert json.loads(hubsync("stage", "status", "--json").out)["sign_in_url"] == "x"
    assert hubsync("stage", "down").code == 0
    assert calls[-1] == "down"


def test_a_stage_of_another_release_is_none_to_speak_with_and_goes_down(tmp_path: Path) -> None:
    """After an update its file says other things than this release knows; its processes stand there all the same."""
    process = start("emulator", [sys.executable, "-c", "import time; time.sleep(60)"], os.environ, tmp_path / "log")
    told = {**a_stage.values("x"), "api_token": "old", "processes": [process.as_json()]}
    (tmp_path / "stage.json").write_text(json.dumps(told))
    assert stage.status(tmp_path) is None
    assert alive(process)
    assert stage.down(tmp_path, print)
    assert not alive(process)
    assert not (tmp_path / "stage.json").exists()


def test_a_stage_that_does_not_come_up_is_told_without_a_traceback(
    hubsync: Hubsync, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def up(options: stage.StageOptions, report: Report) -> StageInfo:
        raise DeploymentError("cdk deploy failed:\n  no such template")

    monkeypatch.setattr(stage, "up", up)
    done = hubsync("stage", "up")
    assert done.code == 1
    assert "no such template" in done.err
    assert "Traceback" not in done.err
