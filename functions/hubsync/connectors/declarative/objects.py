"""What a manifest says of one object type: its fields, and the calls that read and write its records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from hubsync.connectors.declarative.directory import PipelinesManifest
from hubsync.connectors.declarative.formats import format_of
from hubsync.connectors.declarative.paging import Paging
from hubsync.connectors.declarative.part import Part, Scalar
from hubsync.connectors.declarative.paths import DottedPath, Expression, ItemPath, ListPath, is_dotted
from hubsync.model.identifier import IdentifierKind
from hubsync.model.mapping import Transform
from hubsync.model.schema import FieldType
from hubsync.model.side import Direction
from hubsync.model.sync import ObjectKind

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
"""A field's name, as mappings use it."""
InstantFormat = Literal["iso", "iso_naive", "epoch_s", "epoch_ms", "http"]


class OptionManifest(Part):
    """One choice of a field: the value that the API takes, and what people read."""

    value: str
    label: str = ""


class FieldManifest(Part):
    """One field.

    `path` reads it, by default at its name; `write` is where it goes in a body, by default the same place. `format`
    is the application's way of writing it (`formats`). `clear` is what is written to empty it. `many` says that it
    holds several values, as a list, or as one text with a `separator` between them; `options` always do.
    `refers_to` is the object type whose ids a reference holds. `filled` says that the application gives a value of its
    own where none is sent.
    """

    type: FieldType = FieldType.TEXT
    path: Expression | None = None
    write: DottedPath | None = None
    format: str | None = None
    label: str = ""
    read_only: bool = False
    required: bool = False
    unique: bool = False
    max_length: Annotated[int, Field(gt=0)] | None = None
    options: tuple[str | OptionManifest, ...] = ()
    many: bool = False
    separator: Annotated[str, StringConstraints(min_length=1)] | None = None
    refers_to: str | None = None
    filled: bool = False
    clear: Scalar = None

    @property
    def several(self) -> bool:
        """Whether the field holds several values."""
        return self.many or self.type is FieldType.OPTIONS

    @model_validator(mode="after")
    def _fits(self) -> Self:
        format_of(self.type, self.format)
        if self.path is not None and self.write is None and not self.read_only and not is_dotted(self.path):
            raise ValueError("`path` cannot be written to: give `write` as well, or say `read_only: true`")
        if self.read_only and (self.write is not None or self.required):
            raise ValueError("a field that is `read_only` is neither written nor required")
        if bool(self.options) != (self.type in (FieldType.OPTION, FieldType.OPTIONS)):
            raise ValueError("`options` go with the types option and options, and only with them")
        if (self.refers_to is not None) != (self.type is FieldType.REFERENCE):
            raise ValueError("`refers_to` goes with the type reference, and only with it")
        if self.many and self.type is FieldType.OPTION:
            raise ValueError("a field of several options has the type options")
        if self.separator is not None and not self.several:
            raise ValueError("a `separator` needs a field of several values")
        return self


class DefaultManifest(Part):
    """One pair of fields that is mapped unless a sync says otherwise. `required` marks those that it cannot do without;
    without a `transform` the fields' types decide.
    """

    hubspot: Annotated[str, StringConstraints(min_length=1)]
    app: Name
    transform: Transform | None = None
    direction: Direction = Direction.TWO_WAY
    required: bool = False


class IdManifest(Part):
    """Where a record's id is. Inside hubsync it is text whatever it is there."""

    path: Expression = "id"
    type: Literal["text", "integer"] = "text"


class DeletedManifest(Part):
    """How a record shows that it was deleted, where the application goes on listing it."""

    path: Expression
    equals: Scalar


class InstantManifest(Part):
    """Where a record says when it was last changed."""

    path: Expression
    format: InstantFormat = "iso"


class ExternalIdManifest(Part):
    """The field that hubsync writes at creation and finds a record by.

    `parameter` of the list's query finds the records that carry a value. `unique` says that the application itself
    refuses a second one; where it does not, every create looks first, at the price of one more call.
    """

    path: DottedPath
    parameter: str
    unique: bool = False


class ChangedSinceManifest(Part):
    """How a list is narrowed to what was changed at or after an instant: by a query parameter or a header."""

    parameter: str | None = None
    header: str | None = None
    format: InstantFormat = "iso"

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.parameter is None) == (self.header is None):
            raise ValueError("give either `parameter` or `header`")
        return self


class ListManifest(Part):
    """How all records are listed, in an order that stays the same. `records` leads to the rows of a page."""

    path: ListPath
    records: Expression
    paging: Paging
    page_size: Annotated[int, Field(gt=0, le=1000)] = 100
    total: Expression | None = None
    params: Mapping[str, str] = {}
    changed_since: ChangedSinceManifest | None = None


class GetManifest(Part):
    """How one record is read."""

    path: ItemPath


class BatchReadManifest(Part):
    """How many records are read by id in one call of the list's path: `ids=a,b`, or `ids=a&ids=b`."""

    parameter: str
    size: Annotated[int, Field(gt=0, le=100)] = 100
    style: Literal["comma", "repeated"] = "comma"


class IdempotencyManifest(Part):
    """A header under which the application carries out a create once.

    `replayed_header` is in its answer when it only repeats an earlier one; `reused_codes` are its codes for a key that
    came with another body before.
    """

    header: str
    replayed_header: str
    reused_codes: tuple[str, ...] = ()


class WriteManifest(Part):
    """How a body is sent and what comes back.

    `envelope` is the object that the body is put into. `answers` says whether the answer holds the whole record, only
    its id, or nothing; the record is then read again.
    """

    envelope: DottedPath | None = None
    answers: Literal["record", "id", "nothing"] = "record"


class CreateManifest(WriteManifest):
    """How a record is made."""

    method: Literal["POST", "PUT"] = "POST"
    path: ListPath
    idempotency: IdempotencyManifest | None = None


class UpdateManifest(WriteManifest):
    """How a part of a record is changed; what is not sent must stay. `if_match` is the header for the etag."""

    method: Literal["PATCH", "PUT", "POST"] = "PATCH"
    path: ItemPath
    if_match: str | None = None


class ObjectManifest(Part):
    """One object type. `record` leads to the record in an answer that holds one; `etag` is in the record itself.

    `search` has, by field, the parameter of the list's query that finds the records of a value; before a record is made
    the application is asked whether it has it already. `display` are the fields that people know a record by: the first
    group that is not empty, its texts joined. `web` is where people look at a record, with `{id}` for its id.
    """

    kind: ObjectKind | None = None
    id: IdManifest = IdManifest()
    record: Expression = "@"
    etag: Expression | None = None
    modified_at: InstantManifest | None = None
    deleted: DeletedManifest | None = None
    external_id: ExternalIdManifest | None = None
    search: Mapping[Name, str] = {}
    list: ListManifest
    get: GetManifest
    batch_read: BatchReadManifest | None = None
    create: CreateManifest
    update: UpdateManifest
    fields: Mapping[Name, FieldManifest] = Field(min_length=1)
    identifiers: Mapping[IdentifierKind, tuple[str, ...]] = {}
    defaults: tuple[DefaultManifest, ...] = ()
    display: tuple[Annotated[tuple[Name, ...], Field(min_length=1)], ...] = ()
    web: Annotated[str, StringConstraints(pattern=r"^https://[^\s{}]+\{id\}[^\s{}]*$")] | None = None
    pipelines: PipelinesManifest | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        for kind, names in self.identifiers.items():
            unknown = [name for name in names if name not in self.fields]
            if unknown or not names:
                raise ValueError(f"identifiers.{kind.value} names no field of this object: {', '.join(unknown)}")
        if unknown := [name for name in self.search if name not in self.fields]:
            raise ValueError(f"search names no field of this object: {', '.join(unknown)}")
        if unknown := [name for group in self.display for name in group if name not in self.fields]:
            raise ValueError(f"display names no field of this object: {', '.join(unknown)}")
        stages = () if self.pipelines is None else (self.pipelines.stage, self.pipelines.pipeline)
        for name in stages:
            if name is not None and name not in self.fields:
                raise ValueError(f"pipelines names no field of this object: {name}")
        for at, default in enumerate(self.defaults):
            if default.app not in self.fields:
                raise ValueError(f"defaults[{at}].app names no field of this object: {default.app}")
        if self.external_id is None and self.create.answers == "nothing":
            raise ValueError("create.answers is nothing: without an `external_id` the new record could not be found")
        written = [field.write or field.path or name for name, field in self.fields.items() if not field.read_only]
        if self.external_id is not None:
            written.append(self.external_id.path)
        twice = {path for path in written if written.count(path) > 1}
        if twice:
            raise ValueError(f"two fields are written to the same place: {', '.join(sorted(twice))}")
        return self
