"""One object type's records: from the application's JSON to a `Record`, and from fields to the body of a write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hubsync.connectors.declarative.formats import Format, format_of, instant, several
from hubsync.connectors.declarative.objects import DeletedManifest, FieldManifest, ObjectManifest
from hubsync.connectors.declarative.part import Scalar
from hubsync.connectors.declarative.paths import Read, put, reader
from hubsync.connectors.errors import ConnectorBugError
from hubsync.model.record import Record, RecordRef, Value, is_empty
from hubsync.model.schema import FieldSchema, FieldType, ObjectSchema, Option
from hubsync.model.side import Side
from hubsync.model.status import FailureCategory


class UnfitValueError(Exception):
    """A value that cannot be written to a field."""

    def __init__(self, category: FailureCategory, field: str) -> None:
        super().__init__(f"{field}: {category.value}")
        self.category = category
        self.field = field


@dataclass(frozen=True, slots=True)
class _Field:
    """A field ready for use. `write` is its place in a body, None where it cannot be written."""

    name: str
    read: Read
    write: str | None
    format: Format
    clear: Scalar | list[Value]

    def value(self, document: Any) -> Value:
        """The field's value in hubsync's writing; what is not of its type is handed on as it is."""
        raw = self.read(document)
        if raw is None:
            return None
        try:
            return self.format.decode(raw)
        except (ValueError, OverflowError):
            # The engine names a broken value as the record's failure; here it must not stop a page.
            return raw if isinstance(raw, str | int | float | list | dict) else str(raw)


class Shape:
    """Reads and writes the records of one object type. `prefix` marks the external ids that are hubsync's own."""

    def __init__(self, object_type: str, manifest: ObjectManifest, prefix: str) -> None:
        self.schema = schema_of(object_type, manifest)
        self._object_type = object_type
        self._prefix = prefix
        self._fields = {name: _field(name, field) for name, field in manifest.fields.items()}
        self._integer_ids = manifest.id.type == "integer"
        self._id = reader(manifest.id.path)
        self._etag = reader(manifest.etag) if manifest.etag else None
        self._modified = reader(manifest.modified_at.path) if manifest.modified_at else None
        self._modified_format = manifest.modified_at.format if manifest.modified_at else "iso"
        self._deleted = _deleted(manifest.deleted)
        self._external_path = manifest.external_id.path if manifest.external_id else None
        self._external = reader(manifest.external_id.path) if manifest.external_id else None
        self.names = {field.write or name: name for name, field in self._fields.items()}
        """The fields' names by their places in a body, which is how applications name them in errors."""

    def known(self, record_id: str) -> bool:
        """Whether an id can be one of this object's; any other is asked for in vain."""
        return record_id.isdecimal() if self._integer_ids else record_id not in ("", ".", "..")

    def external(self, external_id: str) -> str:
        """What stands in the application's field for one of hubsync's external ids."""
        return self._prefix + external_id

    def check(self, names: Sequence[str]) -> None:
        """Raise `ConnectorBugError` for a name that is no field of this object."""
        unknown = [name for name in names if name not in self._fields]
        if unknown:
            raise ConnectorBugError(f"{self._object_type} has no field {', '.join(unknown)}.")

    def id(self, document: Any) -> str:
        """The record's id. Raises `ConnectorBugError` where there is none."""
        found = self._id(document)
        if isinstance(found, bool) or not isinstance(found, str | int) or found == "":
            raise ConnectorBugError(f"A record of {self._object_type} has no id where the manifest says it is.")
        return str(found)

    def record(self, document: Any, names: Sequence[str] | None = None) -> Record:
        """A record as it was answered, with the fields asked for; None is all of them."""
        fields = self._fields.values() if names is None else [self._fields[name] for name in names]
        return Record(
            ref=RecordRef(Side.APP, self.id(document)),
            fields={field.name: field.value(document) for field in fields},
            external_id=self._own_external(document),
            modified_at=self._instant(document),
            etag=None if self._etag is None else _text(self._etag(document)),
            deleted=self._deleted(document),
        )

    def body(self, fields: Mapping[str, Value], external_id: str | None = None) -> dict[str, Any]:
        """The body that writes these fields. With an `external_id` it makes a record, and empty fields are left out.

        Raises `UnfitValueError` for a value that the field cannot hold, `ConnectorBugError` for an unknown field.
        """
        self.check(tuple(fields))
        body: dict[str, Any] = {}
        for name, value in fields.items():
            field = self._fields[name]
            if field.write is None:
                raise UnfitValueError(FailureCategory.READ_ONLY, name)
            if is_empty(value):
                if external_id is None:
                    put(body, field.write, field.clear)
                continue
            try:
                put(body, field.write, field.format.encode(value))
            except (ValueError, OverflowError):
                raise UnfitValueError(FailureCategory.WRONG_TYPE, name) from None
        if external_id is not None and self._external_path is not None:
            put(body, self._external_path, self.external(external_id))
        return body

    def _own_external(self, document: Any) -> str | None:
        found = None if self._external is None else _text(self._external(document))
        return found.removeprefix(self._prefix) if found and found.startswith(self._prefix) else None

    def _instant(self, document: Any) -> int | None:
        raw = None if self._modified is None else self._modified(document)
        try:
            return None if raw is None else instant(self._modified_format, raw)
        except (ValueError, OverflowError):
            # It only breaks ties between two edits; a record without one is still a record.
            return None


def _field(name: str, manifest: FieldManifest) -> _Field:
    path = manifest.path or name
    write = None if manifest.read_only else manifest.write or path
    one = format_of(manifest.type, manifest.format)
    if not manifest.several:
        return _Field(name, reader(path), write, one, manifest.clear)
    clear: Scalar | list[Value] = [] if manifest.clear is None and manifest.separator is None else manifest.clear
    return _Field(name, reader(path), write, several(one, manifest.separator), clear)


def _deleted(manifest: DeletedManifest | None) -> Callable[[Any], bool]:
    if manifest is None:
        return lambda _: False
    read, wanted = reader(manifest.path), manifest.equals

    def deleted(document: Any) -> bool:
        found = read(document)
        # In Python True equals 1; in JSON it does not.
        return bool(found == wanted) and isinstance(found, bool) == isinstance(wanted, bool)

    return deleted


def _text(found: Any) -> str | None:
    return None if found is None else str(found)


def schema_of(object_type: str, manifest: ObjectManifest) -> ObjectSchema:
    """What the manifest says of an object type."""
    return ObjectSchema(
        object_type,
        {
            name: FieldSchema(
                name=name,
                type=FieldType(field.type),
                label=field.label or name,
                read_only=field.read_only,
                required=field.required,
                unique=field.unique,
                max_length=field.max_length,
                options=tuple(
                    Option(option) if isinstance(option, str) else Option(option.value, option.label)
                    for option in field.options
                ),
                many=field.several,
                refers_to=field.refers_to,
                filled=field.filled,
            )
            for name, field in manifest.fields.items()
        },
        None if manifest.kind is None else manifest.kind.value,
        {kind.value: names for kind, names in manifest.identifiers.items()},
        None if manifest.pipelines is None else manifest.pipelines.pipeline,
        None if manifest.pipelines is None else manifest.pipelines.stage,
    )
