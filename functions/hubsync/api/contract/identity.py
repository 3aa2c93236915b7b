"""Signing in: where, and who one is then."""

from __future__ import annotations

from hubsync.api.caller import Kind, Role
from hubsync.api.contract.operation import Answer, Operation


class SignIn(Answer):
    """Where people sign in: OAuth 2.0, the code flow with PKCE, by a client without a secret. Programs have a client
    with a secret of their own, and get a token at `token_url` by client credentials.

    `callbacks` are the addresses that a code may be sent to, all on the person's own machine.
    """

    authorize_url: str
    token_url: str
    revoke_url: str
    client_id: str
    callbacks: list[str]
    scopes: list[str]


class Me(Answer):
    """Who calls. `id` is the person's in the user pool, or the program's client. `role` is null where none was given;
    `roles` are all that it includes.
    """

    id: str
    kind: Kind
    role: Role | None
    roles: list[Role]


OPERATIONS = (
    Operation("GET", "/v1/sign-in", "signIn", "sign-in", "Where to sign in", {200: SignIn}, open=True),
    Operation("GET", "/v1/me", "whoAmI", "sign-in", "Who calls, and with which role", {200: Me}),
)
