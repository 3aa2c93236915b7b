"""Only what the application signed, and signed lately, is read; and what is read is references."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.connectors import catalogue
from hubsync.connectors.declarative.manifest import parse_manifest
from hubsync.connectors.declarative.webhooks import DeclarativeWebhooks
from hubsync.connectors.port import Notice, PayloadError, SignatureError

NOW = 1_772_357_400_125
SECRET = "a-secret"
ORBIT = DeclarativeWebhooks(catalogue.manifest("orbit"))
LEDGERLY = DeclarativeWebhooks(catalogue.manifest("ledgerly"))


def hexed(message: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def orbit_headers(body: bytes, at: int = NOW // 1000) -> dict[str, str]:
    return {"x-orbit-signature": f"t={at},v1={hexed(f'{at}.'.encode() + body)}"}


def ledgerly_headers(body: bytes) -> dict[str, str]:
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).digest()
    return {"x-ledgerly-signature": base64.b64encode(digest).decode()}


def test_what_orbit_sends_is_read(orbit):
    posts = []
    orbit.app.outbox.configure("https://hook.example.com", SECRET)
    person = orbit.app.create("people", {"email": "ana@example.com"})["id"]
    orbit.app.edit("people", person, {"job_title": "Baker"})
    company = orbit.app.create("organisations", {"title": "Acme"})["id"]
    orbit.app.outbox.deliver(lambda url, headers, body: posts.append((headers, body)) or 200)
    ((headers, body),) = posts
    lowered = {name.lower(): value for name, value in headers.items()}
    assert ORBIT.notices(lowered, body, SECRET, orbit.clock()) == (
        Notice("people", person),
        Notice("organisations", company),
    )


def test_what_ledgerly_sends_is_read(ledgerly):
    posts = []
    ledgerly.app.outbox.configure("https://hook.example.com", SECRET)
    contact = ledgerly.app.create("contacts", {"GivenName": "Ana"})["ContactID"]
    company = ledgerly.app.create("organizations", {"Name": "Acme"})["OrganizationID"]
    ledgerly.app.outbox.deliver(lambda url, headers, body: posts.append((headers, body)) or 200)
    ((headers, body),) = posts
    lowered = {name.lower(): value for name, value in headers.items()}
    assert LEDGERLY.notices(lowered, body, SECRET, NOW) == (
        Notice("contacts", str(contact)),
        Notice("organizations", str(company)),
    )


BODY = json.dumps({"events": [{"event": "person.updated", "id": "per_1"}]}).encode()
FORGED = {
    "no header": {},
    "empty": {"x-orbit-signature": ""},
    "no time": {"x-orbit-signature": f"v1={hexed(b'.' + BODY)}"},
    "no signature": {"x-orbit-signature": f"t={NOW // 1000}"},
    "another secret": {"x-orbit-signature": f"t={NOW // 1000},v1={hexed(f'{NOW // 1000}.'.encode() + BODY, 'b')}"},
    "another body": orbit_headers(b"{}"),
    "too old": orbit_headers(BODY, NOW // 1000 - 301),
    "from the future": orbit_headers(BODY, NOW // 1000 + 301),
    "time moved": {"x-orbit-signature": orbit_headers(BODY)["x-orbit-signature"].replace("t=17", "t=017")},
    "time is no number": {"x-orbit-signature": f"t=now,v1={hexed(b'now.' + BODY)}"},
    "time is beyond all": {"x-orbit-signature": f"t=1e999,v1={hexed(b'1e999.' + BODY)}"},
    "two times": {"x-orbit-signature": f"{orbit_headers(BODY)['x-orbit-signature']},t={NOW}"},
    "not hex": {"x-orbit-signature": f"t={NOW // 1000},v1=é"},
}


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED)
def test_a_forged_or_old_webhook_is_refused(headers):
    with pytest.raises(SignatureError):
        ORBIT.notices(headers, BODY, SECRET, NOW)


@pytest.mark.parametrize("age", [-300, 0, 299, 300])
def test_a_webhook_within_the_tolerance_is_taken(age):
    at = NOW // 1000 - age
    assert ORBIT.notices(orbit_headers(BODY, at), BODY, SECRET, at * 1000 + age * 1000) == (Notice("people", "per_1"),)


def test_while_the_secret_changes_either_signature_counts():
    header = orbit_headers(BODY)["x-orbit-signature"].replace("v1=", f"v1={'0' * 64},v1=")
    assert ORBIT.notices({"x-orbit-signature": header}, BODY, SECRET, NOW) == (Notice("people", "per_1"),)


def test_without_a_secret_nothing_is_believed():
    headers = {"x-ledgerly-signature": base64.b64encode(hmac.new(b"", BODY, hashlib.sha256).digest()).decode()}
    with pytest.raises(SignatureError, match="has no webhook secret"):
        LEDGERLY.notices(headers, BODY, "", NOW)


def test_the_signature_comes_before_the_body():
    with pytest.raises(SignatureError):
        ORBIT.notices({}, b"not even JSON", SECRET, NOW)


UNREADABLE = [
    b"",
    b"not JSON",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b"null",
    b"{}",
    b'{"events": "many"}',
    b'{"events": [1]}',
    b'{"events": [{"id": "per_1"}]}',
    b'{"events": [{"event": "person.updated"}]}',
    b'{"events": [{"event": "person.updated", "id": ""}]}',
    b'{"events": [{"event": "person.updated", "id": true}]}',
    b'{"events": [{"event": "person.updated", "id": {"a": 1}}]}',
]


@pytest.mark.parametrize("body", UNREADABLE)
def test_a_signed_body_that_orbit_would_not_send_is_refused(body):
    with pytest.raises(PayloadError):
        ORBIT.notices(orbit_headers(body), body, SECRET, NOW)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["events", "event", "id"]), inner),
    )
)
def test_no_signed_body_is_more_than_references_or_a_refusal(document):
    body = json.dumps(document).encode()
    try:
        found = ORBIT.notices(orbit_headers(body), body, SECRET, NOW)
    except PayloadError:
        return
    assert all(isinstance(notice, Notice) for notice in found)


def test_events_of_other_things_are_passed_over_and_a_record_is_named_once():
    events = [
        {"event": "invoice.paid", "id": 7},
        {"event": "person.created", "id": "per_1"},
        {"event": "person.updated", "id": "per_1"},
        {"event": "xperson.updated", "id": "per_2"},
    ]
    body = json.dumps({"events": events}).encode()
    assert ORBIT.notices(orbit_headers(body), body, SECRET, NOW) == (Notice("people", "per_1"),)


def test_a_prefix_a_header_of_its_own_for_the_time_and_a_lone_event(shop):
    webhooks = """
webhooks:
  signature:
    {scheme: hmac_sha512, header: X-Sig, prefix: "sha512=", signed: "{timestamp}:{body}",
     timestamp: {header: X-Time, format: iso, tolerance_seconds: 60}}
  events: {path: "@", type: what, id: object.id, objects: [{equals: customer, object: customers}]}
"""
    reader = DeclarativeWebhooks(parse_manifest(shop + webhooks))
    body = b'{"what": "customer", "object": {"id": 7}}'
    stamp = "2026-03-01T09:30:00Z"
    digest = hmac.new(SECRET.encode(), stamp.encode() + b":" + body, hashlib.sha512).hexdigest()
    headers = {"x-sig": f"sha512={digest}", "x-time": stamp}
    assert reader.notices(headers, body, SECRET, NOW) == (Notice("customers", "7"),)
    with pytest.raises(SignatureError):
        reader.notices({**headers, "x-sig": digest}, body, SECRET, NOW)


def test_an_application_without_webhooks_has_no_reader(shop):
    with pytest.raises(ValueError, match="Shop declares no webhooks"):
        DeclarativeWebhooks(parse_manifest(shop))
