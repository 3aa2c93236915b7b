"""Messages as JSON text, with a schema version: what stands in a queue survives a deployment."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from hubsync.model.activity import Activity
from hubsync.model.message import EventMessage, LookMessage, PageKey, PageMessage
from hubsync.model.side import Side
from hubsync.model.sync import Phase

VERSION = 1


class UnreadableMessageError(Exception):
    """A message of a kind or version that this code does not know; the queue keeps it for one that does."""


def encode(message: LookMessage | PageMessage | EventMessage) -> str:
    """A message as JSON text."""
    body: dict[str, Any] = {
        "v": VERSION,
        "sync": message.sync_id,
        "correlation_id": message.correlation_id,
        "sent_at": message.sent_at,
        "deferrals": message.deferrals,
        "page": None,
    }
    if isinstance(message, EventMessage):
        body |= {"kind": "event", "activity": asdict(message.activity)}
        return json.dumps(body, separators=(",", ":"))
    if message.page is not None:
        body["page"] = [message.page.generation, message.page.phase, message.page.number]
    if isinstance(message, LookMessage):
        body |= {"kind": "look", "side": message.side, "ids": list(message.ids), "cause": message.cause}
    else:
        body |= {"kind": "page", "cursor": message.cursor}
    return json.dumps(body, separators=(",", ":"))


def decode(text: str) -> LookMessage | PageMessage | EventMessage:
    """The message in a JSON text; raises `UnreadableMessageError`."""
    try:
        body = json.loads(text)
        if body["v"] != VERSION:
            raise UnreadableMessageError(f"Message version {body['v']} is not known here.")
        if body["kind"] == "event":
            return EventMessage(
                sync_id=body["sync"],
                activity=Activity(**body["activity"]),
                correlation_id=body["correlation_id"],
                sent_at=body["sent_at"],
                deferrals=body["deferrals"],
            )
        page = None if body["page"] is None else PageKey(body["page"][0], Phase(body["page"][1]), body["page"][2])
        if body["kind"] == "look":
            return LookMessage(
                sync_id=body["sync"],
                side=Side(body["side"]),
                ids=tuple(body["ids"]),
                cause=body["cause"],
                correlation_id=body["correlation_id"],
                sent_at=body["sent_at"],
                page=page,
                deferrals=body["deferrals"],
            )
        if page is None:
            raise UnreadableMessageError("A page message names no page.")
        return PageMessage(
            sync_id=body["sync"],
            page=page,
            cursor=body["cursor"],
            correlation_id=body["correlation_id"],
            sent_at=body["sent_at"],
            deferrals=body["deferrals"],
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise UnreadableMessageError("The message is not one of hubsync's.") from error
