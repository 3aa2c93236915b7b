"""Lists that come in pages."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from infra.cli.client import Client
from infra.cli.say import err

PAGE = 200

Limit = Annotated[int, typer.Option("--limit", help="How many at most.", min=1)]
Every = Annotated[bool, typer.Option("--all", help="All of them, however many.")]


def listed(
    client: Client, path: str, key: str, *, limit: int | None, quiet: bool = False, **query: str | None
) -> tuple[list[dict[str, Any]], bool]:
    """What stands under `key` on the pages of a list, up to `limit` (None: all), and whether there is more.

    A person sees how far it is, unless `quiet`.
    """
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        size = PAGE if limit is None else min(limit - len(found), PAGE)
        page = client.get(path, cursor=cursor, limit=size, **query)
        found += page[key]
        cursor = page["next"]
        if cursor is None or (limit is not None and len(found) >= limit):
            return found, cursor is not None
        if limit is None and err.is_terminal and not quiet:
            err.print(f"{len(found):,} {key} …")


def remark_more() -> None:
    """Say that there is more."""
    err.print("There are more; raise --limit to see them, or give --all.")
