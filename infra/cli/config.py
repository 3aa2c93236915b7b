"""`hubsync apply`, `export-config` and `schema`: documents saved, written, and what one may say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from infra.cli import show
from infra.cli.client import Client
from infra.cli.complete import syncs as syncs_named
from infra.cli.document import read_document
from infra.cli.errors import USAGE, CliError
from infra.cli.say import Json, err, out, print_json, target_of
from infra.cli.write_document import as_yaml, chosen, with_variables

app = typer.Typer()


@app.command()
def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A YAML document of connections and syncs.", metavar="FILE.yaml")],
    *,
    restart: Annotated[
        bool, typer.Option("--restart", help="Start an initial sync even where nothing changed.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and say what would be done.")] = False,
    as_json: Json = False,
) -> None:
    """Make connections and syncs what FILE.yaml says. All of it is checked first; nothing is half-saved."""
    target = target_of(context)
    document = read_document(file, target.values)
    with Client(target) as client:
        done = client.post(
            "/v1/apply",
            document.content,
            place=document.place,
            dry=str(dry_run).lower(),
            restart=str(restart).lower(),
        )
    if as_json:
        print_json(done)
        return
    for kind in ("connections", "syncs"):
        for item in done[kind]:
            note = f"  {show.words(item['status'])}" if "status" in item else ""
            out.print(f"{kind[:-1]:<10} {item['name']}: {item['change']}{note}", markup=False)
    if done["dry"]:
        out.print("Nothing was saved: this was a dry run.")


@app.command("export-config")
def export_config(
    context: typer.Context,
    syncs: Annotated[
        list[str] | None,
        typer.Argument(
            help="These syncs and their connections; everything without.", metavar="[SYNC]…", autocompletion=syncs_named
        ),
    ] = None,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write it into FILE, not to the terminal.", metavar="FILE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Write the document of what is deployed. Applying it changes nothing; secrets are variables in it."""
    target = target_of(context)
    with Client(target) as client:
        deployed = client.get("/v1/document")
    document = with_variables(chosen(deployed["document"], syncs or ()), deployed["secrets"])
    text = (
        json.dumps(document, ensure_ascii=False) + "\n"
        if as_json
        else as_yaml(document, f"{target.url}/v1/syncs.schema.json")
    )
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CliError(f"{output} cannot be written: {error.strerror}.", "Name another file.", code=USAGE) from None
    err.print(f"{len(document['syncs']):,} sync(s) are written to {output}.", markup=False)


@app.command()
def schema(context: typer.Context) -> None:
    """Print the JSON Schema of documents, by which editors complete and explain them."""
    with Client(target_of(context)) as client:
        typer.echo(json.dumps(client.get("/v1/syncs.schema.json"), ensure_ascii=False, indent=1))
