"""Colours are for a terminal: into a pipe, and with NO_COLOR, nothing is written but text."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hubsync.model.entry import Half, IndexEntry
from hubsync.model.status import RecordStatus
from hubsync.model.sync import SyncStatus
from hubsync.stores.index_port import PutEntry
from tests.unit.cli.conftest import TOKEN
from tests.unit.services.manage_world import World

ROOT = Path(__file__).parents[3]
ESCAPE = "\x1b"


@pytest.fixture(autouse=True)
def applied(world: World) -> None:
    """A sync with a record that fails: both are shown in colours."""
    world.applied()
    world.put(replace(world.sync(), status=SyncStatus.ACTIVE))
    world.stores.index.write([PutEntry(IndexEntry(world.sync().id, "h-1", Half("1"), status=RecordStatus.FAILING))])


def shown(api_url: str, *words: str, terminal: bool, **variables: str) -> str:
    """What `hubsync` writes, both streams together, in a process of its own: consoles are made when it starts."""
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLORTERM")}
    environment = {
        **kept,
        "HUBSYNC_API_URL": api_url,
        "HUBSYNC_API_TOKEN": TOKEN,
        "TERM": "xterm-256color",
        **variables,
    }
    command = [sys.executable, "-m", "infra.cli.main", *words]
    if not terminal:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs):
        os.close(theirs)
        parts = []
        try:
            while part := os.read(ours, 65_536):
                parts.append(part)
        except OSError:  # how a terminal says that the other end is closed
            pass
        os.close(ours)
    return b"".join(parts).decode()


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["records", "contacts"], "failing"),
        pytest.param(["status"], "contacts", marks=pytest.mark.slow),
        pytest.param(["status", "nobody"], "There is no sync nobody", marks=pytest.mark.slow),
    ],
)
def test_a_terminal_has_colours_and_a_pipe_and_no_color_have_none(api_url: str, words: list[str], text: str) -> None:
    coloured = shown(api_url, *words, terminal=True)
    assert ESCAPE in coloured
    for plain in (shown(api_url, *words, terminal=False), shown(api_url, *words, terminal=True, NO_COLOR="1")):
        assert text in plain
        assert ESCAPE not in plain


def test_no_command_has_a_console_of_its_own() -> None:
    """One that had would have to be told of NO_COLOR, too."""
    made = [
        each.name for each in (ROOT / "infra/cli").glob("*.py") if re.search(r"import .*\bConsole\b", each.read_text())
    ]
    assert made == ["say.py"]
