"""The syncs that the simulation saves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hubsync.model.association import Association
from hubsync.model.identifier import IdentifierKind
from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.side import Direction, Side
from hubsync.model.sync import MatchKey, ObjectKind, Sync, SyncStatus

CONTACT_MAPPINGS = (
    FieldMapping(1, "email", "email", Transform.EMAIL),
    FieldMapping(2, "firstname", "first_name"),
    FieldMapping(3, "lastname", "last_name"),
    FieldMapping(4, "phone", "phone", Transform.PHONE),
    FieldMapping(5, "jobtitle", "job_title"),
)
COMPANY_MAPPINGS = (
    FieldMapping(1, "name", "title", required=True),
    FieldMapping(2, "domain", "website", Transform.DOMAIN),
    FieldMapping(3, "city", "city"),
    FieldMapping(4, "numberofemployees", "employees", Transform.NUMBER),
)


def contacts(
    direction: Direction = Direction.TWO_WAY,
    default: Side = Side.HUBSPOT,
    mappings: tuple[FieldMapping, ...] = CONTACT_MAPPINGS,
    *,
    require_email: bool = True,
) -> Sync:
    """Contacts and people."""
    return Sync(
        id="s1",
        name="contacts",
        kind=ObjectKind.CONTACT,
        hubspot_connection="hubspot",
        app_connection="orbit",
        hubspot_object="contacts",
        app_object="people",
        direction=direction,
        mappings=mappings,
        match_keys=(MatchKey(IdentifierKind.EMAIL, "email", "email", ("hs_additional_emails",)),),
        default_side=default,
        require_email=require_email,
        phone_region="US",
        notify=("ops@example.com",),
        status=SyncStatus.INITIAL,
        generation=1,
        hash_key=b"k" * 32,
        next_number=6,
    )


def companies(direction: Direction = Direction.TWO_WAY, default: Side = Side.HUBSPOT) -> Sync:
    """Companies and organisations."""
    return Sync(
        id="s2",
        name="companies",
        kind=ObjectKind.COMPANY,
        hubspot_connection="hubspot",
        app_connection="orbit",
        hubspot_object="companies",
        app_object="organisations",
        direction=direction,
        mappings=COMPANY_MAPPINGS,
        match_keys=(
            MatchKey(IdentifierKind.DOMAIN, "domain", "website"),
            MatchKey(IdentifierKind.NAME, "name", "title"),
        ),
        default_side=default,
        status=SyncStatus.INITIAL,
        generation=1,
        hash_key=b"k" * 32,
        next_number=5,
    )


def linked(sync: Sync, **settings: Any) -> Sync:
    """Contacts with links to their companies: HubSpot's several companies, Orbit's one organisation (rule 6.1)."""
    association = Association(sync.next_number, "companies", "organisation_id", "s2", **settings)
    return replace(sync, associations=(association,), next_number=sync.next_number + 1)
