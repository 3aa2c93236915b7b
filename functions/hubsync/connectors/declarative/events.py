"""What stands in an application's webhooks: which records were touched."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from hubsync.connectors.declarative.part import Part
from hubsync.connectors.declarative.paths import Expression, reader
from hubsync.connectors.errors import ConnectorBugError
from hubsync.connectors.port import Notice, PayloadError


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


class EventsManifest(Part):
    """Where the events are (`@` where the body is one event), and in each its type and the record's id.

    An event that no rule covers is none of ours, and is passed over.
    """

    path: Expression
    type: Expression
    id: Expression
    objects: tuple[EventRule, ...] = Field(min_length=1)


def notices(rule: EventsManifest, body: bytes) -> Sequence[Notice]:
    """The records that a webhook names, each once, in its order. Raises `PayloadError`."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise PayloadError("The body is not JSON.") from None
    try:
        found = reader(rule.path)(document)
        events = found if isinstance(found, list) else [found]
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
