"""The simulated Orbit CRM: its records, its settings, and the door for the API and the admin API."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from infra.local.crm import objects, signature
from infra.local.crm.api import Api, refuse
from infra.local.crm.settings import Pipeline, User, default_pipelines, default_users
from infra.local.http import Request, Response
from infra.local.parts import admin
from infra.local.parts.collection import Collection, Verb
from infra.local.parts.errors import MissingError
from infra.local.parts.fields import ObjectType
from infra.local.parts.gate import Gate, RateLimit
from infra.local.parts.instants import iso_milliseconds
from infra.local.parts.outbox import Outbox
from infra.local.parts.rewrites import Rewrite
from infra.local.parts.table import Row

SCOPES = frozenset({f"{kind}:{verb}" for kind in objects.KINDS for verb in ("read", "write")} | {"users:read"})
EVENTS_PER_POST = 20


class Orbit:
    """One account of Orbit CRM. `scopes` are the token's; set them to take permissions away.

    `users`, `pipelines` (of opportunities) and `rewrites` (workflows) are its administrator's settings.

    The methods `seed`, `records`, `create`, `edit`, `delete` are a person's hands, as in the admin API: they ask no
    token, are not counted, and skip format checks. They raise the errors of `infra.local.parts.errors`.
    """

    name = "orbit"

    def __init__(
        self,
        clock: Callable[[], int],
        randomness: random.Random,
        *,
        token: str = "orbit-token",  # noqa: S107 - a simulator's made-up token
        webhook_secret: str = "orbit-secret",  # noqa: S107 - likewise
        calls_per_second: int = 100,
    ) -> None:
        self.token = token
        self.scopes: set[str] = set(SCOPES)
        self.clock = clock
        self.users: dict[str, User] = default_users()
        self.pipelines: dict[str, Pipeline] = default_pipelines()
        self.rewrites: list[Rewrite] = []
        self.gate = Gate(randomness, RateLimit(clock, calls_per_second, 1_000), refuse)
        self.outbox = Outbox(clock, randomness, pack=signature.pack, sign=signature.sign, batch=EVENTS_PER_POST)
        self.outbox.secret = webhook_secret
        self._deliveries = self._happened = 0
        self._randomness = randomness
        self.collections: dict[str, Collection[str]] = {
            name: self._collection(kind) for name, kind in objects.KINDS.items()
        }
        self._api = Api(self)

    def handle(self, request: Request) -> Response:
        """Answer one request; never raises."""
        if request.path.startswith(admin.PREFIX):
            return admin.administer(self, request)
        return self._api.handle(request)

    def seed(self, records: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[str]]:
        """Add records that were always there, `{object: [record, …]}`; the new ids. Fires no webhooks."""
        return {kind: self.collection(kind).seed(bodies) for kind, bodies in records.items()}

    def records(self, kind: str) -> list[Mapping[str, Any]]:
        """All records of an object in creation order, as the API serves them."""
        return [row.body for row in self.collection(kind).table]

    def create(self, kind: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Create a record as a person would."""
        return self.collection(kind).create(body, strict=False).body

    def edit(self, kind: str, key: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Edit a record as a person would; nested objects merge, None clears."""
        return self.collection(kind).edit(key, body, strict=False).body

    def delete(self, kind: str, key: str) -> None:
        """Delete a record as a person would."""
        self.collection(kind).remove(key)

    def happen(self, person: str, kind: str, subject: str, *, own_id: str | None = None) -> str:
        """Something happens to a person (`email.opened`, `meeting.held`): an event that webhooks tell; its id.

        No record of it is kept. The same `own_id` tells it once more.
        """
        self.collection("people").read(person)
        self._happened += 1
        event_id = own_id or f"evt_{self._happened:06d}"
        self._tell(
            {"event": f"activity.{kind}", "id": event_id, "person_id": person, "subject": subject},
        )
        return event_id

    def collection(self, kind: str) -> Collection[str]:
        """The records of an object; raises `MissingError`."""
        collection = self.collections.get(kind)
        if collection is None:
            raise MissingError(f"Orbit has no object {kind}; it has {', '.join(self.collections)}.")
        return collection

    def _collection(self, kind: ObjectType) -> Collection[str]:
        return Collection(
            kind,
            clock=self.clock,
            new_id=lambda: objects.new_id(kind.name, self.clock(), self._randomness),
            render=objects.body,
            announce=self._announce,
            exists=self._exists,
            rewrites=self.rewrites,
        )

    def _exists(self, name: str, key: str) -> bool:
        match name:
            case "users":
                return key in self.users
            case "pipelines":
                return key in self.pipelines
            case "stages":
                return any(key in pipeline.stages for pipeline in self.pipelines.values())
        return self.collections[name].table.get(key) is not None

    def _announce(self, kind: ObjectType, verb: Verb, row: Row[str]) -> None:
        self._tell({"event": f"{kind.singular}.{verb}", "id": row.id})

    def _tell(self, event: Mapping[str, Any]) -> None:
        self._deliveries += 1
        self.outbox.add(
            {
                **event,
                "occurred_at": iso_milliseconds(self.clock()),
                "delivery": f"dlv_{self._deliveries:08d}",
            }
        )
