"""The routes of signing in: where that is done, for whoever wants to, and who they are once they have."""

from __future__ import annotations

from dataclasses import dataclass

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from hubsync.api.caller import PERSON, Role
from hubsync.api.guard import signed_in

Part = dict[str, object]


@dataclass(frozen=True, slots=True)
class SignIn:
    """The user pool's own pages (OAuth 2.0, code flow with PKCE), and the client of people: it has no secret.

    `url` is the pool's domain. `callbacks` are the addresses on the person's own machine that a code may be sent to.
    """

    url: str
    client_id: str
    callbacks: tuple[str, ...]


def add_identity(app: APIGatewayHttpResolver, sign_in: SignIn) -> None:
    """Add the routes."""

    @app.get("/v1/sign-in")
    def where() -> Part:
        return {
            "authorize_url": f"{sign_in.url}/oauth2/authorize",
            "token_url": f"{sign_in.url}/oauth2/token",
            "revoke_url": f"{sign_in.url}/oauth2/revoke",
            "client_id": sign_in.client_id,
            "callbacks": list(sign_in.callbacks),
            "scopes": ["openid", PERSON],
        }

    @app.get("/v1/me")
    def me() -> Part:
        caller = signed_in(app.current_event.raw_event)
        can = [role.value for role in Role if caller.may(role)]
        return {"id": caller.id, "kind": caller.kind, "role": caller.role, "roles": can}
