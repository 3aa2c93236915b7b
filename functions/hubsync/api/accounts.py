"""The routes of single connections. No secret ever leaves here."""

from __future__ import annotations

from collections.abc import Callable

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from pydantic import ValidationError

from hubsync.api import shapes
from hubsync.api.bodies import Body, Secret, Token
from hubsync.api.conditions import etag, if_match
from hubsync.api.document import read_document
from hubsync.api.problem import Problem
from hubsync.services.manage.accounts import Accounts
from hubsync.services.manage.expected import Expected, tag_of
from hubsync.services.manage.view import View


class SecretsBody(Body):
    """`{"token": "…"}`, `{"webhook_secret": "…"}`, or both: what is left out stays as it is."""

    token: Token | None = None
    webhook_secret: Secret | None = None


def add_accounts(app: APIGatewayHttpResolver, accounts: Accounts, view: View, body: Callable[[], object]) -> None:
    """Add the routes; `body` reads the JSON of the request."""

    def expected() -> Expected:
        return if_match(app.current_event.headers)

    @app.get("/v1/connections/<connection>")
    def read(connection: str) -> Response[shapes.Json]:
        found = view.connection(connection)
        return Response(200, "application/json", shapes.connection(found), headers=etag(tag_of(found.connection)))

    @app.put("/v1/connections/<connection>")
    def save(connection: str) -> shapes.Json:
        document = read_document({"connections": {connection: body()}})
        return shapes.applied(accounts.apply(document, expected=expected()))

    @app.patch("/v1/connections/<connection>")
    def amend(connection: str) -> shapes.Json:
        secrets = _read(body())
        return shapes.applied(accounts.amend(connection, secrets.token, secrets.webhook_secret, expected()))

    @app.delete("/v1/connections/<connection>")
    def remove(connection: str) -> shapes.Json:
        accounts.remove(connection, expected())
        return {"name": connection, "done": True}


def _read(body: object) -> SecretsBody:
    try:
        return SecretsBody.model_validate(body)
    except ValidationError:
        remedy = 'Send {"token": "…"}, {"webhook_secret": "…"}, or both; a token has no spaces.'
        raise Problem(400, "These are no secrets of a connection.", remedy) from None
