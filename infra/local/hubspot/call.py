"""One call to a route, and the routes that there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from infra.local.http import Request, Response
from infra.local.hubspot.account import Account
from infra.local.hubspot.errors import ApiError, invalid, not_found
from infra.local.hubspot.limits import Bucket
from infra.local.hubspot.record import Writer
from infra.local.hubspot.table import Table

DATED = ("2026-03", "2026-09")
VERSIONS = frozenset({"v1", "v3", "v4", *DATED})
_VERSION = re.compile(r"v\d+|\d{4}-\d{2}")


@dataclass(frozen=True, slots=True)
class Call:
    """A request that found its route: `args` are the filled places of the path."""

    account: Account
    request: Request
    version: str
    args: Mapping[str, str]

    @property
    def table(self) -> Table:
        """The records of the path's `{type}`."""
        return self.account.table(self.args["type"])

    @property
    def writer(self) -> Writer:
        """The app behind the token; the account's own rules hold for it since 2026-09."""
        return Writer(admin_rules=self.version == "2026-09")

    def json(self) -> dict[str, Any]:
        """The body, which must be a JSON object; raises a 400."""
        try:
            body = self.request.json()
        except ValueError as error:
            raise invalid(f"Invalid input JSON: {error}") from error
        if not isinstance(body, dict):
            raise invalid("Invalid input JSON: an object is needed")
        return body

    def flag(self, name: str) -> bool:
        """A query parameter that says true or false."""
        return (self.request.first(name) or "").lower() == "true"

    def names(self, name: str) -> list[str]:
        """A query parameter that lists names, by commas or by repetition."""
        return [part for value in self.request.all(name) for part in value.split(",") if part]

    def limit(self, default: int, most: int) -> int:
        """The `limit` of a page; raises a 400."""
        text = self.request.first("limit") or str(default)
        if not text.isdecimal() or not 0 < int(text) <= most:
            raise invalid(f"limit must be between 1 and {most}")
        return int(text)


@dataclass(frozen=True, slots=True)
class Route:
    """One route. `template` has no version; `scope` may name the path's `{type}`."""

    method: str
    template: str
    handler: Callable[[Call], Response]
    scope: str | None = None
    bucket: Bucket = Bucket.GENERAL

    @property
    def kind(self) -> str:
        """The name under which calls are counted."""
        return f"{self.method} {self.template}"


class Router:
    """Finds the route of a request, whatever version its path names."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes: dict[int, list[tuple[tuple[str, ...], Route]]] = {}
        for route in sorted(routes, key=lambda route: route.template.count("{")):
            places = tuple(route.template.strip("/").split("/"))
            self._routes.setdefault(len(places), []).append((places, route))

    def find(self, request: Request) -> tuple[Route, str, dict[str, str]]:
        """Route, version and places; raises 404, or 405 where only the method is wrong."""
        version, parts = _without_version(request.path)
        known = False
        for places, route in self._routes.get(len(parts), ()):
            args = _filled(places, parts)
            if args is not None:
                known = True
                if route.method == request.method:
                    return route, version, args
        if known:
            raise ApiError(405, "VALIDATION_ERROR", f"{request.method} is not allowed here")
        raise not_found(f"No route for {request.path}")


def _without_version(path: str) -> tuple[str, list[str]]:
    parts = [unquote(part) for part in path.strip("/").split("/")]
    for position, part in enumerate(parts[:3]):
        if _VERSION.fullmatch(part):
            if part not in VERSIONS:
                raise not_found(f"No version {part}")
            return part, parts[:position] + parts[position + 1 :]
    raise not_found(f"No route for {path}: it names no version")


def _filled(places: tuple[str, ...], parts: list[str]) -> dict[str, str] | None:
    args: dict[str, str] = {}
    for place, part in zip(places, parts, strict=True):
        if place.startswith("{"):
            args[place[1:-1]] = part
        elif place != part:
            return None
    return args
