"""`hubsync stage`: the whole system on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from infra.cli.errors import FAILED, CliError
from infra.cli.say import err, out
from infra.local import stage
from infra.local.deployment import DeploymentError
from infra.local.processes import ProcessFailedError
from infra.local.stage_info import StageInfo

app = typer.Typer(help="Emulator, simulators and the stack on this machine.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print everything that is known of the stage as JSON.")]


@app.command()
def up(
    *,
    detach: Annotated[
        bool, typer.Option("--detach", help="Return once it runs; `hubsync stage down` ends it.")
    ] = False,
    as_json: Json = False,
    without_simulators: Annotated[
        bool, typer.Option("--without-simulators", help="No HubSpot and no app: connections name their own.")
    ] = False,
) -> None:
    """Start the stage, or say what is running."""
    with _explained():
        info = stage.up(stage.StageOptions(simulators=not without_simulators), _report)
        _show(info, as_json=as_json)
        if not detach:
            stage.hold(stage.default_home(), _report)


@app.command()
def down() -> None:
    """Stop what `stage up` started."""
    stage.down(stage.default_home(), _report)


@app.command()
def status(*, as_json: Json = False) -> None:
    """Say what is running; exit code 1 if nothing is."""
    info = stage.status(stage.default_home())
    if info is None:
        raise CliError("No stage runs here.", "Start one with `hubsync stage up --detach`.", code=FAILED)
    _show(info, as_json=as_json)


def _show(info: StageInfo, *, as_json: bool) -> None:
    if as_json:
        # Not through rich, which would wrap and colour it.
        typer.echo(json.dumps(info.as_json(), indent=2))
        return
    for name, value in info.places().items():
        if value:
            out.print(f"{name:<9} {value}", markup=False)


_report: Callable[[str], None] = lambda sentence: err.print(sentence, markup=False)  # noqa: E731 - it is a value


@contextmanager
def _explained() -> Iterator[None]:
    """The stage's own errors are whole sentences with the end of the log; they need no traceback."""
    try:
        yield
    except (DeploymentError, ProcessFailedError) as error:
        raise CliError(str(error), "Mend what the log says, then run `hubsync stage up` again.") from None
