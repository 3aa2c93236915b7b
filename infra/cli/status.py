"""`hubsync status`: how syncs stand, and how far they are."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer
from rich.live import Live

from infra.cli import show
from infra.cli.client import Client
from infra.cli.complete import syncs
from infra.cli.errors import ATTENTION
from infra.cli.pages import listed
from infra.cli.say import Json, out, path_of, print_json, target_of

WATCH_SECONDS = 1.0


def status(
    context: typer.Context,
    sync: Annotated[
        str | None, typer.Argument(help="One sync; all of them without.", metavar="[SYNC]", autocompletion=syncs)
    ] = None,
    *,
    as_json: Json = False,
    watch: Annotated[bool, typer.Option("--watch", help="Follow until no initial sync runs any more.")] = False,
) -> None:
    """Show state, phase, progress and counts. With --watch, exit code 3 if a sync stalls or is held by its brake."""
    with Client(target_of(context)) as client:
        shown = _syncs(client, sync)
        if as_json:
            while watch and show.initial(shown):
                time.sleep(WATCH_SECONDS)
                shown = _syncs(client, sync)
            print_json(shown if sync is None else shown[0])
        elif watch:
            shown = _follow(client, sync, shown)
        else:
            out.print(show.syncs(shown))
    if watch and any(each["status"] in ("stalled", "held") for each in shown):
        raise typer.Exit(ATTENTION)


def _syncs(client: Client, name: str | None) -> list[dict[str, Any]]:
    if name is not None:
        return [client.get(path_of(name))]
    return listed(client, "/v1/syncs", "syncs", limit=None, quiet=True)[0]


def _follow(client: Client, name: str | None, shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Redraw until no initial sync runs; into a file or a pipe only the end is written."""
    with Live(show.syncs(shown), console=out, auto_refresh=False, transient=True) as live:
        while show.initial(shown):
            time.sleep(WATCH_SECONDS)
            shown = _syncs(client, name)
            if out.is_terminal:
                live.update(show.syncs(shown), refresh=True)
    out.print(show.syncs(shown))
    return shown
