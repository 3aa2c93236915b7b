"""Rule 4.1: what the applications say of their fields is stored when a sync is saved, and known to every look."""

from __future__ import annotations

from hubsync.model.schema import FieldType, Option
from hubsync.model.side import Side
from hubsync.services.schemas import KEPT_MS
from tests.simulation.world import World, contacts


def test_a_look_knows_the_fields_of_both_sides() -> None:
    """4.1 Types, options with their labels, and what may not be written, of HubSpot as of the app."""
    world = World(1)
    sync = world.save(contacts())
    desk = world.app.desks.desk(sync, deadline=world.clock.ms + 60_000, bulk=False)
    assert desk is not None
    hubspot, app = desk.schemas[Side.HUBSPOT], desk.schemas[Side.APP]
    assert hubspot["createdate"].read_only
    assert Option("lead", "Lead") in hubspot["lifecyclestage"].options
    assert hubspot["email"].type is app["email"].type is FieldType.EMAIL
    assert app["created_at"].read_only


def test_a_schema_is_asked_for_once() -> None:
    """4.1 However many looks there are, and however many processes: never once for each record or invocation."""
    world = World(2)
    world.hubspot.seed("contacts", [{"email": f"p{at}@example.com"} for at in range(250)])
    world.hubspot.calls.reset()
    world.save(contacts())
    world.settle()
    world.app = world._wire()  # another process, which has kept nothing
    world.clock.ms += KEPT_MS
    world.hubspot.edit("contacts", next(iter(world.hubspot.records("contacts"))), {"firstname": "Ana"})
    world.poll()
    world.settle()
    assert world.statuses() == {"in_sync": 250}
    assert world.hubspot.calls.calls["GET /crm/properties/{type}"] == 1


def test_a_process_learns_of_a_newer_schema_within_a_minute() -> None:
    """4.1 A schema is kept by each process, and asked for in the store again after a minute."""
    world = World(3)
    sync = world.save(contacts())
    world.settle()
    here, there = world.app, world._wire()
    connector = here.connectors.connector(world.connection("hubspot"), bulk=False)
    known = there.schemas.schema("hubspot", sync.hubspot_object, connector)
    size = {"name": "shoe_size", "label": "Shoe size", "type": "number", "fieldType": "number", "groupName": "body"}
    world.hubspot.define("contacts", size)
    here.schemas.put("hubspot", connector.schema("contacts"))
    assert there.schemas.schema("hubspot", sync.hubspot_object, connector) is known
    world.clock.ms += KEPT_MS
    assert "shoe_size" in there.schemas.schema("hubspot", sync.hubspot_object, connector).fields
