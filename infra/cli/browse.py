"""`hubsync open`: the pages that there are to look at."""

from __future__ import annotations

import re
import webbrowser
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

import typer

from infra.cli.client import Client
from infra.cli.complete import among, syncs
from infra.cli.errors import FAILED, USAGE, CliError
from infra.cli.say import Json, err, out, path_of, print_json, target_of
from infra.cli.target import Target
from infra.local.stage import default_home
from infra.local.stage_info import StageInfo

OF_AWS = re.compile(r"[a-z0-9]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com")
"""The address that AWS itself gives an API; it names the region."""

SIMULATED = "This is a stage: its HubSpot and its apps are simulated, and have no pages."


def browse(
    context: typer.Context,
    sync: Annotated[str | None, typer.Argument(help="A sync.", metavar="[SYNC", autocompletion=syncs)] = None,
    record: Annotated[
        str | None,
        typer.Argument(help="One of its records: an id on either side or of the index, or its email.", metavar="ID]"),
    ] = None,
    *,
    side: Annotated[
        str | None, typer.Option("--in", help="hubspot or app; both without.", autocompletion=among("hubspot", "app"))
    ] = None,
    only_print: Annotated[bool, typer.Option("--print", help="Print the addresses, and open nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Open a record in HubSpot and in the app; without one, the deployment's dashboards.

    The addresses are printed as well; with --print and --json they are not opened. Exit code 1 if there is none.
    """
    target = target_of(context)
    stage = StageInfo.load(default_home())
    stage = stage if stage is not None and stage.api_url == target.url else None
    if sync is None:
        if stage is not None:
            _show_places(stage, as_json=as_json)
        else:
            _show([_dashboards(target)], only_print=only_print, as_json=as_json)
    elif record is None:
        remedy = f"Name one of its records: `hubsync open {sync} ID`. `hubsync status {sync}` shows the sync."
        raise CliError("A sync has no page of its own.", remedy, code=USAGE)
    else:
        found = _addresses(target, sync, record, side)
        for each in found:
            if each["url"] is None:
                err.print(f"{each['problem']} {each['remedy']}", markup=False)
        if stage is not None:
            err.print(SIMULATED)
        urls = [each["url"] for each in found if each["url"] is not None]
        if as_json:
            print_json(found)
        elif urls:
            _show(urls, only_print=only_print or stage is not None)
        if not urls:
            raise typer.Exit(FAILED)


def _addresses(target: Target, sync: str, record: str, side: str | None) -> list[dict[str, Any]]:
    with Client(target) as client:
        answer = client.get(f"{path_of(sync)}/records/{quote(record, safe='')}/addresses")
    found = [each for each in answer["addresses"] if side in (None, each["side"])]
    if not found:
        where = f" in {side}" if side else ""
        raise CliError(f"There is no record of {record}{where}.", f"`hubsync record {sync} {record}` shows it.")
    return found


def _dashboards(target: Target) -> str:
    """CloudWatch's dashboards in the deployment's region. What its own is called is known to the stack alone."""
    named = OF_AWS.fullmatch(urlsplit(target.url).hostname or "")
    own = "its dashboard is the one that the stack's output DashboardName names."
    if named is None:
        sentence = f"It is not known where {target.url} is deployed: the address is none that AWS gave."
        raise CliError(sentence, f"Open CloudWatch in the console of AWS; {own}")
    err.print(f"Of this deployment {own}")
    return f"https://{named[1]}.console.aws.amazon.com/cloudwatch/home?region={named[1]}#dashboards/"


def _show(urls: Sequence[str], *, only_print: bool, as_json: bool = False) -> None:
    if as_json:
        print_json(urls)
        return
    for url in urls:
        out.print(url, markup=False)
        # Whatever an application calls the address of a page: a browser is told of web pages alone.
        if not only_print and not (url.startswith("https://") and webbrowser.open(url)):
            raise CliError("No browser could be started.", "Open the address yourself; --print only prints it.")


def _show_places(stage: StageInfo, *, as_json: bool) -> None:
    """Where the parts of a stage answer, in place of pages."""
    places = {name: url for name, url in stage.places().items() if url is not None}
    if as_json:
        print_json(places)
        return
    err.print(SIMULATED)
    for name, url in places.items():
        out.print(f"{name:<9} {url}", markup=False)
