"""What a write must obey, whoever makes it: definitions, unique values, the account's own rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from infra.local.hubspot.account import Account
from infra.local.hubspot.catalogue import LIFECYCLE_STAGES
from infra.local.hubspot.errors import ApiError, Detail, contact_exists, invalid
from infra.local.hubspot.record import Record, Writer
from infra.local.hubspot.table import Table
from infra.local.hubspot.values import BadValueError, clean, text_of

_OF_OTHERS = ("hs_pipeline", "hs_pipeline_stage")
_STAGES = {"deals": ("pipeline", "dealstage"), "tickets": _OF_OTHERS, "leads": _OF_OTHERS}
_EMAILS = frozenset({"email", "hs_additional_emails"})


def changes_for(
    account: Account, table: Table, given: Mapping[str, Any], writer: Writer, record: Record | None
) -> dict[str, str]:
    """The values to write, cleaned and completed; `record` None means a new one. Raises 400 or 409."""
    changes = _cleaned(table, given, writer)
    before = record.properties if record else {}
    if "lifecyclestage" in changes and not writer.system:
        _only_forward(changes, before)
    if not writer.system:
        _check_references(account, table, changes, before)
        if writer.admin_rules:
            _check_required(account, table, changes, before)
    if table.kind.name == "contacts" and not _EMAILS.isdisjoint(changes):
        _settle_emails(changes, before)
    _check_unique(table, changes, record)
    return changes


def _cleaned(table: Table, given: Mapping[str, Any], writer: Writer) -> dict[str, str]:
    changes: dict[str, str] = {}
    wrong: list[Detail] = []
    for name, value in given.items():
        prop = table.kind.live(name)
        if prop is None:
            wrong.append(Detail(f'Property "{name}" does not exist', "PROPERTY_DOESNT_EXIST", {"propertyName": [name]}))
        elif writer.system:
            text = text_of(value)
            changes[name] = text.strip().lower() if name in _EMAILS else text
        elif prop.read_only:
            wrong.append(Detail(f'"{name}" is a read only property', "READ_ONLY_VALUE", {"propertyName": [name]}))
        else:
            try:
                changes[name] = clean(prop, value)
            except BadValueError as error:
                wrong.append(error.detail)
    if wrong:
        raise not_valid(wrong)
    return changes


def not_valid(details: list[Detail]) -> ApiError:
    """HubSpot's 400 for property values: the findings stand in the message as JSON, and in `errors`."""
    findings = [
        {
            "isValid": False,
            "message": detail.message,
            "error": detail.code,
            "name": detail.context["propertyName"][0],
        }
        for detail in details
    ]
    return invalid(f"Property values were not valid: {json.dumps(findings)}", *details)


def _only_forward(changes: dict[str, str], before: Mapping[str, str]) -> None:
    """A step back is ignored without a word, unless the value was cleared first."""
    old, new = before.get("lifecyclestage"), changes["lifecyclestage"]
    if old and new and LIFECYCLE_STAGES.index(new) < LIFECYCLE_STAGES.index(old):
        changes["lifecyclestage"] = old


def _check_references(account: Account, table: Table, changes: Mapping[str, str], before: Mapping[str, str]) -> None:
    owner = changes.get("hubspot_owner_id")
    if owner and not (owner.isdecimal() and int(owner) in account.owners):
        raise not_valid([_option("hubspot_owner_id", owner)])
    pipeline_name, stage_name = _STAGES.get(table.kind.name, ("", ""))
    if not pipeline_name or (pipeline_name not in changes and stage_name not in changes):
        return
    pipelines = account.pipelines[table.kind.name]
    chosen = changes.get(pipeline_name) or before.get(pipeline_name) or next(iter(pipelines))
    if chosen not in pipelines:
        raise not_valid([_option(pipeline_name, chosen)])
    stage = changes.get(stage_name)
    if stage and stage not in pipelines[chosen].stages:
        raise not_valid([_option(stage_name, stage)])


def _option(name: str, value: str) -> Detail:
    return Detail(f"{value} was not one of the allowed options", "INVALID_OPTION", {"propertyName": [name]})


def _check_required(account: Account, table: Table, changes: Mapping[str, str], before: Mapping[str, str]) -> None:
    """Since 2026-09 what the account's admin demands of people holds for apps too."""
    missing = [
        name
        for name in account.settings.required.get(table.kind.name, ())
        if not (changes[name] if name in changes else before.get(name))
    ]
    if missing:
        raise invalid(
            f"Required properties are missing: {missing}",
            *(Detail(f"{name} is required", "REQUIRED_PROPERTY", {"propertyName": [name]}) for name in missing),
        )


def _settle_emails(changes: dict[str, str], before: Mapping[str, str]) -> None:
    """A primary is never a secondary too; one of the record's own secondaries that is made primary swaps places."""
    primary = changes.get("email", before.get("email", ""))
    others = [
        part for part in changes.get("hs_additional_emails", before.get("hs_additional_emails", "")).split(";") if part
    ]
    old = before.get("email", "")
    if "email" in changes and primary in others and old and old != primary:
        others[others.index(primary)] = old
    others = [email for email in others if email != primary]
    changes["hs_additional_emails"] = ";".join(others)
    changes["email"] = primary
    changes["hs_email_domain"] = primary.partition("@")[2]


def _check_unique(table: Table, changes: Mapping[str, str], record: Record | None) -> None:
    for name, value in table.unique_pairs(changes):
        holder = table.holder(name, value)
        if holder is None or (record is not None and holder == record.id):
            continue
        if name == "email":
            raise contact_exists(holder)
        raise invalid(
            f"Cannot set {name}={value}: {table.kind.singular} {holder} already has that value.",
            Detail(
                f"{holder} already has that value.",
                "CONFLICTING_UNIQUE_VALUE",
                {"propertyName": [name], "existingIds": [str(holder)]},
            ),
        )
