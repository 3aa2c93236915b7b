"""HubSpot's own webhooks, the faster path beside the poll: who signed one, and which records it names.

A webhook is an array of up to 100 events, unordered and perhaps repeated. Their values are left alone; the records
are read.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hubsync.connectors.port import Notice, PayloadError, SignatureError

SIGNATURE = "x-hubspot-signature-v3"
TIMESTAMP = "x-hubspot-request-timestamp"
OLDEST_MS = 5 * 60 * 1000

DECODED = {
    "%3A": ":",
    "%2F": "/",
    "%3F": "?",
    "%40": "@",
    "%21": "!",
    "%24": "$",
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}
"""What HubSpot decodes in the URL before it signs, and nothing else."""

OBJECTS = {
    "contact": "contacts",
    "company": "companies",
    "deal": "deals",
    "ticket": "tickets",
    "product": "products",
    "line_item": "line_items",
    "task": "tasks",
    "lead": "leads",
    "invoice": "invoices",
}
"""Object types by the words in which events begin."""

TYPE_IDS = {
    "0-1": "contacts",
    "0-2": "companies",
    "0-3": "deals",
    "0-5": "tickets",
    "0-7": "products",
    "0-8": "line_items",
    "0-27": "tasks",
    "0-53": "invoices",
    "0-136": "leads",
}
"""The same by type id, which a generic `object.…` event bears; a custom object keeps its own (`2-…`)."""

TOUCHING = frozenset({"creation", "deletion", "propertyChange", "restore"})
MERGE, ASSOCIATION, PRIVACY = "merge", "associationChange", "privacyDeletion"


class HubSpotWebhooks:
    """A `WebhookReader`. The secret is that of the app in HubSpot which the webhooks belong to."""

    def notices(
        self, headers: Mapping[str, str], body: bytes, secret: str, now: int, url: str = ""
    ) -> Sequence[Notice]:
        """The references in a webhook; nothing of the body is looked at before its signature holds."""
        verify(headers, body, secret, now, url)
        try:
            events = json.loads(body)
        except (ValueError, RecursionError):
            raise PayloadError("The body is not JSON.") from None
        if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
            raise PayloadError("The body is no array of events.")
        return tuple(dict.fromkeys(notice for event in events for notice in _of(event)))


def verify(headers: Mapping[str, str], body: bytes, secret: str, now: int, url: str) -> None:
    """Raise `SignatureError` unless HubSpot signed this very request, at most five minutes before `now` (epoch ms)."""
    if not secret:
        raise SignatureError("The connection has no webhook secret: set the client secret of the app in HubSpot.")
    stamp = headers.get(TIMESTAMP, "")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 20):
        raise SignatureError(f"The header {TIMESTAMP} holds no time of signing.")
    if abs(now - int(stamp)) > OLDEST_MS:
        raise SignatureError("The webhook was signed too long ago, or the clocks differ.")
    try:
        given = base64.b64decode(headers.get(SIGNATURE, ""), validate=True)
    except (ValueError, binascii.Error):
        given = b""
    if not hmac.compare_digest(signature(secret, url, body, stamp), given):
        raise SignatureError(f"The header {SIGNATURE} does not hold the signature of this request.")


def signature(secret: str, url: str, body: bytes, stamp: str) -> bytes:
    """Version 3: the HMAC of method, URL, body and time."""
    for code, sign in DECODED.items():
        url = url.replace(code, sign).replace(code.lower(), sign)
    signed = f"POST{url}".encode() + body + stamp.encode()
    return hmac.new(secret.encode(), signed, hashlib.sha256).digest()


def _of(event: Mapping[str, Any]) -> Iterator[Notice]:
    """The records that one event is about; none where its kind is none of ours."""
    kind = event.get("subscriptionType")
    if not isinstance(kind, str):
        raise PayloadError("An event has no subscriptionType.")
    word, _, what = kind.partition(".")
    if what == ASSOCIATION:
        yield from _ends(event)
        return
    object_type = _object_type(word, event)
    if object_type is None:
        return
    if what in TOUCHING:
        yield Notice(object_type, _id(event, "objectId"))
    elif what == PRIVACY:
        yield Notice(object_type, _id(event, "objectId"), erased=True)
    elif what == MERGE:
        ids = [event.get("newObjectId"), event.get("primaryObjectId"), *(event.get("mergedObjectIds") or ())]
        named = [id_ for id_ in ids if id_ is not None] or [event.get("objectId")]
        for id_ in named:
            yield Notice(object_type, _text(id_))


def _ends(event: Mapping[str, Any]) -> Iterator[Notice]:
    """Both records of an association, whose types stand in its own: `CONTACT_TO_COMPANY`."""
    words = str(event.get("associationType") or "").lower().split("_to_")
    type_ids = (event.get("fromObjectTypeId"), event.get("toObjectTypeId"))
    for at, name in enumerate(("fromObjectId", "toObjectId")):
        word = words[at] if len(words) == len(type_ids) else ""
        type_id = type_ids[at]
        object_type = OBJECTS.get(word) or (TYPE_IDS.get(type_id, type_id) if isinstance(type_id, str) else None)
        if object_type is not None:
            yield Notice(object_type, _id(event, name))


def _object_type(word: str, event: Mapping[str, Any]) -> str | None:
    if word != "object":
        return OBJECTS.get(word)
    type_id = event.get("objectTypeId")
    return TYPE_IDS.get(type_id, type_id) if isinstance(type_id, str) else None


def _id(event: Mapping[str, Any], name: str) -> str:
    return _text(event.get(name))


def _text(id_: Any) -> str:
    if isinstance(id_, bool) or not isinstance(id_, int | str) or not str(id_).isdecimal():
        raise PayloadError("An event names no record.")
    return str(id_)
