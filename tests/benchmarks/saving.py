"""What saving a sync costs: fifty mappings between a HubSpot with hundreds of properties and a wide app."""

from __future__ import annotations

from collections.abc import Sequence
from time import process_time
from typing import Any, cast

from hubsync.connectors.factory import ConnectorFactory
from hubsync.connectors.port import Connector
from hubsync.model.connection import Connection
from hubsync.model.schema import FieldSchema, FieldType, ObjectSchema
from hubsync.services.manage.apply import Applied, Apply
from hubsync.services.manage.document import Document, EndSpec, MappingSpec, SyncSpec
from hubsync.services.ports import Connectors
from tests.simulation.ports import PlainVault
from tests.simulation.world import World

MAPPINGS = 50
PROPERTIES = 400


class WideApp:
    """An app whose people have sixty fields."""

    def schema(self, object_type: str) -> ObjectSchema:
        """All of them text, but for the email."""
        fields = {"email": FieldSchema("email", FieldType.EMAIL)}
        fields |= {f"field{at}": FieldSchema(f"field{at}") for at in range(60)}
        return ObjectSchema(object_type, fields, "contact", {"email": ("email",)})

    def prepare(self, object_types: Sequence[str]) -> None:
        """Nothing to set up."""


class Wired:
    """The world's connectors, with the wide app in Orbit's place."""

    def __init__(self, factory: ConnectorFactory) -> None:
        self._factory = factory

    def __getattr__(self, name: str) -> Any:
        return getattr(self._factory, name)

    def connector(self, connection: Connection, *, bulk: bool) -> Connector:
        """See `Connectors`."""
        if connection.app == "orbit":
            return cast("Connector", WideApp())
        return self._factory.connector(connection, bulk=bulk)


class Desk:
    """A world without syncs, and the document to be saved."""

    def __init__(self) -> None:
        self.world = World(1)
        for at in range(PROPERTIES):
            self.world.hubspot.define(
                "contacts",
                {
                    "name": f"custom{at}",
                    "label": f"Custom {at}",
                    "type": "string",
                    "fieldType": "text",
                    "groupName": "contactinformation",
                },
            )
        mappings = [MappingSpec(0, "email", "email")]
        mappings += [MappingSpec(at, f"custom{at}", f"field{at}") for at in range(1, MAPPINGS)]
        ends = EndSpec("hubspot", "contacts"), EndSpec("orbit", "people")
        self.document = Document(syncs={"wide": SyncSpec(*ends, mappings=tuple(mappings))})
        self.apply = Apply(
            connections=self.world.stores.connections,
            syncs=self.world.stores.syncs,
            ledger=self.world.stores.ledger,
            connectors=cast("Connectors", Wired(self.world.app.connectors)),
            orchestrator=self.world.orchestrator,
            vault=PlainVault(),
            clock=self.world.clock,
            ids=self.world.ids,
            drift=self.world.app.drift,
        )
        self.world.hubspot.calls.reset()

    def save(self) -> Applied:
        """Save the document."""
        return self.apply(self.document)

    @property
    def calls(self) -> int:
        """What HubSpot was asked."""
        return self.world.hubspot.calls.total


def seconds() -> tuple[float, int]:
    """The CPU that saving takes, and the calls to HubSpot."""
    desk = Desk()
    began = process_time()
    desk.save()
    return process_time() - began, desk.calls
