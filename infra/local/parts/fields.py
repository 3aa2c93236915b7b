"""The fields of an app's objects, and the cleaning of what is written to them.

A field's name is its path in the body (`name.first`); bodies are nested, values are kept flat by path.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from infra.local.parts.errors import FieldError

FieldType = Literal[
    "string",
    "email",
    "phone",
    "url",
    "number",
    "integer",
    "boolean",
    "date",
    "midnight",
    "datetime",
    "enum",
    "enums",
    "reference",
    "references",
]
EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `max_length` counts characters; `default` is what an absent or cleared field holds.

    `labels` are what people read of the `options`, where that is something else.
    """

    name: str
    type: FieldType
    label: str
    required: bool = False
    read_only: bool = False
    unique: bool = False
    max_length: int | None = 255
    options: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    refers_to: str | None = None
    default: Any = None


@dataclass(frozen=True, slots=True)
class ObjectType:
    """One kind of record. Of `require_one_of` at least one must have a value."""

    name: str
    singular: str
    fields: Mapping[str, Field]
    external: str
    searchable: tuple[str, ...]
    require_one_of: tuple[str, ...] = ()


class _RefusedError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def by_name(*fields: Field) -> dict[str, Field]:
    """Fields in their order, by name."""
    return {field.name: field for field in fields}


def clean(kind: ObjectType, body: Mapping[str, Any], *, strict: bool) -> tuple[dict[str, Any], list[FieldError]]:
    """The values of a partial body, flat and normalised, and what is wrong with it.

    `strict=False` is for data that came in before the app checked it (a seed, a person's import): broken emails,
    unknown options and over-long texts pass; unknown fields and wrong JSON types never do.
    """
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name, value in _flat(kind, body, "", errors):
        field = kind.fields[name]
        if field.read_only:
            errors.append(FieldError(name, "read_only", f"{name} cannot be written."))
            continue
        try:
            values[name] = field.default if value is None else _CLEANERS[field.type](field, value, strict)
        except _RefusedError as refused:
            errors.append(FieldError(name, refused.code, str(refused)))
    return values, errors


def incomplete(kind: ObjectType, values: Mapping[str, Any], touched: Container[str]) -> list[FieldError]:
    """What a record lacks, as far as the fields that were touched go: an old record may lack what is required now."""
    errors = [
        FieldError(name, "required", f"{name} must have a value.")
        for name, field in kind.fields.items()
        if field.required and name in touched and values.get(name) is None
    ]
    either = kind.require_one_of
    if any(name in touched for name in either) and all(values.get(name) is None for name in either):
        errors.append(FieldError(either[0], "required", f"One of {', '.join(either)} must have a value."))
    return errors


def nest(values: Mapping[str, Any]) -> dict[str, Any]:
    """The body of flat values."""
    body: dict[str, Any] = {}
    for name, value in values.items():
        *groups, last = name.split(".")
        place = body
        for group in groups:
            place = place.setdefault(group, {})
        place[last] = value
    return body


def _flat(
    kind: ObjectType, body: Mapping[str, Any], prefix: str, errors: list[FieldError]
) -> Iterator[tuple[str, Any]]:
    for key, value in body.items():
        # An escaped half of a character is legal JSON, and cannot be said back in UTF-8.
        name = prefix + key.encode(errors="replace").decode()
        group = name + "."
        if name in kind.fields and "." not in key:
            yield name, value
        elif "." in key or not any(other.startswith(group) for other in kind.fields):
            errors.append(FieldError(name, "unknown_field", f"{kind.name} has no field {name}."))
        elif value is None:
            yield from ((other, None) for other in kind.fields if other.startswith(group))
        elif isinstance(value, Mapping):
            yield from _flat(kind, value, group, errors)
        else:
            errors.append(FieldError(name, "wrong_type", f"{name} must be an object."))


def _text(field: Field, value: Any, strict: bool) -> str | None:
    if not isinstance(value, str):
        raise _RefusedError("wrong_type", f"{field.name} must be a string.")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise _RefusedError("invalid_format", f"{field.name} holds half a character.")
    trimmed = value.strip()
    if strict and field.max_length is not None and len(trimmed) > field.max_length:
        raise _RefusedError("too_long", f"{field.name} may have {field.max_length} characters at most.")
    return trimmed or field.default


def _email(field: Field, value: Any, strict: bool) -> str | None:
    text = _text(field, value, strict)
    if text is not None and strict and not EMAIL.fullmatch(text):
        raise _RefusedError("invalid_format", f"{field.name} is not an email address.")
    return text


def _url(field: Field, value: Any, strict: bool) -> str | None:
    text = _text(field, value, strict)
    if text is None:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        if strict:
            raise _RefusedError("invalid_format", f"{field.name} must be a URL with http:// or https://.")
        return text
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), *parts[2:]))


def _number(field: Field, value: Any, strict: bool) -> float | int:  # noqa: ARG001 - one shape for all cleaners
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise _RefusedError("wrong_type", f"{field.name} must be a number.")
    return value


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number larger than any float
        return False


def _integer(field: Field, value: Any, strict: bool) -> int:
    number = _number(field, value, strict)
    if number != int(number):
        raise _RefusedError("wrong_type", f"{field.name} must be a whole number.")
    return int(number)


def _boolean(field: Field, value: Any, strict: bool) -> bool:  # noqa: ARG001 - one shape for all cleaners
    if not isinstance(value, bool):
        raise _RefusedError("wrong_type", f"{field.name} must be true or false.")
    return value


def _date(field: Field, value: Any, strict: bool) -> str | None:
    text = _text(field, value, strict)
    if text is None:
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError(text)
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise _RefusedError("invalid_format", f"{field.name} must be a date written YYYY-MM-DD.") from None


def _midnight(field: Field, value: Any, strict: bool) -> str | None:
    """A date that is written as an instant without a zone, `2026-03-01T00:00:00`."""
    text = value.removesuffix("T00:00:00") if isinstance(value, str) else value
    day = _date(field, text, strict)
    return None if day is None else f"{day}T00:00:00"


def _enum(field: Field, value: Any, strict: bool) -> str | None:
    text = _text(field, value, strict)
    if strict and text is not None and text not in field.options:
        raise _RefusedError("invalid_option", f"{field.name} must be one of {', '.join(field.options)}.")
    return text


def _reference(field: Field, value: Any, strict: bool) -> str | int:  # noqa: ARG001 - one shape for all cleaners
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _RefusedError("wrong_type", f"{field.name} must be an id.")
    return value


def _enums(field: Field, value: Any, strict: bool) -> list[str | None]:
    return [_enum(field, item, strict) for item in _list(field, value)]


def _references(field: Field, value: Any, strict: bool) -> list[str | int]:
    return [_reference(field, item, strict) for item in _list(field, value)]


def _list(field: Field, value: Any) -> list[Any]:
    """A list without repetitions, in its own order."""
    if not isinstance(value, list):
        raise _RefusedError("wrong_type", f"{field.name} must be a list.")
    kept: list[Any] = []
    for item in value:
        if item not in kept:
            kept.append(item)
    return kept


_CLEANERS: Mapping[FieldType, Callable[[Field, Any, bool], Any]] = {
    "string": _text,
    "email": _email,
    "phone": _text,
    "url": _url,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "midnight": _midnight,
    "datetime": _text,
    "enum": _enum,
    "enums": _enums,
    "reference": _reference,
    "references": _references,
}
