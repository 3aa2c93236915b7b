"""Makes an account ready: the property `hubsync_id`, by which a record that we made is found again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hubsync.connectors.errors import NeedsPersonError
from hubsync.connectors.http import Http
from hubsync.connectors.hubspot.answers import unexpected
from hubsync.connectors.hubspot.api import EXTERNAL_ID, MAX_UNIQUE, properties
from hubsync.connectors.hubspot.schema import definitions

_NEIGHBOURS = ("email", "domain", "dealname", "subject", "name")
"""Properties whose group suits the new one, since it must be put into a group that exists."""


def prepare(http: Http, object_types: Sequence[str]) -> None:
    """Create `hubsync_id` where it is missing. May be repeated, and called twice at once.

    Raises `NeedsPersonError` where the account has no room for it or has one that is not ours.
    """
    for object_type in dict.fromkeys(object_types):
        found = definitions(http, object_type)
        if not _ready(object_type, found):
            _create(http, object_type, found)


def _ready(object_type: str, found: Sequence[Mapping[str, Any]]) -> bool:
    existing = next((item for item in found if item["name"] == EXTERNAL_ID), None)
    if existing is None:
        return False
    if existing.get("hasUniqueValue") and existing.get("type") == "string":
        return True
    raise NeedsPersonError(
        f"HubSpot already has a property {EXTERNAL_ID} for {object_type}, but not one with unique text values.",
        remedy=f"Delete or rename the property {EXTERNAL_ID} in HubSpot's settings, then save the sync again.",
    )


def _create(http: Http, object_type: str, found: Sequence[Mapping[str, Any]]) -> None:
    kind = f"create property {object_type}"
    answer = http.send("POST", properties(object_type), kind=kind, json=_definition(found))
    if answer.ok:
        return
    found = definitions(http, object_type)
    if _ready(object_type, found):  # somebody else made it a moment ago
        return
    if answer.status == 409:
        raise NeedsPersonError(
            f"HubSpot keeps an archived property {EXTERNAL_ID} for {object_type}.",
            remedy=f"Restore the archived property {EXTERNAL_ID} in HubSpot's settings, then save the sync again.",
        )
    if answer.status == 400 and sum(bool(item.get("hasUniqueValue")) for item in found) >= MAX_UNIQUE:
        raise NeedsPersonError(
            f"HubSpot allows {MAX_UNIQUE} properties with unique values for {object_type}, and all are in use.",
            remedy=f"Archive one of them in HubSpot's settings: hubsync needs one of its own, {EXTERNAL_ID}, "
            "so that it never makes a record twice.",
        )
    raise unexpected(answer, kind)


def _definition(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    groups = {item["name"]: item["groupName"] for item in found if item.get("groupName")}
    group = next((groups[name] for name in _NEIGHBOURS if name in groups), next(iter(groups.values()), ""))
    return {
        "name": EXTERNAL_ID,
        "label": "hubsync id",
        "description": "Set by hubsync when it creates a record, so that it finds it again. Please leave it as it is.",
        "groupName": group,
        "type": "string",
        "fieldType": "text",
        "hasUniqueValue": True,
        "formField": False,
    }
