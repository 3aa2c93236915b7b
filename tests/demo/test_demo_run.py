"""The demo on a real stage: it passes, and it fails when a part of the system is broken on purpose."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from infra.demo.stage import LOGS
from tests.stage.troubles import troubles

pytestmark = [pytest.mark.slow, pytest.mark.stage, pytest.mark.xdist_group("stage")]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.demo", "--quick", "--seed", "11", *arguments],
        env={**os.environ, "COLUMNS": "160"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def told(done: subprocess.CompletedProcess[str]) -> str:
    """What a showing that ended otherwise than it should has to say for itself."""
    return "\n".join([done.stdout[-4000:], done.stderr[-2000:], troubles(LOGS)])


def test_the_demo_passes() -> None:
    done = run()
    assert done.returncode == 0, told(done)
    for words in (
        "It took",
        "What was planned, number by number, is what has been done.",
        "and the link that waited for it is made",
        "It is made again, once, with its links",
        "Both worlds were compared once more, and nothing was written anywhere",
    ):
        assert words in done.stdout, told(done)
    assert "The stage is down." in done.stdout


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("worker", "The initial sync of contacts is not done"),
        ("state-machine", "The initial sync of contacts"),
        ("poll", "An edit in HubSpot is found by the poll: after"),
    ],
)
def test_the_demo_fails_where_a_part_is_disabled(part: str, words: str) -> None:
    done = run("--disable", part)
    assert done.returncode == 1, told(done)
    assert words in " ".join(done.stdout.split()), told(done)
    assert "The stage is down." in done.stdout


def test_an_interrupted_demo_leaves_nothing_running() -> None:
    demo = subprocess.Popen(
        [sys.executable, "-m", "infra.demo", "--quick", "--seed", "11"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert demo.stdout is not None
    with demo.stdout as said:
        for line in said:
            if "sync       contacts: new" in line:
                demo.send_signal(signal.SIGTERM)
                break
        rest = said.read()
    assert demo.wait(timeout=300) == 130
    assert "The stage is down." in rest
    assert "Interrupted." in rest
