"""What the shell completes: names that the API knows, and words that there are few of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import typer

from infra.cli.client import Client
from infra.cli.errors import CliError
from infra.cli.target import find_target

SECONDS = 2.0
"""Nobody waits longer for the tabulator key."""

Complete = Callable[[typer.Context, str], Sequence[str]]


def syncs(context: typer.Context, incomplete: str) -> Sequence[str]:
    """The names of syncs; nothing where no API answers."""
    return _listed(context, incomplete, "syncs", "name")


def connections(context: typer.Context, incomplete: str) -> Sequence[str]:
    """The names of connections."""
    return _listed(context, incomplete, "connections", "name")


def apps(context: typer.Context, incomplete: str) -> Sequence[str]:
    """The keys of apps."""
    return _listed(context, incomplete, "apps", "key")


def syncs_and_documents(context: typer.Context, incomplete: str) -> Sequence[str]:
    """The names of syncs, and the YAML files beside what was typed."""
    folder = incomplete[: incomplete.rfind("/") + 1]
    files = sorted(each.name for suffix in ("*.yaml", "*.yml") for each in Path(folder or ".").glob(suffix))
    found = (f"{folder}{name}" for name in files)
    return [*syncs(context, incomplete), *(each for each in found if each.startswith(incomplete))]


def among(*words: str) -> Complete:
    """One of a few words."""

    def some(_: typer.Context, incomplete: str) -> Sequence[str]:
        return [word for word in words if word.startswith(incomplete)]

    return some


def _listed(context: typer.Context, incomplete: str, kind: str, key: str) -> Sequence[str]:
    try:
        root = context.find_root()
        with Client(find_target(root.params.get("api_url"), root.params.get("token")), seconds=SECONDS) as client:
            return [name for name in _names(client, kind, key) if name.startswith(incomplete)]
    except CliError:
        return []


def _names(client: Client, kind: str, key: str) -> Iterator[str]:
    """Those of a whole list, in pages where it comes in pages."""
    page = client.get(f"/v1/{kind}")
    while True:
        yield from (each[key] for each in page[kind])
        if (cursor := page.get("next")) is None:
            return
        page = client.get(f"/v1/{kind}", cursor=cursor)
