"""What scripts rely on: one JSON document on standard output, exit codes, nobody asked where nobody is."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer.main

from hubsync.model.connection import ConnectionStatus
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.status import RecordStatus
from hubsync.model.sync import SyncStatus
from hubsync.services.manage.view import SYNCS_AT_ONCE
from hubsync.stores.index_port import PutEntry
from infra.cli import complete
from infra.cli.main import app
from infra.cli.say import STATUSES
from tests.unit.cli.conftest import TOKEN, Hubsync
from tests.unit.cli.test_hubsync_command import YAML
from tests.unit.services.manage_world import World

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "cli.md"


def commands(group: Any, prefix: str = "hubsync") -> list[tuple[str, Any]]:
    found = []
    for name, command in group.commands.items():
        path = f"{prefix} {name}"
        found += commands(command, path) if hasattr(command, "commands") else [(path, command)]
    return found


COMMANDS = commands(typer.main.get_command(app))
PROSE = ("hubsync schema", "hubsync stage down")
"""The schema is JSON itself; stopping the stage answers nothing."""


@pytest.fixture
def applied(hubsync: Hubsync, tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Hubsync:
    monkeypatch.setenv("HUB_TOKEN", "hub-token")
    (tmp_path / "syncs.yaml").write_text(YAML)
    assert hubsync("apply", "syncs.yaml").code == 0
    world.put(replace(world.sync(), status=SyncStatus.ACTIVE))
    for number in range(5):
        entry = IndexEntry(world.sync().id, f"h-{number}", Half(f"10{number}"), status=RecordStatus.FAILING)
        world.stores.index.write([PutEntry(entry)])
    return hubsync


def test_every_command_is_told_with_an_example() -> None:
    told = PAGE.read_text()
    assert [path for path, _ in COMMANDS if f"| `{path}" not in told] == []


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[path for path, _ in COMMANDS])
def test_every_command_has_json(path: str, command: Any) -> None:
    options = {name for option in command.params for name in option.opts}
    assert ("--json" in options) is (path not in PROSE)


@pytest.mark.parametrize(
    "words",
    [
        ["apply", "syncs.yaml"],
        ["plan", "syncs.yaml"],
        ["plan", "contacts"],
        ["export-config"],
        ["status"],
        ["status", "--watch"],
        ["connections"],
        ["apps"],
        ["apps", "orbit"],
        ["fields", "orbit", "people"],
        ["records", "contacts"],
        ["records", "contacts", "--limit", "2"],
        ["record", "contacts", "h-1"],
        ["explain", "contacts", "h-1"],
        ["retry", "contacts", "--all"],
        ["restore", "contacts", "--to", "app", "--all", "--yes"],
        ["compare", "contacts"],
        ["restart", "contacts"],
        ["off", "contacts"],
        ["on", "contacts"],
        ["delete", "contacts", "--yes"],
    ],
    ids=" ".join,
)
def test_with_json_nothing_else_is_on_standard_output(applied: Hubsync, words: list[str]) -> None:
    done = applied(*words, "--json")
    assert done.code in (0, 3), done.err
    json.loads(done.out)


def test_a_trial_that_is_not_waited_for_answers_json(applied: Hubsync) -> None:
    applied("off", "contacts")
    assert json.loads(applied("try", "contacts", "hubspot:100", "--json").out)["name"] == "contacts"


@pytest.mark.parametrize("words", [["status"], ["delete", "contacts"], ["off", "nobody"], ["apply", "nowhere.yaml"]])
def test_an_error_leaves_standard_output_empty(applied: Hubsync, words: list[str]) -> None:
    done = applied("--token", "wrong", *words, "--json")
    assert (done.out, bool(done.err)) == ("", True)


def test_all_records_come_page_by_page(applied: Hubsync, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.cli.pages.PAGE", 2)
    assert len(json.loads(applied("records", "contacts", "--all", "--json").out)) == 5
    assert len(json.loads(applied("records", "contacts", "--limit", "3", "--json").out)) == 3


def test_connections_are_listed_and_one_that_is_not_well_ends_with_3(
    applied: Hubsync, world: World
) -> None:  # rule 1.9
    well = applied("connections")
    assert (well.code, well.out.splitlines()) == (0, ["hubspot  hubspot  active", "orbit  orbit  active"])
    account = world.stores.connections.connection("orbit")
    assert account is not None
    ill = replace(account, status=ConnectionStatus.NEEDS_PERSON, problem="The token was refused.")
    assert world.stores.syncs.save([ill], [])
    told = applied("connections")
    assert (told.code, told.out.splitlines()[1]) == (3, "orbit  orbit  needs person. The token was refused.")


def test_syncs_beyond_a_page_are_listed_and_completed(applied: Hubsync, world: World) -> None:
    for number in range(SYNCS_AT_ONCE):
        world.put(replace(world.sync(), id=f"s{number}", name=f"more-{number:02}", version=0))
    assert len(json.loads(applied("status", "--json").out)) == SYNCS_AT_ONCE + 1
    context = typer.Context(typer.main.get_command(app))
    assert complete.syncs(context, "more-4") == [f"more-4{digit}" for digit in range(10)]


def test_names_are_completed(applied: Hubsync, monkeypatch: pytest.MonkeyPatch) -> None:
    context = typer.Context(typer.main.get_command(app))
    assert (complete.syncs(context, "con"), complete.syncs(context, "x")) == (["contacts"], [])
    assert complete.connections(context, "") == ["hubspot", "orbit"]
    assert complete.apps(context, "or") == ["orbit"]
    assert complete.syncs_and_documents(context, "") == ["contacts", "syncs.yaml"]
    assert complete.syncs_and_documents(context, "./s") == ["./syncs.yaml"]
    assert complete.among("csv", "xlsx")(context, "x") == ["xlsx"]
    monkeypatch.setenv("HUBSYNC_API_URL", "http://127.0.0.1:9")
    assert complete.syncs(context, "con") == []


def test_every_status_is_known_to_the_command_line() -> None:
    assert set(STATUSES) == set(RecordStatus)


def test_an_interrupted_command_ends_with_130() -> None:
    begin = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-c", f"{begin}; from infra.cli.main import run; run(['status', '--watch'])"]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        variables = {**os.environ, "HUBSYNC_API_URL": url, "HUBSYNC_API_TOKEN": TOKEN, "NO_PROXY": "127.0.0.1"}
        with subprocess.Popen(
            command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as asking:
            connection, _ = silent.accept()  # it waits for an answer
            asking.send_signal(signal.SIGINT)
            assert (asking.communicate(timeout=30), asking.returncode) == ((b"", b""), 130)
            connection.close()
