"""HubSpot's records as they stand in its answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from hubsync.connectors.hubspot.answers import mappings
from hubsync.connectors.hubspot.api import EXTERNAL_ID, MERGED_IDS, modified_property
from hubsync.model.association import is_links_field
from hubsync.model.record import Record, RecordRef, Value
from hubsync.model.side import Side


def asked(object_type: str, fields: Sequence[str]) -> list[str]:
    """The properties to ask for: the caller's and those that every record is understood by, each once.

    Fields of links are no properties (`hubsync.connectors.hubspot.associations`).
    """
    own = (name for name in fields if not is_links_field(name))
    return list(dict.fromkeys((*own, EXTERNAL_ID, MERGED_IDS, modified_property(object_type))))


def record_of(body: Mapping[str, Any], object_type: str, fields: Iterable[str]) -> Record:
    """One record; `fields` are those that were asked for. A field that HubSpot does not define is left out."""
    properties: Mapping[str, str | None] = body.get("properties") or {}
    kept: dict[str, Value] = {name: properties[name] for name in fields if name in properties}
    moment = properties.get(modified_property(object_type)) or body.get("updatedAt")
    return Record(
        ref=RecordRef(Side.HUBSPOT, str(body["id"])),
        fields=kept,
        external_id=properties.get(EXTERNAL_ID) or None,
        modified_at=epoch_ms(moment) if moment else None,
        aliases=tuple(part for part in (properties.get(MERGED_IDS) or "").split(";") if part),
        deleted=bool(body.get("archived", False)),
    )


def written_record(body: Mapping[str, Any], object_type: str, sent: Mapping[str, str]) -> Record:
    """The record in the answer to a write. It holds every field that was sent.

    A field that the answer leaves out was taken as sent; a cleared one comes back null or not at all.
    """
    properties = body.get("properties") or {}
    values = {name: value or None for name, value in sent.items()} | {
        name: properties[name] for name in sent if name in properties
    }
    return record_of({**body, "properties": {**properties, **values}}, object_type, sent)


def results_of(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The records of a list, batch or search answer."""
    return mappings(body.get("results"))


def epoch_ms(moment: str) -> int:
    """Epoch ms from `2026-11-23T16:31:00.123Z` or from epoch ms as text."""
    if moment.isdecimal():
        return int(moment)
    parsed = datetime.fromisoformat(moment)
    return int(parsed.timestamp()) * 1000 + parsed.microsecond // 1000
