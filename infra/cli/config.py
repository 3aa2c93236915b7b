"""`hubsync export-config` and `schema`: what is deployed, as a document, and what a document may say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from infra.cli.client import Client
from infra.cli.errors import USAGE, CliError
from infra.cli.target import find_target
from infra.cli.write_document import as_yaml, chosen, with_variables

app = typer.Typer()
err = Console(stderr=True, soft_wrap=True, highlight=False)


@app.command("export-config")
def export_config(
    context: typer.Context,
    syncs: Annotated[
        list[str] | None,
        typer.Argument(help="These syncs and their connections; everything without.", metavar="[SYNC]…"),
    ] = None,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write it into FILE, not to the terminal.", metavar="FILE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Write the document of what is deployed. Applying it changes nothing; secrets are variables in it."""
    with Client(find_target(*context.find_root().obj)) as client:
        deployed = client.get("/v1/document")
    document = with_variables(chosen(deployed["document"], syncs or ()), deployed["secrets"])
    text = json.dumps(document, ensure_ascii=False) + "\n" if as_json else as_yaml(document)
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
    with Client(find_target(*context.find_root().obj)) as client:
        typer.echo(json.dumps(client.get("/v1/syncs.schema.json"), ensure_ascii=False, indent=1))
