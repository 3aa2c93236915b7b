"""What the API does with single records, over a simulated world."""

from __future__ import annotations

from hubsync.api.records import RecordUseCases
from hubsync.services.history import History
from hubsync.services.manage.enqueue import Enqueue
from hubsync.services.manage.record import Viewer
from hubsync.services.manage.restore import Restore
from hubsync.services.manage.retry import Retry
from hubsync.services.schemas import Schemas
from tests.simulation.world import World


def records_of(world: World) -> RecordUseCases:
    """The use cases, past every crash of the world's own process."""
    stores = world.stores
    enqueue = Enqueue(world.queues, world.clock, world.ids)
    return RecordUseCases(
        view=Viewer(
            syncs=stores.syncs,
            connections=stores.connections,
            index=stores.index,
            connectors=world.app.connectors,
            history=History(stores.history, world.app.vault, world.ids),
            schemas=Schemas(stores.schemas, world.clock),
            clock=world.clock,
        ),
        retry=Retry(stores.syncs, stores.index, enqueue),
        restore=Restore(stores.syncs, stores.index, enqueue),
    )
