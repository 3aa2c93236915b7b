"""Who may come in: the right token, and a body of a sensible size. Both are checked before anything else is."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping

from hubsync.api.problem import Problem

MAX_BODY = 1024 * 1024
"""Bytes of a request's body."""

SCHEME = "bearer "


class Guard:
    """`token` gives the deployment's API token; it is asked at every call, so that a new token holds at once.

    Where it has none (an empty text) nobody comes in.
    """

    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    def check(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises `Problem` (401, 413). Tokens are compared in constant time."""
        given = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
        wanted = self._token().encode()
        token = given[len(SCHEME) :].strip().encode() if given.lower().startswith(SCHEME) else b""
        if not hmac.compare_digest(token, wanted) or not wanted:
            raise Problem(
                401,
                "The API token is missing or wrong.",
                "Send the header Authorization: Bearer with the token that the deployment put out.",
                headers={"WWW-Authenticate": 'Bearer realm="hubsync"'},
            )
        if len(body) > MAX_BODY:
            raise Problem(413, "The body is larger than 1 MB.", "Split the document: one file for each sync.")
