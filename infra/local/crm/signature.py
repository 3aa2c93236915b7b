"""How Orbit packs and signs its webhooks."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

HEADER = "X-Orbit-Signature"


def pack(events: Sequence[Mapping[str, Any]]) -> bytes:
    """The body of a batch."""
    return json.dumps({"events": list(events)}, separators=(",", ":")).encode()


def sign(secret: str, body: bytes, now: int) -> dict[str, str]:
    """The signature header: `t` is in seconds and is part of what is signed, so that an old body can be told."""
    seconds = now // 1000
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return {HEADER: f"t={seconds},v1={digest}"}
