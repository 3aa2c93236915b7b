"""Instants as epoch milliseconds, and the ways apps write them down."""

from __future__ import annotations

from datetime import UTC, datetime

MILLISECONDS = 1000


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
    whole = int(moment.replace(microsecond=0).timestamp())
    return whole * MILLISECONDS + moment.microsecond // MILLISECONDS
