"""Single connections: looked at, saved, given new secrets, removed."""

from __future__ import annotations

from hubsync.api.accounts import SecretsBody
from hubsync.api.bodies import ConnectionBody
from hubsync.api.contract.connections import Connection
from hubsync.api.contract.operation import Answer, Operation
from hubsync.api.contract.syncs import Applied


class RemovedConnection(Answer):
    """The account and its secrets are forgotten."""

    name: str
    done: bool


OPERATIONS = (
    Operation(
        "GET",
        "/v1/connections/{connection}",
        "readConnection",
        "connections",
        "One connection",
        {200: Connection},
        tagged=True,
    ),
    Operation(
        "PUT",
        "/v1/connections/{connection}",
        "saveConnection",
        "connections",
        "Save one connection",
        {200: Applied},
        (422, 502, 503),
        "The same as a document with this connection alone. A secret that is left out stays as it is.",
        ConnectionBody,
        matched=True,
    ),
    Operation(
        "PATCH",
        "/v1/connections/{connection}",
        "authoriseConnection",
        "connections",
        "Give a connection a new token, or a new secret for its webhooks",
        {200: Applied},
        (422, 502, 503),
        "An account that needed a person is active again, and its syncs look at everything anew.",
        SecretsBody,
        matched=True,
    ),
    Operation(
        "DELETE",
        "/v1/connections/{connection}",
        "removeConnection",
        "connections",
        "Remove a connection",
        {200: RemovedConnection},
        words="Refused (409) while a sync uses it.",
        matched=True,
    ),
)
