"""What two records are matched by, and who holds it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from hubsync.model.side import Side


class IdentifierKind(StrEnum):
    """The default match keys, and the key that a sync names itself (rule 3.1)."""

    EMAIL = "email"
    DOMAIN = "domain"
    SKU = "sku"
    NAME = "name"
    KEY = "key"


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """One normalised identifier (rule 3.4). It is hashed with the sync's key before it is stored."""

    kind: IdentifierKind
    value: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Who holds an identifier, a slot for each side: at most one record of each side may be synced under it (rule 3.5).

    `key` is the identifier's keyed hash. A slot holds an entry's id, also that of an entry which is about to create its
    record there. `claimed_at` (epoch ms) is the last change. `version` counts the writes; 0 is a claim that is not
    stored yet.
    """

    key: str
    hubspot: str | None = None
    app: str | None = None
    claimed_at: int = 0
    version: int = 0

    def holder(self, side: Side) -> str | None:
        """The entry that holds the slot of `side`."""
        return self.hubspot if side is Side.HUBSPOT else self.app

    def held_by(self, side: Side, entry_id: str | None, now: int) -> Claim:
        """The claim with the slot of `side` given to an entry, or freed."""
        if side is Side.HUBSPOT:
            return replace(self, hubspot=entry_id, claimed_at=now)
        return replace(self, app=entry_id, claimed_at=now)


@dataclass(frozen=True, slots=True)
class Waiter:
    """An excluded duplicate, waiting for a slot; `place` orders the waiters of one claim (rule 3.5)."""

    key: str
    side: Side
    place: str
    entry_id: str
