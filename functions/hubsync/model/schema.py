"""What an application says of one of its object types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class FieldType(StrEnum):
    """The types that mappings know. What an application has beyond these is TEXT."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    OPTION = "option"
    OPTIONS = "options"
    """Several options at once (HubSpot: a multi-checkbox, `a;b`)."""
    OWNER = "owner"
    """A user of the application, by its own id."""
    REFERENCE = "reference"
    """The id of a record of another object type (`FieldSchema.refers_to`)."""
    URL = "url"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a field: the value that the API takes, and what people read."""

    value: str
    label: str = ""

    @property
    def text(self) -> str:
        """What people read; the value where there is no label."""
        return self.label or self.value


@dataclass(frozen=True, slots=True)
class FieldSchema:
    """One field: its type, whether it may be written, must be given, is unique; its options and greatest length.

    `many` says that it holds several values (a list). `refers_to` is the object type that a REFERENCE names.
    `filled` says that the application gives a value of its own where none is sent.
    """

    name: str
    type: FieldType = FieldType.TEXT
    label: str = ""
    read_only: bool = False
    required: bool = False
    unique: bool = False
    max_length: int | None = None
    options: tuple[Option, ...] = ()
    many: bool = False
    refers_to: str | None = None
    filled: bool = False


@dataclass(frozen=True, slots=True)
class ObjectSchema:
    """One object type and its fields by name.

    `kind` is what it is in HubSpot's words (`contact`, `company`), or None. `identifiers` names, by identifier kind
    (`email`, `domain`, `name`), the fields that records of this type are matched by, the primary one first.
    `pipeline_field` and `stage_field` hold a record's pipeline and stage; None where there are none.
    """

    object_type: str
    fields: Mapping[str, FieldSchema] = field(default_factory=dict)
    kind: str | None = None
    identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pipeline_field: str | None = None
    stage_field: str | None = None
