"""What a document is refused for where it asks for links (rules 6.1 and 6.2), and what is saved of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.api.document import read_document
from hubsync.model.association import Association
from hubsync.model.schema import FieldSchema, FieldType, ObjectSchema
from hubsync.model.side import Direction, Side
from hubsync.model.sync import SyncStatus
from hubsync.services.manage.check_links import check_links
from hubsync.services.manage.document import AssociationSpec, EndSpec, MappingSpec, RefusedDocumentError, SyncSpec
from hubsync.services.manage.plan import Change
from tests.unit.services.manage_world import World, document_of, mappings, sync_of

PEOPLE = ObjectSchema(
    "people",
    {
        field.name: field
        for field in (
            FieldSchema("organisation_id", FieldType.REFERENCE, refers_to="organisations"),
            FieldSchema("boss_id", FieldType.REFERENCE, refers_to="people"),
            FieldSchema("group_id", FieldType.REFERENCE, refers_to="organisations", read_only=True),
            FieldSchema("email", FieldType.EMAIL),
        )
    },
)
SCHEMAS = {Side.HUBSPOT: ObjectSchema("contacts", kind="contact"), Side.APP: PEOPLE}
OTHERS = {
    "companies": (EndSpec("hubspot", "companies"), EndSpec("orbit", "organisations")),
    "elsewhere": (EndSpec("hubspot", "companies"), EndSpec("orbit-2", "organisations")),
}
GOOD = AssociationSpec(0, "companies", "organisation_id", "companies")


def faults(*wanted: AssociationSpec, direction: Direction = Direction.TWO_WAY, kind: str = "contact") -> dict[str, str]:
    spec = SyncSpec(
        EndSpec("hubspot", "contacts"),
        EndSpec("orbit", "people"),
        direction,
        mappings=(MappingSpec(0, "email", "email"),),
        associations=wanted,
    )
    schemas = {**SCHEMAS, Side.HUBSPOT: replace(SCHEMAS[Side.HUBSPOT], kind=kind)}
    found = list(check_links("contacts", spec, schemas, OTHERS))
    assert all(fault.remedy.endswith((".", "?")) for fault in found)
    return {fault.path.removeprefix("syncs.contacts."): fault.reason for fault in found}


def test_a_good_association_has_no_fault() -> None:
    """6.1"""
    assert faults(GOOD) == {}


@pytest.mark.parametrize(
    ("wanted", "path", "words"),
    [
        (replace(GOOD, via="company"), "via", "no sync company"),
        (replace(GOOD, via="elsewhere"), "via", "a sync with orbit-2"),
        (replace(GOOD, hubspot="deals"), "hubspot", "links to deals"),
        (replace(GOOD, app="organisation"), "app", "no field organisation"),
        (replace(GOOD, app="boss_id"), "app", "names people"),
        (replace(GOOD, app="group_id"), "app", "cannot be written"),
    ],
)
def test_what_cannot_be_kept_in_step_is_refused(wanted: AssociationSpec, path: str, words: str) -> None:
    """6.1 Unknown sync, other accounts, other object types, a field that is no reference or cannot be written."""
    found = faults(wanted)
    assert list(found) == [f"associations[0].{path}"]
    assert words in found[f"associations[0].{path}"]


def test_a_field_is_mapped_or_linked_and_linked_once() -> None:
    """6.1, 4.6"""
    assert faults(replace(GOOD, app="email")) == {"associations[0].app": "email is mapped to a property, too."}
    found = faults(GOOD, replace(GOOD, at=1, label="Employer"))
    assert found == {"associations[1]": "associations[0] is about organisation_id already."}


def test_what_may_be_written_nowhere_is_refused() -> None:
    """2.4"""
    found = faults(replace(GOOD, direction=Direction.TO_APP), direction=Direction.TO_HUBSPOT)
    assert list(found) == ["associations[0].direction"]
    assert faults(replace(GOOD, app="group_id", direction=Direction.TO_HUBSPOT)) == {}


def test_invoices_are_linked_to_contacts_only() -> None:
    """6.2"""
    assert faults(GOOD, kind="invoice") == {"associations[0].hubspot": "Invoices are associated to contacts only."}


def test_a_document_is_read_with_its_associations() -> None:
    """6.1 Each on its own, with every fault of it."""
    body = {
        "syncs": {
            "contacts": {
                "hubspot": {"connection": "hubspot", "object": "contacts"},
                "app": {"connection": "orbit", "object": "people"},
                "direction": "two_way",
                "mappings": [{"hubspot": "email", "app": "email"}],
                "associations": [
                    {"hubspot": "companies", "app": "organisation_id", "via": "companies", "unlink": True},
                    {"hubspot": "companies", "app": "organisation_id"},
                ],
            }
        }
    }
    document = read_document(body)
    assert document.syncs["contacts"].associations == (replace(GOOD, unlink=True),)
    assert [fault.path for fault in document.faults] == ["syncs.contacts.associations[1].via"]


def _syncs(**changes: bool) -> dict[str, SyncSpec]:
    companies = sync_of(
        hubspot=EndSpec("hubspot", "companies"),
        app=EndSpec("orbit", "organisations"),
        mappings=mappings(("name", "title")),
    )
    return {"contacts": sync_of(associations=(replace(GOOD, **changes),)), "companies": companies}


def test_both_syncs_may_be_new_and_the_number_is_kept() -> None:
    """6.1, 1.2 An association names the other sync by its id, draws its number from the mappings' and keeps it."""
    world = World()
    world.applied(document_of(**_syncs()))
    via = world.sync("companies").id
    assert world.sync().associations == (Association(3, "companies", "organisation_id", via),)
    assert world.sync().next_number == 4
    again = world.applied(document_of(**_syncs()))
    assert {planned.sync.name: planned.change for planned in again.syncs} == dict.fromkeys(_syncs(), Change.UNCHANGED)
    changed = world.applied(document_of(**_syncs(unlink=True)))
    assert [planned.change for planned in changed.syncs] == [Change.CHANGED, Change.UNCHANGED]
    assert world.sync().associations == (Association(3, "companies", "organisation_id", via, unlink=True),)
    world.applied(document_of(contacts=sync_of()))
    assert world.sync().associations == ()
    world.applied(document_of(**_syncs()))
    assert world.sync().associations[0].number == 4, "a number is never used again"


def test_nobody_links_by_what_is_being_deleted() -> None:
    """6.1 A sync on its way out binds nothing any more."""
    world = World()
    syncs = _syncs()
    world.applied(document_of(companies=syncs["companies"]))
    world.put(replace(world.sync("companies"), status=SyncStatus.DELETING))
    with pytest.raises(RefusedDocumentError) as refused:
        world.applied(document_of(contacts=syncs["contacts"]))
    (fault,) = refused.value.faults
    assert (fault.path, fault.reason) == ("syncs.contacts.associations[0].via", "There is no sync companies.")
