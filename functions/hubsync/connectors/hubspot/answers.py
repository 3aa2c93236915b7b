"""What HubSpot's answers say besides records: how long to wait, what time it is, and what should be impossible."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from hubsync.connectors.errors import ConnectorBugError, ConnectorError, NeedsPersonError
from hubsync.connectors.http import Answer
from hubsync.connectors.hubspot.api import EXTERNAL_ID

LONG_PAUSE = 900.0
"""Seconds to pause where the end is not known (the day's calls are used up, the account is being moved): the longest
that a queue delays. Then we ask again."""

_PAUSES = {"DAILY": LONG_PAUSE, "SECONDLY": 1.0, "TEN_SECONDLY_ROLLING": 5.0}


def patience(status: int, body: Any) -> float | None:
    """The seconds that a refusal without `Retry-After` asks for, by HubSpot's own signs; None where there are none.

    A 429 names the limit that was hit (`policyName`); a 423 locks for two seconds.
    """
    if status == 429:
        return _PAUSES.get(str(mapping(body).get("policyName")))
    return {423: 2.0, 477: LONG_PAUSE}.get(status)


def required(answer: Answer, kind: str) -> Mapping[str, Any]:
    """The body of an answer that cannot sensibly be anything but a success; raises `unexpected` otherwise."""
    if not answer.ok or not isinstance(answer.body, Mapping):
        raise unexpected(answer, kind)
    return answer.body


def mapping(value: Any) -> Mapping[str, Any]:
    """An object inside an answer; empty where HubSpot left it out or sent something else."""
    return value if isinstance(value, Mapping) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """A list of objects inside an answer, likewise."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def whole_call(error: Mapping[str, Any]) -> bool:
    """Whether a 400 is about the call itself, so that no single input can be blamed for it."""
    return str(error.get("message") or "").startswith("Invalid input JSON") or _unprepared(error)


def unexpected(answer: Answer, kind: str) -> ConnectorError:
    """The error for an answer that no record is to blame for.

    It names the correlation id, by which HubSpot's support finds the call; HubSpot's own message stays out, because
    it repeats customers' values.
    """
    body = mapping(answer.body)
    if answer.status == 400 and _unprepared(body):
        return NeedsPersonError(
            f"HubSpot's property {EXTERNAL_ID}, by which hubsync finds what it made, is not there any more ({kind}).",
            remedy=f"Restore {EXTERNAL_ID} in HubSpot's settings, or save the sync again, which creates it anew.",
        )
    category, correlation = body.get("category", "no category"), body.get("correlationId", "none")
    return ConnectorBugError(
        f"HubSpot answered {kind!r} with status {answer.status} ({category}, correlation id {correlation})."
    )


def _unprepared(error: Mapping[str, Any]) -> bool:
    """`Unable to perform update/upsert by non-unique 0-1 property`: ours was archived."""
    return "non-unique" in str(error.get("message") or "")


def server_time(answer: Answer, kind: str) -> int:
    """HubSpot's time in epoch ms, to the second, from an answer's `Date` header."""
    try:
        moment = parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError) as error:
        raise ConnectorBugError(f"HubSpot's answer to {kind!r} has no date to cut windows by.") from error
    return int(moment.timestamp()) * 1000
