"""Lifecycle stages: whom a sync covers, the stage of a newcomer, and no step back (rule 5.3)."""

from __future__ import annotations

import re

from hubsync.model.lifecycle import LEADS, PROPERTY, STAGES, Covers, Lifecycle
from hubsync.model.mapping import FieldMapping
from hubsync.model.record import Record, Value, is_empty
from hubsync.model.side import Side

BACKWARD = "the lifecycle stage is never moved backward"

NO_LETTER = re.compile(r"[\W_]+")


def covers(lifecycle: Lifecycle, contact: Record, *, paired: bool) -> bool:
    """Whether a sync is about a contact of HubSpot. One without a stage belongs to the rest; paired with a record of
    the app it belongs to either, for it takes the stage of what it is paired with.
    """
    if lifecycle.covers is Covers.ALL:
        return True
    stage = contact.fields.get(PROPERTY)
    if is_empty(stage):
        return paired or lifecycle.covers is Covers.REST
    return (_name(stage) in LEADS) is (lifecycle.covers is Covers.LEADS)


def newcomers_stage(lifecycle: Lifecycle, contact: Record | None) -> str | None:
    """The stage to give a contact that enters: the default, if it has none; a contact that has one keeps it."""
    has_one = contact is not None and not is_empty(contact.fields.get(PROPERTY))
    return None if has_one else lifecycle.default


def moves_back(mapping: FieldMapping, write: Side | None, hubspot: Value, app: Value) -> bool:
    """Whether the app's value would move a contact to an earlier stage, or to none. Of stages that are an account's own
    the order is not known here: HubSpot itself refuses to go back.
    """
    if write is not Side.HUBSPOT or mapping.hubspot_field != PROPERTY or is_empty(hubspot):
        return False
    if is_empty(app):
        return True
    now, then = _name(hubspot), _name(app)
    return now in STAGES and then in STAGES and STAGES.index(then) < STAGES.index(now)


def _name(stage: Value) -> str:
    """A stage by its internal name; people's own name for it, `Marketing Qualified Lead`, comes to the same."""
    return NO_LETTER.sub("", str(stage)).casefold()
