"""Who calls: a person or a machine, and the role that they have. Told by a token's claims, which API Gateway checked.

API Gateway lets nobody through whose token it cannot verify (signature, issuer, expiry, audience, scope). What it hands
on stands under `requestContext.authorizer.jwt.claims`, every claim a text; an event without it did not come that way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SCOPES = "hubsync"
"""The resource server that the scopes belong to."""

PERSON = f"{SCOPES}/person"
"""The scope of somebody who signed in: what they may do says their group, not their token's scopes."""

GROUPS = "cognito:groups"


class Role(StrEnum):
    """What a caller may do. Each includes those before it."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Whether who has this role may do what `other` asks for."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class Kind(StrEnum):
    """A person who signed in, or a program with a client of its own."""

    PERSON = "person"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. `id` is the person's in the user pool or the machine's client; `role` is None if none was given."""

    id: str
    kind: Kind
    role: Role | None

    def may(self, needed: Role | None) -> bool:
        """Whether a role that is asked for is there; None asks for none."""
        return needed is None or (self.role is not None and self.role.includes(needed))


def caller_of(event: Mapping[str, Any]) -> Caller | None:
    """Who sent an HTTP API's event; None where nobody was let in by the authorizer.

    A machine has the highest role among its scopes. A person has the highest among their groups, whatever their scopes
    say: anybody who signs in may ask for any scope that the client of people has.
    """
    authorizer = event.get("requestContext", {}).get("authorizer") or {}
    claims: Mapping[str, str] = (authorizer.get("jwt") or {}).get("claims") or {}
    scopes = claims.get("scope", "").split()
    if PERSON in scopes and "sub" in claims:
        return Caller(claims["sub"], Kind.PERSON, _highest(_listed(claims.get(GROUPS, ""))))
    if "client_id" in claims and "username" not in claims:
        prefix = f"{SCOPES}/"
        roles = [scope.removeprefix(prefix) for scope in scopes if scope.startswith(prefix)]
        return Caller(claims["client_id"], Kind.MACHINE, _highest(roles))
    return None


def _listed(text: str) -> list[str]:
    """An HTTP API writes a claim that is a list as `[a b]`."""
    return text.removeprefix("[").removesuffix("]").replace(",", " ").split()


def _highest(names: Iterable[str]) -> Role | None:
    given = set(names)
    return next((role for role in reversed(Role) if role.value in given), None)
