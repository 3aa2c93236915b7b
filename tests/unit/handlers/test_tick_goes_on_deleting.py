"""The five-minute tick goes on with a deletion that nobody asks for any more."""

from __future__ import annotations

from hubsync.handlers import poll
from hubsync.model.entry import Half, IndexEntry
from hubsync.services.manage.lifecycle import PURGE_SLICE
from hubsync.stores.index_port import PutEntry
from tests.simulation.world import World, contacts


def test_a_tick_purges_what_a_deletion_left(world: World) -> None:
    sync = world.save(contacts())
    entries = [IndexEntry(sync.id, f"h-{number}", Half(str(number))) for number in range(2 * PURGE_SLICE)]
    world.stores.index.write([PutEntry(entry) for entry in entries])
    assert not world.lifecycle.delete("contacts").done
    assert world.stores.index.walk(sync.id, None, 1).entries
    world.poll()
    assert not world.stores.index.walk(sync.id, None, 1).entries
    assert not world.stores.syncs.syncs()


def test_a_tick_without_time_left_purges_nothing(world: World) -> None:
    sync = world.save(contacts())
    world.stores.index.write([PutEntry(IndexEntry(sync.id, f"h-{at}", Half(str(at)))) for at in range(2 * PURGE_SLICE)])
    world.lifecycle.delete("contacts")
    context = world._context()
    context.get_remaining_time_in_millis = lambda: 0
    poll.handler({}, context)
    assert len(world.stores.index.walk(sync.id, None, 10 * PURGE_SLICE).entries) == PURGE_SLICE
