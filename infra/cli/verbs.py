"""What a sync can be told: `hubsync compare`, `restart`, `off`, `on`, `delete`."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer
from rich.live import Live

from infra.cli import show
from infra.cli.client import Client
from infra.cli.errors import CliError
from infra.cli.say import Json, Sync, Yes, ask, err, out, path_of, print_json, target_of

WATCH_SECONDS = 1.0

app = typer.Typer()


@app.command()
def compare(
    context: typer.Context,
    sync: Sync,
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end, and show what was found.")] = False,
    as_json: Json = False,
) -> None:
    """Compare the index of SYNC with both applications, and mend what differs."""
    with Client(target_of(context)) as client:
        begun = client.post(f"{path_of(sync)}/compare")
        if not wait and as_json:
            print_json(begun)
            return
        if not wait:
            out.print(f"The comparison of {begun['name']} has begun.", markup=False)
            return
        report = _followed(client, sync, begun["run"])
    if as_json:
        print_json(report)
    else:
        out.print(show.comparison(report))


def _followed(client: Client, sync: str, run: int) -> dict[str, Any]:
    """What a comparison found, when it is done; a person sees how far it is."""
    with Live(console=err, auto_refresh=False, transient=True) as live:
        while True:
            report: dict[str, Any] | None = client.get(f"{path_of(sync)}/comparison")["report"]
            if report is not None and report["run"] >= run and report["finished_at"] is not None:
                return report
            state = client.get(path_of(sync))
            if state["status"] != "active":
                words = show.words(state["status"])
                raise CliError(f"{sync} is {words}: the comparison ended early.", "Look at its status.")
            phases = [each for each in state["progress"] if each["phase"].startswith("compare_")]
            if phases and err.is_terminal:
                live.update(show.bars(phases), refresh=True)
            time.sleep(WATCH_SECONDS)


@app.command()
def restart(context: typer.Context, sync: Sync, *, as_json: Json = False) -> None:
    """Start a new initial sync of SYNC; what is bound stays bound."""
    _tell(context, sync, as_json, "restart", "The initial sync of {name} starts again.")


@app.command()
def off(context: typer.Context, sync: Sync, *, as_json: Json = False) -> None:
    """Stop SYNC; its index, bindings and settings stay."""
    _tell(context, sync, as_json, "off", "{name} is off.")


@app.command()
def on(
    context: typer.Context,
    sync: Sync,
    *,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Let the run go that the brake holds; `hubsync plan SYNC` shows it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Turn SYNC on again; it looks at everything anew. What its brake holds goes on with --confirm."""
    _tell(context, sync, as_json, "on", "{name} is on ({status}).", confirm=confirm)


@app.command()
def delete(
    context: typer.Context,
    sync: Sync,
    *,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Delete SYNC and its index. No record in either application is touched."""
    target = target_of(context)
    ask(
        f"Delete {sync}, its bindings and its index for good?",
        yes=yes,
        otherwise=f"Deleting {sync} has to be confirmed.",
    )
    with Client(target) as client:
        while not (done := client.delete(path_of(sync)))["done"]:
            err.print(f"Deleting the index of {sync} …", markup=False)
    if as_json:
        print_json(done)
        return
    out.print(f"{sync} is deleted; no record in either application was touched.", markup=False)


def _tell(
    context: typer.Context, sync: str, as_json: bool, verb: str, sentence: str, confirm: bool | None = None
) -> None:
    with Client(target_of(context)) as client:
        answer = client.post(f"{path_of(sync)}/{verb}", confirm=None if confirm is None else str(confirm).lower())
    if as_json:
        print_json(answer)
        return
    out.print(sentence.format(name=answer["name"], status=show.words(answer["status"])), markup=False)
