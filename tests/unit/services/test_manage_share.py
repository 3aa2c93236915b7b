"""Which syncs know that others write the same HubSpot records (rule 1.8)."""

from __future__ import annotations

from hubsync.services.manage.document import Document, EndSpec
from hubsync.services.manage.plan import Change
from tests.unit.services.manage_world import ORBIT, World, document_of, sync_of

SECOND = sync_of(app=EndSpec("orbit2", "people"))


def both() -> Document:
    document = document_of(contacts=sync_of(), second=SECOND)
    return Document({**document.connections, "orbit2": ORBIT}, document.syncs)


def test_a_sync_alone_shares_nothing() -> None:
    world = World()
    world.applied()
    assert not world.sync().shared


def test_two_in_one_document_share() -> None:
    world = World()
    world.applied(both())
    assert world.sync("contacts").shared
    assert world.sync("second").shared


def test_the_first_one_learns_of_the_second_and_is_not_restarted() -> None:
    world = World()
    world.applied()
    before = world.sync()
    done = world.applied(Document({"orbit2": ORBIT}, {"second": SECOND}))
    after = world.sync()
    assert [(each.sync.name, each.change) for each in done.syncs] == [("second", Change.NEW)]
    assert (after.shared, after.generation, after.status) == (True, before.generation, before.status)


def test_an_unchanged_sync_of_the_document_learns_of_it_too() -> None:
    world = World()
    world.applied()
    before = world.sync()
    done = world.applied(both())
    assert {each.sync.name: each.change for each in done.syncs} == {
        "contacts": Change.UNCHANGED,
        "second": Change.NEW,
    }
    assert (world.sync().shared, world.sync().generation) == (True, before.generation)


def test_applying_both_again_saves_nothing() -> None:
    world = World()
    world.applied(both())
    world.stores.writes.clear()
    world.applied(both())
    assert not world.stores.writes
