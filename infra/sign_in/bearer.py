"""Puts a token into requests: one that is given, a machine's, or that of a person who signed in.

Each is for one deployment's API, `api_url`; what the same client sends elsewhere goes without.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

import httpx

from infra.sign_in import tokens
from infra.sign_in.saved import SavedTokens
from infra.sign_in.tokens import Endpoints, SignInError, Token


class Bearer(httpx.Auth):
    """Sends an access token to the API at `api_url`, and to nobody else; gets the next one before it expires, and where
    the API refuses it (401).

    `renew` gets the next in place of the one there is, or raises `SignInError`; `find` and `save` keep it from one run
    to the next.
    """

    def __init__(
        self,
        api_url: str,
        renew: Callable[[Token | None], Token],
        *,
        find: Callable[[], Token | None] = lambda: None,
        save: Callable[[Token], None] = lambda _: None,
    ) -> None:
        self._origin = _origin(httpx.URL(api_url))
        self._renew = renew
        self._find = find
        self._save = save
        self._token: Token | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Called by httpx for each request."""
        if _origin(request.url) != self._origin:
            yield request
            return
        token = self._token or self._find()
        new = token is None or not token.fresh
        if token is None or new:
            token = self._next(token)
        response = yield _signed(request, token)
        if response.status_code == httpx.codes.UNAUTHORIZED and not new:
            yield _signed(request, self._next(token))
        else:
            self._token = token

    def _next(self, token: Token | None) -> Token:
        self._token = self._renew(token)
        self._save(self._token)
        return self._token


class Given(httpx.Auth):
    """Sends a token that somebody gave, as it is, to the API at `api_url`."""

    def __init__(self, access: str, *, api_url: str) -> None:
        self._origin = _origin(httpx.URL(api_url))
        self._token = Token(access, 0)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Called by httpx for each request."""
        yield _signed(request, self._token) if _origin(request.url) == self._origin else request


def machine(
    token_url: Callable[[], str], client_id: str, secret: str, *, api_url: str, saved: SavedTokens | None = None
) -> Bearer:
    """The requests of a machine. `token_url` is asked for when a token is needed; `saved` keeps tokens."""

    def renew(_: Token | None) -> Token:
        return tokens.of_machine(token_url(), client_id, secret)

    if saved is None:
        return Bearer(api_url, renew)
    key = f"{api_url} {client_id}"
    return Bearer(api_url, renew, find=lambda: saved.find(key), save=lambda token: saved.save(key, token))


def person(at: Endpoints, *, api_url: str, saved: SavedTokens) -> Bearer:
    """The requests of a person who has signed in before."""

    def renew(token: Token | None) -> Token:
        if token is None or token.refresh is None:
            raise SignInError("Nobody is signed in.", "Sign in with `hubsync login`.")
        return tokens.renewed(at, token.refresh)

    return Bearer(api_url, renew, find=lambda: saved.find(api_url), save=lambda token: saved.save(api_url, token, at))


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Scheme, host and port, by which web servers are told apart."""
    return url.scheme, url.host, url.port


def _signed(request: httpx.Request, token: Token) -> httpx.Request:
    request.headers["Authorization"] = f"Bearer {token.access}"
    return request
