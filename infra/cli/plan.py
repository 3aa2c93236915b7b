"""`hubsync plan` and `hubsync explain`: what would be done, before it is done."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.live import Live
from rich.text import Text

from infra.cli import show, show_diff, show_plan
from infra.cli.client import Client
from infra.cli.complete import syncs_and_documents
from infra.cli.document import read_document
from infra.cli.errors import ATTENTION, FAILED
from infra.cli.say import Json, Record, Sync, err, out, path_of, print_json, target_of

ASK_EVERY_SECONDS = 0.5
UNDER_WAY = ("waiting", "running")


def plan(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            help="A YAML document, or the name of a sync.",
            metavar="FILE.yaml|SYNC",
            autocompletion=syncs_and_documents,
        ),
    ],
    *,
    restart: Annotated[
        bool, typer.Option("--restart", help="Of a document: plan a new initial sync even where nothing changed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what applying FILE.yaml, or restarting SYNC, would write, without writing anything.

    Of a file it shows first how it differs from what is deployed: + new, ~ changed, - deployed and not in the file.

    Exit codes: 0 nothing to do, 3 there are changes, 1 the plan could not be made in full.
    """
    target = target_of(context)
    differing: dict[str, Any] | None = None
    with Client(target) as client:
        if _is_file(what):
            document = read_document(Path(what), target.values)
            differing = client.post("/v1/diff", document.content, place=document.place)
            if not as_json:
                out.print(show_diff.diff(differing))
            flags = {"restart": str(restart).lower()}
            ordered = client.post("/v1/plan", document.content, place=document.place, **flags)
        else:
            ordered = client.post(f"{path_of(what)}/plan")
        made = [_wait(client, each["id"], each["sync"], quiet=as_json) for each in ordered["plans"]]
    if as_json:
        print_json({"diff": differing, "plans": made, "unchanged": ordered["unchanged"]})
    else:
        for each in made:
            out.print(show_plan.plan(each))
        for name in ordered["unchanged"]:
            out.print(f"{name}: nothing to do, no record feels what was edited, if anything was.", markup=False)
    if any(each["problem"] for each in made):
        raise typer.Exit(FAILED)
    if show_diff.differs(differing) or not all(each["nothing_to_do"] for each in made):
        raise typer.Exit(ATTENTION)


def explain(
    context: typer.Context,
    sync: Sync,
    record: Record,
    *,
    as_json: Json = False,
) -> None:
    """Say where a record stands, why, and what the next look at it would do."""
    with Client(target_of(context)) as client:
        found = client.get(f"{path_of(sync)}/records/{quote(record, safe='')}/explain")
    if as_json:
        print_json(found)
        return
    for sentence in (*found["now"], *found["next"]):
        out.print(sentence, markup=False)
    for change in found["changes"]:
        out.print(show_plan.change(change))


def _is_file(what: str) -> bool:
    """Whether a document is meant: names of syncs have neither a dot nor a slash."""
    return "." in what or "/" in what or Path(what).is_file()


def _wait(client: Client, plan_id: str, name: str, *, quiet: bool) -> dict[str, Any]:
    """Follow a plan to its end; a person sees how far it is."""
    path = f"/v1/plans/{plan_id}"
    shown: dict[str, Any] = client.get(path)
    if quiet or not err.is_terminal:
        while shown["status"] in UNDER_WAY:
            time.sleep(ASK_EVERY_SECONDS)
            shown = client.get(path)
        return shown
    with Live(Text(f"Planning {name} …"), console=err, auto_refresh=False, transient=True) as live:
        while shown["status"] in UNDER_WAY:
            time.sleep(ASK_EVERY_SECONDS)
            shown = client.get(path)
            if shown["progress"]:
                live.update(show.bars(shown["progress"]), refresh=True)
    return shown
