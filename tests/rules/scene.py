"""Small worlds in which a rule shows: some contacts and people, a saved sync, and what people then do to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hubsync.model.entry import IndexEntry
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.sync import Sync, SyncStatus
from hubsync.services.manage.apply import Apply
from hubsync.services.manage.view import View
from tests.simulation.ports import PlainVault
from tests.simulation.world import World, companies, contacts

CONTACT = {"email": "ana@example.com", "firstname": "Ana", "jobtitle": "Pilot"}
PERSON = {"email": "ana@example.com", "name": {"first": "Ana"}, "job_title": "Pilot"}


class Scene:
    """A world with one sync over the records that were there, after its initial sync. Records go by their place."""

    def __init__(
        self,
        hubspot: Sequence[Mapping[str, Any]] = (),
        app: Sequence[Mapping[str, Any]] = (),
        sync: Sync | None = None,
        *,
        settle: bool = True,
    ) -> None:
        self.world = World(1)
        self.saved = sync or contacts()
        self.hubspot_ids = list(self.world.hubspot.seed(self.saved.hubspot_object, hubspot))
        self.app_ids: list[str] = []
        for body in app:
            self.world.clock.ms += 1  # Orbit lists by creation
            self.app_ids += self.world.orbit.seed({self.saved.app_object: [body]})[self.saved.app_object]
        self.world.save(self.saved)
        if settle:
            self.look()

    def look(self) -> None:
        """Webhooks arrive, the poll comes, everything comes to rest."""
        self.world.clock.ms += 60_000
        self.world.deliver()
        self.world.settle()
        self.world.poll()
        self.world.settle()

    def compare(self) -> None:
        """The nightly comparison, and nothing else."""
        self.world.compare(self.saved.name)
        self.world.settle()

    def restart(self) -> None:
        """A new initial sync."""
        self.world.restart(self.saved.name)
        self.look()

    # --- people

    def edit_hubspot(self, at: int, **values: str) -> None:
        """A person edits a record in HubSpot."""
        self.world.clock.ms += 1_000
        self.world.hubspot.edit(self.saved.hubspot_object, self.hubspot_ids[at], values)

    def edit_app(self, at: int, **values: Any) -> None:
        """A person edits a record in the app; `first` and `last` are a person's names."""
        self.world.clock.ms += 1_000
        names = {part: values.pop(part) for part in ("first", "last") if part in values}
        body = {**values, **({"name": names} if names else {})}
        self.world.orbit.edit(self.saved.app_object, self.app_ids[at], body)

    def create_hubspot(self, **values: str) -> int:
        """A person makes a record in HubSpot; its place."""
        self.world.clock.ms += 1_000
        self.hubspot_ids.append(self.world.hubspot.create(self.saved.hubspot_object, values))
        return len(self.hubspot_ids) - 1

    def create_app(self, **values: Any) -> int:
        """A person makes a record in the app; its place."""
        self.world.clock.ms += 1_000
        self.app_ids.append(str(self.world.orbit.create(self.saved.app_object, values)["id"]))
        return len(self.app_ids) - 1

    def delete_hubspot(self, at: int) -> None:
        """A person deletes a record in HubSpot."""
        self.world.clock.ms += 1_000
        self.world.hubspot.archive(self.saved.hubspot_object, self.hubspot_ids[at])

    def delete_app(self, at: int) -> None:
        """A person deletes a record in the app."""
        self.world.clock.ms += 1_000
        self.world.orbit.delete(self.saved.app_object, self.app_ids[at])

    # --- what can be seen

    def hubspots(self) -> list[dict[str, str]]:
        """HubSpot's living records."""
        return list(self.world.hubspot.records(self.saved.hubspot_object).values())

    def apps(self) -> list[Mapping[str, Any]]:
        """The app's living records."""
        return [one for one in self.world.orbit.records(self.saved.app_object) if not one.get("deleted")]

    def hubspot(self, at: int, field: str) -> str:
        """What a record of HubSpot shows now; empty for nothing."""
        return self.world.hubspot.records(self.saved.hubspot_object)[self.hubspot_ids[at]].get(field) or ""

    def app(self, at: int, field: str) -> Any:
        """What a record of the app shows now; empty for nothing."""
        (found,) = [one for one in self.apps() if one["id"] == self.app_ids[at]]
        value = (found.get("name") or {}).get(field) if field in ("first", "last") else found.get(field)
        return "" if value is None else value

    def entries(self) -> list[IndexEntry]:
        """The sync's entries."""
        return self.world.entries(self.saved.name)

    def entry(self, side: Side, at: int) -> IndexEntry:
        """The entry of a record by its place."""
        record_id = str(self.hubspot_ids[at] if side is Side.HUBSPOT else self.app_ids[at])
        found = self.world.stores.index.find(self.saved.id, [RecordRef(side, record_id)])
        return found[RecordRef(side, record_id)]

    def pairs(self) -> set[tuple[int, int]]:
        """The bound pairs of living records that were there, by their places."""
        return {
            (self.hubspot_ids.index(int(entry.hubspot.record_id or 0)), self.app_ids.index(entry.app.record_id or ""))
            for entry in self.entries()
            if entry.hubspot.present
            and entry.app.present
            and int(entry.hubspot.record_id or 0) in self.hubspot_ids
            and entry.app.record_id in self.app_ids
        }

    @property
    def written(self) -> tuple[int, int]:
        """How many writes of records there were so far, in HubSpot and in the app."""
        counts, kind = self.world.orbit.gate.counts, self.saved.app_object
        return self.world.hubspot.calls.written(self.saved.hubspot_object), sum(
            counts[f"{kind}.{verb}"] for verb in ("create", "update", "delete")
        )

    def notes(self, event: str) -> list[dict[str, Any]]:
        """What the log says of an event."""
        return [facts for name, facts in self.world.signals.notes if name == event]

    # --- management

    def apply(self) -> Apply:
        """Saving documents, as the API does."""
        return Apply(
            connections=self.world.stores.connections,
            syncs=self.world.stores.syncs,
            ledger=self.world.stores.ledger,
            connectors=self.world.app.connectors,
            orchestrator=self.world.orchestrator,
            vault=PlainVault(),
            clock=self.world.clock,
            ids=self.world.ids,
            drift=self.world.app.drift,
        )

    def view(self) -> View:
        """What the API shows."""
        stores = self.world.stores
        return View(
            connections=stores.connections,
            syncs=stores.syncs,
            index=stores.index,
            overview=stores.overview,
            notifications=stores.notifications,
            connectors=self.world.app.connectors,
            outages=stores.outages,
            clock=self.world.clock,
        )


class Pair(Scene):
    """A scene with one contact and one person of the same email."""

    def __init__(
        self, sync: Sync | None = None, contact: dict[str, str] | None = None, person: dict[str, Any] | None = None
    ) -> None:
        super().__init__([CONTACT if contact is None else contact], [PERSON if person is None else person], sync)

    def edit_contact(self, **values: str) -> None:
        """A person edits the contact in HubSpot."""
        self.edit_hubspot(0, **values)

    def edit_person(self, **values: Any) -> None:
        """A person edits the app's record."""
        self.edit_app(0, **values)

    def contact(self, field: str) -> str:
        """What the contact shows now."""
        return self.hubspot(0, field)

    def person(self, field: str) -> Any:
        """What the app's record shows now."""
        return self.app(0, field)

    def both(self, hubspot_field: str, app_field: str) -> tuple[str, Any]:
        """What the two show now, HubSpot first."""
        return self.contact(hubspot_field), self.person(app_field)

    @property
    def pair(self) -> IndexEntry:
        """The one entry."""
        (entry,) = self.entries()
        return entry


def firms(hubspot: list[dict[str, str]], app: list[dict[str, str]]) -> Scene:
    """Companies and organisations, in step."""
    return Scene(hubspot, app, companies())


def emails(*addresses: str) -> list[dict[str, str]]:
    """A record for each address."""
    return [{"email": address} for address in addresses]


def poll_and_compare(world: World) -> None:
    """A poll, and the nightly comparison of all syncs that are active."""
    world.poll()
    world.settle()
    for name in world.syncs:
        if world.sync(name).status is SyncStatus.ACTIVE:
            world.compare(name)
    world.settle()
