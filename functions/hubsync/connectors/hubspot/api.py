"""HubSpot's paths, numbers and names, each in this one place."""

from __future__ import annotations

VERSION = "2026-09"
"""The dated API version. Versions ship in March and September and live 18 months."""

BASE_URL = "https://api.hubapi.com"

EXTERNAL_ID = "hubsync_id"
"""The property, with unique values, that every record made by hubsync carries its entry's id in."""

MERGED_IDS = "hs_merged_object_ids"
RECORD_ID = "hs_object_id"

BATCH = 100
"""Inputs of a batch and records of a list page, at most."""

SEARCH_PAGE = 200
SEARCH_BODY = 3_000
"""Characters of a search's body, at most."""

MAX_UNIQUE = 10
"""Properties of one object type that may demand unique values, at most."""

SEARCH_BUCKET = "search"

DETAILS = f"/account-info/{VERSION}/details"
OWNERS = f"/crm/owners/{VERSION}"
OWNERS_PAGE = 500
"""Owners of a page, at most."""


def objects(object_type: str, tail: str = "") -> str:
    """The path of an object type's records, e.g. `objects("contacts", "batch/read")`."""
    return f"/crm/objects/{VERSION}/{object_type}" + (f"/{tail}" if tail else "")


def properties(object_type: str, name: str = "") -> str:
    """The path of an object type's property definitions, or of one of them."""
    return f"/crm/properties/{VERSION}/{object_type}" + (f"/{name}" if name else "")


def associations(from_type: str, to_type: str, tail: str) -> str:
    """The path of the associations from one type to another, e.g. `associations("deals", "contacts", "batch/read")`."""
    return f"/crm/associations/{VERSION}/{from_type}/{to_type}/{tail}"


def modified_property(object_type: str) -> str:
    """The property that moves with every write. The other type's one silently finds nothing."""
    return "lastmodifieddate" if object_type in {"contacts", "contact", "0-1"} else "hs_lastmodifieddate"


def pipelines(object_type: str) -> str:
    """The path of an object type's pipelines."""
    return f"/crm/pipelines/{VERSION}/{object_type}"
