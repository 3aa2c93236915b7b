"""From the associations of a checked document to those of a sync."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hubsync.model.association import Association
from hubsync.model.schema import ObjectSchema
from hubsync.services.manage.document import SyncSpec
from hubsync.services.manage.plan import Change, PlannedSync


def with_links(planned: PlannedSync, spec: SyncSpec, app: ObjectSchema, sync_ids: Mapping[str, str]) -> PlannedSync:
    """The planned sync with its associations and the template of its events. `sync_ids` are the ids of all syncs by
    name, the new ones among them.

    An association that was there before keeps its number and so its baseline, whatever else was changed about it.
    """
    sync = planned.sync
    numbers = {(each.hubspot_type, each.label, each.app_field, each.via): each.number for each in sync.associations}
    following, associations = sync.next_number, []
    for wanted in spec.associations:
        via = sync_ids[wanted.via]
        number = numbers.get((wanted.hubspot, wanted.label, wanted.app, via))
        if number is None:
            number, following = following, following + 1
        associations.append(
            Association(
                number=number,
                hubspot_type=wanted.hubspot,
                app_field=wanted.app,
                via=via,
                label=wanted.label,
                many=app.fields[wanted.app].many,
                direction=wanted.direction,
                unlink=wanted.unlink,
            )
        )
    linked = replace(sync, associations=tuple(associations), next_number=following, event_template=spec.event_template)
    if linked == sync:
        return planned
    return PlannedSync(linked, Change.CHANGED if planned.change is Change.UNCHANGED else planned.change)
