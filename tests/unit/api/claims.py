"""What API Gateway says of a caller whose token it let through, as an HTTP API's event has it: claims are texts."""

from __future__ import annotations

from typing import Any

PERSON_ID = "3f1c2a9e-0000-4000-8000-000000000001"
PEOPLE_CLIENT = "5h1k2people3client4id5"
MACHINE_CLIENT = "7q8r9machine1client2id3"


def person(*groups: str, id_: str = PERSON_ID, scope: str = "openid hubsync/person") -> dict[str, Any]:
    """Somebody who signed in, and their groups."""
    claims = {"sub": id_, "username": id_, "client_id": PEOPLE_CLIENT, "token_use": "access", "scope": scope}
    if groups:
        claims["cognito:groups"] = f"[{' '.join(groups)}]"
    return {"jwt": {"claims": claims, "scopes": scope.split()}}


def machine(*scopes: str, id_: str = MACHINE_CLIENT) -> dict[str, Any]:
    """A program with a client of its own; its scopes without the resource server's name."""
    scope = " ".join(f"hubsync/{each}" for each in scopes)
    claims = {"sub": id_, "client_id": id_, "token_use": "access", "scope": scope}
    return {"jwt": {"claims": claims, "scopes": scope.split()}}


ADMIN = person("admin")
