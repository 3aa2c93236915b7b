"""What the checker is told of a sync: its fields, its identifiers, its direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Side = Literal["hubspot", "app"]
Sort = Literal["text", "email", "phone", "number", "date", "domain"]
Direction = Literal["two_way", "to_hubspot", "to_app"]

SIDES: tuple[Side, Side] = ("hubspot", "app")


def other(side: Side) -> Side:
    """The opposite side."""
    return "app" if side == "hubspot" else "hubspot"


@dataclass(frozen=True, slots=True)
class Pairing:
    """One field of HubSpot and the field of the app it goes with; `sort` says when two values are equal."""

    hubspot: str
    app: str
    sort: Sort

    def name(self, side: Side) -> str:
        """The field's name on `side`."""
        return self.hubspot if side == "hubspot" else self.app


@dataclass(frozen=True, slots=True)
class Identifier:
    """Where identifiers of one sort stand, per side; a field of several holds them separated by semicolons."""

    sort: Literal["email", "domain", "name"]
    hubspot: tuple[str, ...]
    app: tuple[str, ...]

    def fields(self, side: Side) -> tuple[str, ...]:
        """The fields on `side`, the primary one first."""
        return self.hubspot if side == "hubspot" else self.app


@dataclass(frozen=True, slots=True)
class Rules:
    """One sync, in the checker's words.

    `identifiers` are strongest first. `needs_email` leaves out lone records without a valid email. `app_requires` are
    the app's fields that a new record must have. `bystanders` are unmapped fields that nothing may touch.
    """

    name: str
    hubspot_object: str
    app_object: str
    pairings: tuple[Pairing, ...]
    identifiers: tuple[Identifier, ...]
    needs_email: bool = False
    app_requires: tuple[str, ...] = ()
    bystanders_hubspot: tuple[str, ...] = ()
    bystanders_app: tuple[str, ...] = ()
    direction: Direction = "two_way"
    default: Side = "hubspot"

    def object(self, side: Side) -> str:
        """The object type on `side`."""
        return self.hubspot_object if side == "hubspot" else self.app_object

    def bystanders(self, side: Side) -> tuple[str, ...]:
        """The unmapped fields of `side` that are watched."""
        return self.bystanders_hubspot if side == "hubspot" else self.bystanders_app

    def writes(self, side: Side) -> bool:
        """Whether anything may be written on `side`."""
        return self.direction == "two_way" or (self.direction == "to_hubspot") == (side == "hubspot")

    def fields(self, side: Side) -> tuple[str, ...]:
        """Every field of `side` that the checker reads."""
        names = [pairing.name(side) for pairing in self.pairings]
        names += [name for identifier in self.identifiers for name in identifier.fields(side)]
        return tuple(dict.fromkeys([*names, *self.bystanders(side)]))


CONTACTS = Rules(
    name="contacts",
    hubspot_object="contacts",
    app_object="people",
    pairings=(
        Pairing("email", "email", "email"),
        Pairing("firstname", "name.first", "text"),
        Pairing("lastname", "name.last", "text"),
        Pairing("phone", "phone", "phone"),
        Pairing("jobtitle", "job_title", "text"),
        Pairing("birthday", "birthday", "date"),
        Pairing("crm_score", "score", "number"),
    ),
    identifiers=(Identifier("email", ("email", "hs_additional_emails"), ("email",)),),
    needs_email=True,
    bystanders_hubspot=("company", "city", "hs_additional_emails"),
    bystanders_app=("stage", "vip"),
)
COMPANIES = Rules(
    name="companies",
    hubspot_object="companies",
    app_object="organisations",
    pairings=(
        Pairing("name", "title", "text"),
        Pairing("domain", "website", "domain"),
        Pairing("phone", "phone", "phone"),
        Pairing("city", "city", "text"),
        Pairing("numberofemployees", "employees", "number"),
        Pairing("founded_on", "founded_on", "date"),
    ),
    identifiers=(Identifier("domain", ("domain",), ("website",)), Identifier("name", ("name",), ("title",))),
    app_requires=("title",),
    bystanders_hubspot=("description",),
)
