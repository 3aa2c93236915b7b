"""Cursors, as people get them: opaque, and good only for the list that they came from."""

from __future__ import annotations

import base64
import binascii
import json
from hashlib import blake2b

from hubsync.api.problem import Problem

CHECK = 6
"""Bytes of a checksum. It finds what was cut off, changed, or made for another list; it keeps nothing secret."""


def cursor_of(listed: str, place: str | None) -> str | None:
    """The cursor behind a page of the list `listed`; None at its end. `place` is the store's own word."""
    if place is None:
        return None
    text = place.encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(_check(listed, text) + text).decode().rstrip("=")


def place_of(listed: str, cursor: str | None) -> str | None:
    """Where in the list `listed` to go on. Raises `Problem` (400) for a cursor that is not of this list."""
    if cursor is None:
        return None
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
    except (ValueError, binascii.Error):
        packed = b""
    check, text = packed[:CHECK], packed[CHECK:]
    if not text or check != _check(listed, text):
        raise Problem(
            400,
            "This cursor is not of this list.",
            "Send what the answer before said as next, and ask for the same list; or leave it out, to begin anew.",
        )
    return text.decode("utf-8", "surrogatepass")


def _check(listed: str, text: bytes) -> bytes:
    return blake2b(json.dumps(listed).encode() + text, digest_size=CHECK, person=b"hubsync.cursor").digest()
