"""The real API over a socket on 127.0.0.1, behind API Gateway's check; the command as a person types it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from hubsync.api.roles import OPEN
from infra.cli.main import run
from infra.cli.say import err, out
from tests.unit.api.api_client import Client
from tests.unit.api.claims import ADMIN
from tests.unit.services.manage_world import World

PREFIX = "/_aws/execute-api/a1b2/$default"
"""The emulator serves an API under a path; addresses have to be put together accordingly."""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


Hubsync = Callable[..., Done]

TOKEN = "access-token"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def api_url(world: World) -> Iterator[str]:
    handler = Client(world).handler

    class Server(BaseHTTPRequestHandler):
        def answer(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            path = parts.path.removeprefix(PREFIX)
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            signed_in = self.headers.get("Authorization") == f"Bearer {TOKEN}"
            if not signed_in and path not in OPEN:
                self.reply(401, b'{"message":"Unauthorized"}')
                return
            result = handler(
                {
                    "version": "2.0",
                    "rawPath": path,
                    "queryStringParameters": query,
                    "headers": {name.lower(): value for name, value in self.headers.items()},
                    "requestContext": {
                        "stage": "$default",
                        "http": {"method": self.command, "path": path},
                        **({"authorizer": ADMIN} if signed_in else {}),
                    },
                    "body": body,
                },
                None,
            )
            one = {name: values[0] for name, values in result.get("multiValueHeaders", {}).items()}
            told = {**result.get("headers", {}), **one}
            self.reply(result["statusCode"], result["body"].encode(), told.get("Retry-After"))

        def reply(self, status: int, content: bytes, retry_after: str | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            if retry_after is not None:
                self.send_header("Retry-After", retry_after)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def hubsync(
    api_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Hubsync:
    """Runs `hubsync …` in an empty folder against the API."""
    monkeypatch.chdir(tmp_path)
    for name in ("HUBSYNC_HOME", "HUBSYNC_CLIENT_ID", "HUBSYNC_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HUBSYNC_API_URL", api_url)
    monkeypatch.setenv("HUBSYNC_API_TOKEN", TOKEN)
    for console in (out, err):  # they asked for COLUMNS when they were made, for whichever test that was
        monkeypatch.setattr(console, "width", 200)

    def call(*arguments: str) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            run(arguments)
        said = capsys.readouterr()
        code = ended.value.code
        return Done(code if isinstance(code, int) else 0, said.out, said.err)

    return call
