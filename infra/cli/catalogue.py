"""`hubsync apps`, `fields` and `connections`: what can be synced, and by which accounts."""

from __future__ import annotations

import sys
from typing import Annotated, Any
from urllib.parse import quote

import typer

from infra.cli import complete, show, show_fields
from infra.cli.client import Client
from infra.cli.errors import ATTENTION, USAGE, CliError
from infra.cli.say import Json, Yes, ask, out, print_json, target_of

app = typer.Typer()


@app.command()
def apps(
    context: typer.Context,
    key: Annotated[
        str | None, typer.Argument(help="One app with its objects.", metavar="[APP]", autocompletion=complete.apps)
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """List the apps there are, or the objects, fields and default mappings of APP; `*` marks what is required."""
    with Client(target_of(context)) as client:
        shown = client.get("/v1/apps")["apps"] if key is None else client.get(f"/v1/apps/{quote(key, safe='')}")
    if as_json:
        print_json(shown)
    elif key is None:
        out.print("\n".join(f"{each['key']:<12} {each['name']}" for each in shown), markup=False)
    else:
        out.print(show_fields.app(shown))


@app.command()
def fields(
    context: typer.Context,
    connection: Annotated[
        str,
        typer.Argument(
            help="The connection's name in the document.", metavar="CONNECTION", autocompletion=complete.connections
        ),
    ],
    object_type: Annotated[str, typer.Argument(help="Such as contacts.", metavar="OBJECT")],
    *,
    as_json: Json = False,
) -> None:
    """List the fields of OBJECT as the account has them now, and the mappings that come with its app."""
    address = f"{_account(connection)}/objects/{quote(object_type, safe='')}"
    with Client(target_of(context)) as client:
        shown = client.get(address)
    if as_json:
        print_json(shown)
    else:
        out.print(show_fields.live(shown))


@app.command()
def connections(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="One of them.", metavar="[CONNECTION]", autocompletion=complete.connections)
    ] = None,
    *,
    new_token: Annotated[
        bool, typer.Option("--new-token", help="Give it a new token: asked for, or the first line of standard input.")
    ] = False,
    new_secret: Annotated[
        bool, typer.Option("--new-secret", help="Give it a new webhook secret, in the same way.")
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Forget it and its secrets.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """List the accounts and how they stand, or one; exit code 3 if one needs a person or is away.

    An account that needs a person is authorised again by its new token. One that a sync uses is not removed.
    """
    if new_token + new_secret + remove > (name is not None):
        raise CliError("It is not clear what is to be done.", "Name one connection, and one thing to do.", code=USAGE)
    if name is None:
        with Client(target_of(context)) as client:
            _show_accounts(client.get("/v1/connections")["connections"], as_json=as_json)
    elif remove:
        _remove(context, name, yes=yes, as_json=as_json)
    elif new_token or new_secret:
        _rotate(context, name, "token" if new_token else "webhook_secret", as_json=as_json)
    else:
        with Client(target_of(context)) as client:
            _show_accounts(client.get(_account(name)), as_json=as_json)


def _show_accounts(shown: Any, *, as_json: bool) -> None:
    """All accounts, or one."""
    several = shown if isinstance(shown, list) else [shown]
    if as_json:
        print_json(shown)
    else:
        out.print(show.connections(several) if several else "There is no connection yet.")
    if any(each["status"] != "active" for each in several):
        raise typer.Exit(ATTENTION)


def _remove(context: typer.Context, name: str, *, yes: bool, as_json: bool) -> None:
    target = target_of(context)
    ask(f"Forget {name} and its secrets?", yes=yes, otherwise=f"Removing {name} has to be confirmed.")
    with Client(target) as client:
        done = client.delete(_account(name))
    if as_json:
        print_json(done)
    else:
        out.print(f"{name} is forgotten.", markup=False)


def _rotate(context: typer.Context, name: str, secret: str, *, as_json: bool) -> None:
    """Give an account a new secret. It is never typed into a command, which others may read and shells remember."""
    target = target_of(context)
    words = secret.replace("_", " ")
    if sys.stdin.isatty():
        given = typer.prompt(f"The new {words} of {name}", hide_input=True, err=True)
    else:
        given = sys.stdin.readline().strip()
    if not given:
        raise CliError(f"There is no new {words} on standard input.", "Pipe it in, or type it when asked.", code=USAGE)
    with Client(target) as client:
        done = client.patch(_account(name), {secret: given})
    if as_json:
        print_json(done)
    else:
        out.print(f"{name} has a new {words}.", markup=False)


def _account(name: str) -> str:
    return f"/v1/connections/{quote(name, safe='')}"
