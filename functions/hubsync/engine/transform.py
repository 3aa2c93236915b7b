"""How the values of a mapping are compared, and what is written (rules 2.6 and 4.5).

Two values are equal when their canonical forms are. Canonical forms are compared and hashed, never stored or written;
what is written is the source's own value, shaped for the target. For every value that fits,
`canonical(kind, render(kind, value, side)) == canonical(kind, value)`, so that what was written compares equal to what
it was made from.

Where something is lost, on purpose:
- DATE compares and writes days. The day of a moment is the one that stands in the source, whatever its zone:
  `2026-05-01T00:00:00+02:00` is 1 May and not the evening of 30 April. The time of day is not carried.
- DATETIME compares moments, to the millisecond; a date without a time is midnight in UTC.
- DOMAIN writes the domain of a web address, without its path.
- FULL_NAME has single spaces between its words.
- TEXT for a target that is a number, a date or a boolean writes that type's own form: `1.50` becomes `1.5`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from unicodedata import decimal, normalize

from hubsync.engine.domain import normal_domain
from hubsync.engine.identify import normal_email, normal_name
from hubsync.engine.number import canonical_number
from hubsync.model.mapping import Transform
from hubsync.model.record import Value, is_empty
from hubsync.model.schema import FieldType
from hubsync.model.side import Side
from hubsync.model.status import Failure, FailureCategory

UNREADABLE = "? "
"""Marks the text of a value that cannot be read as its kind. No number, date, email or domain has a space in it."""

DAY_MS = 86_400_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SURELY_MS = 10**11
"""From here on (March 1973) a whole number is taken for a moment in epoch milliseconds; below, only whole days are."""

MILLISECONDS = re.compile(r"-?[0-9]{1,15}\Z")
ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.,+\-Z ]+)?\Z")
INTERNATIONAL = re.compile(r"\+[1-9][0-9]{5,14}(?:;ext=[0-9]+)?\Z")
BOOLEANS = {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false", "0": "false"}

TEXTUAL = frozenset({Transform.TEXT, Transform.LABELS, Transform.OWNER, Transform.OWNER_NAME})
"""Compared as they are; ids and labels are turned into what they stand for before (`hubsync.engine.bridge`)."""

CONTENT_OF = {
    FieldType.NUMBER: Transform.NUMBER,
    FieldType.DATE: Transform.DATE,
    FieldType.DATETIME: Transform.DATETIME,
    FieldType.BOOLEAN: Transform.BOOLEAN,
}
"""What a TEXT mapping has to be read as, for a target of these types."""


class UnfitValueError(Exception):
    """A value that the target cannot take; `failure` says why, without the value, and what can be done."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure


def canonical(kind: Transform, value: Value, *, region: str | None = None) -> str | None:
    """The form in which two live values of a mapping are compared; None for an empty value. Never raises.

    `region` is the ISO 3166 country of phone numbers without a country code.
    """
    text = value.strip() if isinstance(value, str) else text_of(value)
    if not text:
        return None
    if kind in TEXTUAL:
        return _composed(text)
    if kind is Transform.PHONE or kind is Transform.E164:
        return _phone(text, region)
    read = READERS[kind](text)
    return UNREADABLE + _lower(text) if read is None else read


def render(
    kind: Transform, value: Value, side: Side, field_type: FieldType | None = None, *, region: str | None = None
) -> Value:
    """The raw value to write on `side`; None means that the field is to be cleared.

    HubSpot takes text only. An app takes JSON: numbers and booleans as such. `field_type` is the type of the target
    field, where it is known, `region` the country of phone numbers without a country code. Raises `UnfitValueError`
    for a value that cannot be written there (rule 4.5).
    """
    text = text_of(value)
    if not text:
        return None
    single(value)
    if kind is Transform.TEXT and field_type is not None:
        kind = CONTENT_OF.get(field_type, kind)
    written = _write_e164(text, region) if kind is Transform.E164 else WRITERS[kind](text, field_type)
    if side is Side.HUBSPOT or field_type in (FieldType.TEXT, FieldType.OPTION):
        return written
    if kind is Transform.NUMBER:
        return _json_number(written)
    return written == "true" if kind is Transform.BOOLEAN else written


def single(value: Value) -> None:
    """Raise `UnfitValueError` for what is not one value."""
    if isinstance(value, list | dict):
        raise _unfit(FailureCategory.WRONG_TYPE, "one value", "Map a field that holds a single value.")


def text_of(value: Value) -> str:
    """Any raw value as trimmed text; empty for an empty one."""
    if isinstance(value, str):
        return value.strip()
    if is_empty(value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, int):
        # Python refuses to write whole numbers of more than 4,300 digits in decimals.
        return str(value) if value.bit_length() < 4096 else hex(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _composed(text: str) -> str:
    """One form for each accented letter (Unicode NFC) and one for line ends."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isascii() else normalize("NFC", text)


def _lower(text: str) -> str:
    return text.lower() if text.isascii() else normalize("NFC", normalize("NFC", text).lower())


@lru_cache(maxsize=4096)
def _phone(text: str, region: str | None) -> str:
    """E.164, with an extension if there is one; else the digits and a leading plus sign."""
    # Imported at the first phone number: its metadata takes 50 ms of a cold start.
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is not None and phonenumbers.is_possible_number(number):
        extension = f";ext={number.extension}" if number.extension else ""
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) + extension
    digits = "".join(str(decimal(letter)) for letter in text if letter.isdecimal())
    if not digits or any(letter.isalpha() for letter in text):
        return UNREADABLE + _lower(text)
    return f"+{digits}" if text.startswith("+") else digits


def _moment(text: str) -> datetime | None:
    """An ISO date or date-time with its own zone (UTC where it names none), or epoch milliseconds."""
    try:
        if MILLISECONDS.match(text):
            ms = int(text)
            return EPOCH + timedelta(milliseconds=ms) if ms % DAY_MS == 0 or abs(ms) >= SURELY_MS else None
        moment = datetime.fromisoformat(text) if ISO.match(text) else None
    except (ValueError, OverflowError):
        return None
    if moment is None:
        return None
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


@lru_cache(maxsize=4096)
def _date(text: str) -> str | None:
    """The day as `YYYY-MM-DD`, as it stands in the text."""
    moment = _moment(text)
    return None if moment is None else moment.date().isoformat()


@lru_cache(maxsize=4096)
def _datetime(text: str) -> str | None:
    """The moment in UTC."""
    moment = _moment(text)
    try:
        utc = None if moment is None else moment.astimezone(UTC)
    except OverflowError:
        return None
    return None if utc is None else utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _full_name(text: str) -> str:
    return " ".join(_composed(text).split())


def _write_email(text: str, _: FieldType | None) -> str:
    if normal_email(text) is None:
        raise _unfit(FailureCategory.INVALID_VALUE, "a valid email address", "Correct the address where it was typed.")
    return _lower(text)


def _write_number(text: str, _: FieldType | None) -> str:
    number = canonical_number(text)
    if number is None:
        raise _unfit(FailureCategory.WRONG_TYPE, "a number", "Enter digits only, with a point before decimals.")
    return number


def _write_e164(text: str, region: str | None) -> str:
    number = _phone(text, region)
    if not INTERNATIONAL.match(number):
        raise _unfit(
            FailureCategory.INVALID_VALUE,
            "a phone number with a country",
            "Begin it with + and the country code, or name the sync's phone_region.",
        )
    return number


def _write_date(text: str, field_type: FieldType | None) -> str:
    date = _date(text)
    if date is None:
        raise _unfit(FailureCategory.WRONG_TYPE, "a date", "Enter the date as YYYY-MM-DD.")
    return f"{date}T00:00:00.000Z" if field_type is FieldType.DATETIME else date


def _write_datetime(text: str, field_type: FieldType | None) -> str:
    moment, date = _datetime(text), _date(text)
    if moment is None or date is None:
        raise _unfit(FailureCategory.WRONG_TYPE, "a date and time", "Enter it as YYYY-MM-DDTHH:MM:SSZ.")
    return date if field_type is FieldType.DATE else moment


def _write_domain(text: str, field_type: FieldType | None) -> str:
    domain = normal_domain(text)
    if domain is None:
        raise _unfit(FailureCategory.INVALID_VALUE, "a domain", "Enter a domain such as example.com.")
    return f"https://{domain}" if field_type is FieldType.URL else domain


def _write_boolean(text: str, _: FieldType | None) -> str:
    boolean = BOOLEANS.get(text.lower())
    if boolean is None:
        raise _unfit(FailureCategory.WRONG_TYPE, "yes or no", "Enter true or false.")
    return boolean


def _json_number(text: str) -> int | float:
    if "." not in text:
        return int(text)
    number = float(text)
    if Decimal(repr(number)) != Decimal(text):
        raise _unfit(FailureCategory.INVALID_VALUE, "a number that the app can hold", "Round it to 15 digits.")
    return number


def _unfit(category: FailureCategory, wanted: str, remedy: str) -> UnfitValueError:
    return UnfitValueError(Failure(category, f"The value cannot be written because it is not {wanted}.", remedy))


READERS: dict[Transform, Callable[[str], str | None]] = {
    Transform.EMAIL: normal_email,
    Transform.NUMBER: canonical_number,
    Transform.DATE: _date,
    Transform.DATETIME: _datetime,
    Transform.FULL_NAME: _full_name,
    Transform.OPTION: normal_name,
    Transform.DOMAIN: normal_domain,
    Transform.BOOLEAN: lambda text: BOOLEANS.get(text.lower()),
}

WRITERS: dict[Transform, Callable[[str, FieldType | None], str]] = {
    Transform.TEXT: lambda text, _: text,
    Transform.LABELS: lambda text, _: text,
    Transform.OWNER: lambda text, _: text,
    Transform.OWNER_NAME: lambda text, _: text,
    Transform.OPTION: lambda text, _: text,
    Transform.FULL_NAME: lambda text, _: _full_name(text),
    Transform.PHONE: lambda text, _: text,
    Transform.EMAIL: _write_email,
    Transform.NUMBER: _write_number,
    Transform.DATE: _write_date,
    Transform.DATETIME: _write_datetime,
    Transform.DOMAIN: _write_domain,
    Transform.BOOLEAN: _write_boolean,
}
