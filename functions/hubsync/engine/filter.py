"""Whether a record matches a filter (rule 5.1). Pure and total: every value has an answer for every condition.

Values are compared in the normal form of the field's type, text without regard to case. Of a field that holds several
values one has to fulfil the condition. The negative operators are the exact opposites of the positive ones, so that an
empty value fulfils them; every other condition but *is unknown* fails on an empty value, and on one that cannot be read
as its type. A day is a whole day: `after: 2026-05-01` begins with 2 May, in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from unicodedata import normalize

from hubsync.engine.transform import UNREADABLE, canonical
from hubsync.model.filter import Condition, Group, Joined, Operator
from hubsync.model.mapping import Transform
from hubsync.model.record import Record, Value, is_empty
from hubsync.model.schema import FieldType
from hubsync.model.side import Side
from hubsync.model.sync import Sync

DAY = len("YYYY-MM-DD")

READ_AS = {
    FieldType.PHONE: Transform.PHONE,
    FieldType.NUMBER: Transform.NUMBER,
    FieldType.DATE: Transform.DATE,
    FieldType.DATETIME: Transform.DATETIME,
    FieldType.BOOLEAN: Transform.BOOLEAN,
}
"""The normal form of a type's values; that of all others is their text."""

OPPOSITES = {
    Operator.NOT_EQUALS: Operator.EQUALS,
    Operator.NONE_OF: Operator.ONE_OF,
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.IS_UNKNOWN: Operator.IS_KNOWN,
}


def matches(sync: Sync, record: Record) -> bool:
    """Whether a record matches the filter of its side; it does where there is none."""
    group = sync.filters.of(record.ref.side)
    if group is None:
        return True
    return not unanswerable(sync, record) and passes(group, record.fields, region=sync.phone_region)


def unanswerable(sync: Sync, record: Record) -> bool:
    """Whether a filter asks for a property that HubSpot does not have any more: it is left out of the record, where an
    empty one is null. Nothing may enter then, least of all by *is unknown* or *not equals*.
    """
    side = record.ref.side
    return side is Side.HUBSPOT and any(name not in record.fields for name in sync.filters.fields(side))


def may_enter(sync: Sync, record: Record) -> bool:
    """Whether a record may enter the sync from its side: the direction lets it, and it matches."""
    return sync.direction.writes(record.ref.side.other) and matches(sync, record)


def passes(group: Group, fields: Mapping[str, Value], *, region: str | None = None) -> bool:
    """Whether fields fulfil a group; an empty group is fulfilled."""
    held = [holds(condition, fields.get(condition.field), region=region) for condition in group.conditions]
    held += [passes(inner, fields, region=region) for inner in group.groups]
    return all(held) if group.joined is Joined.ALL else any(held) or not held


def holds(condition: Condition, value: Value, *, region: str | None = None) -> bool:
    """Whether a raw value fulfils a condition."""
    if (positive := OPPOSITES.get(condition.operator)) is not None:
        return not _holds(positive, condition, value, region)
    return _holds(condition.operator, condition, value, region)


def normal(type_: FieldType, value: Value, *, region: str | None = None) -> str | None:
    """One value in the form in which it is compared; None for an empty one, or for one that its type does not know."""
    form = canonical(READ_AS.get(type_, Transform.TEXT), value, region=region)
    if form is None or (form.startswith(UNREADABLE) and type_ in READ_AS and type_ is not FieldType.PHONE):
        return None
    return _folded(form.removeprefix(UNREADABLE)) if type_ not in TYPED else form


def asked(type_: FieldType, value: Value, *, region: str | None = None) -> str | None:
    """The value of a condition in the form in which it is compared; a day stays a whole day, also for a moment."""
    day = normal(FieldType.DATE, value) if type_ is FieldType.DATETIME and isinstance(value, str) else None
    return day if day is not None and day == str(value).strip() else normal(type_, value, region=region)


def _holds(operator: Operator, condition: Condition, value: Value, region: str | None) -> bool:
    if operator is Operator.IS_KNOWN:
        return not is_empty(value)
    forms = (normal(condition.type, one, region=region) for one in _several(condition.type, value))
    return any(ASKED[operator](form, condition.values) for form in forms if form is not None)


def _several(type_: FieldType, value: Value) -> list[Value]:
    """The values in a field: HubSpot separates several options with semicolons, an app gives a list."""
    if isinstance(value, list):
        return value
    if type_ is FieldType.OPTIONS and isinstance(value, str):
        return list(value.split(";"))
    return [value]


def _folded(text: str) -> str:
    return normalize("NFC", normalize("NFC", text).casefold())


def _in(form: str, values: tuple[str, ...]) -> bool:
    return form in values


def _number(compare: Callable[[Decimal, Decimal], bool]) -> Callable[[str, tuple[str, ...]], bool]:
    return lambda form, values: all(compare(Decimal(form), Decimal(value)) for value in values[:1])


def _before(form: str, values: tuple[str, ...]) -> bool:
    return form[: _precision(values[0])] < values[0]


def _after(form: str, values: tuple[str, ...]) -> bool:
    return form[: _precision(values[0])] > values[0]


def _on(form: str, values: tuple[str, ...]) -> bool:
    return form[: _precision(values[0])] == values[0]


def _precision(value: str) -> int | None:
    """A condition that names a day is about whole days; one that names a moment is exact."""
    return DAY if len(value) == DAY else None


def _between(form: str, values: tuple[str, ...]) -> bool:
    """Both ends belong to it."""
    low, high = values
    if "-" in form[1:]:  # a date, and no negative number
        return not _before(form, (low,)) and not _after(form, (high,))
    return Decimal(low) <= Decimal(form) <= Decimal(high)


TYPED = frozenset({FieldType.NUMBER, FieldType.DATE, FieldType.DATETIME, FieldType.BOOLEAN})
"""Types whose normal form is no text that has a case."""

ASKED: Mapping[Operator, Callable[[str, tuple[str, ...]], bool]] = {
    Operator.EQUALS: _in,
    Operator.ONE_OF: _in,
    Operator.CONTAINS: lambda form, values: any(value in form for value in values),
    Operator.STARTS_WITH: lambda form, values: any(form.startswith(value) for value in values),
    Operator.ENDS_WITH: lambda form, values: any(form.endswith(value) for value in values),
    Operator.GT: _number(lambda value, limit: value > limit),
    Operator.GTE: _number(lambda value, limit: value >= limit),
    Operator.LT: _number(lambda value, limit: value < limit),
    Operator.LTE: _number(lambda value, limit: value <= limit),
    Operator.BETWEEN: _between,
    Operator.BEFORE: _before,
    Operator.AFTER: _after,
    Operator.ON: _on,
    Operator.IS_TRUE: lambda form, _: form == "true",
    Operator.IS_FALSE: lambda form, _: form == "false",
}
