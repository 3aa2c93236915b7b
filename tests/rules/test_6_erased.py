"""Rules 6.1 and 7.4: links to a contact that HubSpot erased leave no trace."""

from __future__ import annotations

import re

import pytest

from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from tests.rules.linked_objects import BILLED, CONTACTS, LINKS, Link, Linked
from tests.simulation.invariants import assert_nothing_is_written
from tests.simulation.syncs import companies, contacts, linked
from tests.simulation.world import World

H, A = Side.HUBSPOT, Side.APP
BY_PERSON = tuple(each for each in LINKS if each.to in (CONTACTS, BILLED))


@pytest.mark.parametrize("link", BY_PERSON, ids=str)
def test_a_privacy_deletion_clears_the_links_to_the_erased_record(link: Link) -> None:
    """6.1, 7.4 Whoever was linked to a contact that HubSpot erased goes on without it: nothing that is stored of the
    link leads there, in neither sync, and nobody waits for it."""
    one = Linked(link)
    one.world.connect_webhooks()
    one.run()
    one.put(H, "hubspot", "three")  # whose number no other record bears
    one.catch_up()
    assert one.both("hubspot") == ({"three"}, {"three"})
    number = str(one.hubspot_id(link.to, "three"))
    one.world.hubspot.gdpr_delete("contacts", int(number))
    one.catch_up()
    assert not traces(one, number)
    assert one.in_hubspot("hubspot") == set()
    assert one.statuses() == {"in_sync": 2}
    assert_nothing_is_written(one.world)


@pytest.mark.parametrize("link", BY_PERSON, ids=str)
def test_nobody_waits_for_an_erased_record(link: Link) -> None:
    """6.1, 7.4 A link that waited for a contact which HubSpot erased before it was bound waits no longer."""
    one = Linked(link).run()
    one.world.connect_webhooks()
    one.world.lifecycle.off("contacts")
    one.make(link.to, "four", H)
    one.put(H, "hubspot", "four")
    one.catch_up()
    number = str(one.hubspot_id(link.to, "four"))
    assert one.waiting() == 1
    assert traces(one, number)
    one.world.hubspot.gdpr_delete("contacts", int(number))
    one.catch_up()
    assert not traces(one, number)
    assert one.waiting() == 0


def test_an_erased_record_waits_for_nobody() -> None:
    """6.1, 7.4 A contact whose own link waited for a company is erased: nothing stays under the company."""
    world = World(3)
    world.connect_webhooks()
    (company,) = world.hubspot.seed("companies", [{"name": "Hooli"}])
    (number,) = world.hubspot.seed("contacts", [{"email": "one@example.com"}])
    world.hubspot.associate("contacts", number, "companies", company)
    world.save(companies())
    world.lifecycle.off("companies")
    world.save(linked(contacts()))
    world.settle()
    ref = RecordRef(H, str(company))
    assert world.stores.index.link_waiters("s2", [ref])
    world.hubspot.gdpr_delete("contacts", number)
    world.deliver()
    world.settle()
    assert world.stores.index.link_waiters("s2", [ref]) == {}


def traces(one: Linked, number: str) -> list[str]:
    """Where the number of a contact stands in the index: in its own sync, and among who waits for whom."""
    shelf = one.world.stores.index._shelf(one.link.to.sync().id)
    kept = {kind: str(getattr(shelf, kind)).replace("erased-", " ") for kind in shelf.__slots__}
    return [kind for kind, text in kept.items() if re.search(rf"\bh-{number}\b|id='{number}'", text)]
