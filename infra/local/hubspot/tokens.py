"""Who may call: a private app's fixed token, or OAuth with codes, access tokens of 1,800 s and refresh tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlencode

from infra.local.http import Request, Response
from infra.local.hubspot.errors import ApiError
from infra.local.hubspot.settings import Settings

LIFETIME = 1_800
HUB_ID = 62515
CLIENT_ID, CLIENT_SECRET = "hubsync-client", "hubsync-secret"


@dataclass(slots=True)
class Tokens:
    """The tokens of an account. A refresh hands out a new refresh token and, unless `rotate`, keeps the old alive."""

    static: str
    settings: Settings
    random: Random
    rotate: bool = False
    _codes: dict[str, str] = field(default_factory=dict)
    _access: dict[str, tuple[int, str]] = field(default_factory=dict)
    _refresh: dict[str, str] = field(default_factory=dict)

    def check(self, request: Request, now: int) -> list[str] | None:
        """The scopes of the bearer token, None for all; raises a 401 unless it is good at this moment."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token or self.settings.revoked:
            raise _unauthorised()
        if token == self.static:
            return self.settings.scopes
        if token not in self._access:
            raise _unauthorised()
        expires, scope = self._access[token]
        if now >= expires:
            seconds = (now - expires) // 1000
            message = f"The OAuth token used to make this call expired {seconds} second(s) ago."
            raise ApiError(401, "EXPIRED_AUTHENTICATION", message)
        return scope.split()

    def forget_refresh_tokens(self) -> None:
        """A person takes the app off the account: every refresh token is dead."""
        self._refresh.clear()

    def handle(self, request: Request, now: int) -> Response:
        """`/oauth/authorize` and `/oauth/{v}/token`."""
        parts = request.path.strip("/").split("/")
        if parts[1:] == ["authorize"] and request.method == "GET":
            return self._authorise(request)
        if len(parts) == 3 and parts[2] == "token" and request.method == "POST":
            return self._token(dict(parse_qsl(request.body.decode())), now)
        return Response(404, {"status": "error", "message": "resource not found"})

    def _authorise(self, request: Request) -> Response:
        """The person said yes: back to the app with a code."""
        target, scope = request.first("redirect_uri"), request.first("scope", "")
        if request.first("client_id") != CLIENT_ID or not target:
            return Response(400, {"status": "BAD_CLIENT_ID", "message": "unknown client_id or no redirect_uri"})
        code = self._new("code")
        self._codes[code] = str(scope)
        query = {"code": code, "state": request.first("state", "") or ""}
        return Response(302, None, {"Location": f"{target}?{urlencode(query)}"})

    def _token(self, form: dict[str, str], now: int) -> Response:
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return Response(400, {"status": "BAD_CLIENT_ID", "message": "missing or unknown client"})
        if form.get("grant_type") == "authorization_code":
            scope = self._codes.pop(form.get("code", ""), None)
            if scope is None:
                return Response(400, {"status": "BAD_AUTH_CODE", "message": "missing or unknown auth code"})
        else:
            scope = self._refresh.get(form.get("refresh_token", ""))
            if scope is None or self.settings.revoked:
                message = "missing or invalid refresh token"
                return Response(400, {"status": "BAD_REFRESH_TOKEN", "message": message})
            if self.rotate:
                del self._refresh[form["refresh_token"]]
        return Response(200, self._grant(scope, form.get("refresh_token"), now))

    def _grant(self, scope: str, refresh: str | None, now: int) -> dict[str, Any]:
        access = self._new("access")
        if refresh is None or self.rotate:
            refresh = self._new("refresh")
        self._access[access] = (now + LIFETIME * 1000, scope)
        self._refresh[refresh] = scope
        return {
            "token_type": "bearer",
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": LIFETIME,
            "hub_id": HUB_ID,
            "user_id": 7001,
            "scopes": scope.split(),
        }

    def _new(self, kind: str) -> str:
        return f"{kind}-{self.random.getrandbits(128):032x}"


def _unauthorised() -> ApiError:
    return ApiError(
        401,
        "INVALID_AUTHENTICATION",
        "Authentication credentials not found. This API supports OAuth 2.0 authentication",
    )
