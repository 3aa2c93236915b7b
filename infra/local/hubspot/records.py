"""What can be done to a record, by an app or by a person: each verb once, with every rule that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.local.hubspot.account import Account
from infra.local.hubspot.associations import End
from infra.local.hubspot.catalogue import LIFECYCLE_STAGES
from infra.local.hubspot.errors import invalid, not_found
from infra.local.hubspot.record import HUBSPOT, IMPORT, Record, Version, Writer
from infra.local.hubspot.rules import changes_for
from infra.local.hubspot.settings import FREE_MAIL
from infra.local.hubspot.table import Table
from infra.local.hubspot.times import iso, moment_of
from infra.local.parts.rewrites import rewritten

_SECONDARIES = (
    ("contacts", "email", "hs_additional_emails"),
    ("companies", "domain", "hs_additional_domains"),
)
"""Of which record which property holds the further values of which."""


def create(account: Account, table: Table, given: Mapping[str, Any], writer: Writer) -> Record:
    """A new record. An import may bring its own id and dates, and is found at once."""
    now, kind = account.clock(), table.kind
    properties = {name: value for name, value in changes_for(account, table, given, writer, None).items() if value}
    created = moment_of(properties.get(kind.created, str(now)))
    modified = moment_of(properties.get(kind.modified, str(max(created, now))))
    record_id = int(properties.get("hs_object_id") or table.new_id())
    if record_id in table.live or record_id in table.bin or record_id in table.merged:
        raise invalid(f"The id {record_id} is taken")
    versions = [Version(created, writer, dict(properties))]
    properties[kind.created], properties[kind.modified] = iso(created), iso(modified)
    properties["hs_object_id"] = str(record_id)
    record = Record(record_id, properties, created, modified, versions=versions)
    table.insert(record, now if writer is IMPORT else account.visible_at(now))
    _count(account, table, record, writer)
    if writer is not IMPORT:
        account.set_off.append((kind.name, record.id, tuple(versions[0].changes)))
        account.tell(table, record, "creation")
    if account.settings.create_companies and kind.name == "contacts":
        _company_for(account, record)
    return record


def update(account: Account, table: Table, record: Record, given: Mapping[str, Any], writer: Writer) -> Record:
    """Change a record; its modified date moves even if every value stays."""
    changes = changes_for(account, table, given, writer, record)
    now, before = account.clock(), record.properties
    table.write(record, changes, now, writer, account.visible_at(now))
    _count(account, table, record, writer)
    differing = tuple(name for name, value in changes.items() if before.get(name, "") != value)
    if differing:
        account.set_off.append((table.kind.name, record.id, differing))
    for name in differing:
        account.tell(table, record, "propertyChange", propertyName=name, propertyValue=changes[name])
    return record


def run_workflows(account: Account) -> None:
    """Let the account's workflows see what was edited, once its own answer is given. They set off no others."""
    waiting, account.set_off[:] = list(account.set_off), []
    for type_name, record_id, edited in waiting:
        table = account.tables[type_name]
        record = table.live.get(record_id)
        changes = rewritten(account.rewrites, type_name, edited, record.properties) if record else {}
        if record and changes:
            now = account.clock()
            table.write(record, changes, now, HUBSPOT, account.visible_at(now))


def upsert(
    account: Account, table: Table, id_property: str, value: str, given: Mapping[str, Any], writer: Writer
) -> tuple[Record, bool]:
    """Update the record with this unique value, or create it with it; true if it is new."""
    record = by_unique(table, id_property, value)
    if record is not None:
        return update(account, table, record, given, writer), False
    return create(account, table, {id_property: value, **given}, writer), True


def by_unique(table: Table, id_property: str, value: str) -> Record | None:
    """The live record with a unique value: for `email`, of a primary or a secondary address. 400 if not unique."""
    if id_property not in table.unique:
        raise invalid(f"Unable to perform read/update/upsert by non-unique {table.kind.type_id} property {id_property}")
    holder = table.holder(id_property, value)
    return None if holder is None else table.live[holder]


def archive(account: Account, table: Table, record: Record, writer: Writer) -> None:
    """Into the bin; neither its own modified date nor anybody else's moves."""
    table.archive(record, account.clock())
    _count(account, table, record, writer)
    account.tell(table, record, "deletion")


def restore(account: Account, table: Table, record_id: int) -> Record:
    """A person takes a record out of the bin; refused where its unique values are taken meanwhile."""
    table.empty_bin(account.clock())
    record = table.bin.get(record_id)
    if record is None:
        raise not_found(f"No {table.kind.singular} {record_id} in the bin")
    for name, value in table.unique_pairs(record.properties):
        if table.holder(name, value) is not None:
            raise invalid(f"{name} {value} was taken while the record was in the bin")
    table.restore(record, account.visible_at(account.clock()))
    account.tell(table, record, "restore")
    return record


def merge(account: Account, table: Table, primary: Record, other: Record, writer: Writer) -> Record:
    """One record of two, under a new id. Values of `primary` win, `other` fills its blanks; dates do not move."""
    if primary is other:
        raise invalid("A record cannot be merged with itself")
    kind = table.kind
    properties = {**other.properties, **primary.properties}
    old_ids = [*primary.merged_ids(), primary.id, *other.merged_ids(), other.id]
    properties["hs_merged_object_ids"] = ";".join(map(str, old_ids))
    created, modified = min(primary.created, other.created), max(primary.modified, other.modified)
    properties[kind.created], properties[kind.modified] = iso(created), iso(modified)
    stages = [r.properties["lifecyclestage"] for r in (primary, other) if "lifecyclestage" in r.properties]
    if stages:
        properties["lifecyclestage"] = max(stages, key=LIFECYCLE_STAGES.index)
    for type_name, name, more in _SECONDARIES:
        if kind.name == type_name:
            _gather(properties, name, more, primary, other)
    record = Record(table.new_id(), properties, created, modified)
    properties["hs_object_id"] = str(record.id)
    record.versions = sorted([*primary.versions, *other.versions], key=lambda version: version.moment)
    now = account.clock()
    merged = {"hs_merged_object_ids": properties["hs_merged_object_ids"]}
    record.versions.append(Version(now, writer, merged))
    for old in (primary, other):
        table.remove(old)
        table.merged[old.id] = record.id
    table.insert(record, account.visible_at(now))
    for old in (primary, other):
        account.associations.move(End(kind.name, old.id), End(kind.name, record.id))
    _count(account, table, record, writer)
    account.tell(table, record, "merge", primaryObjectId=primary.id, mergedObjectIds=[other.id], newObjectId=record.id)
    return record


def purge(account: Account, table: Table, record: Record, writer: Writer) -> None:
    """Privacy deletion: the record, its history, its old ids and its associations are gone for good."""
    table.remove(record)
    for old in [old for old in table.merged if table.survivor(old) == record.id]:
        del table.merged[old]
    account.associations.forget(End(table.kind.name, record.id))
    _count(account, table, record, writer)
    for what in ("deletion", "privacyDeletion"):
        account.tell(table, record, what)


def _gather(properties: dict[str, str], name: str, more: str, primary: Record, other: Record) -> None:
    """What either record was known by, the survivor is known by, too: beside its own as a further one."""
    known: dict[str, None] = {}
    for record in (primary, other):
        known.setdefault(record.properties.get(name, ""))
        known.update(dict.fromkeys(record.properties.get(more, "").split(";")))
    known.pop("", None)
    known.pop(properties.get(name, ""), None)
    properties.pop(more, None)
    if known:
        properties[more] = ";".join(known)


def _company_for(account: Account, contact: Record) -> None:
    """HubSpot makes, or finds, the company of an email's domain, if the account is set so."""
    domain = contact.properties.get("hs_email_domain", "")
    if not domain or domain in FREE_MAIL:
        return
    companies = account.tables["companies"]
    found = next((r for r in companies.live.values() if r.properties.get("domain") == domain), None)
    company = found or create(
        account, companies, {"domain": domain, "name": domain.split(".")[0].capitalize()}, HUBSPOT
    )
    labels = account.associations.known("contacts", "companies")
    account.associations.link(End("contacts", contact.id), End("companies", company.id), labels[:2])


def _count(account: Account, table: Table, record: Record, writer: Writer) -> None:
    if writer.type == "INTEGRATION":
        account.counts.writes[table.kind.name, record.id] += 1
