"""Moments as HubSpot writes them. Inside the simulator a moment is an int, milliseconds since 1970 in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache

DAY = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WHOLE = re.compile(r"-?\d+")


@lru_cache(maxsize=4096)
def iso(moment: int) -> str:
    """`2026-11-23T16:31:00.123Z`, the form of every datetime in an answer."""
    return (_EPOCH + timedelta(milliseconds=moment)).isoformat(timespec="milliseconds")[:-6] + "Z"


def iso_date(moment: int) -> str:
    """`2026-11-23`, the form of a `date` property."""
    return iso(moment)[:10]


def http_date(moment: int) -> str:
    """The `Date` header, in whole seconds."""
    return format_datetime(_EPOCH + timedelta(seconds=moment // 1000), usegmt=True)


def moment_of(text: str) -> int:
    """Milliseconds from epoch milliseconds, a date or an ISO datetime; raises `ValueError` for anything else."""
    if _WHOLE.fullmatch(text):
        return int(text)
    try:
        parsed = datetime.fromisoformat(text)
    except (OverflowError, ValueError) as error:
        raise ValueError(text) from error
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    return (parsed - _EPOCH) // timedelta(milliseconds=1)
