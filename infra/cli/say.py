"""What all commands share: whom they ask, where they speak, how they print JSON and ask before they destroy."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable
from typing import Annotated, Literal
from urllib.parse import quote

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from infra.cli.complete import among, syncs
from infra.cli.errors import USAGE, CliError
from infra.cli.target import Target, find_target

COLOURS: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
"""With NO_COLOR not even bold, which rich alone would leave."""

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What a terminal obeys rather than shows, but for tabs and new lines."""


class Plain(Console):
    """Shows every letter as what it is. Names and values are other people's: `[red]`, `:100:` and an escape sequence
    that somebody has put into one neither colours nor clears the terminal of who looks at it.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(
            stderr=stderr, soft_wrap=True, highlight=False, markup=False, emoji=False, color_system=COLOURS
        )

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As rich does; the styles' own sequences are put in later."""
        for each in super().render(renderable, options):
            yield each if each.control else Segment(CONTROL.sub("\N{REPLACEMENT CHARACTER}", each.text), each.style)


out, err = Plain(), Plain(stderr=True)
"""Answers go to `out`, progress and everything else to `err`; no command has consoles of its own."""

STATUSES = ("pending", "queued", "in_sync", "failing", "excluded")
"""Where a record may stand."""

Sync = Annotated[str, typer.Argument(help="The sync's name in the document.", metavar="SYNC", autocompletion=syncs)]
Record = Annotated[
    str, typer.Argument(help="A record's id, on either side or of the index; or its email, domain, …", metavar="ID")
]
Json = Annotated[bool, typer.Option("--json", help="Print what the API answers, as one JSON document.")]
Status = Annotated[
    str | None,
    typer.Option(
        "--status",
        help=f"{', '.join(STATUSES[:-1])} or {STATUSES[-1]}; all without.",
        autocompletion=among(*STATUSES),
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def target_of(context: typer.Context) -> Target:
    """The API that the options, the environment or the stage name."""
    return find_target(*context.find_root().obj)


def path_of(sync: str) -> str:
    """The address of a sync."""
    return f"/v1/syncs/{quote(sync, safe='')}"


def print_json(content: object) -> None:
    """One JSON document on standard output; not through rich, which would wrap and colour it."""
    typer.echo(json.dumps(content, ensure_ascii=False))


def ask(question: str, *, yes: bool, otherwise: str) -> None:
    """Have a person agree, unless `yes` was given; without a terminal nobody can be asked. The question goes to
    standard error, so that standard output has the answer alone."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise CliError(otherwise, "Repeat the command with --yes.", code=USAGE)
    typer.confirm(question, abort=True, err=True)
