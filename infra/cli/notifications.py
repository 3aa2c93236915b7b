"""`hubsync notifications`: what the people who run syncs were told."""

from __future__ import annotations

from typing import Annotated

import typer

from infra.cli import show
from infra.cli.client import Client
from infra.cli.pages import Every, Limit, listed, remark_more
from infra.cli.say import Json, out, print_json, target_of


def notifications(
    context: typer.Context,
    *,
    limit: Limit = 10,
    every: Every = False,
    full: Annotated[bool, typer.Option("--text", help="The whole of each, as it was mailed.")] = False,
    as_json: Json = False,
) -> None:
    """List what people were told, newest first: of runs that ended or are held, of accounts that are away, and more."""
    with Client(target_of(context)) as client:
        found, more = listed(client, "/v1/notifications", "notifications", limit=None if every else limit)
    if as_json:
        print_json(found)
        return
    for each in found:
        out.print(f"{show.moment(each['at'])}  {each['title']}", markup=False)
        for line in each["text"].strip().splitlines() if full else ():
            out.print(f"  {line}".rstrip(), markup=False)
    if not found:
        out.print("Nobody was told of anything yet.")
    if more:
        remark_more()
