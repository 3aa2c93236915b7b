"""Reads the body of a search and refuses what HubSpot refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.hubspot.errors import ApiError, invalid
from infra.local.hubspot.schema import ObjectType
from infra.local.hubspot.values import text_of

MAX_BODY = 3_000
MAX_RESULTS = 10_000
MAX_PAGE = 200
DEFAULT_PAGE = 10
MAX_GROUPS = 5
MAX_FILTERS = 6
MAX_FILTERS_IN_ALL = 18

_ONE_VALUE = frozenset({"EQ", "NEQ", "LT", "LTE", "GT", "GTE", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"})
_MANY_VALUES = frozenset({"IN", "NOT_IN"})
_NO_VALUE = frozenset({"HAS_PROPERTY", "NOT_HAS_PROPERTY"})
OPERATORS = _ONE_VALUE | _MANY_VALUES | _NO_VALUE | {"BETWEEN"}


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition. `high` belongs to BETWEEN, `values` to IN and NOT_IN."""

    name: str
    operator: str
    value: str = ""
    high: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A search: any of the groups must hold, in a group every filter."""

    groups: tuple[tuple[Filter, ...], ...]
    sort: str
    descending: bool
    limit: int
    after: int
    properties: tuple[str, ...]
    text: str


def parse(body: Mapping[str, Any], size: int, kind: ObjectType) -> Query:
    """The query of a body of `size` characters; raises a 400."""
    if size > MAX_BODY:
        raise invalid(f"Search request bodies must be at most {MAX_BODY} characters, this one has {size}")
    groups = [group.get("filters") or [] for group in _list(body, "filterGroups")]
    if body.get("filters"):
        groups.append(_list(body, "filters"))
    if len(groups) > MAX_GROUPS or any(len(group) > MAX_FILTERS for group in groups):
        raise invalid(f"A search takes at most {MAX_GROUPS} filterGroups of {MAX_FILTERS} filters each")
    if sum(len(group) for group in groups) > MAX_FILTERS_IN_ALL:
        raise invalid(f"A search takes at most {MAX_FILTERS_IN_ALL} filters in all")
    sort, descending = _sort(_list(body, "sorts"), kind)
    limit, after = _limit(body), _after(body)
    if after + limit > MAX_RESULTS:
        raise invalid(f"Paging through a search ends at {MAX_RESULTS} results; narrow the filters")
    return Query(
        groups=tuple(tuple(_filter(item, kind) for item in group) for group in groups),
        sort=sort,
        descending=descending,
        limit=limit,
        after=after,
        properties=tuple(str(name) for name in _list(body, "properties")),
        text=text_of(body.get("query")).strip().lower(),
    )


def _list(body: Mapping[str, Any], name: str) -> list[Any]:
    value = body.get(name) or []
    if not isinstance(value, list):
        raise invalid(f"Invalid input JSON: {name} must be an array")
    return value


def _limit(body: Mapping[str, Any]) -> int:
    limit = body.get("limit")
    if limit in (None, 0):
        return DEFAULT_PAGE
    if not isinstance(limit, int) or not 0 < limit <= MAX_PAGE:
        raise invalid(f"limit must be between 1 and {MAX_PAGE}")
    return limit


def _after(body: Mapping[str, Any]) -> int:
    after = text_of(body.get("after")) or "0"
    if not after.isdecimal():
        raise invalid(f"after must be a whole number, not {after!r}")
    return int(after)


def _sort(sorts: list[Any], kind: ObjectType) -> tuple[str, bool]:
    if not sorts:
        return "hs_object_id", False
    if len(sorts) > 1:
        raise invalid("A search takes one sort")
    rule = sorts[0]
    if isinstance(rule, str):
        name, descending = rule.lstrip("-"), rule.startswith("-")
    else:
        name, descending = str(rule.get("propertyName")), rule.get("direction") == "DESCENDING"
    if kind.live(name) is None:
        raise _unknown(name)
    return name, descending


def _filter(item: Any, kind: ObjectType) -> Filter:
    name, operator = str(item.get("propertyName")), str(item.get("operator"))
    if kind.live(name) is None:
        raise _unknown(name)
    if operator not in OPERATORS:
        raise invalid(f"Unknown operator {operator!r}; known are {sorted(OPERATORS)}")
    values = tuple(text_of(value) for value in item.get("values") or ())
    if operator in _MANY_VALUES and not values:
        raise invalid(f"{operator} on {name} needs values")
    if operator in _ONE_VALUE and item.get("value") is None:
        raise invalid(f"{operator} on {name} needs a value")
    if operator == "BETWEEN" and (item.get("value") is None or item.get("highValue") is None):
        raise invalid(f"BETWEEN on {name} needs value and highValue")
    return Filter(name, operator, text_of(item.get("value")), text_of(item.get("highValue")), values)


def _unknown(name: str) -> ApiError:
    return invalid(f"There was a problem with the request: unknown property {name}")
