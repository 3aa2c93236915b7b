"""What stands in an application's webhooks: which records were touched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from hubsync.connectors.declarative.formats import instant
from hubsync.connectors.declarative.objects import InstantFormat
from hubsync.connectors.declarative.part import Part
from hubsync.connectors.declarative.paths import Expression, reader
from hubsync.connectors.errors import ConnectorBugError
from hubsync.connectors.port import Notice, PayloadError
from hubsync.model.activity import Activity

LONGEST_FACT = 2_000
"""Letters of a fact that are kept: a message holds 256 KB, and a timeline shows far less."""


def _regex(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from None
    return text


class EventRule(Part):
    """An event whose type is this text, or matches this regular expression as a whole, is about this object type."""

    equals: str | None = None
    matches: Annotated[str, AfterValidator(_regex)] | None = None
    object: str

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if (self.equals is None) == (self.matches is None):
            raise ValueError("give either `equals` or `matches`")
        return self

    def covers(self, kind: str) -> bool:
        """Whether an event of this type is meant."""
        return kind == self.equals if self.matches is None else re.fullmatch(self.matches, kind) is not None


class ActivityRule(EventRule):
    """An event that tells what a person did, and is logged on the contact's timeline (rule 6.3).

    `record` is the person's id (an `object`'s), `id` the event's own, `at` when it happened. `facts` are the texts that
    are shown, by the names of the tokens in HubSpot's template.
    """

    id: Expression
    record: Expression
    at: Expression
    format: InstantFormat = "iso"
    facts: Mapping[str, Expression] = {}


class EventsManifest(Part):
    """Where the events are (`@` where the body is one event), and in each its type and the record's id.

    An event that no rule covers is none of ours, and is passed over. `activities` are those that are logged; no look
    follows from them, unless one of `objects` covers them too.
    """

    path: Expression
    type: Expression
    id: Expression
    objects: tuple[EventRule, ...] = Field(min_length=1)
    activities: tuple[ActivityRule, ...] = ()


def activities(rule: EventsManifest, body: bytes) -> Sequence[Activity]:
    """What a webhook tells of people, each event once, in its order. Raises `PayloadError`."""
    found: dict[tuple[str, str], Activity] = {}
    for event in _events(rule, body):
        kind = reader(rule.type)(event)
        case = next((case for case in rule.activities if isinstance(kind, str) and case.covers(kind)), None)
        if case is not None:
            activity = _activity(case, kind, event)
            found[activity.kind, activity.id] = activity
    return tuple(found.values())


def _activity(case: ActivityRule, kind: str, event: Any) -> Activity:
    own_id, record_id = reader(case.id)(event), reader(case.record)(event)
    for found, where in ((own_id, case.id), (record_id, case.record)):
        if isinstance(found, bool) or not isinstance(found, str | int) or found == "":
            raise PayloadError(f"An event of type {kind} has no id at {where!r}.")
    try:
        at = instant(case.format, reader(case.at)(event))
    except (ValueError, OverflowError):
        raise PayloadError(f"An event of type {kind} does not say at {case.at!r} when it happened.") from None
    facts = {name: reader(path)(event) for name, path in case.facts.items()}
    shown = {name: str(fact)[:LONGEST_FACT] for name, fact in facts.items() if fact not in (None, "")}
    return Activity(str(own_id), case.object, str(record_id), kind, at, shown)


def _events(rule: EventsManifest, body: bytes) -> list[Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise PayloadError("The body is not JSON.") from None
    try:
        found = reader(rule.path)(document)
    except ConnectorBugError as error:
        raise PayloadError(str(error)) from error
    return found if isinstance(found, list) else [found]


def notices(rule: EventsManifest, body: bytes) -> Sequence[Notice]:
    """The records that a webhook names, each once, in its order. Raises `PayloadError`."""
    events = _events(rule, body)
    try:
        return tuple(dict.fromkeys(notice for event in events if (notice := _notice(rule, event)) is not None))
    except ConnectorBugError as error:
        raise PayloadError(str(error)) from error


def _notice(rule: EventsManifest, event: Any) -> Notice | None:
    kind, record_id = reader(rule.type)(event), reader(rule.id)(event)
    if not isinstance(kind, str):
        raise PayloadError(f"An event has no type at {rule.type!r}.")
    object_type = next((case.object for case in rule.objects if case.covers(kind)), None)
    if object_type is None:
        return None
    if isinstance(record_id, bool) or not isinstance(record_id, str | int) or record_id == "":
        raise PayloadError(f"An event names no record at {rule.id!r}.")
    return Notice(object_type, str(record_id))
