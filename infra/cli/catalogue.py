"""`hubsync apps`, `fields` and `connections`: what can be synced, and by which accounts."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from infra.cli import show, show_fields
from infra.cli.client import Client
from infra.cli.errors import ATTENTION
from infra.cli.say import Json, out, print_json, target_of

app = typer.Typer()


@app.command()
def apps(
    context: typer.Context,
    key: Annotated[str | None, typer.Argument(help="One app with its objects.", metavar="[APP]")] = None,
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
    connection: Annotated[str, typer.Argument(help="The connection's name in the document.", metavar="CONNECTION")],
    object_type: Annotated[str, typer.Argument(help="Such as contacts.", metavar="OBJECT")],
    *,
    as_json: Json = False,
) -> None:
    """List the fields of OBJECT as the account has them now, and the mappings that come with its app."""
    address = f"/v1/connections/{quote(connection, safe='')}/objects/{quote(object_type, safe='')}"
    with Client(target_of(context)) as client:
        shown = client.get(address)
    if as_json:
        print_json(shown)
    else:
        out.print(show_fields.live(shown))


@app.command()
def connections(context: typer.Context, *, as_json: Json = False) -> None:
    """List the accounts and how they stand; exit code 3 if one needs a person or is away.

    An account that needs a person is authorised again by applying a document with its new token.
    """
    with Client(target_of(context)) as client:
        shown = client.get("/v1/connections")["connections"]
    if as_json:
        print_json(shown)
    else:
        out.print(show.connections(shown) if shown else "There is no connection yet.")
    if any(each["status"] != "active" for each in shown):
        raise typer.Exit(ATTENTION)
