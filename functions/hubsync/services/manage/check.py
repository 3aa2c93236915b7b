"""Whether a sync of a document can run over these two object types; every fault is reported at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hubsync.engine.identify import normal_email
from hubsync.model.identifier import IdentifierKind
from hubsync.model.schema import FieldSchema, ObjectSchema
from hubsync.model.side import Side
from hubsync.model.sync import ObjectKind
from hubsync.services.manage.check_types import away_from, check_joined, check_types
from hubsync.services.manage.document import EXTERNAL_ID, Fault, MappingSpec, SyncSpec, suggestion
from hubsync.services.manage.filters import check_filters
from hubsync.services.manage.lifecycle_stages import check_lifecycle, check_marketing
from hubsync.services.manage.match import check_match, goes_with, needs_email

SYNCABLE = ("contacts", "companies", "deals", "tickets", "products", "invoices", "tasks", "leads")
"""HubSpot's object types that can be synced, besides an account's own."""


def check(name: str, spec: SyncSpec, schemas: Mapping[Side, ObjectSchema]) -> Iterator[Fault]:
    """The faults of one sync whose connections and object types exist. `name` is the sync's."""
    path = f"syncs.{name}"
    yield from _check_people(path, spec)
    if spec.brake is not None and spec.brake.records is None and spec.brake.share is None:
        yield Fault(f"{path}.brake", "This brake never holds anything.", "Give it records, or share, or both.")
    if spec.draft and spec.enabled is not None:
        words = "A draft does not run, and waits to be started for the first time."
        yield Fault(f"{path}.enabled", words, "Leave out one of the two, draft or enabled.")
    yield from _check_kinds(path, spec, schemas)
    yield from _check_pairs(path, spec)
    for mapping in spec.mappings:
        yield from _check_mapping(f"{path}.{mapping.path}", spec, mapping, schemas)
    yield from check_filters(path, spec, schemas)
    yield from check_lifecycle(path, spec, schemas)
    yield from check_marketing(path, spec, schemas)
    if "direction" not in spec.unread:
        for side in Side:
            yield from _check_required(path, spec, side, schemas[side])
            yield from _check_email(path, spec, side, schemas)


def writes(spec: SyncSpec, mapping: MappingSpec, side: Side) -> bool:
    """Whether a mapping may be written on `side`: both directions say so (rule 2.4)."""
    return spec.direction.writes(side) and mapping.direction.writes(side)


def _check_people(path: str, spec: SyncSpec) -> Iterator[Fault]:
    for at, address in enumerate(spec.notify):
        if normal_email(address) is None:
            yield Fault(f"{path}.notify[{at}]", "This is not a valid email address.", "Correct it or leave it out.")
    if spec.phone_region is not None and spec.phone_region not in _regions():
        yield Fault(
            f"{path}.phone_region",
            f"There is no country {spec.phone_region}.",
            "Give the two letters of a country in capitals, such as ES or US.",
        )


def _check_kinds(path: str, spec: SyncSpec, schemas: Mapping[Side, ObjectSchema]) -> Iterator[Fault]:
    hubspot, app = schemas[Side.HUBSPOT], schemas[Side.APP]
    kind = next((one for one in ObjectKind if one == hubspot.kind), None)
    if kind is None:
        yield Fault(
            f"{path}.hubspot.object",
            f"HubSpot's {hubspot.object_type} cannot be synced.",
            f"Choose one of: {', '.join(SYNCABLE)}, or an object type of your own by its id, such as 2-12345.",
        )
    elif not goes_with(app.kind, kind):
        yield Fault(
            f"{path}.app.object",
            f"{app.object_type} does not go with HubSpot's {hubspot.object_type}.",
            f"Choose an object type of the app that stands for a {kind}.",
        )
    else:
        yield from check_match(path, spec, schemas, kind)
    if not spec.mappings and "mappings" not in spec.unread:
        yield Fault(f"{path}.mappings", "No field is mapped.", "Map at least one pair of fields.")


def _check_pairs(path: str, spec: SyncSpec) -> Iterator[Fault]:
    """Each target field is mapped once (rule 4.6), and so is each pair: a pair's baseline is kept under its number."""
    pairs: dict[tuple[tuple[str, ...], tuple[str, ...]], MappingSpec] = {}
    targets: dict[tuple[Side, str], MappingSpec] = {}
    for mapping in spec.mappings:
        where = f"{path}.{mapping.path}"
        earlier = pairs.setdefault((mapping.fields(Side.HUBSPOT), mapping.fields(Side.APP)), mapping)
        if earlier is not mapping:
            yield Fault(where, f"{earlier.path} maps the same two fields.", "Leave one of them out.")
            continue
        for side in Side:
            if not writes(spec, mapping, side):
                continue
            for name in mapping.fields(side):
                earlier = targets.setdefault((side, name), mapping)
                if earlier is not mapping:
                    yield Fault(
                        f"{where}.{side}",
                        f"{earlier.path} writes {name} already, and a field has one source only.",
                        f"Leave one of them out, or give one the direction {away_from(side)}.",
                    )


def _check_mapping(
    path: str, spec: SyncSpec, mapping: MappingSpec, schemas: Mapping[Side, ObjectSchema]
) -> Iterator[Fault]:
    found: dict[Side, list[FieldSchema]] = {side: [] for side in Side}
    for side, schema in schemas.items():
        for name in mapping.fields(side):
            if side is Side.HUBSPOT and name == EXTERNAL_ID:
                yield Fault(f"{path}.hubspot", f"{EXTERNAL_ID} belongs to hubsync.", "Map another property.")
            elif name not in schema.fields:
                yield Fault(
                    f"{path}.{side}",
                    f"{schema.object_type} has no field {name}.",
                    suggestion(name, list(schema.fields)),
                )
            else:
                found[side].append(schema.fields[name])
    if "direction" in spec.unread:
        return
    targets = [side for side in Side if writes(spec, mapping, side)]
    if not targets:
        yield Fault(
            f"{path}.direction",
            f"The sync goes {spec.direction} and this mapping {mapping.direction}: nothing would ever be written.",
            "Leave the direction out, or the whole mapping.",
        )
    for side in targets:
        for field in found[side]:
            if field.read_only:
                yield Fault(
                    f"{path}.{side}",
                    f"{field.name} cannot be written.",
                    f"Give this mapping the direction {away_from(side)}, or leave it out.",
                )
    if any(len(found[side]) < len(mapping.fields(side)) for side in Side):
        return
    yield from check_joined(path, mapping, found)
    if all(len(mapping.fields(side)) == 1 for side in Side):
        yield from check_types(path, mapping, {side: found[side][0] for side in Side}, targets)


def _check_required(path: str, spec: SyncSpec, side: Side, schema: ObjectSchema) -> Iterator[Fault]:
    """Without its required fields no record can be made on `side` (rule 4.1)."""
    if not spec.direction.writes(side) or "mappings" in spec.unread:
        return
    written = {name for mapping in spec.mappings if writes(spec, mapping, side) for name in mapping.fields(side)}
    written |= {name for name in (schema.stage_field, schema.pipeline_field) if name is not None}
    for field in schema.fields.values():
        if field.required and not (field.read_only or field.filled or field.name in written):
            yield Fault(
                f"{path}.mappings",
                f"{schema.object_type} takes no new record without {field.name}, and nothing is mapped to it.",
                f"Map {field.name}, or let the sync go {away_from(side)}.",
            )


def _check_email(path: str, spec: SyncSpec, side: Side, schemas: Mapping[Side, ObjectSchema]) -> Iterator[Fault]:
    """A new contact without an email would be left out by the very sync that made it (rule 3.7)."""
    misnamed = any(
        name not in schemas[end].fields for mapping in spec.mappings for end in Side for name in mapping.fields(end)
    )
    readable = spec.mappings and "mappings" not in spec.unread and not misnamed
    kind = next((one for one in ObjectKind if one == schemas[Side.HUBSPOT].kind), ObjectKind.CUSTOM)
    needed = needs_email(spec, kind) and "match" not in spec.unread and readable
    emails = {end: schema.identifiers.get(IdentifierKind.EMAIL, ())[:1] for end, schema in schemas.items()}
    if not needed or not spec.direction.writes(side) or not all(emails.values()):
        return
    if schemas[side].fields[emails[side][0]].read_only:
        return  # a HubSpot lead bears its contact's email: HubSpot's to write, and not asked of what the sync makes
    if not any(
        writes(spec, mapping, side) and all(mapping.field(end) in emails[end] for end in Side)
        for mapping in spec.mappings
    ):
        yield Fault(
            f"{path}.mappings",
            f"New records of {schemas[side].object_type} would have no email, and {kind}s without one are left out.",
            f"Map {emails[Side.HUBSPOT][0]} to {emails[Side.APP][0]}, or set require_email: false.",
        )


def _regions() -> frozenset[str]:
    from phonenumbers import SUPPORTED_REGIONS

    return frozenset(SUPPORTED_REGIONS)
