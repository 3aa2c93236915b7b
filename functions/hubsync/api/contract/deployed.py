"""What is deployed, as a document, and how another document differs from it."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from hubsync.api.contract.operation import Answer, Operation
from hubsync.api.contract.requests import DocumentBody
from hubsync.services.manage.plan import Change


class WrittenDocument(Answer):
    """A document that `POST /v1/apply` takes (`DocumentBody`): applying it changes nothing. It has no secrets, and
    nothing that stands at its default."""

    connections: dict[str, dict[str, Any]]
    syncs: dict[str, dict[str, Any]]


class Deployed(Answer):
    """`secrets` names, by connection, the secrets that are stored: `token`, `webhook_secret`."""

    document: WrittenDocument
    secrets: dict[str, list[str]]


class DocumentSchema(Answer):
    """The JSON Schema of a document, with a sentence on each setting."""

    model_config = ConfigDict(extra="allow")


class SettingDiff(Answer):
    """One setting, `mappings[email, email].direction`, as it is and as it would be; null where it stands at its
    default. A mapping or link that is new, or goes, is told as true."""

    path: str
    before: Any
    after: Any


class PartDiff(Answer):
    """A connection or sync of a document, what applying does with it, and why. Secrets that change are named only."""

    path: str
    change: Change
    settings: list[SettingDiff]
    secrets: list[str]


class Diff(Answer):
    """`others` are deployed and not in the document: they are left alone."""

    parts: list[PartDiff]
    others: list[str]


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
    Operation(
        "POST",
        "/v1/diff",
        "diffDocument",
        "syncs",
        "How a document differs from what is deployed",
        {200: Diff},
        (400, 422, 502, 503),
        "The document is checked as if it were applied. Nothing is saved.",
        DocumentBody,
    ),
    Operation(
        "GET",
        "/v1/syncs.schema.json",
        "documentSchema",
        "syncs",
        "What a document may say, as JSON Schema",
        {200: DocumentSchema},
        open=True,
    ),
)
