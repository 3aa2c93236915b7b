"""Orbit as a server of its own: its command line, its API over a socket, its webhooks in the background."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

Post = tuple[dict[str, str], bytes]


class Receiver(ThreadingHTTPServer):
    """Takes posts; answers with the statuses in `answers`, then 204."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.posts: list[Post] = []
        self.answers: list[int] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hooks"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((dict(self.headers.items()), body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def orbit_url() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "infra.local.crm", "--port", str(port), "--token", "T", "--webhook-secret", "S"]
    with subprocess.Popen(command) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            until(lambda: answers(f"{url}/_admin/health"))
            yield url
        finally:
            process.terminate()


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=1, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def until(holds: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.02)


def test_it_serves_and_tells_a_receiver_even_one_that_stumbles(orbit_url: str, receiver: Receiver) -> None:
    receiver.answers = [503]
    with httpx.Client(base_url=orbit_url, headers={"Authorization": "Bearer T"}, trust_env=False) as api:
        assert api.put("/v1/webhooks", json={"url": receiver.url, "secret": "S"}).status_code == 200
        made = api.post("/v1/people", json={"name": {"first": "Ana", "last": "García"}})
        assert made.status_code == 201
        key = made.json()["data"]["id"]
        assert api.get("/v1/people", params={"ids": key}).json()["data"] == [made.json()["data"]]
        assert api.get("/v1/people", headers={"Authorization": "no"}).status_code == 401
        until(lambda: len(receiver.posts) == 2)

        (first, body), (_, again) = receiver.posts
        assert body == again
        (event,) = json.loads(body)["events"]
        assert (event["event"], event["id"]) == ("person.created", key)
        stamp, digest = (part.split("=")[1] for part in first["X-Orbit-Signature"].split(","))
        assert digest == hmac.new(b"S", stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        assert abs(int(stamp) - time.time()) < 60

        start = time.monotonic()
        api.patch(f"/v1/people/{key}", json={"score": 1})
        until(lambda: len(receiver.posts) == 3)
        assert time.monotonic() - start < 2, "an event leaves at once, not at the next look"
