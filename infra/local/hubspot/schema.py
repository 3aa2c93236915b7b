"""Object types and their property definitions, as `/crm/properties` shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from infra.local.hubspot.times import iso

TYPES = frozenset({"bool", "date", "datetime", "enumeration", "number", "phone_number", "string"})
MAX_UNIQUE = 10
"""So many properties of one object type may demand unique values."""


@dataclass(frozen=True, slots=True)
class Property:
    """One property definition. `options` are the internal values of an enumeration, with their labels.

    `refers_to` is what the values of an enumeration with options elsewhere name, e.g. `OWNER`.
    """

    name: str
    type: str = "string"
    field_type: str = "text"
    label: str = ""
    group: str = "information"
    description: str = ""
    options: tuple[tuple[str, str], ...] = ()
    external_options: bool = False
    refers_to: str | None = None
    unique: bool = False
    read_only: bool = False
    calculated: bool = False
    hidden: bool = False
    built_in: bool = True
    archived: bool = False
    created: int = 0
    updated: int = 0

    def api(self) -> dict[str, Any]:
        """The definition as an answer shows it."""
        return {
            "name": self.name,
            "label": self.label or self.name,
            "type": self.type,
            "fieldType": self.field_type,
            "groupName": self.group,
            "description": self.description,
            "options": [
                {"label": label, "value": value, "displayOrder": order, "hidden": False}
                for order, (value, label) in enumerate(self.options)
            ],
            "displayOrder": -1,
            "calculated": self.calculated,
            "externalOptions": self.external_options,
            "referencedObjectType": self.refers_to,
            "hasUniqueValue": self.unique,
            "hidden": self.hidden,
            "hubspotDefined": self.built_in,
            "formField": not self.read_only,
            "dataSensitivity": "non_sensitive",
            "archived": self.archived,
            "createdAt": iso(self.created),
            "updatedAt": iso(self.updated),
            "modificationMetadata": {
                "archivable": not self.built_in,
                "readOnlyDefinition": self.built_in,
                "readOnlyValue": self.read_only,
                "readOnlyOptions": self.built_in,
            },
        }


@dataclass(slots=True)
class ObjectType:
    """One kind of record. `modified` names the property that moves with every write: the change cursor."""

    name: str
    singular: str
    type_id: str
    modified: str = "hs_lastmodifieddate"
    created: str = "createdate"
    defaults: tuple[str, ...] = ()
    searchable: tuple[str, ...] = ()
    properties: dict[str, Property] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    custom: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Every name by which a path may call this type."""
        return (self.name, self.singular, self.type_id)

    @property
    def always(self) -> tuple[str, ...]:
        """The properties that every answer has, asked for or not."""
        return (self.created, self.modified, "hs_object_id")

    def unique_names(self) -> list[str]:
        """The live properties with unique values, HubSpot's own email among them."""
        return [name for name, prop in self.properties.items() if prop.unique and not prop.archived]

    def live(self, name: str) -> Property | None:
        """The definition of a property that exists and is not archived."""
        prop = self.properties.get(name)
        return None if prop is None or prop.archived else prop

    def add(self, properties: Iterable[Property]) -> None:
        """Define properties; one of the same name is replaced."""
        for prop in properties:
            self.properties[prop.name] = prop
            self.groups.setdefault(prop.group, prop.group)


def from_body(body: Mapping[str, Any], now: int) -> Property:
    """A definition from the body of `POST /crm/properties/{v}/{type}`; its checks are the route's."""
    return Property(
        name=str(body["name"]),
        type=str(body["type"]),
        field_type=str(body.get("fieldType", "text")),
        label=str(body.get("label", "")),
        group=str(body.get("groupName", "information")),
        description=str(body.get("description") or ""),
        options=options_from(body.get("options") or ()),
        external_options=bool(body.get("externalOptions", False)),
        unique=bool(body.get("hasUniqueValue", False)),
        hidden=bool(body.get("hidden", False)),
        built_in=False,
        created=now,
        updated=now,
    )


def options_from(options: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """The options of an enumeration from a body."""
    return tuple((str(option["value"]), str(option.get("label", option["value"]))) for option in options)


def patched(prop: Property, body: Mapping[str, Any], now: int) -> Property:
    """The definition after `PATCH`; `hasUniqueValue` and `name` cannot change."""
    return replace(
        prop,
        label=str(body.get("label", prop.label)),
        type=str(body.get("type", prop.type)),
        field_type=str(body.get("fieldType", prop.field_type)),
        group=str(body.get("groupName", prop.group)),
        description=str(body.get("description", prop.description)),
        options=options_from(body["options"]) if body.get("options") is not None else prop.options,
        hidden=bool(body.get("hidden", prop.hidden)),
        updated=now,
    )
