"""Fields that hold several values, and the one of them that is mirrored in a field of one value (rule 4.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hubsync.model.record import Value, is_empty
from hubsync.model.side import Side

SEPARATOR = ";"
"""Between the values of one of HubSpot's fields; an app gives a list."""

APART = "\x1f"
"""Between the normal forms of several values."""


def elements(side: Side, value: Value) -> list[Value]:
    """The values in a field of several, in their order, blanks left out; a single value is a list of one."""
    if side is Side.HUBSPOT and isinstance(value, str):
        value = [part.strip() for part in value.split(SEPARATOR)]
    return [part for part in (value if isinstance(value, list) else [value]) if not is_empty(part)]


def joined(side: Side, values: Sequence[Value]) -> Value:
    """Several values as the field of `side` takes them; None for none."""
    if not values:
        return None
    return SEPARATOR.join(str(value) for value in values) if side is Side.HUBSPOT else list(values)


def together(forms: Sequence[str | None]) -> str | None:
    """The normal form of several values, whatever their order."""
    return APART.join(sorted({form for form in forms if form is not None})) or None


def mirrored(forms: Sequence[str | None], other: str | None, remembered: Callable[[str], bool]) -> int | None:
    """The place of the value that the other side mirrors; None where there is none.

    It is the one that equals the other side's value; if that has changed, the one that was mirrored before
    (`remembered`), whatever the order; else the first.
    """
    places = [place for place, form in enumerate(forms) if form is not None]
    equal = (place for place in places if forms[place] == other)
    known = (place for place in places if remembered(forms[place] or ""))
    return next(equal, next(known, next(iter(places), None)))


def replaced(values: Sequence[Value], place: int | None, value: Value) -> list[Value]:
    """The values with the mirrored one exchanged, or taken out for an empty value; the rest stays as it is."""
    rest = list(values)
    new = [] if is_empty(value) else [value]
    if place is None:
        return [*new, *rest]
    return [*rest[:place], *new, *rest[place + 1 :]]
