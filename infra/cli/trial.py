"""`hubsync try`: a sync on chosen records, to see what really comes out."""

from __future__ import annotations

import json
import time
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.console import Console

from infra.cli import show
from infra.cli.client import Client
from infra.cli.target import find_target

ASK_EVERY_SECONDS = 1.0

out = Console(soft_wrap=True, highlight=False)


def attempt(
    context: typer.Context,
    sync: Annotated[str, typer.Argument(help="The sync's name in the document.", metavar="SYNC")],
    records: Annotated[list[str], typer.Argument(help="Up to 100 records: hubspot:ID or app:ID.", metavar="SIDE:ID…")],
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end, and show what came of them.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what the API answers, as JSON.")] = False,
) -> None:
    """Run SYNC, which does not run, for chosen records alone; then it stops again. These records are really written."""
    path = f"/v1/syncs/{quote(sync, safe='')}"
    with Client(find_target(*context.find_root().obj)) as client:
        begun = client.post(f"{path}/trial", {"records": records})
        if not wait and as_json:
            typer.echo(json.dumps(begun, ensure_ascii=False))
            return
        if not wait:
            out.print(f"The trial of {sync} has begun; `hubsync explain {sync} ID` tells of each record.", markup=False)
            return
        tried: dict[str, Any] = client.get(f"{path}/trial")
        while tried["under_way"]:
            time.sleep(ASK_EVERY_SECONDS)
            tried = client.get(f"{path}/trial")
    if as_json:
        typer.echo(json.dumps(tried, ensure_ascii=False))
        return
    found = {each["record"]["id"]: each["record"] for each in tried["records"] if each["record"] is not None}
    if found:
        out.print(show.records(list(found.values())))
    for each in tried["records"]:
        if each["record"] is None:
            out.print(f"Not found: {each['named']}", markup=False)
