"""What HubSpot says of an object type: its property definitions as an `ObjectSchema`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hubsync.connectors.http import Http
from hubsync.connectors.hubspot.answers import required
from hubsync.connectors.hubspot.api import properties
from hubsync.connectors.hubspot.records import results_of
from hubsync.model.identifier import IdentifierKind
from hubsync.model.schema import FieldSchema, FieldType, ObjectSchema, Option

KINDS = {
    "contacts": "contact",
    "companies": "company",
    "deals": "deal",
    "tickets": "ticket",
    "products": "product",
    "invoices": "invoice",
    "tasks": "task",
    "leads": "lead",
}
"""What object types are called in the singular; others have no kind, unless they are the account's own."""

_CUSTOM = re.compile(r"2-[0-9]+|p[0-9]*_[a-z0-9_]+")
"""How an account's own object types are called: by type id, or by the name that the schema gives."""

IDENTIFIERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "contacts": {IdentifierKind.EMAIL.value: ("email", "hs_additional_emails")},
    "companies": {
        IdentifierKind.DOMAIN.value: ("domain", "hs_additional_domains"),
        IdentifierKind.NAME.value: ("name",),
    },
    "leads": {IdentifierKind.EMAIL.value: ("hs_associated_contact_email",)},
    "products": {IdentifierKind.SKU.value: ("hs_sku",), IdentifierKind.NAME.value: ("name",)},
}
"""The properties that records are matched by (rules 3.1, 3.4), the primary one first, then the `;`-separated rest."""

DISPLAY: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "contacts": (("firstname", "lastname"), ("email",)),
    "companies": (("name",), ("domain",)),
    "deals": (("dealname",),),
    "tickets": (("subject",),),
    "products": (("name",), ("hs_sku",)),
    "invoices": (("hs_title",), ("hs_number",)),
    "tasks": (("hs_task_subject",),),
    "leads": (("hs_lead_name",), ("hs_associated_contact_email",)),
}
"""The properties that people know a record by: the first group that is not empty, its texts joined."""

_STAGES = {"deals": ("pipeline", "dealstage")}
_STAGES_ELSEWHERE = ("hs_pipeline", "hs_pipeline_stage")
"""The properties that hold a record's pipeline and stage."""

MAX_TEXT = 65_536
"""Characters of a text property, at most."""

_TYPES = {
    "bool": FieldType.BOOLEAN,
    "date": FieldType.DATE,
    "datetime": FieldType.DATETIME,
    "enumeration": FieldType.OPTION,
    "number": FieldType.NUMBER,
    "phone_number": FieldType.PHONE,
}
_BY_NAME = {"email": FieldType.EMAIL, "phone": FieldType.PHONE, "mobilephone": FieldType.PHONE}


def definitions(http: Http, object_type: str) -> list[Mapping[str, Any]]:
    """The definitions of an object type's living properties, as HubSpot gives them."""
    kind = f"properties {object_type}"
    return results_of(required(http.send("GET", properties(object_type), kind=kind), kind))


def schema_of(object_type: str, found: list[Mapping[str, Any]]) -> ObjectSchema:
    """The schema from the definitions."""
    fields = {definition["name"]: field_of(definition) for definition in found}
    identifiers: dict[str, tuple[str, ...]] = {}
    for kind, names in IDENTIFIERS.get(object_type, {}).items():
        present = tuple(name for name in names if name in fields)
        if present:
            identifiers[kind] = present
    stages = _STAGES.get(object_type, _STAGES_ELSEWHERE)
    pipeline, stage = stages if all(name in fields for name in stages) else (None, None)
    return ObjectSchema(object_type, fields, kind_of(object_type), identifiers, pipeline, stage)


def kind_of(object_type: str) -> str | None:
    """What an object type is in the singular: `contact`, …, `custom` for one of the account's own."""
    return "custom" if _CUSTOM.fullmatch(object_type) else KINDS.get(object_type)


def field_of(definition: Mapping[str, Any]) -> FieldSchema:
    """One property. Of an enumeration with options elsewhere (pipelines) the values cannot be told here: TEXT."""
    name = str(definition["name"])
    access = definition.get("modificationMetadata") or {}
    type_ = _type(name, definition)
    options = tuple(
        Option(str(option["value"]), str(option.get("label") or ""))
        for option in definition.get("options") or ()
        if option.get("value")
    )
    return FieldSchema(
        name=name,
        type=type_,
        label=str(definition.get("label") or name),
        read_only=bool(access.get("readOnlyValue")) or bool(definition.get("calculated")),
        unique=bool(definition.get("hasUniqueValue")),
        max_length=MAX_TEXT if definition.get("type") == "string" else None,
        options=options if type_ in (FieldType.OPTION, FieldType.OPTIONS) else (),
        many=type_ is FieldType.OPTIONS,
    )


def _type(name: str, definition: Mapping[str, Any]) -> FieldType:
    type_, widget = str(definition.get("type")), str(definition.get("fieldType"))
    if type_ == "string":
        return FieldType.PHONE if widget == "phonenumber" else _BY_NAME.get(name, FieldType.TEXT)
    if type_ == "enumeration" and widget == "booleancheckbox":
        return FieldType.BOOLEAN
    if definition.get("referencedObjectType") == "OWNER" or name == "hubspot_owner_id":
        return FieldType.OWNER
    if type_ == "enumeration" and not definition.get("options"):
        return FieldType.TEXT
    if type_ == "enumeration" and widget == "checkbox":
        return FieldType.OPTIONS
    return _TYPES.get(type_, FieldType.TEXT)
