"""Searches HubSpot's records by the values of some properties. HubSpot's search lags some seconds behind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hubsync.connectors.http import Http
from hubsync.connectors.hubspot.answers import required
from hubsync.connectors.hubspot.api import SEARCH_BODY, SEARCH_BUCKET, SEARCH_PAGE, objects
from hubsync.connectors.hubspot.records import asked, record_of, results_of
from hubsync.model.record import Record

ITSELF_REFUSES = frozenset({("contacts", "email")})
"""Of these properties HubSpot takes no value twice, and names the record that has it: nobody has to search before."""

MOST_GROUPS = 5
"""Filter groups of one search, at most; a record that satisfies one of them is found."""

Groups = dict[str, list[str]]


def search(
    http: Http, object_type: str, wanted: Mapping[str, Sequence[str]], fields: Sequence[str]
) -> Sequence[Record]:
    """The records that have one of the `wanted` values in one of these properties, each once.

    One search for some fifty short values. Of more than 200 results of one search the rest is left aside: so many
    records of the same few values are no answer to who is meant.
    """
    found: dict[str, Record] = {}
    kind = f"search {object_type}"
    for groups in _parts(object_type, wanted, fields):
        body = _query(object_type, groups, fields)
        path = objects(object_type, "search")
        answer = required(http.send("POST", path, kind=kind, json=body, bucket=SEARCH_BUCKET), kind)
        records = (record_of(item, object_type, fields) for item in results_of(answer))
        found.update({record.ref.id: record for record in records if not record.deleted})
    return list(found.values())


def _parts(object_type: str, wanted: Mapping[str, Sequence[str]], fields: Sequence[str]) -> Iterator[Groups]:
    """The values in portions that one search's body takes. HubSpot wants values of IN in lower case."""
    names = [name for name in wanted if (object_type, name) not in ITSELF_REFUSES][:MOST_GROUPS]
    pairs = dict.fromkeys((name, value.lower()) for name in names for value in wanted[name])
    part: Groups = {}
    for name, value in pairs:
        more = {**part, name: [*part.get(name, ()), value]}
        if part and len(json.dumps(_query(object_type, more, fields))) > SEARCH_BODY:
            yield part
            more = {name: [value]}
        part = more
    if part:
        yield part


def _query(object_type: str, groups: Groups, fields: Sequence[str]) -> dict[str, Any]:
    return {
        "filterGroups": [
            {"filters": [{"propertyName": name, "operator": "IN", "values": values}]} for name, values in groups.items()
        ],
        "properties": asked(object_type, fields),
        "limit": SEARCH_PAGE,
    }
