"""`hubsync try`: a sync on chosen records, to see what really comes out."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from infra.cli import show
from infra.cli.client import Client
from infra.cli.say import Json, Sync, out, path_of, print_json, target_of

ASK_EVERY_SECONDS = 1.0


def attempt(
    context: typer.Context,
    sync: Sync,
    records: Annotated[list[str], typer.Argument(help="Up to 100 records: hubspot:ID or app:ID.", metavar="SIDE:ID…")],
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end, and show what came of them.")] = False,
    as_json: Json = False,
) -> None:
    """Run SYNC, which does not run, for chosen records alone; then it stops again. These records are really written."""
    path = path_of(sync)
    with Client(target_of(context)) as client:
        begun = client.post(f"{path}/trial", {"records": records})
        if not wait and as_json:
            print_json(begun)
            return
        if not wait:
            out.print(f"The trial of {sync} has begun; `hubsync explain {sync} ID` tells of each record.", markup=False)
            return
        tried: dict[str, Any] = client.get(f"{path}/trial")
        while tried["under_way"]:
            time.sleep(ASK_EVERY_SECONDS)
            tried = client.get(f"{path}/trial")
    if as_json:
        print_json(tried)
        return
    found = {each["record"]["id"]: each["record"] for each in tried["records"] if each["record"] is not None}
    if found:
        out.print(show.records(list(found.values())))
    for each in tried["records"]:
        if each["record"] is None:
            out.print(f"Not found: {each['named']}", markup=False)
