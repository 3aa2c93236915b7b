"""Orbit's opaque cursors: where the last page ended."""

from __future__ import annotations

import base64
import binascii
import json


def encode(place: list[int | str]) -> str:
    """A cursor for the rows after a place."""
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def creation(cursor: str) -> int:
    """The number of the last row of a page in creation order; raises `ValueError` if it is no such cursor."""
    match _decode(cursor):
        case [int(number)]:
            return number
    raise ValueError(cursor)


def change(cursor: str) -> tuple[int, str]:
    """Time of change and id of the last row of a page of changes; raises `ValueError` if it is no such cursor."""
    match _decode(cursor):
        case [int(updated), str(key)]:
            return updated, key
    raise ValueError(cursor)


def _decode(cursor: str) -> object:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return json.loads(base64.urlsafe_b64decode(padded))
    except (binascii.Error, UnicodeDecodeError, json.JSONDecodeError):
        raise ValueError(cursor) from None
