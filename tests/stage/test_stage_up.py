"""The stage itself: it comes up whole, says so when asked again, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local import deployment
from infra.local.processes import Running, alive, end, start
from infra.local.stage import StageOptions, down, status, up
from infra.local.stage_info import StageInfo

FOREGROUND = """
import signal
import sys
from functools import partial
from pathlib import Path
from infra.local.stage import StageOptions, hold, up
# Whoever runs the tests in the background has them ignore Ctrl-C, and that is inherited; a terminal does not.
signal.signal(signal.SIGINT, signal.default_int_handler)
say = partial(print, flush=True)
home = Path(sys.argv[1])
up(StageOptions(home=home, simulators=False, synth_cache=Path(sys.argv[2])), say)
hold(home, say)
"""


def listens(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) == 0


def test_the_api_answers_who_is_signed_in(stage: StageInfo) -> None:
    address = f"{stage.api_url}/v1/syncs"
    assert httpx.get(address, timeout=30).status_code == 401
    assert httpx.get(address, auth=stage.auth(), timeout=30).status_code == 200


def test_a_webhook_of_an_unknown_connection_is_not_found(stage: StageInfo) -> None:
    answer = httpx.post(f"{stage.webhook_url}nobody", content=b"{}", timeout=30)
    assert answer.status_code == 404


def test_the_simulators_answer(stage: StageInfo) -> None:
    for url in (stage.hubspot_url, stage.app_url, stage.ledgerly_url):
        assert url is not None
        assert httpx.get(url, timeout=10).status_code < 500


def test_everything_is_bound_to_this_machine_only(stage: StageInfo) -> None:
    for url in (stage.aws_endpoint, stage.hubspot_url, stage.app_url, stage.ledgerly_url):
        assert str(url).startswith("http://127.0.0.1:")


def test_what_is_stored_is_for_the_owner_s_eyes(stage: StageInfo) -> None:
    file = Path(stage.home) / "stage.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["person"] == stage.person
    assert StageInfo.load(Path(stage.home)) == stage


def test_a_second_up_says_what_runs(stage: StageInfo) -> None:
    said: list[str] = []
    assert up(StageOptions(home=Path(stage.home)), said.append) == stage
    assert said == [f"The stage runs already; its API is at {stage.api_url}."]


@pytest.mark.slow
def test_a_stage_beside_another_mends_itself_and_goes_without_a_trace(
    stage: StageInfo, tmp_path: Path, synth_cache: Path
) -> None:
    options = StageOptions(home=tmp_path, simulators=False, synth_cache=synth_cache)
    first = up(options, print)
    (emulator,) = first.processes
    os.kill(emulator.pid, signal.SIGKILL)
    _until(lambda: not alive(emulator))
    assert status(tmp_path) is None

    said: list[str] = []
    second = up(options, said.append)
    assert said[0] == "Parts of an earlier stage are gone; ending the rest of it."
    assert listens(second.aws_endpoint)

    assert down(tmp_path, print)
    assert not any(map(alive, second.processes))
    assert not listens(second.aws_endpoint)
    assert StageInfo.load(tmp_path) is None
    assert not down(tmp_path, print)
    assert status(Path(stage.home)) == stage


def test_an_up_that_fails_ends_what_it_started_and_shows_why(
    tmp_path: Path, synth_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = tmp_path / "cdk"
    failing.write_text("#!/bin/sh\necho 'the stack is too tall'; exit 1\n")
    failing.chmod(0o700)
    monkeypatch.setattr(deployment, "CDK", failing)
    seen: list[Running] = []

    def watching(*arguments: Any) -> Running:
        seen.append(start(*arguments))
        return seen[-1]

    monkeypatch.setattr("infra.local.stage.start", watching)
    options = StageOptions(home=tmp_path / "home", simulators=False, synth_cache=synth_cache)
    with pytest.raises(deployment.DeploymentError, match=r"The bootstrap failed(.|\n)*the stack is too tall"):
        up(options, print)
    assert len(seen) == 1
    assert not alive(seen[0])
    assert StageInfo.load(options.home) is None


@contextmanager
def foreground(home: Path, synth_cache: Path, until: str) -> Iterator[subprocess.Popen[str]]:
    """`hubsync stage up` without `--detach`, once it has said something that starts with `until`."""
    command = [sys.executable, "-c", FOREGROUND, str(home), str(synth_cache)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if line.startswith(until):
                break
        assert process.poll() is None, said
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)


def left_of(home: Path) -> list[str]:
    """The command lines of processes that work in a folder."""
    said = subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in said.splitlines() if str(home) in line]


@pytest.mark.slow
def test_ctrl_c_takes_a_stage_in_the_foreground_down(tmp_path: Path, synth_cache: Path) -> None:
    with foreground(tmp_path, synth_cache, until="Ctrl-C") as process:
        assert StageInfo.load(tmp_path) is not None
        assert len(left_of(tmp_path)) > 1
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=120) == 0
    assert StageInfo.load(tmp_path) is None
    assert left_of(tmp_path) == []


@pytest.mark.slow
def test_an_up_that_is_called_off_leaves_nothing(tmp_path: Path, synth_cache: Path) -> None:
    with foreground(tmp_path, synth_cache, until="The emulator answers") as process:
        assert len(left_of(tmp_path)) > 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=120) != 0
    assert StageInfo.load(tmp_path) is None
    _until(lambda: left_of(tmp_path) == [])


def test_a_process_that_took_over_an_id_is_left_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    process = start("sleeper", command, os.environ, tmp_path / "log")
    somebody_else = replace(process, started="long ago")
    assert not alive(somebody_else)
    end([somebody_else])
    assert alive(process)
    end([process])
    assert not alive(process)


def test_what_a_process_started_ends_with_it(tmp_path: Path) -> None:
    child = "import subprocess,sys,time; print(subprocess.Popen(['sleep','60']).pid, flush=True); time.sleep(60)"
    process = start("parent", [sys.executable, "-c", child], os.environ, tmp_path / "log")
    _until(lambda: (tmp_path / "log").read_text().strip() != "")
    grandchild = int((tmp_path / "log").read_text())
    end([process])
    _until(lambda: not _exists(grandchild))


def _exists(pid: int) -> bool:
    said = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(said) and not said.startswith("Z")


def _until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.05)
