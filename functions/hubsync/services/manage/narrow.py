"""What an edit of a sync cannot affect is not read again (rule 1.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from hubsync.model.lifecycle import PROPERTY
from hubsync.model.mapping import FieldMapping
from hubsync.model.side import Side
from hubsync.model.sync import Sync, SyncStatus


class Reach(StrEnum):
    """Which records an edit may concern: none, those that are not in step (failing, left out, pending), or all."""

    NONE = "none"
    OPEN = "open"
    ALL = "all"


def reach(before: Sync | None, after: Sync) -> Reach:
    """How far an edit reaches.

    Who is told, how long the history is kept, and how much a run may change unasked concern no record. A filter that is
    not strict limits what enters; a field's mapping that goes, whose value stands, which clears travel, and whom
    contacts without an email or marketing let in can only matter to what is not in step: what is, was decided field by
    field, and shows its baseline. Whatever else is edited may concern every record.
    """
    if before is None:
        return Reach.ALL
    quiet = replace(after, notify=before.notify, history_days=before.history_days, brake=before.brake)
    if quiet == before:
        return Reach.NONE
    return Reach.OPEN if _listened(before, after) and _opens(before, quiet) else Reach.ALL


def narrowed(sync: Sync, indexed: tuple[Side, ...]) -> Sync:
    """A run that was begun anew, as one that looks only at what is not in step: both lists are `indexed` already."""
    return replace(sync, indexed=indexed, narrow=True)


def _listened(before: Sync, after: Sync) -> bool:
    """Whether every change was heard of until now, and will be on the way, so that neither list has to be read.

    On an unfinished full run a full one has to follow. While a run is weighed, or held, nobody listens.
    """
    complete = all(before.index_complete(side) for side in Side)
    at_rest = before.status is SyncStatus.ACTIVE or (before.status is SyncStatus.INITIAL and before.narrow)
    return complete and at_rest and after.brake is None


def _opens(before: Sync, after: Sync) -> bool:
    """Whether two states of a sync differ only in what cannot matter to a record that is in step."""
    gone = _gone(before.mappings, after.mappings)
    if gone is None or (after.require_email and not before.require_email):
        return False
    strict = before.filters.strict or after.filters.strict
    if strict and (gone or before.filters != after.filters):
        return False
    rest = replace(
        after,
        default_side=before.default_side,
        conflict=before.conflict,
        marketing_contacts=before.marketing_contacts,
        require_email=before.require_email,
        filters=before.filters,
        mappings=before.mappings,
    )
    return rest == before and not any(_watched_still(after, mapping) for mapping in gone)


def _gone(before: Sequence[FieldMapping], after: Sequence[FieldMapping]) -> list[FieldMapping] | None:
    """The mappings that were taken out; None if one was added, or is another one now in more than winner and clears."""
    known = {mapping.number: mapping for mapping in before}
    for mapping in after:
        old = known.pop(mapping.number, None)
        if old is None or replace(mapping, winner=old.winner, clears=old.clears) != old:
            return None
    return list(known.values())


def _watched_still(sync: Sync, mapping: FieldMapping) -> bool:
    """Whether records are known by a field of a mapping that is gone, or covered by it: then it still counts."""
    keys = {side: {name for key in sync.match_keys for name in key.fields(side)} for side in Side}
    heeded = {PROPERTY} if sync.lifecycle.heeded else set()
    return any(
        not (keys[side] | (heeded if side is Side.HUBSPOT else set())).isdisjoint(mapping.fields(side)) for side in Side
    )
