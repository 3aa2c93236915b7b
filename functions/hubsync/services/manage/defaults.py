"""The default mappings of app and object: filled in, switched off, added to (rule 4.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from hubsync.model.mapping import DefaultMapping
from hubsync.model.schema import ObjectSchema
from hubsync.model.side import Direction, Side
from hubsync.services.manage.document import DefaultsSpec, Fault, MappingSpec, SyncSpec, suggestion

AT = 10_000
"""Where the places of default mappings begin, far behind those of a document's list."""


def with_defaults(
    spec: SyncSpec, known: Sequence[DefaultMapping], schemas: Mapping[Side, ObjectSchema]
) -> tuple[SyncSpec, list[Fault]]:
    """The sync with its default mappings in the list, and the faults of what it says of them, by their path within it.

    A default that the sync maps itself takes the sync's word. One that HubSpot's account has no field for, or that goes
    against the sync's direction, is left out; a field that the account does not let anybody write is only read.
    """
    if spec.defaults is None:
        return spec, []
    if not known:
        ours, theirs = schemas[Side.APP].object_type, schemas[Side.HUBSPOT].object_type
        reason = f"There are no default mappings for {ours} with {theirs}."
        unread = replace(spec, unread=spec.unread | {"mappings"})  # or it would draw other faults after it
        return unread, [Fault("mappings", reason, "List the pairs of fields that are to be mapped.")]
    known = [replace(each, direction=_direction(each, schemas)) for each in known]
    own = {(mapping.hubspot, mapping.app) for mapping in spec.mappings}
    off = [each for each in known if _is_off(each, spec.defaults)]
    wanted = tuple(
        MappingSpec(
            AT + at,
            each.hubspot_field,
            each.app_field,
            each.transform,
            each.direction,
            place=f"mappings.default.{each.hubspot_field}",
        )
        for at, each in enumerate(known)
        if each not in off and (each.hubspot_field, each.app_field) not in own and _fits(each, spec, schemas)
    )
    faults = [*_unknown(spec.defaults, known), *_missed(off, spec, schemas)]
    return replace(spec, mappings=(*wanted, *spec.mappings)), faults


def custom_faults(spec: SyncSpec, known: Sequence[DefaultMapping]) -> Iterator[Fault]:
    """The mappings that are not default ones, where the deployment forbids those; by their path within the sync."""
    pairs = {(each.hubspot_field, each.app_field) for each in known}
    for mapping in spec.mappings:
        if (mapping.hubspot, mapping.app) not in pairs:
            reason = f"{mapping.hubspot} with {mapping.app} is no default mapping, and this deployment allows no other."
            yield Fault(mapping.path, reason, "Leave it out, or deploy with custom_mappings=true.")


def _is_off(each: DefaultMapping, defaults: DefaultsSpec) -> bool:
    return any(each.field(side) in defaults.apart for side in Side)


def _direction(each: DefaultMapping, schemas: Mapping[Side, ObjectSchema]) -> Direction:
    """The default's own, or away from the side whose field is read-only."""
    closed = [
        side for side in Side if (field := schemas[side].fields.get(each.field(side))) is not None and field.read_only
    ]
    if each.direction is not Direction.TWO_WAY or len(closed) != 1:
        return each.direction
    return Direction.TO_APP if closed[0] is Side.HUBSPOT else Direction.TO_HUBSPOT


def _fits(each: DefaultMapping, spec: SyncSpec, schemas: Mapping[Side, ObjectSchema]) -> bool:
    there = each.required or each.hubspot_field in schemas[Side.HUBSPOT].fields
    return there and any(spec.direction.writes(side) and each.direction.writes(side) for side in Side)


def _unknown(defaults: DefaultsSpec, known: Sequence[DefaultMapping]) -> Iterator[Fault]:
    names = [each.field(side) for side in Side for each in known]
    for at, name in enumerate(defaults.apart):
        if name not in names:
            yield Fault(f"mappings.except[{at}]", f"No default mapping is about {name}.", suggestion(name, names))


def _missed(off: Sequence[DefaultMapping], spec: SyncSpec, schemas: Mapping[Side, ObjectSchema]) -> Iterator[Fault]:
    """Required ones that are switched off, although the application that is written does not fill the field itself."""
    for each in off:
        targets = [side for side in Side if spec.direction.writes(side) and each.direction.writes(side)]
        fields = [schemas[side].fields.get(each.field(side)) for side in targets]
        if each.required and any(field is not None and not (field.filled or field.read_only) for field in fields):
            at = next(
                at for at, name in enumerate(spec.defaults.apart if spec.defaults else ()) if name in _names(each)
            )
            yield Fault(
                f"mappings.except[{at}]",
                f"The mapping of {each.hubspot_field} with {each.app_field} is required.",
                "Leave it on; only what the application that is written fills in by itself can be switched off.",
            )


def _names(each: DefaultMapping) -> tuple[str, str]:
    return each.hubspot_field, each.app_field
