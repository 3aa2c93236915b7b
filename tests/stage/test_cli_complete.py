"""Every command of `hubsync` is typed by a test that sees what becomes of it on the stage."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from infra.cli.main import app

HERE = Path(__file__).parent
REFUSALS = "test_cli_refused.py"
"""Commands there do nothing, which proves nothing of what they do."""

OTHERWISE = {
    "stage up": "tests/stage/test_stage_up.py brings stages up",
    "stage down": "tests/stage/test_stage_up.py takes them down",
    "stage status": "tests/stage/test_stage_up.py asks what runs",
}
"""Proven on the stage without being typed."""


def commands(group: Any, prefix: str = "") -> Iterator[str]:
    """The words of each command: `apply`, `stage up`."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}"


def typed() -> Iterator[str]:
    """The first words of each `hubsync(…)` in the tests of this folder that expect it to do something."""
    for path in HERE.glob("test_*.py"):
        calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
        for call in calls if path.name != REFUSALS else ():
            named = isinstance(call.func, ast.Name) and call.func.id == "hubsync"
            refused = any(
                word.arg == "code" and isinstance(word.value, ast.Constant) and word.value.value != 3
                for word in call.keywords
            )
            if named and not refused and call.args and isinstance(call.args[0], ast.Constant):
                yield str(call.args[0].value)


def test_every_command_has_a_test_on_the_stage() -> None:
    there = set(commands(typer.main.get_command(app)))
    assert sorted(there - set(typed()) - OTHERWISE.keys()) == []
    assert there >= OTHERWISE.keys(), "what is proven otherwise is a command"
