"""Instants as epoch milliseconds, and the ways apps write them down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MILLISECONDS = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso_milliseconds(instant: int) -> str:
    """`2026-03-01T09:30:00.125Z`."""
    return iso_seconds(instant) + f".{instant % MILLISECONDS:03d}Z"


def iso_seconds(instant: int) -> str:
    """`2026-03-01T09:30:00`: UTC without saying so, cut to the second."""
    return datetime.fromtimestamp(instant // MILLISECONDS, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def parse(text: str) -> int:
    """Epoch milliseconds of an ISO 8601 instant; without a zone it is UTC. Raises `ValueError`."""
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(milliseconds=1)
