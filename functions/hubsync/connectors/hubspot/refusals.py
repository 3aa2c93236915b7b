"""HubSpot's error bodies, sorted into failures that a person can act on.

HubSpot's messages repeat the values of the record, so none of them is passed on: only categories, the names of
properties and ids are taken out of them. Every field of an error is optional.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hubsync.connectors.hubspot.answers import mapping, mappings
from hubsync.connectors.port import Refused
from hubsync.model.status import Failure, FailureCategory

_EXISTING = re.compile(r"Existing ID:\s*(\d+)|\b(\d+) already has that value")
_GONE = re.compile(r"deleted or not exist|not found", re.IGNORECASE)
_FINDINGS = re.compile(r"\[\{.*\}\]", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9_]{1,200}")

_CATEGORY = {
    "CALCULATED_VALUE": FailureCategory.READ_ONLY,
    "CONFLICTING_UNIQUE_VALUE": FailureCategory.UNIQUE_CONFLICT,
    "INVALID_BOOLEAN": FailureCategory.WRONG_TYPE,
    "INVALID_DATE": FailureCategory.WRONG_TYPE,
    "INVALID_EMAIL": FailureCategory.INVALID_VALUE,
    "INVALID_INTEGER": FailureCategory.WRONG_TYPE,
    "INVALID_LONG": FailureCategory.WRONG_TYPE,
    "INVALID_NUMBER": FailureCategory.WRONG_TYPE,
    "INVALID_OPTION": FailureCategory.OPTION_MISSING,
    "INVALID_STRING_LENGTH": FailureCategory.TOO_LONG,
    "PROPERTY_DOESNT_EXIST": FailureCategory.NOT_FOUND,
    "READ_ONLY_VALUE": FailureCategory.READ_ONLY,
    "REQUIRED_FIELD": FailureCategory.REQUIRED_MISSING,
    "REQUIRED_PROPERTY": FailureCategory.REQUIRED_MISSING,
    "STORAGE_UNIQUE_CONFLICT": FailureCategory.UNIQUE_CONFLICT,
    "VALUE_TOO_LONG": FailureCategory.TOO_LONG,
}

_WORDS: Mapping[FailureCategory, tuple[str, str]] = {
    FailureCategory.PERMISSION: (
        "HubSpot's token may not write {this}.",
        "Give the token the missing permission (scope), or a token that has it.",
    ),
    FailureCategory.REQUIRED_MISSING: (
        "HubSpot demands a value for {this}, and the record has none.",
        "Fill the value in, map a field to it, or no longer require it in HubSpot's settings.",
    ),
    FailureCategory.INVALID_VALUE: (
        "HubSpot does not accept the value of {this}.",
        "Correct the value in the other app.",
    ),
    FailureCategory.OPTION_MISSING: (
        "The value of {this} is none of its options in HubSpot.",
        "Add the option in HubSpot, or choose another value in the other app.",
    ),
    FailureCategory.WRONG_TYPE: (
        "The value of {this} is not of the type that HubSpot wants.",
        "Correct the value in the other app, or map the field to one of its own type.",
    ),
    FailureCategory.TOO_LONG: (
        "The value of {this} is longer than HubSpot allows.",
        "Shorten the value in the other app.",
    ),
    FailureCategory.READ_ONLY: (
        "HubSpot does not let anyone write {this}: it is read-only.",
        "Map the field one way, from HubSpot, or to another one.",
    ),
    FailureCategory.UNIQUE_CONFLICT: (
        "Another record in HubSpot already has this value of {this}, which must be unique.",
        "Merge the two records in HubSpot, or change the value on one of them.",
    ),
    FailureCategory.NOT_FOUND: (
        "HubSpot no longer has {this}.",
        "Restore the property in HubSpot, or take it out of the mappings.",
    ),
    FailureCategory.APP_RULE: (
        "A rule of the HubSpot account refuses the record.",
        "Look at the property rules in HubSpot's settings, and correct the record.",
    ),
    FailureCategory.UNEXPECTED: (
        "HubSpot refused the record for a reason that hubsync does not know.",
        "Look the record up in HubSpot, and report this with the category in the log.",
    ),
}

_DEFINITIONS = frozenset({FailureCategory.NOT_FOUND, FailureCategory.READ_ONLY})


@dataclass(frozen=True, slots=True)
class Finding:
    """What an error says of one property; None where it does not say of which."""

    category: FailureCategory
    field: str | None
    existing_id: str | None = None


def refusal(error: Mapping[str, Any]) -> Refused:
    """The refusal of one record, from the error of its input or of a call that held it alone."""
    if is_gone(error):
        failure = Failure(
            FailureCategory.DELETED,
            "The record is not in HubSpot any more.",
            "Restore it from HubSpot's recycle bin, or leave it: the other app's record stays as it is.",
        )
        return Refused(failure, gone=True)
    return _refused(next(findings(error), None) or _by_category(error), _existing(error))


def is_gone(error: Mapping[str, Any]) -> bool:
    """Whether an error says that the record is not there."""
    category = error.get("category")
    return category == "OBJECT_NOT_FOUND" or (not category and bool(_GONE.search(str(error.get("message") or ""))))


def broken_definitions(error: Mapping[str, Any]) -> dict[str, Refused]:
    """By property, the refusals that meet every record that writes it: it does not exist or is read-only.

    A whole batch that was refused for such a property need not be split to find out whose fault it was.
    """
    return {
        finding.field: _refused(finding, None)
        for finding in findings(error)
        if finding.field and finding.category in _DEFINITIONS
    }


def _refused(finding: Finding, existing_id: str | None) -> Refused:
    sentence, remedy = _WORDS[finding.category]
    this = f"the property {finding.field}" if finding.field else "one of the properties"
    failure = Failure(finding.category, sentence.format(this=this), remedy, finding.field)
    return Refused(failure, existing_id=finding.existing_id or existing_id)


def findings(error: Mapping[str, Any]) -> Iterator[Finding]:
    """What an error says property by property: in `errors[]`, else as JSON inside the message."""
    for detail in mappings(error.get("errors")) or _in_message(str(error.get("message") or "")):
        code = str(detail.get("code") or detail.get("error") or "")
        if code not in _CATEGORY:
            continue
        context = mapping(detail.get("context"))
        name = _first(context.get("propertyName")) or str(detail.get("name") or detail.get("in") or "")
        existing = _first(context.get("existingIds")) or _existing(detail)
        yield Finding(_CATEGORY[code], name if _NAME.fullmatch(name) else None, existing)


def _by_category(error: Mapping[str, Any]) -> Finding:
    """What an error without details says."""
    category, message = str(error.get("category") or ""), str(error.get("message") or "")
    if category == "CONFLICT" or _EXISTING.search(message):
        name = "email" if message.startswith("Contact already exists") else None
        return Finding(FailureCategory.UNIQUE_CONFLICT, name)
    if category in {"MISSING_SCOPES", "FORBIDDEN"}:
        return Finding(FailureCategory.PERMISSION, None)
    if category == "VALIDATION_ERROR":
        return Finding(FailureCategory.APP_RULE, None)
    return Finding(FailureCategory.UNEXPECTED, None)


def _in_message(message: str) -> list[Mapping[str, Any]]:
    """The findings in `Property values were not valid: [{"isValid": false, "error": …, "name": …}]`."""
    match = _FINDINGS.search(message)
    if match is None:
        return []
    try:
        found = json.loads(match.group())
    except ValueError:
        return []
    return mappings(found)


def _existing(error: Mapping[str, Any]) -> str | None:
    match = _EXISTING.search(str(error.get("message") or ""))
    return next((group for group in match.groups() if group), None) if match else None


def _first(values: Any) -> str:
    if isinstance(values, list):
        return str(values[0]) if values else ""
    return str(values) if values else ""
