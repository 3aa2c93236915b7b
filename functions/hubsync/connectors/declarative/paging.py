"""The ways in which applications cut a list into pages.

Each strategy says with which query parameters to ask for the page at a cursor, and which cursor comes next. A cursor
is text that only its strategy understands. One that leads to itself, or a page that begins as the one before did, is
an application that ignores its parameters: that is a `ConnectorBugError`, and not a scan without end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field

from hubsync.connectors.declarative.part import Part
from hubsync.connectors.declarative.paths import Expression, reader
from hubsync.connectors.errors import ConnectorBugError

Params: TypeAlias = tuple[tuple[str, str], ...]
_NEXT_LINK = re.compile(r'<([^>]*)>[^,]*;\s*rel="?next"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listed:
    """A page as it came: `count` is the number of its rows, `first` the id of the first one."""

    path: str
    body: Any
    headers: Mapping[str, str]
    count: int
    first: str


class CursorPaging(Part):
    """Each page names the next one."""

    strategy: Literal["cursor"]
    parameter: str
    next: Expression
    size_parameter: str | None = None

    def query(self, cursor: str | None, limit: int) -> Params:
        """The parameters of the page at a cursor."""
        return _sized(self.size_parameter, limit) + (((self.parameter, cursor),) if cursor else ())

    def following(self, cursor: str | None, limit: int, page: Listed) -> str | None:  # noqa: ARG002 - as the others
        """The cursor after a page, None after the last."""
        found = reader(self.next)(page.body)
        if found is None or found == "":
            return None
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise ConnectorBugError(f"The next cursor of {page.path} is neither a text nor a number.")
        return _moved(cursor, str(found), page)


class OffsetPaging(Part):
    """A page is asked for by the number of rows before it.

    The list ends where `total` says so; without one, at the first empty page, since many applications silently cut a
    page that is larger than they like, and a short page then proves nothing.
    """

    strategy: Literal["offset"]
    parameter: str
    size_parameter: str | None = None
    total: Expression | None = None

    def query(self, cursor: str | None, limit: int) -> Params:
        """The parameters of the page at a cursor."""
        offset, _ = _numbered(cursor, 0)
        return ((self.parameter, str(offset)), *_sized(self.size_parameter, limit))

    def following(self, cursor: str | None, limit: int, page: Listed) -> str | None:  # noqa: ARG002 - as the others
        """The cursor after a page, None after the last."""
        offset, first = _numbered(cursor, 0)
        if page.count == 0:
            return None
        _other_row(first, page)
        offset += page.count
        total = _whole(self.total, page)
        return None if total is not None and offset >= total else f"{offset}:{page.first}"


class PagePaging(Part):
    """Pages have numbers. The list ends at the number that `pages` tells, or at the first empty page."""

    strategy: Literal["page"]
    parameter: str
    size_parameter: str | None = None
    first_page: int = 1
    pages: Expression | None = None

    def query(self, cursor: str | None, limit: int) -> Params:
        """The parameters of the page at a cursor."""
        number, _ = _numbered(cursor, self.first_page)
        return ((self.parameter, str(number)), *_sized(self.size_parameter, limit))

    def following(self, cursor: str | None, limit: int, page: Listed) -> str | None:  # noqa: ARG002 - as the others
        """The cursor after a page, None after the last."""
        number, first = _numbered(cursor, self.first_page)
        if page.count == 0:
            return None
        _other_row(first, page)
        pages = _whole(self.pages, page)
        last = pages is not None and number + 1 - self.first_page >= pages
        return None if last else f"{number + 1}:{page.first}"


class LinkPaging(Part):
    """Each page holds the URL of the next: at `next` in the body, or in the `Link` header (RFC 8288).

    Only the query of that URL is used, so that no answer can send us, and the token, to another place.
    """

    strategy: Literal["link"]
    next: Expression | None = None
    size_parameter: str | None = None

    def query(self, cursor: str | None, limit: int) -> Params:
        """The parameters of the page at a cursor."""
        if cursor is None:
            return _sized(self.size_parameter, limit)
        return tuple(parse_qsl(cursor, keep_blank_values=True))

    def following(self, cursor: str | None, limit: int, page: Listed) -> str | None:  # noqa: ARG002 - as the others
        """The cursor after a page, None after the last."""
        link = reader(self.next)(page.body) if self.next else _link_header(page.headers)
        if link is None or link == "":
            return None
        parts = urlsplit(link) if isinstance(link, str) else None
        if parts is None or not parts.query or (parts.path and not parts.path.endswith(page.path)):
            raise ConnectorBugError(f"The next link of {page.path} leads somewhere else.")
        return _moved(cursor, parts.query, page)


Paging = Annotated[CursorPaging | OffsetPaging | PagePaging | LinkPaging, Field(discriminator="strategy")]
"""One of the four strategies."""


def _sized(parameter: str | None, limit: int) -> Params:
    return ((parameter, str(limit)),) if parameter else ()


def _numbered(cursor: str | None, start: int) -> tuple[int, str | None]:
    """The number in a cursor `number:id of the first row of the page before`."""
    if cursor is None:
        return start, None
    number, colon, first = cursor.partition(":")
    if not colon or not number.isdecimal():
        raise ConnectorBugError("The cursor is not one of this list.")
    return int(number), first


def _moved(cursor: str | None, following: str, page: Listed) -> str:
    if following == cursor:
        raise ConnectorBugError(f"The pages of {page.path} go round in a circle: a cursor leads to itself.")
    return following


def _other_row(first: str | None, page: Listed) -> None:
    if first is not None and first == page.first:
        raise ConnectorBugError(f"The pages of {page.path} go round in a circle: two begin with the same record.")


def _whole(expression: str | None, page: Listed) -> int | None:
    if expression is None:
        return None
    found = reader(expression)(page.body)
    if isinstance(found, bool) or not isinstance(found, int):
        raise ConnectorBugError(f"The list {page.path} does not say at {expression!r} how long it is.")
    return found


def _link_header(headers: Mapping[str, str]) -> str | None:
    found = _NEXT_LINK.search(next((value for name, value in headers.items() if name.lower() == "link"), ""))
    return found.group(1) if found else None
