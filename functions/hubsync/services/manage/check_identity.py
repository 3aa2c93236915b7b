"""What a sync is about: its two lists, for life, and no other sync's (rule 1.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hubsync.model.side import Side
from hubsync.model.sync import Sync, SyncStatus
from hubsync.services.manage.check_links import Ends
from hubsync.services.manage.document import Document, EndSpec, Fault, SyncSpec


def identity_faults(name: str, spec: SyncSpec, stored: Sync | None) -> list[Fault]:
    """A sync keeps its accounts and object types for life: its bindings are theirs (rule 1.1)."""
    if stored is None:
        return []
    if stored.status is SyncStatus.DELETING:
        return [Fault(f"syncs.{name}", f"{name} is being deleted.", "Wait until it is gone, or choose another name.")]
    faults = []
    for side in Side:
        end = spec.end(side)
        kept = {"connection": stored.connection(side), "object": stored.object_type(side)}
        for key, value in kept.items():
            if end is not None and getattr(end, key) != value:
                reason = f"{name} was made for {value}, and its bindings belong to that."
                faults.append(Fault(f"syncs.{name}.{side}.{key}", reason, "Give the new sync another name."))
    return faults


def twin_faults(name: str, spec: SyncSpec, all_ends: Mapping[str, Ends]) -> list[Fault]:
    """Two syncs over the same two lists would each bind, and each create, the same records."""
    pair = (spec.hubspot, spec.app)
    earlier = next((other for other, both in all_ends.items() if both == pair), name)
    if earlier == name or None in pair:
        return []
    return [Fault(f"syncs.{name}", f"{earlier} syncs the same two objects.", "Leave one of them out.")]


def ends_of_all(stored: Iterable[Sync], document: Document) -> Mapping[str, Ends]:
    """The ends of every sync there is or is going to be; nobody links by one that is being deleted."""
    ends: dict[str, Ends] = {
        sync.name: (
            EndSpec(sync.hubspot_connection, sync.hubspot_object),
            EndSpec(sync.app_connection, sync.app_object),
        )
        for sync in stored
        if sync.status is not SyncStatus.DELETING
    }
    for other, each in document.syncs.items():
        ends.setdefault(other, (each.hubspot, each.app))
    return ends
