"""Reads associations as fields of a record: `associations/companies` holds the ids of the companies it is linked to.

`associations/companies/Employer` holds only those under this label. The primary one stands first, the others follow by
ascending id. Associations move no modified date and come with no list: each type costs one batch read for up to 1,000
records, and nothing where nobody asks for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from hubsync.connectors.http import Http
from hubsync.connectors.hubspot.answers import mapping, mappings, required
from hubsync.connectors.hubspot.api import associations
from hubsync.connectors.hubspot.records import results_of
from hubsync.model.association import PREFIX, is_links_field
from hubsync.model.record import Record, Value

READ_AT_ONCE = 1_000

PRIMARY: Mapping[tuple[str, str], int] = {
    ("contacts", "companies"): 1,
    ("deals", "companies"): 5,
    ("tickets", "companies"): 26,
}
"""The type ids of a record's one primary association, from its own type to the other."""


class LinkType(NamedTuple):
    """One association type, as HubSpot tells it of a link."""

    type_id: int
    label: str | None


@dataclass(frozen=True, slots=True)
class LinksField:
    """A field of links, taken apart."""

    name: str
    to: str
    label: str | None


def links_fields(fields: Iterable[str]) -> tuple[LinksField, ...]:
    """The fields of links among some fields."""
    found = []
    for name in dict.fromkeys(fields):
        if is_links_field(name):
            to, _, label = name.removeprefix(PREFIX).partition("/")
            found.append(LinksField(name, to, label or None))
    return tuple(found)


def with_links(http: Http, object_type: str, records: Sequence[Record], fields: Sequence[str]) -> tuple[Record, ...]:
    """The records with their fields of links. One call a type for up to 1,000 records; none without such fields."""
    wanted = links_fields(fields)
    if not wanted or not records:
        return tuple(records)
    ids = list(dict.fromkeys(record.ref.id for record in records))
    by_type = {to: _read(http, object_type, to, ids) for to in dict.fromkeys(field.to for field in wanted)}
    return tuple(
        replace(
            record,
            fields={
                **record.fields,
                **{
                    field.name: _value(object_type, field, by_type[field.to].get(record.ref.id, {})) for field in wanted
                },
            },
        )
        for record in records
    )


def _read(http: Http, from_type: str, to_type: str, ids: Sequence[str]) -> dict[str, dict[str, list[LinkType]]]:
    """By record, the linked ids with their types. A record with more links than fit into an answer is asked again."""
    kind = f"read associations {from_type} {to_type}"
    found: dict[str, dict[str, list[LinkType]]] = defaultdict(dict)
    inputs: list[dict[str, str]] = [{"id": id_} for id_ in ids]
    while inputs:
        batch, inputs = inputs[:READ_AT_ONCE], inputs[READ_AT_ONCE:]
        path = associations(from_type, to_type, "batch/read")
        # What is not there (any more) is an error of its own in the answer, and simply has no links.
        for result in results_of(required(http.send("POST", path, kind=kind, json={"inputs": batch}), kind)):
            from_id = str(mapping(result.get("from")).get("id"))
            found[from_id].update(_linked(result.get("to")))
            after = mapping(mapping(result.get("paging")).get("next")).get("after")
            if after is not None:
                inputs.append({"id": from_id, "after": str(after)})
    return found


def _linked(several: Any) -> dict[str, list[LinkType]]:
    return {
        str(one.get("toObjectId")): [
            LinkType(int(type_.get("typeId") or 0), type_.get("label") or None)
            for type_ in mappings(one.get("associationTypes"))
        ]
        for one in mappings(several)
    }


def _value(from_type: str, field: LinksField, linked: Mapping[str, Sequence[LinkType]]) -> Value:
    primary = PRIMARY.get((from_type, field.to))
    kept = [
        (not any(type_.type_id == primary for type_ in types), len(id_), id_)
        for id_, types in linked.items()
        if field.label is None or any(type_.label == field.label for type_ in types)
    ]
    return [id_ for _, _, id_ in sorted(kept)]
