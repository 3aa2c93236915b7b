"""Logs events on the timelines of contacts, by a template of the developer's app (rule 6.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from hubsync.connectors.http import Http
from hubsync.connectors.hubspot.answers import unexpected
from hubsync.connectors.hubspot.api import BATCH, VERSION
from hubsync.model.activity import TimelineEvent

CONFLICT = 409


def log_events(http: Http, template: str, events: Sequence[TimelineEvent]) -> None:
    """Log events, 100 in a call. One that is there already stays as it is: its id is the same.

    Where HubSpot refuses a batch because an event of it is known, the others follow one by one.
    """
    kind = "timeline events"
    path = f"/integrators/timeline/{VERSION}/events/batch"
    for start in range(0, len(events), BATCH):
        some = events[start : start + BATCH]
        answer = http.send("POST", path, kind=kind, json={"inputs": [_input(template, event) for event in some]})
        if answer.status == CONFLICT and len(some) > 1:
            for event in some:
                log_events(http, template, [event])
        elif not answer.ok and answer.status != CONFLICT:
            raise unexpected(answer, kind)


def _input(template: str, event: TimelineEvent) -> dict[str, object]:
    moment = datetime.fromtimestamp(event.at / 1000, UTC).isoformat(timespec="milliseconds")
    return {
        "eventTemplateId": template,
        "id": event.id,
        "objectId": event.contact_id,
        "timestamp": moment.replace("+00:00", "Z"),
        "tokens": dict(event.tokens),
    }
