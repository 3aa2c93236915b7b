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
    E164 = "e164"
    """As a phone number, and written as one: `+34600555013`."""
    NUMBER = "number"
    DATE = "date"
    """Days: of a moment only its day counts."""
    DATETIME = "datetime"
    DOMAIN = "domain"
    BOOLEAN = "boolean"
    OPTION = "option"
    """One option or several, matched by value, by label, or by the mapping's own table."""
    LABELS = "labels"
    """Options as text for people, one way."""
    OWNER = "owner"
    """Owners, matched by email (rule 4.7)."""
    OWNER_NAME = "owner_name"
    """An owner as text for people, one way."""
    FULL_NAME = "full_name"
    """Two fields on one side, first name and last name, and one on the other."""


@dataclass(frozen=True, slots=True)
class OptionPair:
    """An option of HubSpot and the app's that stands for it, each by its value or its label."""

    hubspot: str
    app: str

    def name(self, side: Side) -> str:
        """The option's name on `side`."""
        return self.hubspot if side is Side.HUBSPOT else self.app


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One pair of fields.

    `number` is the mapping's own for the life of the sync and is never used again: baselines are kept under it, so a
    new mapping starts without one and an old one keeps its own (rule 1.2).
    `direction` narrows the sync's direction for this field; `clears` lets an emptied value travel (rule 2.5).
    `required` marks the mappings without which the target refuses a new record. `winner` says whose value stands where
    both sides have a say; None leaves it to the sync (rule 2.7).
    `more_hubspot_fields` and `more_app_fields` are what follows the first field where several are joined (rule 4.4).
    `several` are the sides whose field holds several values, `options` the table of a mapping of options.
    """

    number: int
    hubspot_field: str
    app_field: str
    transform: Transform = Transform.TEXT
    direction: Direction = Direction.TWO_WAY
    clears: bool = False
    required: bool = False
    winner: Winner | None = None
    more_hubspot_fields: tuple[str, ...] = ()
    more_app_fields: tuple[str, ...] = ()
    several: tuple[Side, ...] = ()
    options: tuple[OptionPair, ...] = ()

    def field(self, side: Side) -> str:
        """The field's name on `side`; the first one's where several are joined."""
        return self.hubspot_field if side is Side.HUBSPOT else self.app_field

    def fields(self, side: Side) -> tuple[str, ...]:
        """The names of every field on `side`, in order; more than one where they are joined (rule 4.4)."""
        if side is Side.HUBSPOT:
            return (self.hubspot_field, *self.more_hubspot_fields)
        return (self.app_field, *self.more_app_fields)


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
