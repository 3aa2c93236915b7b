"""What the checker is told of a sync: its fields, its identifiers, its direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Side = Literal["hubspot", "app"]
Sort = Literal["text", "email", "phone", "number", "date", "domain", "stage"]
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

    sort: Literal["email", "domain", "name", "code"]
    hubspot: tuple[str, ...]
    app: tuple[str, ...]

    def fields(self, side: Side) -> tuple[str, ...]:
        """The fields on `side`, the primary one first."""
        return self.hubspot if side == "hubspot" else self.app


@dataclass(frozen=True, slots=True)
class Stages:
    """Which stages go together. A place is `pipeline/stage`, by their ids; `fields` are a side's fields of the two.

    `pairs` are (HubSpot's place, the app's). Several of HubSpot's may go with one of the app's: the first is the way
    back. Whatever is in no pair is not mapped.
    """

    hubspot_fields: tuple[str, str]
    app_fields: tuple[str, str]
    pairs: tuple[tuple[str, str], ...]

    def fields(self, side: Side) -> tuple[str, str]:
        """The fields of pipeline and stage on `side`."""
        return self.hubspot_fields if side == "hubspot" else self.app_fields

    def across(self, side: Side, place: str) -> str | None:
        """The place on the other side that goes with one on `side`; None where none does."""
        pairs = self.pairs if side == "hubspot" else tuple((app, hubspot) for hubspot, app in self.pairs)
        return next((theirs for ours, theirs in pairs if ours == place), None)


@dataclass(frozen=True, slots=True)
class Link:
    """Links of a sync's records to those of the sync `to`: HubSpot's associations with `hubspot`, and a field of the
    app that names one record."""

    to: str
    hubspot: str
    app: str


PLACE = "pipeline/stage"
"""What the checker calls pipeline and stage together, on both sides."""


@dataclass(frozen=True, slots=True)
class Rules:
    """One sync, in the checker's words.

    `identifiers` are strongest first. `needs_email` leaves out lone records without a valid email. `app_requires` are
    the app's fields that a new record must have. `bystanders` are unmapped fields that nothing may touch. With `stages`
    only records in a mapped stage are kept in step, and their place is a field like any other.
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
    stages: Stages | None = None
    links: tuple[Link, ...] = ()

    def object(self, side: Side) -> str:
        """The object type on `side`."""
        return self.hubspot_object if side == "hubspot" else self.app_object

    def bystanders(self, side: Side) -> tuple[str, ...]:
        """The unmapped fields of `side` that are watched."""
        return self.bystanders_hubspot if side == "hubspot" else self.bystanders_app

    def writes(self, side: Side) -> bool:
        """Whether anything may be written on `side`."""
        return self.direction == "two_way" or (self.direction == "to_hubspot") == (side == "hubspot")

    def carried(self, pairing: Pairing, value: Any, source: Side) -> Any:
        """What a value of `source` is on the other side: itself, but for a stage."""
        return self.across(source, str(value)) if pairing.sort == "stage" and value else value

    def across(self, side: Side, place: str) -> str | None:
        """The place on the other side that goes with one on `side`; None where none does."""
        return None if self.stages is None else self.stages.across(side, place)

    def places(self, side: Side) -> list[str]:
        """The places of a side that are mapped."""
        return [] if self.stages is None else [pair[SIDES.index(side)] for pair in self.stages.pairs]

    def unmapped(self, side: Side, place: Any) -> bool:
        """Whether a record is in a stage that goes with none of the other side; an empty one is not."""
        return self.stages is not None and bool(place) and self.across(side, str(place)) is None

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
    links=(Link("companies", "companies", "organisation_id"),),
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
DEALS = Rules(
    name="deals",
    hubspot_object="deals",
    app_object="opportunities",
    pairings=(
        Pairing("dealname", "title", "text"),
        Pairing("amount", "amount", "number"),
        Pairing("closedate", "closes_on", "date"),
        Pairing("description", "notes", "text"),
        Pairing(PLACE, PLACE, "stage"),
    ),
    identifiers=(Identifier("code", ("dealname",), ("title",)),),
    app_requires=("title",),
    bystanders_hubspot=("dealtype",),
    bystanders_app=("source",),
    stages=Stages(
        hubspot_fields=("pipeline", "dealstage"),
        app_fields=("pipeline_id", "stage_id"),
        pairs=(
            ("default/appointmentscheduled", "pip_sales/stg_meeting"),
            ("default/qualifiedtobuy", "pip_sales/stg_qualified"),
            ("default/presentationscheduled", "pip_sales/stg_proposal"),
            ("default/contractsent", "pip_sales/stg_proposal"),
            ("default/closedwon", "pip_sales/stg_won"),
            ("renewals/renewal-due", "pip_renewals/stg_due"),
            ("renewals/renewal-renewed", "pip_renewals/stg_renewed"),
        ),
    ),
    links=(Link("contacts", "contacts", "person_id"), Link("companies", "companies", "organisation_id")),
)
