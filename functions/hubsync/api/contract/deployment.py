"""What the API says of itself, of errors, and of what people were told."""

from __future__ import annotations

from pydantic import ConfigDict

from hubsync.api.contract.operation import Answer, Operation
from hubsync.api.contract.paging import CURSOR, LIMIT


class Problem(Answer):
    """An error (RFC 9457): what is wrong in a sentence, and what can be done about it."""

    title: str
    status: int
    detail: str
    remedy: str


class Fault(Answer):
    """One fault of a document: where it is, what is wrong, what to do."""

    path: str
    reason: str
    remedy: str


class RefusedDocument(Problem):
    """A document with faults, all of them. Nothing of it was saved."""

    faults: list[Fault]


class Refused(Answer):
    """What API Gateway says by itself where it lets nobody through."""

    message: str


class Health(Answer):
    """The API answers."""

    status: str


class OpenApi(Answer):
    """This document."""

    model_config = ConfigDict(extra="allow")

    openapi: str


class Notification(Answer):
    """A sentence for the people who run a sync. `at` is epoch ms."""

    sync_id: str
    at: int
    title: str
    text: str


class Notifications(Answer):
    """What people were told, newest first. Where there is more, `next` is the cursor."""

    notifications: list[Notification]
    next: str | None


OPERATIONS = (
    Operation("GET", "/v1/health", "health", "deployment", "Whether the API answers", {200: Health}, open=True),
    Operation("GET", "/v1/openapi.json", "openapi", "deployment", "This document", {200: OpenApi}, open=True),
    Operation(
        "GET",
        "/v1/notifications",
        "listNotifications",
        "notifications",
        "What people were told",
        {200: Notifications},
        (400,),
        query=(CURSOR, LIMIT),
    ),
)
