"""The objects of two apps, HubSpot's and Orbit's: their fields, default mappings, and what they are shown by."""

from __future__ import annotations

from hubsync.model.mapping import DefaultMapping
from hubsync.model.schema import FieldSchema, FieldType, ObjectSchema
from hubsync.model.side import Direction


def fields(*schemas: FieldSchema) -> dict[str, FieldSchema]:
    return {schema.name: schema for schema in schemas}


CONTACTS = ObjectSchema(
    "contacts",
    fields(
        FieldSchema("email", FieldType.EMAIL),
        FieldSchema("hs_additional_emails", read_only=True),
        FieldSchema("firstname"),
        FieldSchema("phone", FieldType.PHONE),
        FieldSchema("date_of_birth", FieldType.DATE),
        FieldSchema("score", FieldType.NUMBER),
        FieldSchema("vip", FieldType.BOOLEAN),
        FieldSchema("createdate", FieldType.DATETIME, read_only=True),
        FieldSchema("hubsync_id"),
    ),
    "contact",
    {"email": ("email", "hs_additional_emails")},
)
PEOPLE = ObjectSchema(
    "people",
    fields(
        FieldSchema("email", FieldType.EMAIL),
        FieldSchema("first_name"),
        FieldSchema("nickname"),
        FieldSchema("phone", FieldType.PHONE),
        FieldSchema("birthday", FieldType.DATE),
        FieldSchema("points", FieldType.NUMBER),
        FieldSchema("important", FieldType.BOOLEAN),
        FieldSchema("seen_at", FieldType.DATETIME, read_only=True),
        FieldSchema("organisation_id", FieldType.REFERENCE, refers_to="organisations"),
    ),
    "contact",
    {"email": ("email",)},
)
COMPANIES = ObjectSchema(
    "companies",
    fields(FieldSchema("name"), FieldSchema("domain"), FieldSchema("city")),
    "company",
    {"domain": ("domain",), "name": ("name",)},
)
ORGANISATIONS = ObjectSchema(
    "organisations",
    fields(FieldSchema("title", required=True), FieldSchema("website", FieldType.URL), FieldSchema("city")),
    "company",
    {"domain": ("website",), "name": ("title",)},
)
SCHEMAS = {
    "hubspot": {
        "contacts": CONTACTS,
        "companies": COMPANIES,
        "deals": ObjectSchema("deals", kind="deal"),
        "notes": ObjectSchema("notes"),
    },
    "orbit": {"people": PEOPLE, "organisations": ORGANISATIONS},
}

DEFAULTS = {
    "people": (
        DefaultMapping("email", "email", required=True),
        DefaultMapping("firstname", "first_name"),
        DefaultMapping("phone", "phone"),
        DefaultMapping("score", "points", direction=Direction.TO_HUBSPOT),
        DefaultMapping("no_such_property", "nickname"),
    ),
    "organisations": (
        DefaultMapping("name", "title", required=True),
        DefaultMapping("domain", "website"),
    ),
}

DISPLAY = {"contacts": (("firstname",), ("email",)), "people": (("first_name",), ("email",))}
