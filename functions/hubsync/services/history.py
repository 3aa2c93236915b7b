"""Seals and opens the history: the only place where a customer's values are kept (promise 7).

Each sync has a data key of its own, which is sealed by the deployment's key and destroyed first when the sync is
deleted. Events are sealed with AES-256-GCM; sync, entry and event are bound in as associated data, so that one event's
ciphertext opens nowhere else. Importing the cipher takes a while, so only those who seal or open pay for it.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hubsync.model.history import EventKey, FieldChange, HistoryEvent
from hubsync.model.record import Value
from hubsync.model.side import Side
from hubsync.model.sync import Sync
from hubsync.services.ports import Ids, Vault
from hubsync.stores.history import HistoryStore, SealedEvent

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
DAY_SECONDS = 86_400
LARGEST_EVENT = 256 * 1024
"""Bytes. An item of the table may have 400 KB."""
SHORTENED = (8_192, 512, 64)
"""Characters to which the long values of an event that is too large are cut."""


def new_key(sync: Sync, ids: Ids, vault: Vault) -> bytes:
    """A data key for a sync's history, sealed."""
    return vault.seal(b64encode(ids.key()).decode(), _belongs_to(sync))


@dataclass(frozen=True, slots=True)
class History:
    """What was written to records, by entry."""

    store: HistoryStore
    vault: Vault
    ids: Ids

    def keeps(self, sync: Sync) -> bool:
        """Whether anything is kept of this sync's writes."""
        return bool(sync.history_key) and sync.history_days > 0

    def add(self, sync: Sync, events: Sequence[HistoryEvent]) -> None:
        """Keep events for the sync's `history_days`. One batch of the table for 25 of them."""
        if not events or not self.keeps(sync):
            return
        cipher, sealed = self._cipher(sync), []
        for event in events:
            nonce = self.ids.key()[-NONCE:]
            content = nonce + cipher.encrypt(nonce, _content(event), _bound_to(event.key))
            expires_at = event.key.at // 1000 + sync.history_days * DAY_SECONDS
            sealed.append(SealedEvent(event.key, content, expires_at, event.outcome))
        self.store.add(sealed)

    def of(self, sync: Sync, entry_id: str, limit: int, now: int) -> Sequence[HistoryEvent]:
        """The newest events of an entry, newest first; none once the sync's key was destroyed. `now` is epoch ms."""
        if not sync.history_key:
            return ()
        events = self.store.events(sync.id, entry_id, limit)
        # The table deletes what has expired within days, not at once.
        living = [event for event in events if event.expires_at * 1000 > now]
        if not living:
            return ()
        cipher = self._cipher(sync)
        return tuple(_opened(event, cipher) for event in living)

    def forget(self, sync_id: str, entry_id: str) -> None:
        """Delete all events of an entry: its history goes with it."""
        self.store.purge_record(sync_id, entry_id)

    def _cipher(self, sync: Sync) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(b64decode(self.vault.open(sync.history_key, _belongs_to(sync))))


def _belongs_to(sync: Sync) -> str:
    return f"history of {sync.id}"


def _bound_to(key: EventKey) -> bytes:
    return json.dumps([key.sync_id, key.entry_id, key.at, key.version, key.side]).encode()


def _content(event: HistoryEvent) -> bytes:
    """An event as JSON, its key and its outcome apart. Values that would not fit into an item are cut short."""
    for longest in (None, *SHORTENED):
        fields = {
            name: [_short(change.before, longest), _short(change.after, longest), change.winner, change.why]
            for name, change in event.fields.items()
        }
        body = {
            "cause": event.cause,
            "correlation_id": event.correlation_id,
            "generation": event.generation,
            "reason": event.reason,
            "create": event.create,
            "fields": fields,
        }
        # With escapes, for half a surrogate pair, which JSON may hold, is no UTF-8.
        text = json.dumps(body, separators=(",", ":")).encode("ascii")
        if len(text) <= LARGEST_EVENT:
            break
    return text


def _short(value: Value, longest: int | None) -> Value:
    if longest is None:
        return value
    text = value if isinstance(value, str) else json.dumps(value)
    return value if len(text) <= longest else f"{text[:longest]}… ({len(text)} characters)"


def _opened(event: SealedEvent, cipher: AESGCM) -> HistoryEvent:
    nonce, sealed = event.sealed[:NONCE], event.sealed[NONCE:]
    body: dict[str, Any] = json.loads(cipher.decrypt(nonce, sealed, _bound_to(event.key)))
    fields = {
        name: FieldChange(before, after, Side(winner) if winner else None, why)
        for name, (before, after, winner, why) in body.pop("fields").items()
    }
    return HistoryEvent(event.key, **body, fields=fields, outcome=event.outcome)
