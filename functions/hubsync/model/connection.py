"""A connection: one authorised account of HubSpot or of another application."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ConnectionStatus(StrEnum):
    """Active, or a person has to do something, e.g. give a new token (rule 1.9)."""

    ACTIVE = "active"
    NEEDS_PERSON = "needs_person"


@dataclass(frozen=True, slots=True)
class Connection:
    """One authorised account.

    `app` is the key of the application (`hubspot`, `orbit`, …). `base_url` overrides the application's own address.
    `token` and `webhook_secret` are sealed (`hubsync.services.ports.Vault`): ciphertext, never the secret itself.
    `limit` is the number of calls the account may make in `limit_seconds`.
    """

    id: str
    app: str
    token: bytes
    base_url: str | None = None
    webhook_secret: bytes | None = None
    limit: int | None = None
    limit_seconds: int = 10
    status: ConnectionStatus = ConnectionStatus.ACTIVE
    problem: str | None = None
    version: int = 0
