"""How one field of HubSpot goes with one field of the app."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hubsync.model.conflict import Winner
from hubsync.model.side import Direction, Side


class Transform(StrEnum):
    """How the values of a mapping are compared and written (`hubsync.engine.transform`)."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    NUMBER = "number"
    DATE = "date"
    DOMAIN = "domain"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One pair of fields.

    `number` is the mapping's own for the life of the sync and is never used again: baselines are kept under it, so a
    new mapping starts without one and an old one keeps its own (rule 1.2).
    `direction` narrows the sync's direction for this field; `clears` lets an emptied value travel (rule 2.5).
    `required` marks the mappings without which the target refuses a new record. `winner` says whose value stands where
    both sides have a say; None leaves it to the sync (rule 2.7).
    """

    number: int
    hubspot_field: str
    app_field: str
    transform: Transform = Transform.TEXT
    direction: Direction = Direction.TWO_WAY
    clears: bool = False
    required: bool = False
    winner: Winner | None = None

    def field(self, side: Side) -> str:
        """The field's name on `side`."""
        return self.hubspot_field if side is Side.HUBSPOT else self.app_field


@dataclass(frozen=True, slots=True)
class DefaultMapping:
    """A pair of fields that comes with an app (rule 4.1).

    Without a `transform` the fields' types decide. `required` marks those without which one of the two takes no new
    record, or the sync leaves it out; they can be switched off only if the other application fills the field itself.
    """

    hubspot_field: str
    app_field: str
    transform: Transform | None = None
    direction: Direction = Direction.TWO_WAY
    required: bool = False

    def field(self, side: Side) -> str:
        """The field's name on `side`."""
        return self.hubspot_field if side is Side.HUBSPOT else self.app_field
