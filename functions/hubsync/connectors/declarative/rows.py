"""A list that a manifest describes, other than an object's own records: all of its rows, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from hubsync.connectors.declarative.paging import Listed, Paging, Params
from hubsync.connectors.declarative.part import Part
from hubsync.connectors.declarative.paths import Expression, ListPath, reader
from hubsync.connectors.errors import ConnectorBugError
from hubsync.connectors.http import Http

MAX_PAGES = 100
"""Pages of such a list, at most: it holds users or stages, not customers."""


class RowsManifest(Part):
    """Where the rows are. Without `paging` the list is one answer."""

    path: ListPath
    records: Expression = "@"
    params: Mapping[str, str] = {}
    paging: Paging | None = None
    page_size: Annotated[int, Field(gt=0, le=1000)] = 100


def rows(http: Http, manifest: RowsManifest, *, params: Params, kind: str) -> list[Any]:
    """Every row of the list. `params` go with every call; `kind` names the call in metrics."""
    found: list[Any] = []
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        paging, size = manifest.paging, manifest.page_size
        asked = paging.query(cursor, size) if paging is not None else ()
        named = {name for name, _ in asked}
        rest = [pair for pair in manifest.params.items() if pair[0] not in named]
        answer = http.send("GET", manifest.path, kind=kind, params=(*params, *asked, *rest))
        page = reader(manifest.records)(answer.body) if answer.ok else None
        if not isinstance(page, list):
            raise ConnectorBugError(f"The answer to {kind!r} has no list where the manifest says it is.")
        found += page
        if paging is None:
            return found
        listed = Listed(manifest.path, answer.body, answer.headers, len(page), repr(page[0]) if page else "")
        cursor = paging.following(cursor, size, listed)
        if cursor is None:
            return found
    raise ConnectorBugError(f"The list {kind!r} does not end.")
