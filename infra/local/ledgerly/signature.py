"""How Ledgerly packs and signs its webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

HEADER = "X-Ledgerly-Signature"


def pack(events: Sequence[Mapping[str, Any]]) -> bytes:
    """The body of a batch."""
    return json.dumps({"payload": list(events)}, separators=(",", ":")).encode()


def sign(secret: str, body: bytes, now: int) -> dict[str, str]:  # noqa: ARG001 - Ledgerly signs no time
    """The signature header. It holds no time, so a body that is sent again later looks as good as new."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {HEADER: base64.b64encode(digest).decode()}
