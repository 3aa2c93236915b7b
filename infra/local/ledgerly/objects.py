"""Ledgerly's objects: their fields and served shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from infra.local.parts.fields import Field, FieldType, ObjectType, by_name
from infra.local.parts.instants import iso_seconds
from infra.local.parts.table import Row

CONTACTS = ObjectType(
    name="contacts",
    singular="Contact",
    fields=by_name(
        Field("ContactID", "integer", "Contact ID", read_only=True, max_length=None),
        Field("ContactNumber", "string", "Contact number", unique=True, max_length=50),
        Field("GivenName", "string", "Given name", max_length=100),
        Field("FamilyName", "string", "Family name", max_length=100),
        Field("EmailAddress", "email", "Email address"),
        Field("Phone", "phone", "Phone", max_length=50),
        Field("JobRole", "string", "Job role", max_length=100),
        Field("DateOfBirth", "midnight", "Date of birth"),
        Field("CreditLimit", "number", "Credit limit"),
        Field("Preferred", "boolean", "Preferred", default=False),
        Field("OrganizationID", "reference", "Organization", refers_to="organizations"),
        Field("Status", "enum", "Status", read_only=True, options=("ACTIVE", "ARCHIVED")),
        Field("CreatedDateUTC", "datetime", "Created", read_only=True, max_length=None),
        Field("UpdatedDateUTC", "datetime", "Updated", read_only=True, max_length=None),
    ),
    external="ContactNumber",
    searchable=("ContactNumber", "EmailAddress"),
)

ORGANIZATIONS = ObjectType(
    name="organizations",
    singular="Organization",
    fields=by_name(
        Field("OrganizationID", "integer", "Organization ID", read_only=True, max_length=None),
        Field("OrganizationNumber", "string", "Organization number", unique=True, max_length=50),
        Field("Name", "string", "Name", required=True, max_length=150),
        Field("WebDomain", "string", "Web domain"),
        Field("Phone", "phone", "Phone", max_length=50),
        Field("City", "string", "City", max_length=100),
        Field("HeadCount", "integer", "Head count"),
        Field("EstablishedOn", "midnight", "Established on"),
        Field("Status", "enum", "Status", read_only=True, options=("ACTIVE", "ARCHIVED")),
        Field("CreatedDateUTC", "datetime", "Created", read_only=True, max_length=None),
        Field("UpdatedDateUTC", "datetime", "Updated", read_only=True, max_length=None),
    ),
    external="OrganizationNumber",
    searchable=("OrganizationNumber", "Name"),
)

INVOICES = ObjectType(
    name="invoices",
    singular="Invoice",
    fields=by_name(
        Field("InvoiceID", "integer", "Invoice ID", read_only=True, max_length=None),
        Field("Reference", "string", "Reference", unique=True, max_length=50),
        Field("InvoiceNumber", "string", "Invoice number", max_length=50),
        Field("Title", "string", "Title", required=True, max_length=150),
        Field("IssuedOn", "midnight", "Issued on"),
        Field("DueOn", "midnight", "Due on"),
        Field("Total", "number", "Total"),
        Field("State", "enum", "State", options=("DRAFT", "SENT", "PAID", "VOID"), default="DRAFT"),
        Field("ContactID", "reference", "Contact", refers_to="contacts"),
        Field("Status", "enum", "Status", read_only=True, options=("ACTIVE", "ARCHIVED")),
        Field("CreatedDateUTC", "datetime", "Created", read_only=True, max_length=None),
        Field("UpdatedDateUTC", "datetime", "Updated", read_only=True, max_length=None),
    ),
    external="Reference",
    searchable=("Reference", "InvoiceNumber"),
)

ITEMS = ObjectType(
    name="items",
    singular="Item",
    fields=by_name(
        Field("ItemID", "integer", "Item ID", read_only=True, max_length=None),
        Field("ItemNumber", "string", "Item number", unique=True, max_length=50),
        Field("Code", "string", "Code", max_length=50),
        Field("Name", "string", "Name", required=True, max_length=150),
        Field("UnitPrice", "number", "Unit price"),
        Field("Note", "string", "Note", max_length=1000),
        Field("Status", "enum", "Status", read_only=True, options=("ACTIVE", "ARCHIVED")),
        Field("CreatedDateUTC", "datetime", "Created", read_only=True, max_length=None),
        Field("UpdatedDateUTC", "datetime", "Updated", read_only=True, max_length=None),
    ),
    external="ItemNumber",
    searchable=("ItemNumber", "Code"),
)

KINDS: Mapping[str, ObjectType] = {kind.name: kind for kind in (CONTACTS, ORGANIZATIONS, INVOICES, ITEMS)}

_TYPES: Mapping[FieldType, str] = {
    "string": "Text",
    "email": "Email",
    "phone": "Text",
    "number": "Decimal",
    "integer": "Integer",
    "boolean": "YesNo",
    "midnight": "Date",
    "datetime": "Timestamp",
    "enum": "Choice",
    "reference": "Lookup",
}


def renderer(kind: ObjectType) -> Callable[[Row[int]], dict[str, Any]]:
    """What makes the served body of a row of this object."""
    id_field = f"{kind.singular}ID"

    def body(row: Row[int]) -> dict[str, Any]:
        return {
            id_field: row.id,
            **row.values,
            "Status": "ARCHIVED" if row.archived else "ACTIVE",
            "CreatedDateUTC": iso_seconds(row.created),
            "UpdatedDateUTC": iso_seconds(row.updated),
        }

    return body


def schema(kind: ObjectType) -> list[dict[str, Any]]:
    """What `GET /api/2.0/fields/{object}` says."""
    return [
        {
            "Name": field.name,
            "Type": _TYPES[field.type],
            "Label": field.label,
            "Mandatory": field.required,
            "ReadOnly": field.read_only,
            "MaxLength": field.max_length,
        }
        for field in kind.fields.values()
    ]
