"""Checks one property value and brings it into the form in which HubSpot keeps it: always a string."""

from __future__ import annotations

import re
from typing import Any

from infra.local.hubspot.errors import Detail
from infra.local.hubspot.schema import Property
from infra.local.hubspot.times import DAY, iso, iso_date, moment_of

MAX_LENGTH = 65_536
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
)


class BadValueError(Exception):
    """The value does not fit the property; `detail` says why, as an answer would."""

    def __init__(self, name: str, code: str, message: str) -> None:
        super().__init__(message)
        self.detail = Detail(message, code, {"propertyName": [name]})


def text_of(value: Any) -> str:
    """A JSON value as the string HubSpot would keep; null clears, as `""` does."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def clean(prop: Property, value: Any) -> str:
    """The value to keep; raises `BadValueError`. `""` clears and always fits."""
    text = text_of(value)
    if text == "":
        return ""
    if prop.name == "email":
        return clean_email(prop.name, text)
    if prop.name == "hs_additional_emails":
        return ";".join(dict.fromkeys(clean_email(prop.name, part) for part in text.split(";") if part))
    if prop.name == "hs_additional_domains":
        return ";".join(dict.fromkeys(part.strip().lower() for part in text.split(";") if part.strip()))
    check = _CHECKS.get(prop.type, _string)
    return check(prop, text)


def clean_email(name: str, text: str) -> str:
    """HubSpot keeps emails trimmed and in lower case."""
    email = text.strip()
    if not _EMAIL.fullmatch(email):
        raise BadValueError(name, "INVALID_EMAIL", f"Email address {text} is invalid")
    return email.lower()


def _string(prop: Property, text: str) -> str:
    if len(text) > MAX_LENGTH:
        raise BadValueError(prop.name, "INVALID_STRING_LENGTH", f"{prop.name} is longer than {MAX_LENGTH} characters")
    return text.lower() if prop.name == "domain" else text


def _number(prop: Property, text: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise BadValueError(prop.name, "INVALID_INTEGER", f"{text} was not a valid number.")
    return text


def _date(prop: Property, text: str) -> str:
    try:
        moment = moment_of(text)
        if moment % DAY:
            raise BadValueError(prop.name, "INVALID_DATE", f"{text} is at {iso(moment)}, not at midnight in UTC")
        return iso_date(moment)
    except (OverflowError, ValueError) as error:
        raise BadValueError(prop.name, "INVALID_DATE", f"{text} was not a valid date.") from error


def _datetime(prop: Property, text: str) -> str:
    try:
        return iso(moment_of(text))
    except (OverflowError, ValueError) as error:
        raise BadValueError(prop.name, "INVALID_DATE", f"{text} was not a valid date and time.") from error


def _enumeration(prop: Property, text: str) -> str:
    if prop.external_options:
        return text
    allowed = [value for value, _ in prop.options]
    chosen = [part for part in text.split(";") if part] if prop.field_type == "checkbox" else [text]
    for part in chosen:
        if part not in allowed:
            raise BadValueError(prop.name, "INVALID_OPTION", f"{part} was not one of the allowed options: {allowed}")
    return ";".join(chosen)


def _bool(prop: Property, text: str) -> str:
    if text not in ("true", "false"):
        raise BadValueError(prop.name, "INVALID_OPTION", f"{text} was not one of the allowed options: [true, false]")
    return text


_CHECKS = {
    "number": _number,
    "date": _date,
    "datetime": _datetime,
    "enumeration": _enumeration,
    "bool": _bool,
}
