"""`hubsync export` and `hubsync exports`: a list of records as a file."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from infra.cli import show
from infra.cli.client import Client
from infra.cli.errors import FAILED, CliError
from infra.cli.target import find_target

ASK_EVERY_SECONDS = 0.5
FETCH_SECONDS = 60.0
UNDER_WAY = ("waiting", "running")

out, err = Console(soft_wrap=True, highlight=False), Console(stderr=True, soft_wrap=True, highlight=False)

Out = Annotated[Path | None, typer.Option("--out", help="Where to save the file; here under its own name without.")]
Json = Annotated[bool, typer.Option("--json", help="Print what the API answers, as JSON.")]


def export(
    context: typer.Context,
    sync: Annotated[str, typer.Argument(help="The sync's name in the document.", metavar="SYNC")],
    *,
    status: Annotated[
        str | None, typer.Option("--status", help="pending, queued, in_sync, failing or excluded; all without.")
    ] = None,
    kind: Annotated[str, typer.Option("--format", help="csv or xlsx.")] = "csv",
    values: Annotated[
        bool, typer.Option("--values", help="With the mapped fields of both sides, read from both applications.")
    ] = False,
    file: Out = None,
    mail: Annotated[str | None, typer.Option("--mail", help="An address that gets the link, too.")] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait and save the file, or print the id.")] = True,
    as_json: Json = False,
) -> None:
    """Export the records of SYNC as a file: ids on both sides, status, why, and what mends it."""
    wanted: dict[str, object] = {"format": kind, "status": status, "values": values, "mail": mail}
    with Client(find_target(*context.find_root().obj)) as client:
        shown = client.post(f"/v1/syncs/{quote(sync, safe='')}/exports", wanted)
        if wait:
            shown = _follow(client, shown, quiet=as_json)
    if not wait:
        out.print(json.dumps(shown) if as_json else shown["id"], markup=False)
        return
    _save(shown, file, as_json=as_json)


def exports(
    context: typer.Context,
    export_id: Annotated[str | None, typer.Argument(help="Fetch the file of this one.", metavar="[ID]")] = None,
    *,
    file: Out = None,
    as_json: Json = False,
) -> None:
    """List the newest exports, or fetch the file of one; files are kept for a week."""
    with Client(find_target(*context.find_root().obj)) as client:
        if export_id is None:
            found = client.get("/v1/exports")["exports"]
        else:
            shown = _follow(client, client.get(_path(export_id)), quiet=as_json)
    if export_id is not None:
        _save(shown, file, as_json=as_json)
    elif as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        for each in found:
            when, what = show.moment(each["at"]), show.words(each["records"] or "all")
            line = f"{each['id']}  {when}  {each['sync']}, {what}: {each['rows']:,} rows, {each['status']}"
            out.print(line, markup=False)


def _path(export_id: str) -> str:
    return f"/v1/exports/{quote(export_id, safe='')}"


def _follow(client: Client, shown: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    """Ask until there is a file; a person sees how far it is."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True, disable=quiet or not err.is_terminal) as progress:
        bar = progress.add_task(f"Exporting {shown['sync']} …", total=shown["total"] or None)
        while True:
            shown = client.get(_path(shown["id"]))
            progress.update(bar, completed=shown["rows"])
            if shown["status"] not in UNDER_WAY:
                return shown
            time.sleep(ASK_EVERY_SECONDS)


def _save(shown: dict[str, Any], file: Path | None, *, as_json: bool) -> None:
    if shown["status"] == "failed":
        raise CliError(shown["problem"], shown["remedy"], code=FAILED)
    if shown["link"] is None:
        raise CliError("The file is not kept any more.", "Export it again.", code=FAILED)
    # Only the last part of a name that came over the network is used.
    path = file or Path(Path(shown["name"]).name)
    _fetch(shown["link"], path)
    if as_json:
        typer.echo(json.dumps(shown, ensure_ascii=False))
    else:
        out.print(f"{shown['rows']:,} rows are in {path}.", markup=False)


def _fetch(link: str, path: Path) -> None:
    """Save what is at an address, whole or not at all."""
    aside = path.with_name(f".{path.name}.part")
    try:
        # Without the API's token: the address is the permission.
        with httpx.stream("GET", link, timeout=FETCH_SECONDS) as response, aside.open("wb") as file:
            response.raise_for_status()
            for chunk in response.iter_bytes():
                file.write(chunk)
        aside.replace(path)
    except httpx.HTTPError as error:
        aside.unlink(missing_ok=True)
        sentence = f"The file could not be fetched ({type(error).__name__})."
        raise CliError(sentence, "Try again: `hubsync exports` lists it.", code=FAILED) from None
    except OSError as error:
        raise CliError(f"{path} cannot be written: {error.strerror}.", "Give another --out.", code=FAILED) from None
