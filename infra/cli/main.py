"""The `hubsync` command: a client of the management API, and the local stage."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from infra.cli.browse import browse
from infra.cli.catalogue import app as catalogue_commands
from infra.cli.config import app as config_commands
from infra.cli.errors import CliError
from infra.cli.export import export, exports
from infra.cli.login import app as login_commands
from infra.cli.notifications import notifications
from infra.cli.plan import explain, plan
from infra.cli.records import app as record_commands
from infra.cli.say import err
from infra.cli.stage import app as stage_commands
from infra.cli.status import status
from infra.cli.trial import attempt
from infra.cli.verbs import app as verb_commands

INTERRUPTED = 130

app = typer.Typer(
    help="Keeps HubSpot and another application in step. The API is the one of HUBSYNC_API_URL, or of the local stage.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(config_commands)
app.command()(plan)
app.command()(status)
app.add_typer(verb_commands)
app.command("try")(attempt)
app.add_typer(record_commands)
app.command()(explain)
app.command()(export)
app.command()(exports)
app.command("open")(browse)
app.command()(notifications)
app.add_typer(catalogue_commands)
app.add_typer(login_commands)
app.add_typer(stage_commands, name="stage")

Url = Annotated[str | None, typer.Option("--api-url", help="The API's address.", envvar="HUBSYNC_API_URL")]
Token = Annotated[str | None, typer.Option("--token", help="An access token; better in HUBSYNC_API_TOKEN.")]


@app.callback()
def options(context: typer.Context, *, api_url: Url = None, token: Token = None) -> None:
    """Where the API is; read when a command first needs it."""
    context.obj = (api_url, token)


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """The entry point. Exit codes: see `infra.cli.errors`."""
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


if __name__ == "__main__":
    run()
