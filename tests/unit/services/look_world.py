"""Small worlds for the look's tests: a few contacts and people, a saved sync, and what came of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hubsync.aws.messages import decode
from hubsync.model.entry import IndexEntry
from hubsync.model.message import LookMessage, PageMessage, Queue
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.sync import Sync
from tests.simulation.world import World, companies, contacts

H, A = Side.HUBSPOT, Side.APP


def contact(email: str | None = "ana@example.com", **fields: str) -> dict[str, Any]:
    """A contact in HubSpot's words."""
    return {"email": email, **fields} if email is not None else dict(fields)


def person(email: str | None = "ana@example.com", first: str | None = None, **fields: Any) -> dict[str, Any]:
    """A person in Orbit's words."""
    body = {"email": email, **fields}
    return {**body, "name": {"first": first}} if first is not None else body


class Small:
    """A world with one sync, saved over the records that were there, and its records by place."""

    def __init__(
        self,
        hubspot: Sequence[Mapping[str, Any]] = (),
        app: Sequence[Mapping[str, Any]] = (),
        *,
        sync: Sync | None = None,
        save: bool = True,
    ) -> None:
        self.world = World(7)
        self.saved = sync or contacts()
        self.kinds = {H: self.saved.hubspot_object, A: self.saved.app_object}
        self.h: list[int] = list(self.world.hubspot.seed(self.kinds[H], hubspot))
        self.a: list[str] = []
        for body in app:
            self.world.clock.ms += 1  # Orbit lists by creation
            self.a += self.world.orbit.seed({self.kinds[A]: [body]})[self.kinds[A]]
        if save:
            self.world.save(self.saved)
            self.world.settle()

    # --- people

    def edit_h(self, at: int, **fields: Any) -> None:
        self.world.clock.ms += 1_000
        self.world.hubspot.edit(self.kinds[H], self.h[at], fields)

    def edit_a(self, at: int, body: Mapping[str, Any]) -> None:
        self.world.clock.ms += 1_000
        self.world.orbit.edit(self.kinds[A], self.a[at], body)

    def delete_h(self, at: int) -> None:
        self.world.hubspot.archive(self.kinds[H], self.h[at])

    def delete_a(self, at: int) -> None:
        self.world.orbit.delete(self.kinds[A], self.a[at])

    # --- what hubsync does about it

    def rest(self, polls: int = 1) -> None:
        """Webhooks and polls arrive, and everything runs until nothing is left to do."""
        self.world.deliver()
        self.world.settle()
        for _ in range(polls):
            self.world.poll()
            self.world.settle()
            self.world.deliver()
            self.world.settle()

    def compare(self) -> None:
        self.world.compare(self.saved.name)
        self.world.settle()

    # --- what can be seen

    def entry(self, side: Side, at: int) -> IndexEntry:
        """The entry of a record by its place."""
        record_id = str(self.h[at] if side is H else self.a[at])
        ref = RecordRef(side, record_id)
        found = self.world.stores.index.find(self.saved.id, [ref])
        assert ref in found, f"no entry for {ref}"
        return found[ref]

    def entries(self) -> list[IndexEntry]:
        return self.world.entries(self.saved.name)

    def hubspot(self, at: int) -> dict[str, str]:
        return self.world.hubspot.records(self.kinds[H])[self.h[at]]

    def hubspots(self) -> list[dict[str, str]]:
        return list(self.world.hubspot.records(self.kinds[H]).values())

    def app(self, at: int) -> Mapping[str, Any]:
        return next(body for body in self.apps() if body["id"] == self.a[at])

    def apps(self) -> list[Mapping[str, Any]]:
        return [body for body in self.world.orbit.records(self.kinds[A]) if not body.get("deleted")]

    def looks(self) -> list[tuple[str, str]]:
        """The cause and the action of every decision that was told."""
        return [
            (facts["cause"], facts["action"]) for event, facts in self.world.signals.notes if event == "record_decided"
        ]

    def writes(self) -> dict[str, int]:
        """What was ever written into the two applications."""
        app = sum(self.world.orbit.gate.counts[f"{self.kinds[A]}.{verb}"] for verb in ("create", "update", "delete"))
        return {"hubspot": sum(self.world.hubspot.calls.writes.values()), "app": app}

    def waiting(self) -> list[tuple[Queue, LookMessage | PageMessage]]:
        """What stands on the queues now."""
        return [(one.queue, decode(one.body)) for one in self.world.queues.waiting]

    def traces(self) -> tuple[int, dict[str, int]]:
        """How much was ever put on the queues and written into any table."""
        return self.world.queues.sent, dict(self.world.stores.writes)

    def index_writes(self) -> dict[str, int]:
        """What was ever written into the index."""
        kinds = ("entry", "entry deleted", "claim", "alias", "waiter", "waiter deleted")
        return {kind: self.world.stores.writes[kind] for kind in kinds}


__all__ = ["A", "H", "Small", "companies", "contact", "contacts", "person"]
