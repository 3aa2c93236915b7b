"""`hubsync records`, `record`, `retry` and `restore`: what can be done with single records."""

from __future__ import annotations

import time
from typing import Annotated, Any
from urllib.parse import quote

import typer

from infra.cli import show, show_record
from infra.cli.client import Client
from infra.cli.complete import among
from infra.cli.errors import USAGE, CliError
from infra.cli.pages import Every, Limit, listed, remark_more
from infra.cli.say import Json, Record, Status, Sync, Yes, ask, err, out, path_of, print_json, target_of

LIVE = 100
"""Records whose values are read in one call."""

ATTEMPTS, PATIENCE_SECONDS = 5, 30
"""How often an application is asked that has no time now, and how long a pause is waited for."""

app = typer.Typer()

Ids = Annotated[
    list[str] | None,
    typer.Argument(help="Ids of records, on either side or of the index.", metavar="[ID]…"),
]


@app.command()
def records(
    context: typer.Context,
    sync: Sync,
    *,
    status: Status = None,
    limit: Limit = 50,
    every: Every = False,
    search: Annotated[
        str | None,
        typer.Option("--search", help="An id, an email, a domain, a SKU, or a whole name; no parts of them."),
    ] = None,
    values: Annotated[
        bool, typer.Option("--values", help="With names and mapped fields, read from both applications.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List records with their ids on both sides, and why they fail or are excluded."""
    path, most = f"{path_of(sync)}/records", None if every else limit
    with Client(target_of(context)) as client:
        found, more = listed(client, path, "records", limit=most, status=status, search=search)
        if values:
            _add_values(client, sync, found)
    if as_json:
        print_json(found)
        return
    out.print(show.records(found) if found else "No such records.")
    if search is not None and not found:
        err.print("A search finds ids, whole emails, domains or SKUs, and whole names; no parts of them.")
    if more:
        remark_more()


@app.command()
def record(
    context: typer.Context,
    sync: Sync,
    id_: Record,
    *,
    as_json: Json = False,
) -> None:
    """Show one record: where it stands, both sides as they are now, what differs, and what was written to it."""
    with Client(target_of(context)) as client:
        found = client.get(f"{path_of(sync)}/records/{quote(id_, safe='')}")
    if as_json:
        print_json(found)
    else:
        out.print(show_record.record(found))


@app.command()
def retry(
    context: typer.Context,
    sync: Sync,
    ids: Ids = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All failing records.")] = False,
    as_json: Json = False,
) -> None:
    """Look at failing records of SYNC again now, instead of when their pause is over."""
    body: dict[str, Any] = {"ids": _chosen(ids, every=every, verb="retried")}
    number, unknown = 0, []
    with Client(target_of(context)) as client:
        while True:
            answer = client.post(f"{path_of(sync)}/retry", body)
            number += answer["records"]
            unknown += answer["unknown"]
            if answer["next"] is None:
                break
            body["cursor"] = answer["next"]
    if as_json:
        print_json({"records": number, "unknown": unknown})
        return
    out.print(f"{number:,} record(s) of {sync} are looked at again.", markup=False)
    if unknown:
        out.print(f"Not known: {', '.join(unknown)}", markup=False)


@app.command()
def restore(
    context: typer.Context,
    sync: Sync,
    ids: Ids = None,
    *,
    to: Annotated[
        str,
        typer.Option("--to", help="Where they were deleted: hubspot or app.", autocompletion=among("hubspot", "app")),
    ],
    every: Annotated[bool, typer.Option("--all", help="All that were deleted there.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Make records again that were deleted on one side. The list and its count are shown first, and confirmed."""
    body = {"target": to, "ids": _chosen(ids, every=every, verb="restored")}
    with Client(target_of(context)) as client:
        reviews = _reviews(client, f"{path_of(sync)}/restore", body)
        whole = _together([review for _, review in reviews])
        # With --json the review is for whoever is asked, and the answer alone is for the machine.
        shown = err if as_json else out
        if whole["left"]:
            shown.print(f"Not deleted there, or not to be restored: {', '.join(whole['left'])}", markup=False)
        if not whole["count"]:
            if as_json:
                print_json(whole)
            shown.print("There is nothing to restore.")
            return
        shown.print(show.records(whole["records"]))
        if whole["count"] > len(whole["records"]):
            shown.print(f"… and {whole['count'] - len(whole['records']):,} more.")
        ask(f"Make {whole['count']:,} record(s) again?", yes=yes, otherwise="A restore has to be confirmed.")
        done = _together(
            [
                client.post(f"{path_of(sync)}/restore", {**asked, "confirm": each["count"], "token": each["token"]})
                for asked, each in reviews
                if each["count"]
            ]
        )
    if as_json:
        print_json(done)
        return
    out.print(f"{done['count']:,} record(s) of {sync} are made again.", markup=False)


def _reviews(client: Client, path: str, body: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What was asked for and what it would make again, lot by lot, until there is nothing behind."""
    reviews = []
    while True:
        review = client.post(path, body)
        reviews.append((body, review))
        if review["next"] is None:
            return reviews
        body = {**body, "cursor": review["next"]}


def _together(reviews: list[dict[str, Any]]) -> dict[str, Any]:
    """Several reviews as one, which shows as many records as each of them may."""
    first, most = reviews[0], max(len(each["records"]) for each in reviews)
    records = [record for each in reviews for record in each["records"]]
    return {**first, "count": sum(each["count"] for each in reviews), "records": records[:most], "next": None}


def _add_values(client: Client, sync: str, found: list[dict[str, Any]]) -> None:
    """Put names and values as they are now to each record, null to one that the index has forgotten meanwhile."""
    for at in range(0, len(found), LIVE):
        part = found[at : at + LIVE]
        answer = _patiently(client, f"{path_of(sync)}/records/values", {"ids": [each["id"] for each in part]})
        now = {each["id"]: each for each in answer["records"]}
        for each in part:
            each["values"] = now.get(each["id"])
        if len(found) > LIVE and err.is_terminal:
            err.print(f"The values of {at + len(part):,} of {len(found):,} …")


def _patiently(client: Client, path: str, body: dict[str, Any]) -> Any:
    """The answer of what may have to wait for an application: a long list is read at the pace of its limits."""
    for _ in range(ATTEMPTS - 1):
        try:
            return client.post(path, body)
        except CliError as error:
            if error.after is None or error.after > PATIENCE_SECONDS:
                raise
            err.print(f"{error.sentence} It is asked again in {error.after} s.")
            time.sleep(error.after)
    return client.post(path, body)


def _chosen(ids: list[str] | None, *, every: bool, verb: str) -> list[str] | str:
    if bool(ids) == every:
        raise CliError(f"It is not said which records are to be {verb}.", "Give their ids, or --all.", code=USAGE)
    return "all" if every else list(ids or ())
