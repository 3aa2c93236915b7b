"""The three ways to read many of Ledgerly's records: pages, changes, by a field."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import NoReturn

from infra.local.http import Request, Response
from infra.local.parts.collection import Collection
from infra.local.parts.errors import FieldError, InvalidError

DEFAULT_COUNT = 20
LARGEST_COUNT = 50
_KNOWN = {"offset", "count", "modifiedAfter"}


def listing(request: Request, collection: Collection[int]) -> tuple[str, Callable[[], Response]]:
    """The kind of reading that a query asks for, and what carries it out."""
    name = collection.kind.name
    searched = [key for key, _ in request.query if key not in _KNOWN]
    match searched:
        case [] if _since_given(request):
            return f"{name}.changes", lambda: _page(request, collection)
        case []:
            return f"{name}.list", lambda: _page(request, collection)
        case [field] if field in collection.kind.searchable:
            return f"{name}.search", lambda: _search(request, collection, field)
    return f"{name}.list", lambda: _refuse(searched[0], f"{searched[0]} cannot be searched for.")


def _page(request: Request, collection: Collection[int]) -> Response:
    offset = _number(request, "offset", 0)
    # As many apps do, Ledgerly cuts a count that is too large and says nothing.
    size = min(_number(request, "count", DEFAULT_COUNT), LARGEST_COUNT)
    rows, total = collection.table.slice(offset, size, _since(request))
    body = {f"{collection.kind.singular}s": [row.body for row in rows]}
    return Response(200, {**body, "offset": offset, "count": len(rows), "total": total})


def _search(request: Request, collection: Collection[int], field: str) -> Response:
    rows = collection.table.find(field, request.first(field) or "")[:LARGEST_COUNT]
    body = {f"{collection.kind.singular}s": [row.body for row in rows]}
    return Response(200, {**body, "offset": 0, "count": len(rows), "total": len(rows)})


def _since_given(request: Request) -> bool:
    return request.first("modifiedAfter") is not None or "if-modified-since" in request.headers


def _since(request: Request) -> int | None:
    """The instant asked for, in epoch milliseconds; whole seconds are all that Ledgerly knows."""
    if request.first("modifiedAfter") is not None:
        return _number(request, "modifiedAfter", 0) * 1000
    header = request.headers.get("if-modified-since")
    if header is None:
        return None
    try:
        return int(parsedate_to_datetime(header).timestamp()) * 1000
    except (ValueError, OverflowError):
        return _refuse("If-Modified-Since", "The header must hold an HTTP date.")


def _number(request: Request, name: str, default: int) -> int:
    text = request.first(name, str(default)) or ""
    if not re.fullmatch(r"[0-9]{1,12}", text):
        return _refuse(name, f"{name} must be a whole number.")
    return int(text)


def _refuse(name: str, message: str) -> NoReturn:
    raise InvalidError(FieldError(name, "invalid_query", message))
