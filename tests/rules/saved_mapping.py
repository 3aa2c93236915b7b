"""What saving a sync says of one mapping between fields of two types."""

from __future__ import annotations

from dataclasses import replace

from hubsync.model.schema import FieldSchema, FieldType, ObjectSchema, Option
from hubsync.model.side import Side
from hubsync.services.manage.document import Fault, MappingSpec, RefusedDocumentError, SyncSpec
from tests.unit.services.manage_schemas import CONTACTS, PEOPLE
from tests.unit.services.manage_world import World, document_of, mappings, sync_of

H, A = Side.HUBSPOT, Side.APP
T = FieldType


def saved(hubspot: FieldType, app: FieldType, **settings: object) -> dict[str, str]:
    """The faults of a sync that maps a field of one type to a field of another, by path, with their remedies."""
    world = World()
    many = {side: type_ is T.OPTIONS for side, type_ in ((H, hubspot), (A, app))}
    options = (Option("a", "A"), Option("b", "B"))
    left = FieldSchema("left", hubspot, many=many[H], options=options if hubspot in (T.OPTION, T.OPTIONS) else ())
    right = FieldSchema("right", app, many=many[A], options=options if app in (T.OPTION, T.OPTIONS) else ())
    world.schemas["hubspot"]["contacts"] = with_field(CONTACTS, left)
    world.schemas["orbit"]["people"] = with_field(PEOPLE, right)
    mapping = MappingSpec(1, "left", "right", **settings)  # type: ignore[arg-type]
    spec = sync_of(mappings=(*mappings(("email", "email")), mapping))
    found = faults_of(world, spec)
    assert all(fault.reason.endswith(".") and fault.remedy.endswith((".", "?")) for fault in found)
    return {fault.path.removeprefix("syncs.contacts.mappings[1]"): fault.reason for fault in found}


def faults_of(world: World, spec: SyncSpec) -> tuple[Fault, ...]:
    try:
        world.applied(document_of(contacts=spec))
    except RefusedDocumentError as refused:
        return refused.faults
    return ()


def with_field(schema: ObjectSchema, *fields: FieldSchema) -> ObjectSchema:
    return replace(schema, fields={**schema.fields, **{field.name: field for field in fields}})
