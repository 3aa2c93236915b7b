"""What the API shows of records and does with them, over a simulated world."""

from __future__ import annotations

from hubsync.api.records import RecordUseCases
from hubsync.services.history import History
from hubsync.services.manage.addresses import Addresses
from hubsync.services.manage.enqueue import Enqueue
from hubsync.services.manage.record import Viewer
from hubsync.services.manage.restore import Restore
from hubsync.services.manage.retry import Retry
from hubsync.services.manage.search import Search
from hubsync.services.manage.values import Values
from hubsync.services.manage.view import View
from hubsync.services.plan.explain import Explain
from hubsync.services.schemas import Schemas
from tests.simulation.world import World


def records_of(world: World) -> RecordUseCases:
    """The use cases, past every crash of the world's own process."""
    stores = world.stores
    enqueue = Enqueue(world.queues, world.clock, world.ids)
    return RecordUseCases(
        view=Viewer(
            overview=stores.overview,
            connectors=world.app.connectors,
            history=History(stores.history, world.app.vault, world.ids),
            schemas=Schemas(stores.schemas, world.clock),
            clock=world.clock,
        ),
        values=Values(stores.syncs, stores.connections, stores.index, world.app.connectors),
        search=Search(stores.syncs, stores.connections, stores.index, world.app.connectors),
        addresses=Addresses(stores.overview, world.app.connectors),
        retry=Retry(stores.syncs, stores.index, enqueue),
        restore=Restore(stores.syncs, stores.index, enqueue),
    )


def view_of(world: World) -> View:
    """The queries, past every crash of the world's own process."""
    stores = world.stores
    return View(
        connections=stores.connections,
        syncs=stores.syncs,
        index=stores.index,
        overview=stores.overview,
        notifications=stores.notifications,
        connectors=world.app.connectors,
        outages=stores.outages,
        clock=world.clock,
    )


def explain_of(world: World) -> Explain:
    """The explanations, past every crash of the world's own process."""
    stores = world.stores
    return Explain(
        syncs=stores.syncs,
        connections=stores.connections,
        index=stores.index,
        connectors=world.app.connectors,
        clock=world.clock,
        ids=world.ids,
        outages=stores.outages,
    )
