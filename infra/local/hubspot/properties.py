"""The routes of property definitions, and of custom object types."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from infra.local.http import Response
from infra.local.hubspot import catalogue
from infra.local.hubspot.batches import inputs_of
from infra.local.hubspot.call import Call, Route
from infra.local.hubspot.errors import ApiError, invalid, not_found
from infra.local.hubspot.schema import MAX_UNIQUE, TYPES, ObjectType, Property, from_body, patched
from infra.local.hubspot.table import Table

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_BUILT_IN_UNIQUE = frozenset({"email"})


def _list(call: Call) -> Response:
    archived = call.flag("archived")
    found = [prop.api() for prop in call.table.kind.properties.values() if prop.archived == archived]
    return Response(200, {"results": found})


def _one(table: Table, name: str) -> Property:
    prop = table.kind.live(name)
    if prop is None:
        message = f"Property {name} does not exist for object type {table.kind.type_id}"
        raise not_found(message, {"propertyName": [name]})
    return prop


def _read(call: Call) -> Response:
    return Response(200, _one(call.table, call.args["name"]).api())


def create(table: Table, body: dict[str, Any], now: int) -> Property:
    """Define a property; 400 for a bad definition or an eleventh unique one, 409 if it exists."""
    missing = [name for name in ("name", "label", "type", "fieldType", "groupName") if not body.get(name)]
    if missing:
        raise invalid(f"Some required fields were not set: {missing}")
    if body["type"] not in TYPES:
        raise invalid(f"Unknown property type {body['type']}; known are {sorted(TYPES)}")
    name = str(body["name"])
    if not _NAME.fullmatch(name):
        raise invalid(f"{name} is no property name: lower-case letters, digits and underscores only")
    if table.kind.live(name) is not None:
        raise ApiError(
            409,
            "OBJECT_ALREADY_EXISTS",
            f"A property named '{name}' already exists",
            sub_category="Properties.PROPERTY_EXISTS",
            context={"name": [name]},
        )
    prop = from_body(body, now)
    unique = [held for held in table.kind.unique_names() if held not in _BUILT_IN_UNIQUE]
    if prop.unique and len(unique) >= MAX_UNIQUE:
        raise invalid(f"At most {MAX_UNIQUE} properties with unique values are allowed for an object type")
    if body["groupName"] not in table.kind.groups:
        table.kind.groups[str(body["groupName"])] = str(body["groupName"])
    table.kind.add([prop])
    if prop.unique:
        table.watch_unique(prop.name)
    return prop


def _create(call: Call) -> Response:
    return Response(201, create(call.table, call.json(), call.account.clock()).api())


def _change(call: Call) -> Response:
    table, body = call.table, call.json()
    prop = _one(table, call.args["name"])
    if "hasUniqueValue" in body and bool(body["hasUniqueValue"]) != prop.unique:
        raise invalid("hasUniqueValue cannot be changed once a property exists")
    if prop.built_in:
        raise invalid(f"The definition of {prop.name} is read only")
    changed = patched(prop, body, call.account.clock())
    table.kind.add([changed])
    return Response(200, changed.api())


def _archive_one(call: Call, name: str) -> None:
    prop = _one(call.table, name)
    if prop.built_in:
        raise invalid(f"{name} is HubSpot's own and cannot be archived")
    call.table.kind.add([replace(prop, archived=True, updated=call.account.clock())])


def _archive(call: Call) -> Response:
    _archive_one(call, call.args["name"])
    return Response(204)


def _batch_read(call: Call) -> Response:
    found = [call.table.kind.live(str(item.get("name"))) for item in inputs_of(call.json())]
    return Response(200, {"status": "COMPLETE", "results": [prop.api() for prop in found if prop]})


def _batch_create(call: Call) -> Response:
    now = call.account.clock()
    made = [create(call.table, dict(item), now).api() for item in inputs_of(call.json())]
    return Response(201, {"status": "COMPLETE", "results": made})


def _batch_archive(call: Call) -> Response:
    for item in inputs_of(call.json()):
        _archive_one(call, str(item.get("name")))
    return Response(204)


def _groups(call: Call) -> Response:
    groups = call.table.kind.groups.items()
    results = [{"name": n, "label": label, "displayOrder": -1, "archived": False} for n, label in groups]
    return Response(200, {"results": results})


def _create_group(call: Call) -> Response:
    body = call.json()
    name = str(body.get("name", ""))
    if not _NAME.fullmatch(name):
        raise invalid("A group needs a name of lower-case letters, digits and underscores")
    call.table.kind.groups[name] = str(body.get("label", name))
    shown = {"name": name, "label": call.table.kind.groups[name], "displayOrder": -1, "archived": False}
    return Response(201, shown)


def _schema(kind: ObjectType) -> dict[str, Any]:
    return {
        "id": kind.type_id,
        "objectTypeId": kind.type_id,
        "fullyQualifiedName": kind.name,
        "name": kind.singular,
        "labels": {"singular": kind.singular.capitalize(), "plural": kind.name.capitalize()},
        "requiredProperties": [],
        "searchableProperties": list(kind.searchable),
        "primaryDisplayProperty": kind.defaults[0],
        "properties": [prop.api() for prop in kind.properties.values()],
        "associations": [],
        "archived": False,
    }


def _schemas(call: Call) -> Response:
    kinds = [table.kind for table in call.account.tables.values() if table.kind.custom]
    return Response(200, {"results": [_schema(kind) for kind in kinds]})


def _schema_of(call: Call) -> Response:
    return Response(200, _schema(call.table.kind))


def _create_schema(call: Call) -> Response:
    body, now = call.json(), call.account.clock()
    name = str(body.get("name", ""))
    if not _NAME.fullmatch(name):
        raise invalid("A custom object needs a name of lower-case letters, digits and underscores")
    number = sum(table.kind.custom for table in call.account.tables.values()) + 1
    properties = [from_body({"type": "string", "label": "", **item}, now) for item in body.get("properties") or ()]
    primary = str(body.get("primaryDisplayProperty") or (properties[0].name if properties else "name"))
    kind = catalogue.custom(name, f"p_{name}", f"2-{number}", primary, properties)
    call.account.register(kind)
    return Response(201, _schema(kind))


_PATH, _READ, _WRITE = "/crm/properties/{type}", "crm.schemas.{type}.read", "crm.schemas.{type}.write"
_SCHEMAS = "/crm-object-schemas/schemas"
ROUTES = (
    Route("GET", _PATH, _list, _READ),
    Route("POST", _PATH, _create, _WRITE),
    Route("GET", _PATH + "/groups", _groups, _READ),
    Route("POST", _PATH + "/groups", _create_group, _WRITE),
    Route("GET", _PATH + "/{name}", _read, _READ),
    Route("PATCH", _PATH + "/{name}", _change, _WRITE),
    Route("DELETE", _PATH + "/{name}", _archive, _WRITE),
    Route("POST", _PATH + "/batch/read", _batch_read, _READ),
    Route("POST", _PATH + "/batch/create", _batch_create, _WRITE),
    Route("POST", _PATH + "/batch/archive", _batch_archive, _WRITE),
    Route("GET", _SCHEMAS, _schemas, "crm.schemas.custom.read"),
    Route("POST", _SCHEMAS, _create_schema, "crm.schemas.custom.write"),
    Route("GET", _SCHEMAS + "/{type}", _schema_of, "crm.schemas.custom.read"),
)
