"""`hubsync record`, `retry` and `restore`: what can be done with single records."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.console import Console

from infra.cli import show, show_record
from infra.cli.client import Client
from infra.cli.errors import USAGE, CliError
from infra.cli.target import find_target

app = typer.Typer()
out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)

Sync = Annotated[str, typer.Argument(help="The sync's name in the document.", metavar="SYNC")]
Ids = Annotated[
    list[str] | None,
    typer.Argument(help="Ids of records, on either side or of the index.", metavar="[ID]…"),
]


@app.command()
def record(
    context: typer.Context,
    sync: Sync,
    id_: Annotated[str, typer.Argument(help="The record's id, on either side or of the index.", metavar="ID")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print what the API answers, as JSON.")] = False,
) -> None:
    """Show one record: where it stands, both sides as they are now, what differs, and what was written to it."""
    with _client(context) as client:
        found = client.get(f"{_path(sync)}/records/{quote(id_, safe='')}")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        out.print(show_record.record(found))


@app.command()
def retry(
    context: typer.Context,
    sync: Sync,
    ids: Ids = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All failing records.")] = False,
) -> None:
    """Look at failing records of SYNC again now, instead of when their pause is over."""
    body: dict[str, Any] = {"ids": _chosen(ids, every=every, verb="retried")}
    number, unknown = 0, []
    with _client(context) as client:
        while True:
            answer = client.post(f"{_path(sync)}/retry", body)
            number += answer["records"]
            unknown += answer["unknown"]
            if answer["next"] is None:
                break
            body["cursor"] = answer["next"]
    out.print(f"{number:,} record(s) of {sync} are looked at again.", markup=False)
    if unknown:
        out.print(f"Not known: {', '.join(unknown)}", markup=False)


@app.command()
def restore(
    context: typer.Context,
    sync: Sync,
    ids: Ids = None,
    *,
    to: Annotated[str, typer.Option("--to", help="Where they were deleted: hubspot or app.")],
    every: Annotated[bool, typer.Option("--all", help="All that were deleted there.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Make records again that were deleted on one side. The list and its count are shown first, and confirmed."""
    body = {"target": to, "ids": _chosen(ids, every=every, verb="restored")}
    with _client(context) as client:
        review = client.post(f"{_path(sync)}/restore", body)
        if review["left"]:
            out.print(f"Not deleted there, or not to be restored: {', '.join(review['left'])}", markup=False)
        if not review["count"]:
            out.print("There is nothing to restore.")
            return
        out.print(show.records(review["records"]))
        if review["count"] > len(review["records"]):
            out.print(f"… and {review['count'] - len(review['records']):,} more.")
        if not yes:
            if not sys.stdin.isatty():
                raise CliError("A restore has to be confirmed.", "Repeat the command with --yes.", code=USAGE)
            typer.confirm(f"Make {review['count']:,} record(s) again?", abort=True)
        done = client.post(f"{_path(sync)}/restore", {**body, "confirm": review["count"], "token": review["token"]})
    out.print(f"{done['count']:,} record(s) of {sync} are made again.", markup=False)
    if done["more"]:
        out.print("There are more; repeat the command once these are done.")


def _chosen(ids: list[str] | None, *, every: bool, verb: str) -> list[str] | str:
    if bool(ids) == every:
        raise CliError(f"It is not said which records are to be {verb}.", "Give their ids, or --all.", code=USAGE)
    return "all" if every else list(ids or ())


def _client(context: typer.Context) -> Client:
    return Client(find_target(*context.find_root().obj))


def _path(sync: str) -> str:
    return f"/v1/syncs/{quote(sync, safe='')}"
