"""Everything the demo prints: headings, both sides of a step, the tables at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from infra.demo.checker.expectation import STATUSES, Expectation
from infra.demo.checker.plan import Line
from infra.demo.checker.rules import SIDES, Side

Shot = Mapping[Side, Mapping[str, Any] | None]
"""The fields of a pair's two records at one moment; None where there is no record."""


class Screen:
    """The terminal, or whatever stands in for it."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)

    def heading(self, text: str) -> None:
        """The next act."""
        self.console.print()
        self.console.rule(f"[bold]{escape(text)}")

    def say(self, text: str) -> None:
        """One line, not broken: it may be a command to copy."""
        self.console.print(escape(text), soft_wrap=True)

    def good(self, text: str) -> None:
        """One line with a tick."""
        self.console.print(f"[green]✓[/] {escape(text)}")

    def bad(self, text: str) -> None:
        """One line with a cross."""
        self.console.print(f"[red]✗ {escape(text)}[/]", soft_wrap=True)

    def step(self, title: str, names: Sequence[tuple[str, str]], before: Shot, after: Shot, seconds: float) -> None:
        """One step of the story: both sides before and after; `names` are the fields to show on (HubSpot, app)."""
        table = Table(title=f"[bold]{escape(title)}[/]  [dim]{seconds:.1f} s[/]", title_justify="left", expand=False)
        for column in ("", "HubSpot", "", "app"):
            table.add_column(column, overflow="fold", style="" if column else "dim")
        for pair in names:
            cells: list[str] = []
            for side, name in zip(SIDES, pair, strict=True):
                old, new = (_cell(shot[side], name) for shot in (before, after))
                cells += [name, new if old == new else f"{old} → [bold green]{new}[/]"]
            table.add_row(*cells)
        self.console.print(table)

    def plan(self, lines: Sequence[Line]) -> None:
        """What a plan says, number by number; of single fields the sum."""
        written = Line("fields written", sum(line.planned for line in lines if line.field), 0)
        self.say("The plan says:")
        for line in [*(line for line in lines if not line.field), written]:
            if line.planned:
                self.say(f"{line.planned:>8,} {line.what}")

    def kept(self, lines: Sequence[Line]) -> None:
        """What a plan said beside what came of it; of single fields only those that differ are shown."""
        table = Table(title="The plan, and what was done", title_justify="left")
        table.add_column("")
        table.add_column("planned", justify="right")
        table.add_column("done", justify="right")
        fields = [line for line in lines if line.field]
        rest = Line("fields written", sum(line.planned for line in fields), sum(line.done for line in fields))
        wrong = [line for line in fields if line.planned != line.done]
        for line in [*(line for line in lines if not line.field), rest, *wrong]:
            done = f"{line.done:,}" if line.planned == line.done else f"[red]≠ {line.done:,}[/]"
            table.add_row(escape(line.what), f"{line.planned:,}", done)
        self.console.print(table)

    def counts(self, expected: Sequence[Expectation], shown: Mapping[str, Mapping[str, int]]) -> None:
        """The table at the end: what the system says, what the applications' contents make it."""
        table = Table(title="Records by status", title_justify="left")
        table.add_column("sync")
        for status in STATUSES:
            table.add_column(status.replace("_", " "), justify="right")
        table.add_column("why not in sync")
        for item in expected:
            wanted, said = item.counts(), shown.get(item.rules.name, {})
            cells = [
                f"{said.get(s, 0):,}" if said.get(s, 0) == wanted[s] else f"[red]{said.get(s, 0):,} ≠ {wanted[s]:,}[/]"
                for s in STATUSES
            ]
            why = ", ".join(f"{number} {reason.replace('_', ' ')}" for reason, number in item.reasons().items())
            table.add_row(item.rules.name, *cells, why)
        self.console.print(table)


def _cell(fields: Mapping[str, Any] | None, name: str) -> str:
    if fields is None:
        return "[dim]no record[/]"
    value = fields.get(name)
    return "[dim]empty[/]" if value in (None, "") else escape(str(value))
