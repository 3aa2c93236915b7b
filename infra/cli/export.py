"""`hubsync export` and `hubsync exports`: a list of records as a file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from infra.cli import show
from infra.cli.client import Client
from infra.cli.complete import among
from infra.cli.errors import FAILED, CliError
from infra.cli.pages import Every, Limit, listed, remark_more
from infra.cli.say import Json, Status, Sync, err, out, path_of, print_json, target_of

ASK_EVERY_SECONDS = 0.5
FETCH_SECONDS = 60.0
UNDER_WAY = ("waiting", "running")

Out = Annotated[Path | None, typer.Option("--out", help="Where to save the file; here under its own name without.")]


def export(
    context: typer.Context,
    sync: Sync,
    *,
    status: Status = None,
    kind: Annotated[str, typer.Option("--format", help="csv or xlsx.", autocompletion=among("csv", "xlsx"))] = "csv",
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
    with Client(target_of(context)) as client:
        shown = client.post(f"{path_of(sync)}/exports", wanted)
        if wait:
            shown = _follow(client, shown, quiet=as_json)
    if not wait and as_json:
        print_json(shown)
    elif not wait:
        out.print(shown["id"], markup=False)
    else:
        _save(shown, file, as_json=as_json)


def exports(
    context: typer.Context,
    export_id: Annotated[str | None, typer.Argument(help="Fetch the file of this one.", metavar="[ID]")] = None,
    *,
    file: Out = None,
    limit: Limit = 50,
    every: Every = False,
    as_json: Json = False,
) -> None:
    """List the newest exports, or fetch the file of one; files are kept for a week."""
    with Client(target_of(context)) as client:
        if export_id is None:
            found, more = listed(client, "/v1/exports", "exports", limit=None if every else limit)
        else:
            shown = _follow(client, client.get(_path(export_id)), quiet=as_json)
    if export_id is not None:
        _save(shown, file, as_json=as_json)
    elif as_json:
        print_json(found)
    else:
        for each in found:
            when, what = show.moment(each["at"]), show.words(each["records"] or "all")
            line = f"{each['id']}  {when}  {each['sync']}, {what}: {each['rows']:,} rows, {each['status']}"
            out.print(line, markup=False)
        if more:
            remark_more()


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
        print_json(shown)
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
