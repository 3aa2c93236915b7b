"""A person signs in at the user pool's pages: the code flow with PKCE (RFC 6749, RFC 7636, RFC 8252)."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit

from oauthlib.oauth2 import WebApplicationClient

from infra.sign_in import tokens
from infra.sign_in.tokens import Endpoints, SignInError, Token

VERIFIER_LENGTH = 64
POLL_SECONDS = 0.5

DONE = b"""<!doctype html><html lang="en"><title>hubsync</title>
<body style="font:16px system-ui;margin:4rem auto;max-width:32rem">
<h1>%s</h1><p>%s</p></body></html>"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in under way: the address to open, and what proves that the answer belongs to it."""

    at: Endpoints
    url: str
    callback: str
    state: str
    verifier: str

    @classmethod
    def begin(cls, at: Endpoints, authorize_url: str, callback: str, scopes: Sequence[str]) -> Self:
        """A new one."""
        client = WebApplicationClient(at.client_id)
        verifier = client.create_code_verifier(VERIFIER_LENGTH)
        state = secrets.token_urlsafe(24)
        asked = {
            "response_type": "code",
            "client_id": at.client_id,
            "redirect_uri": callback,
            "scope": " ".join(scopes),
            "state": state,
            "code_challenge": client.create_code_challenge(verifier, "S256"),
            "code_challenge_method": "S256",
        }
        return cls(at, f"{authorize_url}?{urlencode(asked)}", callback, state, verifier)

    def finish(self, address: str) -> Token:
        """The token, for the address that the pages sent the browser to. Raises `SignInError`."""
        told = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        if not hmac.compare_digest(told.get("state", ""), self.state):
            raise SignInError("The answer is not that of this sign-in.", "Begin again with `hubsync login`.")
        if "code" not in told:
            reason = told.get("error_description") or told.get("error") or "no code"
            raise SignInError(f"The sign-in was refused: {reason}.", "Begin again with `hubsync login`.")
        return tokens.of_code(self.at, code=told["code"], callback=self.callback, verifier=self.verifier)


class Listener:
    """Waits on this machine for the browser to come back from the pages, at the first address that is free."""

    def __init__(self, callbacks: Sequence[str]) -> None:
        """Raises `SignInError` where none is free."""
        self.answer: str | None = None
        for callback in callbacks:
            try:
                self._server = HTTPServer(("127.0.0.1", _port(callback)), self._handler())
            except OSError:
                continue
            self.callback = callback
            return
        ports = ", ".join(str(_port(each)) for each in callbacks)
        raise SignInError(
            f"All ports that a sign-in may come back to are in use: {ports}.",
            "Free one, or use `hubsync login --no-browser`, which asks for the address.",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    def wait(self, seconds: float) -> str:
        """The address that the browser was sent to. Raises `SignInError` where it does not come in time."""
        self._server.timeout = POLL_SECONDS
        until = time.monotonic() + seconds
        while self.answer is None:
            if time.monotonic() > until:
                raise SignInError("Nobody signed in.", "Begin again with `hubsync login`.")
            self._server.handle_request()
        return self.answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query)
                # A browser also asks for a favicon; only an answer of the pages ends the wait.
                if "code" in query or "error" in query:
                    listener.answer = self.path
                good = "code" in query
                words = (b"You are signed in.", b"You can close this page and go back to the command line.")
                page = DONE % (words if good else (b"You are not signed in.", b"The command line says why."))
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                """The address has the code in it: it is not logged."""

        return Handler


def _port(callback: str) -> int:
    port = urlsplit(callback).port
    return 80 if port is None else port
