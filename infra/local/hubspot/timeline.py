"""Events that an app logs: on a record's timeline, and as custom events. The admin API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.local.http import Response
from infra.local.hubspot.batches import inputs_of
from infra.local.hubspot.call import Call, Route
from infra.local.hubspot.errors import invalid
from infra.local.hubspot.times import iso

MAX_SENT = 500


def _log(call: Call, item: Mapping[str, Any]) -> dict[str, Any]:
    """One timeline event; the same id a second time replaces the first."""
    template = item.get("eventTemplateId") or item.get("eventTypeName")
    if not template or not (item.get("objectId") or item.get("email")):
        raise invalid("A timeline event needs eventTemplateId, and objectId or email")
    event_id = str(item.get("id") or f"event-{len(call.account.events) + 1}")
    event = {**item, "id": event_id, "createdAt": iso(call.account.clock())}
    call.account.events[f"timeline:{template}:{event_id}"] = event
    return event


def _timeline(call: Call) -> Response:
    return Response(201, _log(call, call.json()))


def _timeline_batch(call: Call) -> Response:
    events = [_log(call, item) for item in inputs_of(call.json())]
    return Response(201, {"status": "COMPLETE", "results": events})


def _keep(call: Call, item: Mapping[str, Any]) -> None:
    if not item.get("eventName") or not (item.get("objectId") or item.get("email") or item.get("utk")):
        raise invalid("An event needs eventName, and objectId, email or utk")
    key = item.get("uuid") or len(call.account.events) + 1
    call.account.events[f"custom:{key}"] = {**item, "receivedAt": iso(call.account.clock())}


def _send(call: Call) -> Response:
    _keep(call, call.json())
    return Response(204)


def _send_batch(call: Call) -> Response:
    for item in inputs_of(call.json(), MAX_SENT):
        _keep(call, item)
    return Response(204)


_SCOPE = "analytics.behavioral_events.send"
ROUTES = (
    Route("POST", "/integrators/timeline/events", _timeline, "timeline"),
    Route("POST", "/integrators/timeline/events/batch", _timeline_batch, "timeline"),
    Route("POST", "/integrators/timeline/events/batch/create", _timeline_batch, "timeline"),
    Route("POST", "/events/send", _send, _SCOPE),
    Route("POST", "/events/send/batch", _send_batch, _SCOPE),
    Route("POST", "/events/custom/send", _send, _SCOPE),
    Route("POST", "/events/custom/send/batch", _send_batch, _SCOPE),
)
