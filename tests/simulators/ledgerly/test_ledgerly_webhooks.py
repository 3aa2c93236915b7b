"""Ledgerly's webhooks, its admin API, and the server."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import subprocess
import sys
import time
from collections.abc import Mapping

import httpx

from infra.local.ledgerly import Ledgerly
from infra.local.ledgerly.signature import pack, sign

URL = "http://receiver.example.com/hooks/2"


def test_changes_are_told_by_resource_and_number(ledgerly: Ledgerly, api: httpx.Client) -> None:
    ledgerly.outbox.configure(URL)
    posts: list[tuple[str, Mapping[str, str], bytes]] = []

    def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
        posts.append((url, headers, body))
        return 200

    api.post("/contacts", json={"Contact": {"GivenName": "Ana"}})
    ledgerly.edit("contacts", 1001, {"Phone": "1"})
    api.delete("/contacts/1001")
    api.delete("/contacts/1001")
    ledgerly.create("organizations", {"Name": "Example"})
    assert ledgerly.outbox.deliver(post) == 4

    ((url, headers, body),) = posts
    assert url == URL
    assert json.loads(body) == {
        "payload": [
            {"resource": "contacts", "resourceId": 1001, "type": "CREATE"},
            {"resource": "contacts", "resourceId": 1001, "type": "UPDATE"},
            {"resource": "contacts", "resourceId": 1001, "type": "DELETE"},
            {"resource": "organizations", "resourceId": 1001, "type": "CREATE"},
        ]
    }
    expected = base64.b64encode(hmac.new(b"S", body, hashlib.sha256).digest()).decode()
    assert headers["X-Ledgerly-Signature"] == expected

    for n in range(11):
        ledgerly.create("contacts", {"GivenName": f"P{n}"})
    ledgerly.outbox.deliver(post)
    assert [len(json.loads(body)["payload"]) for _, _, body in posts[1:]] == [10, 1]


def test_a_signature_made_by_another_tool_is_the_same() -> None:
    """The digest was made with `printf '{"payload":[]}' | openssl dgst -sha256 -hmac S -binary | base64`."""
    assert pack([]) == b'{"payload":[]}'
    assert sign("S", pack([]), 0) == {"X-Ledgerly-Signature": "5cOLCip/wdRByOZsY490yoypnrePVgmOcO/zQXG72iM="}


def test_the_admin_api_serves_number_ids(ledgerly: Ledgerly, api: httpx.Client) -> None:
    admin = "http://ledgerly.example.com/_admin"
    assert api.get(f"{admin}/health").json() == {"app": "ledgerly"}
    assert api.post(f"{admin}/seed", json={"contacts": [{"GivenName": "A"}, {}]}).json() == {"contacts": [1001, 1002]}
    assert api.patch(f"{admin}/records/contacts/1002", json={"Phone": "1"}).json()["Phone"] == "1"
    assert api.delete(f"{admin}/records/contacts/1001").status_code == 204
    listed = api.get(f"{admin}/records/contacts").json()["contacts"]
    assert [(record["ContactID"], record["Status"]) for record in listed] == [(1001, "ARCHIVED"), (1002, "ACTIVE")]
    assert api.patch(f"{admin}/records/contacts/x", json={}).status_code == 400
    assert api.patch(f"{admin}/records/contacts/1001", json={"Phone": "1"}).status_code == 404
    assert ledgerly.gate.counts.total() == 0


def test_it_runs_as_a_server() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "infra.local.ledgerly", "--port", str(port), "--token", "K"]
    with subprocess.Popen([*command, "--webhook-secret", "S"]) as process:
        try:
            answer = _wait_for(f"http://127.0.0.1:{port}/api/2.0/contacts?count=5")
        finally:
            process.terminate()
    assert answer == {"Contacts": [], "offset": 0, "count": 0, "total": 0}


def _wait_for(url: str) -> object:
    end = time.monotonic() + 15
    while time.monotonic() < end:
        try:
            return httpx.get(url, headers={"X-Ledgerly-Key": "K"}, timeout=1, trust_env=False).json()
        except httpx.ConnectError:
            time.sleep(0.02)
    raise AssertionError("The server did not come up.")
