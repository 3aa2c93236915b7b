"""The `hubsync` command: a client of the management API, and the local stage."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn
from urllib.parse import quote

import typer
from rich.console import Console
from rich.live import Live

from infra.cli import show, show_fields
from infra.cli.client import Client
from infra.cli.config import app as config_commands
from infra.cli.document import read_document
from infra.cli.errors import FAILED, USAGE, CliError
from infra.cli.export import export, exports
from infra.cli.plan import explain, plan
from infra.cli.records import app as record_commands
from infra.cli.stage import app as stage_commands
from infra.cli.target import Target, find_target
from infra.cli.trial import attempt

WATCH_SECONDS = 1.0
INTERRUPTED = 130
PAGE = 200

app = typer.Typer(
    help="Keeps HubSpot and another application in step. The API is the one of HUBSYNC_API_URL, or of the local stage.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(stage_commands, name="stage")
app.add_typer(record_commands)
app.add_typer(config_commands)
app.command()(plan)
app.command()(explain)
app.command()(export)
app.command()(exports)
app.command("try")(attempt)
out, err = Console(soft_wrap=True, highlight=False), Console(stderr=True, soft_wrap=True, highlight=False)

Sync = Annotated[str, typer.Argument(help="The sync's name in the document.", metavar="SYNC")]
Json = Annotated[bool, typer.Option("--json", help="Print what the API answers, as JSON.")]
Url = Annotated[str | None, typer.Option("--api-url", help="The API's address.", envvar="HUBSYNC_API_URL")]
Token = Annotated[str | None, typer.Option("--token", help="The API's token; better in HUBSYNC_API_TOKEN.")]


@app.callback()
def options(context: typer.Context, *, api_url: Url = None, token: Token = None) -> None:
    """Where the API is; read when a command first needs it."""
    context.obj = (api_url, token)


@app.command()
def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A YAML document of connections and syncs.", metavar="FILE.yaml")],
    *,
    restart: Annotated[
        bool, typer.Option("--restart", help="Start an initial sync even where nothing changed.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and say what would be done.")] = False,
) -> None:
    """Make connections and syncs what FILE.yaml says. All of it is checked first; nothing is half-saved."""
    target = _target(context)
    document = read_document(file, target.values)
    with Client(target) as client:
        done = client.post(
            "/v1/apply",
            document.content,
            place=document.place,
            dry=str(dry_run).lower(),
            restart=str(restart).lower(),
        )
    for kind in ("connections", "syncs"):
        for item in done[kind]:
            note = f"  {show.words(item['status'])}" if "status" in item else ""
            out.print(f"{kind[:-1]:<10} {item['name']}: {item['change']}{note}", markup=False)
    if done["dry"]:
        out.print("Nothing was saved: this was a dry run.")


@app.command()
def status(
    context: typer.Context,
    sync: Annotated[str | None, typer.Argument(help="One sync; all of them without.", metavar="[SYNC]")] = None,
    *,
    as_json: Json = False,
    watch: Annotated[bool, typer.Option("--watch", help="Follow until no initial sync runs any more.")] = False,
) -> None:
    """Show state, phase, progress and counts. With --watch, exit code 1 if a sync stalls or is held by its brake."""
    with Client(_target(context)) as client:
        shown = _syncs(client, sync)
        if as_json:
            _print_json(shown if sync is None else shown[0])
            while watch and show.initial(shown):
                time.sleep(WATCH_SECONDS)
                shown = _syncs(client, sync)
                _print_json(shown if sync is None else shown[0])
        elif watch:
            shown = _follow(client, sync, shown)
        else:
            out.print(show.syncs(shown))
    if watch and any(each["status"] in ("stalled", "held") for each in shown):
        raise typer.Exit(FAILED)


@app.command()
def records(
    context: typer.Context,
    sync: Sync,
    *,
    status: Annotated[
        str | None, typer.Option("--status", help="pending, queued, in_sync, failing or excluded; all without.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="How many at most.", min=1)] = 50,
    as_json: Json = False,
) -> None:
    """List records with their ids on both sides, and why they fail or are excluded."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    with Client(_target(context)) as client:
        while True:
            size = min(limit - len(found), PAGE)
            page = client.get(f"{_path(sync)}/records", status=status, cursor=cursor, limit=size)
            found += page["records"]
            cursor = page["next"]
            if cursor is None or len(found) >= limit:
                break
    if as_json:
        _print_json(found[:limit])
        return
    out.print(show.records(found[:limit]) if found else "No such records.")
    if cursor is not None:
        out.print("There are more; raise --limit to see them.")


@app.command()
def apps(
    context: typer.Context,
    key: Annotated[str | None, typer.Argument(help="One app with its objects.", metavar="[APP]")] = None,
    *,
    as_json: Json = False,
) -> None:
    """List the apps there are, or the objects, fields and default mappings of APP; `*` marks what is required."""
    with Client(_target(context)) as client:
        shown = client.get("/v1/apps")["apps"] if key is None else client.get(f"/v1/apps/{quote(key, safe='')}")
    if as_json:
        _print_json(shown)
    elif key is None:
        out.print("\n".join(f"{each['key']:<12} {each['name']}" for each in shown), markup=False)
    else:
        out.print(show_fields.app(shown))


@app.command()
def fields(
    context: typer.Context,
    connection: Annotated[str, typer.Argument(help="The connection's name in the document.", metavar="CONNECTION")],
    object_type: Annotated[str, typer.Argument(help="Such as contacts.", metavar="OBJECT")],
    *,
    as_json: Json = False,
) -> None:
    """List the fields of OBJECT as the account has them now, and the mappings that come with its app."""
    address = f"/v1/connections/{quote(connection, safe='')}/objects/{quote(object_type, safe='')}"
    with Client(_target(context)) as client:
        shown = client.get(address)
    if as_json:
        _print_json(shown)
    else:
        out.print(show_fields.live(shown))


@app.command()
def compare(
    context: typer.Context,
    sync: Sync,
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end, and show what was found.")] = False,
    as_json: Json = False,
) -> None:
    """Compare the index of SYNC with both applications, and mend what differs."""
    with Client(_target(context)) as client:
        begun = client.post(f"{_path(sync)}/compare")
        if not wait:
            out.print(f"The comparison of {begun['name']} has begun.", markup=False)
            return
        report = client.get(f"{_path(sync)}/comparison")["report"]
        while report is None or report["run"] < begun["run"] or report["finished_at"] is None:
            if (state := client.get(_path(sync))["status"]) != "active":
                raise CliError(f"{sync} is {show.words(state)}: the comparison ended early.", "Look at its status.")
            time.sleep(WATCH_SECONDS)
            report = client.get(f"{_path(sync)}/comparison")["report"]
    if as_json:
        _print_json(report)
    else:
        out.print(show.comparison(report))


@app.command()
def restart(context: typer.Context, sync: Sync) -> None:
    """Start a new initial sync of SYNC; what is bound stays bound."""
    _tell(context, sync, "restart", "The initial sync of {name} starts again.")


@app.command()
def off(context: typer.Context, sync: Sync) -> None:
    """Stop SYNC; its index, bindings and settings stay."""
    _tell(context, sync, "off", "{name} is off.")


@app.command()
def on(
    context: typer.Context,
    sync: Sync,
    *,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Let the run go that the brake holds; `hubsync plan SYNC` shows it.")
    ] = False,
) -> None:
    """Turn SYNC on again; it looks at everything anew. What its brake holds goes on with --confirm."""
    _tell(context, sync, "on", "{name} is on ({status}).", confirm=confirm)


@app.command()
def delete(
    context: typer.Context,
    sync: Sync,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete SYNC and its index. No record in either application is touched."""
    target = _target(context)
    if not yes:
        if not sys.stdin.isatty():
            raise CliError(f"Deleting {sync} has to be confirmed.", "Repeat the command with --yes.", code=USAGE)
        typer.confirm(f"Delete {sync}, its bindings and its index for good?", abort=True)
    with Client(target) as client:
        while not client.delete(_path(sync))["done"]:
            err.print(f"Deleting the index of {sync} …", markup=False)
    out.print(f"{sync} is deleted; no record in either application was touched.", markup=False)


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """The entry point. Exit codes: 0 done, 1 refused, 2 wrong command or file, 3 no API answers, 4 wrong token."""
    try:
        app(args=None if arguments is None else list(arguments), prog_name="hubsync")
    except CliError as error:
        err.print(error.sentence, style="bold red", markup=False)
        for line in error.lines:
            err.print(f"  {line}", markup=False)
        err.print(error.remedy, markup=False)
        sys.exit(error.code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(0)


def _target(context: typer.Context) -> Target:
    return find_target(*context.find_root().obj)


def _path(sync: str) -> str:
    return f"/v1/syncs/{quote(sync, safe='')}"


def _syncs(client: Client, name: str | None) -> list[dict[str, Any]]:
    return list(client.get("/v1/syncs")["syncs"]) if name is None else [client.get(_path(name))]


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


def _tell(context: typer.Context, sync: str, verb: str, sentence: str, confirm: bool | None = None) -> None:
    with Client(_target(context)) as client:
        answer = client.post(f"{_path(sync)}/{verb}", confirm=None if confirm is None else str(confirm).lower())
    out.print(sentence.format(name=answer["name"], status=show.words(answer["status"])), markup=False)


def _print_json(content: object) -> None:
    # Not through rich, which would wrap and colour it.
    typer.echo(json.dumps(content, ensure_ascii=False))


if __name__ == "__main__":
    run()
