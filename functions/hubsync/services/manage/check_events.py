"""Whether the app's events can be logged on HubSpot's timelines (rule 6.3)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from hubsync.model.schema import ObjectSchema
from hubsync.model.side import Side
from hubsync.model.sync import ObjectKind
from hubsync.services.manage.document import Fault, SyncSpec


def check_events(
    name: str, spec: SyncSpec, schemas: Mapping[Side, ObjectSchema], activities: Collection[str]
) -> Iterator[Fault]:
    """The faults of a sync's `events`. `activities` are the object types of the app whose events its webhooks tell."""
    if spec.event_template is None:
        return
    path = f"syncs.{name}.events"
    if schemas[Side.HUBSPOT].kind != ObjectKind.CONTACT:
        yield Fault(path, "Events are logged on the timelines of contacts only.", "Say it in the sync of contacts.")
    elif schemas[Side.APP].object_type not in activities:
        reason = f"The app's webhooks tell no events of {schemas[Side.APP].object_type}."
        yield Fault(
            path, reason, "Leave it out, or declare the events under webhooks.events.activities of its manifest."
        )
