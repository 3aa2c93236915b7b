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
            MatchKey(IdentifierKind.DOMAIN, "domain", "website", ("hs_additional_domains",)),
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


def other(
    kind: ObjectKind,
    hubspot_object: str,
    app_object: str,
    mappings: tuple[FieldMapping, ...],
    match_keys: tuple[MatchKey, ...] = (),
    *,
    app: str = "orbit",
    direction: Direction = Direction.TWO_WAY,
) -> Sync:
    """A sync of any other kind; without match keys its records are matched by ids alone (rule 3.1)."""
    return Sync(
        id="s3",
        name=app_object,
        kind=kind,
        hubspot_connection="hubspot",
        app_connection=app,
        hubspot_object=hubspot_object,
        app_object=app_object,
        direction=direction,
        mappings=mappings,
        match_keys=match_keys,
        status=SyncStatus.INITIAL,
        generation=1,
        hash_key=b"k" * 32,
        next_number=len(mappings) + 1,
    )


def deals(direction: Direction = Direction.TWO_WAY) -> Sync:
    """Deals and opportunities, their stages apart."""
    mappings = (
        FieldMapping(1, "dealname", "title", required=True),
        FieldMapping(2, "amount", "amount", Transform.NUMBER),
        FieldMapping(3, "closedate", "closes_on", Transform.DATE),
        FieldMapping(4, "description", "notes"),
    )
    return other(ObjectKind.DEAL, "deals", "opportunities", mappings, direction=direction)


def products(direction: Direction = Direction.TWO_WAY) -> Sync:
    """Products on both sides, by SKU or name."""
    mappings = (
        FieldMapping(1, "name", "name", required=True),
        FieldMapping(2, "hs_sku", "sku"),
        FieldMapping(3, "price", "price", Transform.NUMBER),
        FieldMapping(4, "description", "description"),
    )
    keys = (MatchKey(IdentifierKind.SKU, "hs_sku", "sku"), MatchKey(IdentifierKind.NAME, "name", "name"))
    return other(ObjectKind.PRODUCT, "products", "products", mappings, keys, direction=direction)


def tickets() -> Sync:
    """Tickets on both sides."""
    mappings = (FieldMapping(1, "subject", "subject", required=True), FieldMapping(2, "content", "description"))
    return other(ObjectKind.TICKET, "tickets", "tickets", mappings)


def tasks() -> Sync:
    """Tasks on both sides."""
    mappings = (
        FieldMapping(1, "hs_task_subject", "title", required=True),
        FieldMapping(2, "hs_task_body", "notes"),
        FieldMapping(3, "hs_timestamp", "due_at", Transform.DATE),
    )
    return other(ObjectKind.TASK, "tasks", "tasks", mappings)


def leads() -> Sync:
    """Leads on both sides, by the email of HubSpot's associated contact."""
    mappings = (FieldMapping(1, "hs_lead_name", "name", required=True),)
    keys = (MatchKey(IdentifierKind.EMAIL, "hs_associated_contact_email", "email"),)
    return other(ObjectKind.LEAD, "leads", "leads", mappings, keys)


def assets() -> Sync:
    """An object type of HubSpot's account (`World.define_object("cars", "name", "serial")`) and Orbit's assets."""
    mappings = (FieldMapping(1, "name", "name", required=True), FieldMapping(2, "serial", "serial_number"))
    return other(ObjectKind.CUSTOM, "p_cars", "assets", mappings)


def invoices() -> Sync:
    """Invoices of Ledgerly."""
    mappings = (
        FieldMapping(1, "hs_title", "Title", required=True),
        FieldMapping(2, "hs_number", "InvoiceNumber"),
        FieldMapping(3, "hs_amount_billed", "Total", Transform.NUMBER),
        FieldMapping(4, "hs_due_date", "DueOn", Transform.DATE),
    )
    return other(ObjectKind.INVOICE, "invoices", "invoices", mappings, app="ledgerly")
