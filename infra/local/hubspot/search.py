"""Runs a query over the search index. Time windows, id ranges and exact values use the index; the rest is checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from infra.local.hubspot.errors import invalid
from infra.local.hubspot.index import SearchIndex
from infra.local.hubspot.query import MAX_RESULTS, Filter, Query
from infra.local.hubspot.schema import ObjectType, Property
from infra.local.hubspot.times import iso, iso_date, moment_of

Properties = Mapping[str, str]
Check = Callable[[Properties], bool]
_FAR = 1 << 62
_COMPARE: dict[str, Callable[[object, object], bool]] = {
    "LT": lambda have, limit: have < limit,  # type: ignore[operator]
    "LTE": lambda have, limit: have <= limit,  # type: ignore[operator]
    "GT": lambda have, limit: have > limit,  # type: ignore[operator]
    "GTE": lambda have, limit: have >= limit,  # type: ignore[operator]
}


@dataclass(slots=True)
class _Plan:
    """How one group is answered: two closed ranges, sets of ids from exact values, and checks for what is left."""

    times: tuple[int, int] | None = None
    ids: tuple[int, int] | None = None
    exact: list[set[int]] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """One page: the ids in order, how many there are in all, and where the next page begins."""

    ids: list[int]
    total: int
    next_after: int | None


def run(query: Query, index: SearchIndex, kind: ObjectType) -> Found:
    """Answer a query from what the index sees."""
    matches: list[int] | set[int]
    if len(query.groups) <= 1:
        matches = _group(query.groups[0] if query.groups else (), query, index, kind)
    else:
        matches = set().union(*(_group(group, query, index, kind) for group in query.groups))
    ordered = _ordered(matches, query, index, kind)
    end = query.after + query.limit
    following = end if end < min(len(ordered), MAX_RESULTS) else None
    return Found(ordered[query.after : end], len(ordered), following)


def _group(group: Iterable[Filter], query: Query, index: SearchIndex, kind: ObjectType) -> list[int]:
    plan = _Plan()
    for condition in group:
        _place(condition, plan, index, kind)
    if query.text:
        plan.checks.append(_text_check(query.text, kind))
    chosen = _candidates(plan, index)
    if plan.checks:
        visible = index.visible
        chosen = [i for i in chosen if all(check(visible[i]) for check in plan.checks)]
    return chosen


def _place(condition: Filter, plan: _Plan, index: SearchIndex, kind: ObjectType) -> None:
    prop = kind.properties[condition.name]
    span = _span(condition, prop) if condition.name in (kind.modified, "hs_object_id") else None
    if span and condition.name == kind.modified:
        plan.times = _narrow(plan.times, span)
    elif span:
        plan.ids = _narrow(plan.ids, span)
    else:
        wanted = {"EQ": (condition.value.lower(),), "IN": condition.values}.get(condition.operator)
        holders = index.equal(condition.name, wanted) if wanted is not None else None
        if holders is None:
            plan.checks.append(_check(condition, prop))
        else:
            plan.exact.append(holders)


def _span(condition: Filter, prop: Property) -> tuple[int, int] | None:
    """The closed range of whole numbers that a comparison means; None where it is no range of whole numbers."""
    if condition.operator not in ("EQ", "BETWEEN", *_COMPARE) or prop.type not in ("datetime", "number"):
        return None
    limit = _whole(condition.value, prop)
    if condition.operator == "BETWEEN":
        return limit, _whole(condition.high, prop)
    return {
        "EQ": (limit, limit),
        "LT": (-_FAR, limit - 1),
        "LTE": (-_FAR, limit),
        "GT": (limit + 1, _FAR),
        "GTE": (limit, _FAR),
    }[condition.operator]


def _whole(text: str, prop: Property) -> int:
    try:
        return moment_of(text) if prop.type == "datetime" else int(text)
    except ValueError as error:
        raise invalid(f"{text!r} is no value for {prop.name}") from error


def _narrow(known: tuple[int, int] | None, span: tuple[int, int]) -> tuple[int, int]:
    return span if known is None else (max(known[0], span[0]), min(known[1], span[1]))


def _candidates(plan: _Plan, index: SearchIndex) -> list[int]:
    (low_time, high_time), (low_id, high_id) = plan.times or (-_FAR, _FAR), plan.ids or (-_FAR, _FAR)
    if plan.exact:
        modified = index.modified
        return [
            i for i in set.intersection(*plan.exact) if low_id <= i <= high_id and low_time <= modified[i] <= high_time
        ]
    by_id = index.id_span(low_id, high_id)
    if plan.times is None:
        return by_id
    if index.count_between(low_time, high_time) <= len(by_id):
        return [i for i in index.between(low_time, high_time) if low_id <= i <= high_id]
    modified = index.modified
    return [i for i in by_id if low_time <= modified[i] <= high_time]


def _ordered(matches: Iterable[int], query: Query, index: SearchIndex, kind: ObjectType) -> list[int]:
    by_id = sorted(matches)
    if query.sort == "hs_object_id":
        return by_id[::-1] if query.descending else by_id
    if query.sort == kind.modified:
        by_id.sort(key=index.modified.__getitem__, reverse=query.descending)
        return by_id
    prop, visible = kind.properties[query.sort], index.visible
    having = [i for i in by_id if prop.name in visible[i]]
    having.sort(key=lambda i: _comparable(prop, visible[i][prop.name]), reverse=query.descending)
    return having + [i for i in by_id if prop.name not in visible[i]]


def _comparable(prop: Property, text: str) -> tuple[float, str]:
    return (float(text), "") if prop.type == "number" else (0.0, text.lower())


def _check(condition: Filter, prop: Property) -> Check:
    """The test of one property's value; comparisons of an empty value never hold."""
    name, operator = condition.name, condition.operator
    if operator == "HAS_PROPERTY":
        return lambda have: name in have
    if operator == "NOT_HAS_PROPERTY":
        return lambda have: name not in have
    if operator in ("IN", "NOT_IN"):
        values = frozenset(condition.values)  # as given: HubSpot wants them in lower case
        wanted = operator == "IN"
        return lambda have: (not values.isdisjoint(_parts(prop, have.get(name, "")))) == wanted
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        pattern, contains = _token_pattern(condition.value), operator == "CONTAINS_TOKEN"
        return lambda have: _has_token(pattern, have.get(name, "")) == contains
    if operator in ("EQ", "NEQ"):
        value, equal = condition.value, operator == "EQ"
        if prop.type in ("date", "datetime", "number"):
            exactly = _limit(prop, value)
            return lambda have: (name in have and _comparable(prop, have[name]) == exactly) == equal
        return lambda have: (value.lower() in _parts(prop, have.get(name, ""))) == equal
    if operator == "BETWEEN":
        low, high = _limit(prop, condition.value), _limit(prop, condition.high)
        return lambda have: name in have and low <= _comparable(prop, have[name]) <= high
    limit, holds = _limit(prop, condition.value), _COMPARE[operator]
    return lambda have: name in have and holds(_comparable(prop, have[name]), limit)


def _limit(prop: Property, text: str) -> tuple[float, str]:
    """A filter's value in the form of the values it is compared with; moments sort as their ISO text."""
    try:
        if prop.type == "datetime":
            return 0.0, iso(moment_of(text)).lower()
        if prop.type == "date":
            return 0.0, iso_date(moment_of(text))
        if prop.type == "number":
            return float(text), ""
    except (OverflowError, ValueError) as error:
        raise invalid(f"{text!r} is no value for {prop.name}") from error
    return 0.0, text.lower()


def _parts(prop: Property, text: str) -> list[str]:
    """The values of a property in lower case: a multi-select has several."""
    lowered = text.lower()
    return lowered.split(";") if prop.field_type == "checkbox" else [lowered]


def _token_pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.lower().split("*")), re.DOTALL)


def _has_token(pattern: re.Pattern[str], text: str) -> bool:
    lowered = text.lower()
    return bool(pattern.fullmatch(lowered)) or any(map(pattern.fullmatch, re.split(r"\W+", lowered)))


def _text_check(text: str, kind: ObjectType) -> Check:
    words, names = text.split(), kind.searchable
    return lambda have: all(any(word in have.get(name, "").lower() for name in names) for word in words)
