"""What is deployed, as a document."""

from __future__ import annotations

from typing import Any

from hubsync.api.contract.operation import Answer, Operation


class WrittenDocument(Answer):
    """A document that `POST /v1/apply` takes (`DocumentBody`): applying it changes nothing. It has no secrets, and
    nothing that stands at its default."""

    connections: dict[str, dict[str, Any]]
    syncs: dict[str, dict[str, Any]]


class Deployed(Answer):
    """`secrets` names, by connection, the secrets that are stored: `token`, `webhook_secret`."""

    document: WrittenDocument
    secrets: dict[str, list[str]]


OPERATIONS = (
    Operation(
        "GET",
        "/v1/document",
        "readDocument",
        "syncs",
        "Everything that is deployed, as a document",
        {200: Deployed},
        words="Syncs that are being deleted are left out. A connection that is applied without a secret keeps its own.",
    ),
)
