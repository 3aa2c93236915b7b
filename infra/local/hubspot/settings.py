"""What can be turned on a running account, in the process and through the admin API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from infra.local.hubspot.errors import invalid

FREE_MAIL = ("gmail.com", "googlemail.com", "hotmail.com", "icloud.com", "outlook.com", "yahoo.com")


@dataclass(slots=True)
class Settings:
    """`search_lag_ms`: a version is found by searches only so much later, plus a random part of
    `search_lag_jitter_ms`. `create_companies`: a new contact's email domain makes and associates a company.
    `sparse_errors`: the share of errors that lack their optional fields. `scopes`: what the private app's token may
    do, None everything. `revoked`: every token answers 401. `required`: by object type, properties that the account's
    admin demands of each record; API writes of version 2026-09 must obey.
    """

    search_lag_ms: int = 2_000
    search_lag_jitter_ms: int = 0
    create_companies: bool = False
    sparse_errors: float = 0.0
    scopes: list[str] | None = None
    revoked: bool = False
    required: dict[str, list[str]] = field(default_factory=dict)

    def change(self, body: Mapping[str, Any]) -> None:
        """Apply an admin body; raises a 400 for an unknown name, and then changes nothing."""
        known = {item.name for item in fields(self)}
        unknown = sorted(set(body) - known)
        if unknown:
            raise invalid(f"Unknown settings {unknown}; known are {sorted(known)}")
        for name, value in body.items():
            setattr(self, name, value)
