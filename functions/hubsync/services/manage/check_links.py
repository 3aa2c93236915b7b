"""Whether the links that a document asks for can be kept in step (rules 6.1 and 6.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hubsync.model.association import is_links_field, links_field
from hubsync.model.schema import FieldType, ObjectSchema
from hubsync.model.side import Side
from hubsync.model.sync import ObjectKind
from hubsync.services.manage.document import AssociationSpec, EndSpec, Fault, SyncSpec, suggestion

Ends = tuple[EndSpec | None, EndSpec | None]
"""The two ends of a sync, HubSpot's first; None where one could not be read."""

CONTACTS = "contacts"


@dataclass(frozen=True, slots=True)
class _Links:
    """One association of a document, with everything that it is checked against."""

    path: str
    spec: SyncSpec
    wanted: AssociationSpec
    app: ObjectSchema
    others: Mapping[str, Ends]


def check_links(
    name: str, spec: SyncSpec, schemas: Mapping[Side, ObjectSchema], others: Mapping[str, Ends]
) -> Iterator[Fault]:
    """The faults of a sync's associations. `others` are the ends of every sync there is or is going to be, by name."""
    seen: dict[tuple[str, str], int] = {}
    for wanted in spec.associations:
        path = f"syncs.{name}.associations[{wanted.at}]"
        for field in (links_field(wanted.hubspot, wanted.label), wanted.app):
            earlier = seen.setdefault(("app" if field == wanted.app else "hubspot", field), wanted.at)
            if earlier != wanted.at:
                yield Fault(path, f"associations[{earlier}] is about {field} already.", "Leave one of them out.")
        yield from _faults(_Links(path, spec, wanted, schemas[Side.APP], others))
    if schemas[Side.HUBSPOT].kind == ObjectKind.INVOICE:
        for wanted in spec.associations:
            if wanted.hubspot != CONTACTS:
                path = f"syncs.{name}.associations[{wanted.at}].hubspot"
                yield Fault(path, "Invoices are associated to contacts only.", f"Name {CONTACTS}, or leave it out.")
    for mapping in spec.mappings:
        if is_links_field(mapping.hubspot):
            path = f"syncs.{name}.mappings[{mapping.at}].hubspot"
            yield Fault(path, "Links are no property.", "Write them under associations.")


def _faults(links: _Links) -> Iterator[Fault]:
    yield from _check_via(links)
    yield from _check_field(links)
    path, spec, wanted = links.path, links.spec, links.wanted
    if "direction" not in spec.unread and not any(_writes(links, side) for side in Side):
        reason = (
            f"The sync goes {spec.direction} and this association {wanted.direction}: nothing would ever be linked."
        )
        yield Fault(f"{path}.direction", reason, "Leave the direction out, or the whole association.")
    if any(mapping.app == wanted.app for mapping in spec.mappings):
        reason = f"{wanted.app} is mapped to a property, too."
        yield Fault(f"{path}.app", reason, "Leave the mapping out: the association carries the field.")


def _check_via(links: _Links) -> Iterator[Fault]:
    """The other sync must bind just the records that are linked: same accounts, and the types at the other ends."""
    path, spec, wanted = links.path, links.spec, links.wanted
    if wanted.via not in links.others:
        yield Fault(f"{path}.via", f"There is no sync {wanted.via}.", suggestion(wanted.via, list(links.others)))
        return
    hubspot, app = links.others[wanted.via]
    for side, end in ((Side.HUBSPOT, hubspot), (Side.APP, app)):
        own = spec.end(side)
        if end is not None and own is not None and end.connection != own.connection:
            reason = f"{wanted.via} is a sync with {end.connection}, and this one with {own.connection}."
            yield Fault(f"{path}.via", reason, "Name a sync of the same two connections.")
    if hubspot is not None and hubspot.object != wanted.hubspot:
        reason = f"{wanted.via} syncs HubSpot's {hubspot.object}, and these are links to {wanted.hubspot}."
        yield Fault(
            f"{path}.hubspot", reason, f"Name the sync of {wanted.hubspot} as via, or links to {hubspot.object}."
        )


def _check_field(links: _Links) -> Iterator[Fault]:
    """The app's field must name records of the type that the other sync binds."""
    path, wanted, field = links.path, links.wanted, links.app.fields.get(links.wanted.app)
    references = [each.name for each in links.app.fields.values() if each.type is FieldType.REFERENCE]
    if field is None:
        reason = f"{links.app.object_type} has no field {wanted.app}."
        yield Fault(f"{path}.app", reason, suggestion(wanted.app, references))
        return
    if field.type is not FieldType.REFERENCE:
        yield Fault(f"{path}.app", f"{wanted.app} names no other record.", suggestion(wanted.app, references))
        return
    _, app = links.others.get(wanted.via, (None, None))
    if app is not None and field.refers_to is not None and field.refers_to != app.object:
        reason = f"{wanted.app} names {field.refers_to}, and {wanted.via} syncs {app.object}."
        yield Fault(f"{path}.app", reason, f"Name the sync of {field.refers_to} as via.")
    if field.read_only and "direction" not in links.spec.unread and _writes(links, Side.APP):
        yield Fault(
            f"{path}.app", f"{wanted.app} cannot be written.", "Give this association the direction to_hubspot."
        )


def _writes(links: _Links, side: Side) -> bool:
    return links.spec.direction.writes(side) and links.wanted.direction.writes(side)
