"""Apps, object types and fields as the API answers with them (rule 4.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hubsync.api.shapes import Json
from hubsync.model.app import AppObject
from hubsync.model.mapping import DefaultMapping
from hubsync.model.schema import FieldSchema, ObjectSchema
from hubsync.services.manage.view import Suggestion


def app(key: str, names: Mapping[str, str], objects: Sequence[AppObject]) -> Json:
    """An application with its object types. HubSpot's fields depend on the account, and are asked of a connection."""
    return {"key": key, "name": names[key], "objects": [_object(each) for each in objects]}


def live(connection: str, schema: ObjectSchema, suggested: Sequence[Suggestion]) -> Json:
    """The fields of an object type as one account has them now, and the default mappings that are about it."""
    return {
        "connection": connection,
        "object": schema.object_type,
        "kind": schema.kind,
        "fields": [_field(each) for each in schema.fields.values()],
        "suggested": [
            {"app_key": each.app, "object": each.object_type, **_default(each.mapping)} for each in suggested
        ],
    }


def _object(each: AppObject) -> Json:
    return {
        "object": each.object_type,
        "kind": each.kind,
        "fields": [_field(field) for field in each.fields.values()],
        "defaults": [_default(mapping) for mapping in each.defaults],
    }


def _default(each: DefaultMapping) -> Json:
    """A default mapping; a required one cannot be switched off unless the application fills the field itself."""
    return {
        "hubspot": each.hubspot_field,
        "app": each.app_field,
        "transform": each.transform,
        "direction": each.direction,
        "required": each.required,
    }


def _field(each: FieldSchema) -> Json:
    """A field: its type and what holds of it."""
    return {
        "name": each.name,
        "label": each.label,
        "type": each.type,
        "many": each.many,
        "read_only": each.read_only,
        "required": each.required,
        "unique": each.unique,
        "filled": each.filled,
        "max_length": each.max_length,
        "refers_to": each.refers_to,
        "options": [{"value": option.value, "label": option.text} for option in each.options],
    }
