"""The simulated Ledgerly: its records, its settings, and the door for the API and the admin API."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from infra.local.http import Request, Response
from infra.local.ledgerly import objects, signature
from infra.local.ledgerly.api import Api, refuse
from infra.local.parts import admin
from infra.local.parts.collection import Collection, Verb
from infra.local.parts.errors import MissingError
from infra.local.parts.fields import ObjectType
from infra.local.parts.gate import Gate, RateLimit
from infra.local.parts.outbox import Outbox
from infra.local.parts.rewrites import Rewrite
from infra.local.parts.table import Row

EVENTS_PER_POST = 10
FIRST_ID = 1001
_TYPES: Mapping[Verb, str] = {"created": "CREATE", "updated": "UPDATE", "deleted": "DELETE"}


class Ledgerly:
    """One account of Ledgerly. `rewrites` are its workflows.

    The methods `seed`, `records`, `create`, `edit`, `delete` are a person's hands, as in the admin API: they ask no
    key, are not counted, and skip format checks. They raise the errors of `infra.local.parts.errors`.
    """

    name = "ledgerly"

    def __init__(
        self,
        clock: Callable[[], int],
        randomness: random.Random,
        *,
        token: str = "ledgerly-key",  # noqa: S107 - a simulator's made-up key
        webhook_secret: str = "ledgerly-secret",  # noqa: S107 - likewise
        calls_per_10_seconds: int = 300,
    ) -> None:
        self.token = token
        self.gate = Gate(randomness, RateLimit(clock, calls_per_10_seconds, 10_000), refuse)
        self.outbox = Outbox(clock, randomness, pack=signature.pack, sign=signature.sign, batch=EVENTS_PER_POST)
        self.outbox.secret = webhook_secret
        self._clock = clock
        self.rewrites: list[Rewrite] = []
        self.collections: dict[str, Collection[int]] = {
            name: self._collection(kind) for name, kind in objects.KINDS.items()
        }
        self._api = Api(self)

    def handle(self, request: Request) -> Response:
        """Answer one request; never raises."""
        if request.path.startswith(admin.PREFIX):
            return admin.administer(self, request)
        return self._api.handle(request)

    def seed(self, records: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[int]]:
        """Add records that were always there, `{object: [record, …]}`; the new ids. Fires no webhooks."""
        return {kind: self.collection(kind).seed(bodies) for kind, bodies in records.items()}

    def records(self, kind: str) -> list[Mapping[str, Any]]:
        """All records of an object in creation order, archived ones among them, as the API serves them."""
        return [row.body for row in self.collection(kind).table]

    def create(self, kind: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Create a record as a person would."""
        return self.collection(kind).create(body, strict=False).body

    def edit(self, kind: str, key: int | str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Edit a record as a person would; None clears."""
        return self.collection(kind).edit(int(key), body, strict=False).body

    def delete(self, kind: str, key: int | str) -> None:
        """Archive a record as a person would."""
        self.collection(kind).archive(int(key))

    def collection(self, kind: str) -> Collection[int]:
        """The records of an object; raises `MissingError`."""
        collection = self.collections.get(kind)
        if collection is None:
            raise MissingError(f"Ledgerly has no object {kind}; it has {', '.join(self.collections)}.")
        return collection

    def _collection(self, kind: ObjectType) -> Collection[int]:
        ids = count(FIRST_ID)
        return Collection(
            kind,
            clock=self._clock,
            new_id=lambda: next(ids),
            render=objects.renderer(kind),
            announce=self._announce,
            exists=lambda name, key: self.collections[name].table.get(key) is not None,
            rewrites=self.rewrites,
        )

    def _announce(self, kind: ObjectType, verb: Verb, row: Row[int]) -> None:
        self.outbox.add({"resource": kind.name, "resourceId": row.id, "type": _TYPES[verb]})
