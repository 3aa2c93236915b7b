"""Access tokens, got at the user pool's token endpoint."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error, WebApplicationClient

TIMEOUT_SECONDS = 15.0
EARLY_SECONDS = 60
"""A token is renewed so long before it expires: a request takes up to half a minute, and clocks differ."""


class SignInError(Exception):
    """Nobody could be signed in: a sentence, and what to do."""

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the client of people gets its tokens and gives them back."""

    token_url: str
    revoke_url: str
    client_id: str


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, until when it is good (epoch seconds), and what renews it, where something does."""

    access: str = field(repr=False)
    expires_at: float
    refresh: str | None = field(default=None, repr=False)

    @property
    def fresh(self) -> bool:
        """Whether it can be sent."""
        return time.time() < self.expires_at - EARLY_SECONDS


def of_machine(token_url: str, client_id: str, secret: str) -> Token:
    """A machine's token, with every scope that its client has (RFC 6749, section 4.4). Raises `SignInError`."""
    body = BackendApplicationClient(client_id).prepare_request_body(include_client_id=False)
    return _ask(token_url, client_id, body, secret=secret)


def of_code(at: Endpoints, *, code: str, callback: str, verifier: str) -> Token:
    """A person's token, for the code that the pages sent (RFC 6749, section 4.1.3; RFC 7636). Raises `SignInError`."""
    client = WebApplicationClient(at.client_id)
    body = client.prepare_request_body(code=code, redirect_uri=callback, code_verifier=verifier)
    return _ask(at.token_url, at.client_id, body)


def renewed(at: Endpoints, refresh: str) -> Token:
    """A person's next token (RFC 6749, section 6). Cognito keeps the refresh token as it is. Raises `SignInError`."""
    body = WebApplicationClient(at.client_id).prepare_refresh_body(refresh_token=refresh, client_id=at.client_id)
    token = _ask(at.token_url, at.client_id, body)
    return Token(token.access, token.expires_at, token.refresh or refresh)


def revoke(at: Endpoints, refresh: str) -> None:
    """Make a refresh token and the access tokens that came of it worthless (RFC 7009). Raises `SignInError`."""
    response = _post(at.revoke_url, urlencode({"client_id": at.client_id, "token": refresh}))
    if response.is_error:
        raise SignInError(f"The sign-in was not revoked ({response.status_code}).", "It ends by itself within a week.")


def _ask(url: str, client_id: str, body: str, *, secret: str | None = None) -> Token:
    response = _post(url, body, None if secret is None else httpx.BasicAuth(client_id, secret))
    try:
        told: dict[str, Any] = WebApplicationClient(client_id).parse_request_body_response(response.text)
    except OAuth2Error as error:
        raise SignInError(
            f"The sign-in was refused: {error.error}.",
            "Sign in again with `hubsync login`; a program needs the id and secret of a client that still exists.",
        ) from None
    return Token(told["access_token"], time.time() + float(told.get("expires_in", 0)), told.get("refresh_token"))


def _post(url: str, body: str, auth: httpx.Auth | None = None) -> httpx.Response:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    try:
        return httpx.post(url, content=body, headers=headers, auth=auth, timeout=TIMEOUT_SECONDS)
    except httpx.HTTPError as error:
        raise SignInError(f"{url} does not answer ({type(error).__name__}).", "Try again in a moment.") from None
