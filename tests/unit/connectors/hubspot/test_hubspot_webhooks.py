"""HubSpot's webhooks: who signed them, and which records they name."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.connectors.hubspot.webhooks import HubSpotWebhooks, signature
from hubsync.connectors.port import Notice, PayloadError, SignatureError
from infra.local.hubspot.webhooks import sign

NOW = 1_790_000_000_000
URL = "https://hooks.example.com/webhooks/hubspot"
SECRET = "client-secret"
READER = HubSpotWebhooks()


def read(events: Any, *, at: int = NOW, url: str = URL, secret: str = SECRET, **changes: str) -> list[Notice]:
    body = events if isinstance(events, bytes) else json.dumps(events).encode()
    headers = {name.lower(): value for name, value in sign(secret, url, body, at).items()} | changes
    return list(READER.notices(headers, body, SECRET, NOW, url))


def event(kind: str, **more: Any) -> dict[str, Any]:
    return {"subscriptionType": kind, "objectId": 101, "portalId": 1, **more}


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([event("contact.creation")], [Notice("contacts", "101")]),
        ([event("contact.propertyChange", propertyName="email", propertyValue="x")], [Notice("contacts", "101")]),
        ([event("company.deletion")], [Notice("companies", "101")]),
        ([event("deal.restore")], [Notice("deals", "101")]),
        ([event("contact.privacyDeletion")], [Notice("contacts", "101", erased=True)]),
        (
            [event("contact.merge", primaryObjectId=5, mergedObjectIds=[6, 7], newObjectId=8)],
            [Notice("contacts", "8"), Notice("contacts", "5"), Notice("contacts", "6"), Notice("contacts", "7")],
        ),
        ([event("ticket.merge")], [Notice("tickets", "101")]),
        (
            [event("deal.associationChange", associationType="DEAL_TO_CONTACT", fromObjectId=1, toObjectId=2)],
            [Notice("deals", "1"), Notice("contacts", "2")],
        ),
        ([event("object.creation", objectTypeId="2-123")], [Notice("2-123", "101")]),
        ([event("object.propertyChange", objectTypeId="0-53")], [Notice("invoices", "101")]),
        (
            [
                event(
                    "object.associationChange",
                    fromObjectTypeId="2-123",
                    toObjectTypeId="0-1",
                    fromObjectId=1,
                    toObjectId=2,
                )
            ],
            [Notice("2-123", "1"), Notice("contacts", "2")],
        ),
        ([event("contact.creation"), event("contact.propertyChange")], [Notice("contacts", "101")]),
        ([event("conversation.creation"), event("contact.somethingNew")], []),
        ([], []),
    ],
)
def test_each_event_names_its_records(events: Any, expected: list[Notice]) -> None:
    assert read(events) == expected


@pytest.mark.parametrize("body", [b"no JSON", b"{}", b"7", b"[7]", b"[[]]", b"[" * 100_000])
def test_what_hubspot_does_not_send_is_refused(body: bytes) -> None:
    with pytest.raises(PayloadError):
        read(body)


@pytest.mark.parametrize("id_", [None, "", "x", True, 1.5, [], "-1"])
def test_an_event_without_a_record_is_refused(id_: Any) -> None:
    with pytest.raises(PayloadError):
        read([event("contact.creation", objectId=id_)])


def test_the_signature_is_of_method_url_body_and_time() -> None:
    """Written down from HubSpot's description, apart from the code."""
    body = b'[{"subscriptionType":"contact.creation","objectId":1}]'
    plain = b"POST" + URL.encode() + body + str(NOW).encode()
    digest = hmac.new(SECRET.encode(), plain, hashlib.sha256).digest()
    headers = {
        "x-hubspot-signature-v3": base64.b64encode(digest).decode(),
        "x-hubspot-request-timestamp": str(NOW),
    }
    assert READER.notices(headers, body, SECRET, NOW, URL) == (Notice("contacts", "1"),)


@pytest.mark.parametrize("age", [-300_001, 300_001])
def test_one_that_is_older_than_five_minutes_is_refused(age: int) -> None:
    with pytest.raises(SignatureError, match="too long ago"):
        read([event("contact.creation")], at=NOW - age)
    assert read([event("contact.creation")], at=NOW - (abs(age) - 1) * (1 if age > 0 else -1))


@pytest.mark.parametrize(
    "changes",
    [
        {"x-hubspot-signature-v3": ""},
        {"x-hubspot-signature-v3": "AAAA"},
        {"x-hubspot-signature-v3": "not base64!"},
        {"x-hubspot-request-timestamp": ""},
        {"x-hubspot-request-timestamp": "soon"},
        {"x-hubspot-request-timestamp": "9" * 40},
        {"x-hubspot-request-timestamp": str(NOW - 1)},
    ],
)
def test_headers_that_do_not_fit_are_refused_before_the_body_is_read(changes: dict[str, str]) -> None:
    with pytest.raises(SignatureError):
        read(b"no JSON", **changes)


def test_another_secret_another_address_and_no_secret_are_refused() -> None:
    body = b"[]"
    headers = {name.lower(): value for name, value in sign(SECRET, URL, body, NOW).items()}
    for secret, url in (("other", URL), (SECRET, f"{URL}?x=1"), (SECRET, ""), ("", URL)):
        with pytest.raises(SignatureError):
            READER.notices(headers, body, secret, NOW, url)


def test_only_the_listed_escapes_of_the_url_are_decoded() -> None:
    encoded = "https://x.example/a%3Ab%2Fc%3Fd%40e%21f%24g%27h%28i%29j%2Ak%2Cl%3Bm%3dn%26o%20p%25q"
    decoded = "https://x.example/a:b/c?d@e!f$g'h(i)j*k,l;m%3dn%26o%20p%25q"
    expected = hmac.new(b"k", f"POST{decoded}".encode() + b"[]1", hashlib.sha256).digest()
    assert signature("k", encoded, b"[]", "1") == expected


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), st.lists, max_leaves=6))
def test_no_event_breaks_the_reader(value: Any) -> None:
    """Whatever stands in an event, it names records or is refused."""
    keys = ("objectId", "newObjectId", "associationType", "fromObjectId", "objectTypeId", "fromObjectTypeId")
    for kind in ("contact.creation", "contact.merge", "object.associationChange", "object.deletion", value):
        for key in keys:
            try:
                read([{**event("x"), "subscriptionType": kind, key: value}])
            except PayloadError:
                continue
