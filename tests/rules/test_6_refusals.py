"""Rules 6.1 and 6.2: what is refused for the sake of links."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.side import Side
from hubsync.services.manage.document import AssociationSpec, EndSpec, RefusedDocumentError
from hubsync.services.manage.lifecycle import NotNowError
from tests.rules.linked_objects import LINKS, Linked
from tests.rules.scene import Scene
from tests.simulation.syncs import contacts
from tests.unit.services.manage_world import document_of, mappings, sync_of

H, A = Side.HUBSPOT, Side.APP


def test_a_sync_that_others_link_by_cannot_be_deleted() -> None:
    """6.1, 1.7 The deletion is refused and says who needs it; when they are gone it is done, and no link is touched."""
    one = Linked(LINKS[0])
    one.put(H, "hubspot", "one")
    one.run()
    with pytest.raises(NotNowError, match="opportunities links records by way of contacts"):
        one.world.lifecycle.delete("contacts")
    one.put(H, "hubspot", "two")
    one.take(H, "hubspot", "one")
    one.catch_up()
    assert (one.in_app("hubspot"), one.waiting()) == ({"two"}, 0), "everything goes on"
    assert one.world.lifecycle.delete("opportunities").done
    assert one.world.lifecycle.delete("contacts").done
    assert one.both("hubspot") == ({"two"}, {"two"})


def test_an_invoice_is_linked_to_contacts_and_to_nothing_else() -> None:
    """6.2 A document that links invoices to companies is refused with a remedy; one that links them to contacts is
    saved."""
    scene = Scene(sync=contacts())
    scene.world.connect("ledgerly", "ledgerly")
    people = sync_of(
        hubspot=EndSpec("hubspot", "contacts"),
        app=EndSpec("ledgerly", "contacts"),
        mappings=mappings(("email", "EmailAddress")),
    )
    firms = sync_of(
        hubspot=EndSpec("hubspot", "companies"),
        app=EndSpec("ledgerly", "organizations"),
        mappings=mappings(("name", "Name")),
    )
    bills = sync_of(
        hubspot=EndSpec("hubspot", "invoices"),
        app=EndSpec("ledgerly", "invoices"),
        mappings=mappings(("hs_title", "Title")),
        require_email=True,
    )

    def save(link: AssociationSpec) -> None:
        linked = replace(bills, associations=(link,))
        scene.apply()(replace(document_of(people=people, firms=firms, bills=linked), connections={}))

    with pytest.raises(RefusedDocumentError) as refused:
        save(AssociationSpec(0, "companies", "ContactID", "firms"))
    faults = {fault.path: fault for fault in refused.value.faults}
    fault = faults["syncs.bills.associations[0].hubspot"]
    assert fault.reason == "Invoices are associated to contacts only."
    assert fault.remedy == "Name contacts, or leave it out."
    save(AssociationSpec(0, "contacts", "ContactID", "people"))
