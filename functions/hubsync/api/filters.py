"""Filters as they stand in a document and in the API's answers (rule 5.1)."""

from __future__ import annotations

from hubsync.api.bodies import ClauseBody, FiltersBody
from hubsync.model.filter import Condition, Filters, Group
from hubsync.model.side import Side
from hubsync.services.manage.document import ClauseSpec, FiltersSpec


def filters_spec(body: FiltersBody) -> FiltersSpec:
    """A document's filters, not checked yet."""
    return FiltersSpec(_spec(body.hubspot), _spec(body.app), body.strict)


def filters_shape(filters: Filters) -> dict[str, object]:
    """A sync's filters, in the document's own form."""
    sides = {side: group for side in Side if (group := filters.of(side)) is not None}
    return {**{side: _group(group) for side, group in sides.items()}, "strict": filters.strict}


def _spec(body: ClauseBody | None) -> ClauseSpec | None:
    return None if body is None else _test(body)


def _test(body: ClauseBody) -> ClauseSpec:
    return ClauseSpec(body.field, body.operator, body.value, _tests(body.all), _tests(body.any))


def _tests(bodies: tuple[ClauseBody, ...] | None) -> tuple[ClauseSpec, ...] | None:
    return None if bodies is None else tuple(_test(body) for body in bodies)


def _group(group: Group) -> dict[str, object]:
    parts: list[object] = [_condition(condition) for condition in group.conditions]
    return {group.joined.value: parts + [_group(inner) for inner in group.groups]}


def _condition(condition: Condition) -> dict[str, object]:
    shape: dict[str, object] = {"field": condition.field, "operator": condition.operator}
    if condition.values:
        shape["value"] = list(condition.values) if len(condition.values) > 1 else condition.values[0]
    return shape
