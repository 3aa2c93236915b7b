"""Single connections: give one new secrets, or take it away."""

from __future__ import annotations

from dataclasses import dataclass

from hubsync.model.connection import Connection
from hubsync.model.side import Side
from hubsync.services.manage.apply import Applied, Apply, ConcurrentChangeError
from hubsync.services.manage.document import ConnectionSpec, Document, Limit
from hubsync.services.manage.expected import Expected, StaleError, hold, tag_of
from hubsync.services.manage.lifecycle import NotNowError
from hubsync.services.manage.view import UnknownConnectionError
from hubsync.stores.ports import ConnectionStore, SyncStore


@dataclass(frozen=True, slots=True)
class Accounts:
    """The use cases over their ports. Raise `UnknownConnectionError`, `StaleError`, `ConcurrentChangeError`."""

    connections: ConnectionStore
    syncs: SyncStore
    apply: Apply

    def amend(self, name: str, token: str | None, webhook_secret: str | None, expected: Expected = None) -> Applied:
        """Give an account a new token, a new secret for its webhooks, or both; all else stays as it is.

        An account that needed a person is active again, and its syncs look at everything anew (rule 1.9). Raises what
        `Apply` raises, too.
        """
        stored = self._stored(name)
        hold(expected, name, stored)
        limit = None if stored.limit is None else Limit(stored.limit, stored.limit_seconds)
        spec = ConnectionSpec(stored.app, token, stored.base_url, webhook_secret, limit)
        try:
            return self.apply(Document({name: spec}), expected=frozenset({tag_of(stored)}))
        except StaleError:
            raise ConcurrentChangeError(f"Somebody else changed {name} at the same time.") from None

    def remove(self, name: str, expected: Expected = None) -> None:
        """Forget an account and its secrets. Raises `NotNowError` while a sync uses it."""
        stored = self._stored(name)
        hold(expected, name, stored)
        used = [sync.name for sync in self.syncs.syncs() if name in {sync.connection(side) for side in Side}]
        if used:
            raise NotNowError(
                f"{name} is used by {', '.join(used)}.",
                remedy="Delete what uses it first; turning it off is not enough.",
            )
        if not self.connections.delete_connection(stored):
            raise ConcurrentChangeError(f"Somebody else changed {name} at the same time.")

    def _stored(self, name: str) -> Connection:
        stored = self.connections.connection(name)
        if stored is None:
            names = [each.id for each in self.connections.connections()]
            raise UnknownConnectionError(f"There is no connection {name}.", name, names)
        return stored
