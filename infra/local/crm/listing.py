"""The four ways to read many of Orbit's records: pages, changes, by ids, by a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

from infra.local.crm import cursor
from infra.local.http import Request, Response
from infra.local.parts.collection import Collection
from infra.local.parts.errors import FieldError, InvalidError
from infra.local.parts.instants import parse
from infra.local.parts.table import Row

T = TypeVar("T")

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 200
MOST_IDS = 100
_PAGING = {"limit", "cursor"}


def listing(request: Request, collection: Collection[str]) -> tuple[str, Callable[[], Response]]:
    """The kind of reading that a query asks for, and what carries it out.

    Filters do not combine; a parameter that is not known is refused, so that a misspelt filter never lists all.
    """
    filters = [name for name, _ in request.query if name not in _PAGING]
    match filters:
        case []:
            return "list", lambda: _page(request, collection)
        case ["updated_since"]:
            return "changes", lambda: _changes(request, collection)
        case ["ids"]:
            return "batch", lambda: _batch(request, collection)
        case [name] if name in collection.kind.searchable:
            return "search", lambda: _envelope(collection.table.find(name, request.first(name) or ""), None)
    return "list", lambda: _invalid(filters[0], f"{', '.join(filters)} cannot be asked for here.")


def _page(request: Request, collection: Collection[str]) -> Response:
    limit = _limit(request)
    after = _place(request, cursor.creation, 0)
    rows = collection.table.after(after, limit + 1)
    return _envelope(rows[:limit], cursor.encode([rows[limit - 1].number]) if len(rows) > limit else None)


def _changes(request: Request, collection: Collection[str]) -> Response:
    limit = _limit(request)
    try:
        since = parse(request.first("updated_since") or "")
    except ValueError:
        return _invalid("updated_since", "updated_since must be an ISO 8601 instant.")
    updated, key = _place(request, cursor.change, (since, ""))
    rows = collection.table.changed_after(updated, key, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    return _envelope(rows[:limit], cursor.encode([last.updated, last.id]) if last else None)


def _batch(request: Request, collection: Collection[str]) -> Response:
    keys = [key for part in request.all("ids") for key in part.split(",") if key]
    if not 1 <= len(keys) <= MOST_IDS:
        return _invalid("ids", f"ids takes 1 to {MOST_IDS} ids, with commas between them.")
    rows = (collection.table.get(key) for key in dict.fromkeys(keys))
    return _envelope([row for row in rows if row is not None], None)


def _envelope(rows: Sequence[Row[str]], next_cursor: str | None) -> Response:
    meta = {"next_cursor": next_cursor, "count": len(rows)}
    return Response(200, {"data": [row.body for row in rows], "meta": meta})


def _limit(request: Request) -> int:
    text = request.first("limit", str(DEFAULT_LIMIT)) or ""
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= LARGEST_LIMIT:
        return _invalid("limit", f"limit must be a number from 1 to {LARGEST_LIMIT}.")
    return int(text)


def _place(request: Request, decode: Callable[[str], T], start: T) -> T:
    text = request.first("cursor")
    if not text:
        return start
    try:
        return decode(text)
    except ValueError:
        return _invalid("cursor", "The cursor is not one of this list; start again without it.")


def _invalid(name: str, message: str) -> NoReturn:
    raise InvalidError(FieldError(name, "invalid_query", message))
