"""Mend of the pages of a user pool."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import ministack.app
from ministack.services import cognito

from infra.local.emulator.patch import wrap

Answer = tuple[int, dict[str, str], bytes]
Handle = Callable[..., Awaitable[Answer | None]]


def revocation() -> None:
    """Cognito's pages take tokens back (RFC 7009); the emulator has that as a call of its API only."""

    def with_revocation(handle: Handle) -> Handle:
        async def wrapped(method: str, path: str, headers: Any, body: bytes, query: Any) -> Answer | None:
            if (method, path) != ("POST", "/oauth2/revoke"):
                return await handle(method, path, headers, body, query)
            token = parse_qs(body.decode()).get("token", [""])[0]
            cognito._revoke_token({"Token": token})
            return 200, {"Content-Type": "application/json"}, b""

        return wrapped

    wrap(ministack.app, "_handle_cognito_body_request", with_revocation)
