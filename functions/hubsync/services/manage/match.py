"""What a sync's records are matched by: its object types' defaults, or keys of its own (rules 3.1 and 3.8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hubsync.model.identifier import IdentifierKind
from hubsync.model.schema import FieldSchema, FieldType, ObjectSchema
from hubsync.model.side import Side
from hubsync.model.sync import MatchKey, ObjectKind
from hubsync.services.manage.document import EXTERNAL_ID, Fault, MatchSpec, SyncSpec, suggestion

DEFAULTS = {
    ObjectKind.CONTACT: (IdentifierKind.EMAIL,),
    ObjectKind.LEAD: (IdentifierKind.EMAIL,),
    ObjectKind.COMPANY: (IdentifierKind.DOMAIN, IdentifierKind.NAME),
    ObjectKind.PRODUCT: (IdentifierKind.SKU, IdentifierKind.NAME),
}
"""Rule 3.1, strongest first. Any other kind is matched by ids alone: nobody's deal is another's by its name."""

BY_EMAIL = frozenset({ObjectKind.CONTACT, ObjectKind.LEAD})
"""Kinds whose records need an email, unless the sync says otherwise or names a key of its own (rule 3.7)."""

IDENTIFYING = frozenset({FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE, FieldType.NUMBER, FieldType.URL})
"""Types whose values can tell two records apart. A day, a choice or an owner is shared by honest strangers."""


def goes_with(app: str | None, hubspot: ObjectKind) -> bool:
    """Whether an app's object of a kind goes with HubSpot's: with its like, and a lead with contacts (rule 5.3)."""
    return app == hubspot or (app == ObjectKind.LEAD and hubspot is ObjectKind.CONTACT)


def needs_email(spec: SyncSpec, kind: ObjectKind) -> bool:
    """Whether a record without a valid email is left out (rule 3.7)."""
    return spec.require_email and kind in BY_EMAIL and not spec.match


def match_keys(spec: SyncSpec, schemas: Mapping[Side, ObjectSchema], kind: ObjectKind) -> tuple[MatchKey, ...]:
    """The keys of a sync without faults, strongest first: its own, else those of its kind."""
    if spec.match:
        return tuple(_own(each, schemas) for each in spec.match)
    return tuple(_default(each, schemas) for each in shared_kinds(schemas, kind))


def shared_kinds(schemas: Mapping[Side, ObjectSchema], kind: ObjectKind) -> tuple[IdentifierKind, ...]:
    """The default match keys that both object types have a field for, strongest first."""
    return tuple(
        key for key in DEFAULTS.get(kind, ()) if all(schema.identifiers.get(key) for schema in schemas.values())
    )


def check_match(path: str, spec: SyncSpec, schemas: Mapping[Side, ObjectSchema], kind: ObjectKind) -> Iterator[Fault]:
    """The faults of what a sync is to be matched by."""
    if not spec.match and "match" not in spec.unread and kind in DEFAULTS and not shared_kinds(schemas, kind):
        yield Fault(
            f"{path}.app.object",
            f"{schemas[Side.APP].object_type} has no field that records could be matched by.",
            "Name its identifiers in the app's manifest, or give the sync a key of its own with match.",
        )
    pairs: dict[tuple[str, str], int] = {}
    for each in spec.match:
        where = f"{path}.match[{each.at}]"
        earlier = pairs.setdefault((each.hubspot, each.app), each.at)
        if earlier != each.at:
            yield Fault(where, f"match[{earlier}] names the same two fields.", "Leave one of them out.")
            continue
        for side in Side:
            yield from _check_field(f"{where}.{side}", each.field(side), side, schemas[side])


def _check_field(path: str, name: str, side: Side, schema: ObjectSchema) -> Iterator[Fault]:
    field = schema.fields.get(name)
    if side is Side.HUBSPOT and name == EXTERNAL_ID:
        yield Fault(path, f"{EXTERNAL_ID} belongs to hubsync.", "Choose another property.")
    elif field is None:
        reason = f"{schema.object_type} has no field {name}."
        yield Fault(path, reason, suggestion(name, [one.name for one in schema.fields.values() if _identifies(one)]))
    elif not _identifies(field):
        what = "several values" if field.many else f"a value of the type {field.type}"
        yield Fault(
            path,
            f"{name} holds {what}, which cannot tell two records apart.",
            "Choose a field with a text or a number of the record's own.",
        )


def _identifies(field: FieldSchema) -> bool:
    return field.type in IDENTIFYING and not field.many


def _own(spec: MatchSpec, schemas: Mapping[Side, ObjectSchema]) -> MatchKey:
    numeric = any(schemas[side].fields[spec.field(side)].type is FieldType.NUMBER for side in Side)
    return MatchKey(IdentifierKind.KEY, spec.hubspot, spec.app, numeric=numeric)


def _default(kind: IdentifierKind, schemas: Mapping[Side, ObjectSchema]) -> MatchKey:
    hubspot, *more_hubspot = schemas[Side.HUBSPOT].identifiers[kind]
    app, *more_app = schemas[Side.APP].identifiers[kind]
    return MatchKey(kind, hubspot, app, tuple(more_hubspot), tuple(more_app))
