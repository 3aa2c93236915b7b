"""How applications write values down, and how hubsync does.

Inside hubsync a date is `YYYY-MM-DD`, a datetime ISO 8601 in UTC with a `Z`, a number a number, a boolean a boolean.
A manifest names the application's own way; a pattern of `strftime` (`%d/%m/%Y`) names any other way.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from hubsync.model.record import Value, is_empty
from hubsync.model.schema import FieldType

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
INSTANTS = ("iso", "iso_naive", "epoch_s", "epoch_ms", "http")
"""`iso_naive` has no zone and is UTC; `http` is the date of HTTP's headers."""
_FIRST_FORMAT = {
    FieldType.NUMBER: "number",
    FieldType.BOOLEAN: "boolean",
    FieldType.DATE: "iso",
    FieldType.DATETIME: "iso",
    FieldType.OPTION: "text",
    FieldType.OPTIONS: "text",
    FieldType.OWNER: "text",
    FieldType.REFERENCE: "text",
}


@dataclass(frozen=True, slots=True)
class Format:
    """Both ways of one format. Each raises `ValueError` for a value that is not of its type."""

    decode: Callable[[Any], Value]
    encode: Callable[[Value], Value]


def format_of(kind: FieldType, name: str | None = None) -> Format:
    """The format of a type by its name, by default the type's first. Raises `ValueError` if there is none such."""
    known = _FORMATS.get(kind)
    if known is None:
        if name is not None:
            raise ValueError(f"a field of type {kind.value} has no format")
        return _TEXT
    name = name or _FIRST_FORMAT[kind]
    if name in known:
        return known[name]
    if kind in (FieldType.DATE, FieldType.DATETIME) and "%" in name:
        return _patterned(kind, name)
    raise ValueError(f"a field of type {kind.value} has the format {', '.join(known)}, not {name}")


def several(one: Format, separator: str | None) -> Format:
    """A field of several values, each in a format: a list, or one text with a separator between them.

    A single value counts as a list of one; blanks are no values.
    """

    def parts(value: Any) -> list[Any]:
        if separator is not None and isinstance(value, str):
            value = [part.strip() for part in value.split(separator)]
        return [part for part in (value if isinstance(value, list) else [value]) if not is_empty(part)]

    def encode(value: Value) -> Value:
        encoded = [one.encode(part) for part in parts(value)]
        return encoded if separator is None else separator.join(str(part) for part in encoded)

    return Format(lambda raw: [one.decode(part) for part in parts(raw)], encode)


def instant(name: str, raw: Any) -> int:
    """Epoch milliseconds of an instant written in one of `INSTANTS`. Raises `ValueError`."""
    if name in ("epoch_s", "epoch_ms"):
        number = _number(raw)
        return int(number) if name == "epoch_ms" else round(number * 1000)
    if not isinstance(raw, str):
        raise ValueError(f"{name} is text")
    return milliseconds(parsedate_to_datetime(raw) if name == "http" else datetime.fromisoformat(raw.strip()))


def write_instant(name: str, at: int) -> str:
    """An instant (epoch milliseconds) in one of `INSTANTS`, as a query or a header takes it.

    What has only whole seconds is cut, never rounded up: asking for changes since then misses none.
    """
    match name:
        case "epoch_s":
            return str(at // 1000)
        case "epoch_ms":
            return str(at)
        case "http":
            return format_datetime(_moment(at).replace(microsecond=0), usegmt=True)
        case "iso_naive":
            return iso(at).removesuffix("Z")
    return iso(at)


def milliseconds(moment: datetime) -> int:
    """Epoch milliseconds; a moment without a zone is UTC."""
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH) // _MILLISECOND


def iso(at: int) -> str:
    """ISO 8601 in UTC, with milliseconds only where there are some."""
    moment = _moment(at)
    text = moment.strftime("%H:%M:%S") + (f".{at % 1000:03d}" if at % 1000 else "")
    return f"{moment.date().isoformat()}T{text}Z"


def _moment(at: int) -> datetime:
    try:
        return EPOCH + at * _MILLISECOND
    except OverflowError:
        raise ValueError("the instant is beyond the calendar") from None


def _number(raw: Any) -> int | float:
    if isinstance(raw, str) and _NUMBER.fullmatch(raw.strip()):
        raw = int(raw) if re.fullmatch(r"\s*[+-]?\d+\s*", raw) else float(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        raise ValueError("not a number")
    return raw


def _integer(value: Any) -> int:
    number = _number(value)
    if number != int(number):
        raise ValueError("not a whole number")
    return int(number)


def _plain(value: Any) -> Value:
    """A text field's value: numbers and truth values as JSON writes them; lists and objects stay what they are."""
    if value is None or isinstance(value, str | list | dict):
        return value
    return json.dumps(value)


def _as_text(value: Value) -> str:
    if not isinstance(value, str | int | float):
        raise ValueError("not a text")
    return str(_plain(value))


def _boolean(value: Any) -> bool:
    truth = {True: True, False: False, "true": True, "false": False}
    if isinstance(value, bool | str) and (value.lower() if isinstance(value, str) else value) in truth:
        return truth[value.lower() if isinstance(value, str) else value]
    raise ValueError("neither true nor false")


def _truth(true: str | int, false: str | int) -> Format:
    """A boolean that an application writes in two other values."""

    def decode(raw: Any) -> bool:
        text = str(raw).lower()
        if isinstance(raw, str | int) and text in (str(true).lower(), str(false).lower()):
            return text == str(true).lower()
        raise ValueError("neither of the two values")

    return Format(decode, lambda value: true if _boolean(value) else false)


def _date(value: Any) -> date:
    """A date as hubsync writes it; a datetime is the date it has in UTC (rule 4.2)."""
    if not isinstance(value, str):
        raise ValueError("not a date")
    text = value.strip()
    return date.fromisoformat(text) if len(text) <= 10 else _moment(instant("iso", text)).date()


def _civil(raw: Any) -> str:
    """The date that a text begins with, as it is written: no zone can move it (rule 4.5)."""
    if not isinstance(raw, str):
        raise ValueError("not a date")
    text = raw.strip()
    if len(text) > 10:
        datetime.fromisoformat(text)
    return date.fromisoformat(text[:10]).isoformat()


def _midnight(value: Any) -> int:
    return milliseconds(datetime.combine(_date(value), datetime.min.time(), UTC))


def _epoch(name: str, scale: int, at: Callable[[Any], int], plain: Callable[[int], str]) -> Format:
    return Format(lambda raw: plain(instant(name, raw)), lambda value: at(value) // scale)


def _patterned(kind: FieldType, pattern: str) -> Format:
    def decode(raw: Any) -> str:
        moment = datetime.strptime(raw, pattern) if isinstance(raw, str) else None  # noqa: DTZ007 - UTC by definition
        if moment is None:
            raise ValueError("not a text")
        return moment.date().isoformat() if kind is FieldType.DATE else iso(milliseconds(moment))

    def encode(value: Value) -> str:
        at = _midnight(value) if kind is FieldType.DATE else instant("iso", value)
        return _moment(at).strftime(pattern)

    sample = "2024-02-29" if kind is FieldType.DATE else "2024-02-29T23:04:05Z"
    try:
        complete = decode(encode(sample)) == sample
    except ValueError:
        complete = False
    if not complete:
        raise ValueError(f"the pattern {pattern} does not bring a {kind.value} back")
    return Format(decode, encode)


def _day(at: int) -> str:
    return _moment(at).date().isoformat()


def _at(value: Any) -> int:
    return instant("iso", value)


def _whole_id(value: Any) -> int:
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    return _integer(value)


_TEXT = Format(_plain, _as_text)
_IDS = {"text": _TEXT, "integer": Format(lambda raw: str(_whole_id(raw)), _whole_id)}
"""Inside hubsync the value of an option or an id is text, whatever it is there."""
_FORMATS: dict[FieldType, dict[str, Format]] = {
    FieldType.NUMBER: {
        "number": Format(_number, _number),
        "integer": Format(_number, _integer),
        "text": Format(_number, lambda value: json.dumps(_number(value))),
    },
    FieldType.BOOLEAN: {
        "boolean": Format(_boolean, _boolean),
        "text": _truth("true", "false"),
        "integer": _truth(1, 0),
        "yes_no": _truth("yes", "no"),
    },
    FieldType.DATE: {
        "iso": Format(_civil, lambda value: _date(value).isoformat()),
        "midnight": Format(_civil, lambda value: f"{_date(value).isoformat()}T00:00:00"),
        "epoch_s": _epoch("epoch_s", 1000, _midnight, _day),
        "epoch_ms": _epoch("epoch_ms", 1, _midnight, _day),
    },
    FieldType.DATETIME: {
        "iso": Format(lambda raw: iso(instant("iso", raw)), lambda value: iso(_at(value))),
        "iso_naive": Format(
            lambda raw: iso(instant("iso_naive", raw)), lambda value: iso(_at(value)).removesuffix("Z")
        ),
        "epoch_s": _epoch("epoch_s", 1000, _at, iso),
        "epoch_ms": _epoch("epoch_ms", 1, _at, iso),
    },
    FieldType.OPTION: _IDS,
    FieldType.OPTIONS: _IDS,
    FieldType.OWNER: _IDS,
    FieldType.REFERENCE: _IDS,
}
