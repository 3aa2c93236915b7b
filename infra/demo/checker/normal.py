"""When two values are equal: the checker's own normal forms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

_EMAIL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([a-z0-9-]+\.)+[a-z]{2,}")
HOME_COUNTRY = "1"
"""The calling code of phone numbers that have none: the demo's syncs say region US."""


def empty(value: Any) -> bool:
    """Whether a value says nothing."""
    return value is None or not str(value).strip()


def text(value: Any) -> str:
    """Text without the space around it."""
    return str(value).strip()


def email(value: Any) -> str:
    """An email in lower case."""
    return text(value).lower()


def is_email(value: Any) -> bool:
    """Whether a value is an email by its form."""
    return not empty(value) and _EMAIL.fullmatch(email(value)) is not None


def phone(value: Any) -> str:
    """A number as `+` and digits; what has no ten digits stays as it is."""
    raw = text(value)
    digits = re.sub(r"\D", "", raw)
    if raw.startswith("+"):
        return "+" + digits
    if len(digits) == 10:
        return "+" + HOME_COUNTRY + digits
    if len(digits) == 11 and digits.startswith(HOME_COUNTRY):
        return "+" + digits
    return raw


def number(value: Any) -> str:
    """A number by its value: `250`, `250.0` and `2.5e2` are one."""
    try:
        plain = Decimal(text(value))
    except InvalidOperation:
        return text(value)
    return format(plain.normalize(), "f") if plain else "0"


def date(value: Any) -> str:
    """A day, whether it came as `YYYY-MM-DD`, as a moment or as epoch milliseconds."""
    raw = text(value)
    if re.fullmatch(r"-?\d{9,}", raw):
        return datetime.fromtimestamp(int(raw) / 1000, UTC).date().isoformat()
    return raw[:10]


def domain(value: Any) -> str:
    """The host of a website without `www.`, in punycode."""
    host = re.sub(r"^[a-z]+://", "", text(value).lower())
    host = re.split(r"[/?#:]", host, maxsplit=1)[0].removeprefix("www.").rstrip(".")
    return host.encode("idna").decode() if host and not host.isascii() else host


def name(value: Any) -> str:
    """A name with folded case and single spaces."""
    return " ".join(unicodedata.normalize("NFKC", str(value)).casefold().split())


def code(value: Any) -> str:
    """A key of the sync's own: without the space around it, with folded case."""
    return unicodedata.normalize("NFKC", str(value)).casefold().strip()


NORMAL: dict[str, Callable[[Any], str]] = {
    "text": text,
    "email": email,
    "phone": phone,
    "number": number,
    "date": date,
    "domain": domain,
    "name": name,
    "code": code,
    "stage": text,
}


def same(sort: str, one: Any, two: Any) -> bool:
    """Whether two values are equal; empty equals empty only."""
    if empty(one) or empty(two):
        return empty(one) and empty(two)
    return NORMAL[sort](one) == NORMAL[sort](two)
