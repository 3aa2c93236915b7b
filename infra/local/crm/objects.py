"""Orbit's objects: their fields, ids and served shapes."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from infra.local.parts.fields import Field, ObjectType, by_name, nest
from infra.local.parts.instants import iso_milliseconds
from infra.local.parts.table import Row

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"

_STAMPS = (
    Field("id", "string", "Id", read_only=True, max_length=None),
    Field("etag", "string", "Version", read_only=True, max_length=None),
    Field("created_at", "datetime", "Created at", read_only=True, max_length=None),
    Field("updated_at", "datetime", "Updated at", read_only=True, max_length=None),
)

PEOPLE = ObjectType(
    name="people",
    singular="person",
    fields=by_name(
        Field("name.first", "string", "First name"),
        Field("name.last", "string", "Last name"),
        Field("email", "email", "Email"),
        Field("phone", "phone", "Phone", max_length=64),
        Field("job_title", "string", "Job title"),
        Field("birthday", "date", "Birthday"),
        Field("score", "number", "Score"),
        Field("vip", "boolean", "VIP", default=False),
        Field("stage", "enum", "Stage", options=("lead", "prospect", "customer", "former")),
        Field("organisation_id", "reference", "Organisation", refers_to="organisations"),
        Field("owner_id", "reference", "Owner", refers_to="users"),
        Field("external_ref", "string", "External reference", unique=True),
        *_STAMPS,
    ),
    external="external_ref",
    searchable=("external_ref", "email"),
    require_one_of=("name.first", "name.last", "email"),
)

ORGANISATIONS = ObjectType(
    name="organisations",
    singular="organisation",
    fields=by_name(
        Field("title", "string", "Title", required=True),
        Field("website", "url", "Website"),
        Field("phone", "phone", "Phone", max_length=64),
        Field("city", "string", "City"),
        Field("employees", "integer", "Employees"),
        Field("founded_on", "date", "Founded on"),
        Field("external_ref", "string", "External reference", unique=True),
        *_STAMPS,
    ),
    external="external_ref",
    searchable=("external_ref", "title"),
)

_OWNER = Field("owner_id", "reference", "Owner", refers_to="users")
_EXTERNAL = Field("external_ref", "string", "External reference", unique=True)

OPPORTUNITIES = ObjectType(
    name="opportunities",
    singular="opportunity",
    fields=by_name(
        Field("title", "string", "Title", required=True),
        Field("notes", "string", "Notes", max_length=2000),
        Field("amount", "number", "Amount"),
        Field("closes_on", "date", "Closes on"),
        Field("source", "enum", "Source", options=("1", "2", "3"), labels=("Website", "Fair", "Referral")),
        Field("tags", "enums", "Tags", options=("hot", "renewal", "upsell", "partner"), default=[]),
        Field("pipeline_id", "reference", "Pipeline", refers_to="pipelines"),
        Field("stage_id", "reference", "Stage", refers_to="stages"),
        Field("person_id", "reference", "Person", refers_to="people"),
        Field("organisation_id", "reference", "Organisation", refers_to="organisations"),
        Field("participant_ids", "references", "Participants", refers_to="people", default=[]),
        Field("decider_id", "reference", "Decision maker", refers_to="people"),
        Field("product_ids", "references", "Products", refers_to="products", default=[]),
        _OWNER,
        _EXTERNAL,
        *_STAMPS,
    ),
    external="external_ref",
    searchable=("external_ref", "title"),
)

PRODUCTS = ObjectType(
    name="products",
    singular="product",
    fields=by_name(
        Field("name", "string", "Name", required=True),
        Field("sku", "string", "SKU", max_length=64),
        Field("price", "number", "Price"),
        Field("description", "string", "Description", max_length=2000),
        Field("active", "boolean", "Active", default=True),
        _EXTERNAL,
        *_STAMPS,
    ),
    external="external_ref",
    searchable=("external_ref", "sku"),
)

TICKETS = ObjectType(
    name="tickets",
    singular="ticket",
    fields=by_name(
        Field("subject", "string", "Subject", required=True),
        Field("description", "string", "Description", max_length=2000),
        Field("priority", "enum", "Priority", options=("low", "normal", "high", "urgent")),
        Field("channels", "enums", "Channels", options=("email", "phone", "chat"), default=[]),
        Field("solved", "boolean", "Solved", default=False),
        Field("person_id", "reference", "Person", refers_to="people"),
        Field("organisation_id", "reference", "Organisation", refers_to="organisations"),
        _OWNER,
        _EXTERNAL,
        *_STAMPS,
    ),
    external="external_ref",
    searchable=("external_ref",),
)

TASKS = ObjectType(
    name="tasks",
    singular="task",
    fields=by_name(
        Field("title", "string", "Title", required=True),
        Field("notes", "string", "Notes", max_length=2000),
        Field("due_at", "datetime", "Due at", max_length=None),
        Field("priority", "enum", "Priority", options=("low", "medium", "high")),
        Field("done", "boolean", "Done", default=False),
        Field("person_id", "reference", "Person", refers_to="people"),
        Field("opportunity_id", "reference", "Opportunity", refers_to="opportunities"),
        _OWNER,
        _EXTERNAL,
        *_STAMPS,
    ),
    external="external_ref",
    searchable=("external_ref",),
)

LEADS = ObjectType(
    name="leads",
    singular="lead",
    fields=by_name(
        Field("name", "string", "Name", required=True),
        Field("email", "email", "Email"),
        Field("phone", "phone", "Phone", max_length=64),
        Field("company", "string", "Company"),
        Field("temperature", "enum", "Temperature", options=("cold", "warm", "hot")),
        _OWNER,
        _EXTERNAL,
        *_STAMPS,
    ),
    external="external_ref",
    searchable=("external_ref", "email"),
)

ASSETS = ObjectType(
    name="assets",
    singular="asset",
    fields=by_name(
        Field("name", "string", "Name", required=True),
        Field("serial_number", "string", "Serial number", max_length=64),
        Field("bought_on", "date", "Bought on"),
        Field("value", "number", "Value"),
        Field("person_id", "reference", "Person", refers_to="people"),
        Field("organisation_id", "reference", "Organisation", refers_to="organisations"),
        _EXTERNAL,
        *_STAMPS,
    ),
    external="external_ref",
    searchable=("external_ref", "serial_number"),
)

KINDS: Mapping[str, ObjectType] = {
    kind.name: kind for kind in (PEOPLE, ORGANISATIONS, OPPORTUNITIES, PRODUCTS, TICKETS, TASKS, LEADS, ASSETS)
}
PREFIXES: Mapping[str, str] = {
    "people": "per",
    "organisations": "org",
    "opportunities": "opp",
    "products": "pro",
    "tickets": "tic",
    "tasks": "tas",
    "leads": "lea",
    "assets": "ass",
}


def new_id(kind: str, now: int, randomness: random.Random) -> str:
    """`per_01h…`: time and chance, so that ids of one millisecond do not sort by creation."""
    number = now << 80 | randomness.getrandbits(80)
    digits = "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
    return f"{PREFIXES[kind]}_{digits}"


def etag(version: int) -> str:
    """The value of `ETag` and `If-Match`, quotes included."""
    return f'"v{version}"'


def body(row: Row[str]) -> dict[str, Any]:
    """A record as it is served."""
    return {
        "id": row.id,
        **nest(row.values),
        "etag": etag(row.version),
        "created_at": iso_milliseconds(row.created),
        "updated_at": iso_milliseconds(row.updated),
    }


def schema(kind: ObjectType) -> dict[str, Any]:
    """What `GET /v1/schema/{object}` says."""
    return {
        "object": kind.name,
        "require_one_of": list(kind.require_one_of),
        "fields": [
            {
                "name": field.name,
                "type": field.type,
                "label": field.label,
                "required": field.required,
                "read_only": field.read_only,
                "unique": field.unique,
                "max_length": field.max_length,
                "options": [
                    {"value": value, "label": label}
                    for value, label in zip(field.options, field.labels or field.options, strict=True)
                ]
                or None,
                "refers_to": field.refers_to,
            }
            for field in kind.fields.values()
        ],
    }
