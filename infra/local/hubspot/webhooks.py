"""HubSpot's webhooks to an app: which events there are, how a batch is packed and signed (version 3)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from infra.local.hubspot.record import Record
from infra.local.hubspot.table import Table
from infra.local.parts.outbox import Event, Outbox

BATCH = 100
PORTAL = 62_515


class Webhooks:
    """Tells an app's address of what happens in the account. Without an address nothing is told.

    Events of contacts, companies, deals, tickets and products bear their own words; all others are `object.…` with
    the type's id. HubSpot's apps subscribe property by property; here every property is subscribed to.

    `signed_url` is the URL that goes into the signature, where that is not the one which events are posted to: a
    gateway on this machine answers under another path than the one that it tells its functions.
    """

    def __init__(self, clock: Callable[[], int], random: Random) -> None:
        self._clock = clock
        self._number = 0
        self.signed_url: str | None = None
        self.outbox = Outbox(clock, random, pack=pack, sign=self._sign, batch=BATCH)

    def told(self, table: Table, record: Record, what: str, **more: Any) -> None:
        """Send an event about a record on its way."""
        kind = table.kind
        word, generic = (kind.singular, {}) if kind.singular in _WORDS else ("object", {"objectTypeId": kind.type_id})
        self._number += 1
        event = {
            "eventId": self._number,
            "subscriptionType": f"{word}.{what}",
            "objectId": record.id,
            "portalId": PORTAL,
            "occurredAt": self._clock(),
            "attemptNumber": 0,
            **generic,
            **more,
        }
        self.outbox.add(event)

    def _sign(self, secret: str, body: bytes, at: int) -> Mapping[str, str]:
        return sign(secret, self.signed_url or self.outbox.url or "", body, at)


_WORDS = frozenset({"contact", "company", "deal", "ticket", "product"})


def pack(events: Sequence[Event]) -> bytes:
    """A batch is an array."""
    return json.dumps(list(events)).encode()


def sign(secret: str, url: str, body: bytes, at: int) -> dict[str, str]:
    """The headers of version 3, for a URL without escapes; `at` is epoch ms."""
    signed = b"POST" + url.encode() + body + str(at).encode()
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return {
        "X-HubSpot-Signature-v3": base64.b64encode(digest).decode(),
        "X-HubSpot-Request-Timestamp": str(at),
    }
