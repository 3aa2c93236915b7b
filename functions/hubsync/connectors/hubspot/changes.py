"""What changed in a window of time, by search: without the 10,000 trap and the same-millisecond trap.

Search answers at most 10,000 results of a query, and more than that may bear one and the same millisecond after a bulk
edit. So the window of modification times is closed, and is walked by record id: each call asks for the ids above the
last one seen, and none ever pages.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hubsync.connectors.errors import ConnectorBugError
from hubsync.connectors.http import Http
from hubsync.connectors.hubspot.answers import required, server_time, unexpected
from hubsync.connectors.hubspot.api import (
    RECORD_ID,
    SEARCH_BODY,
    SEARCH_BUCKET,
    SEARCH_PAGE,
    modified_property,
    objects,
)
from hubsync.connectors.hubspot.reading import Reader
from hubsync.connectors.hubspot.records import asked, record_of, results_of
from hubsync.connectors.port import ChangePage, ChangeWindow


class Changes:
    """The change feed of one account (`ChangeFeed`)."""

    def __init__(self, http: Http, reader: Reader) -> None:
        self._http = http
        self._reader = reader

    def now(self, object_type: str) -> int:
        """HubSpot's own time, from the `Date` header of one cheap call: a list of one record of a type."""
        kind = "time"
        answer = self._http.send("GET", objects(object_type), kind=kind, params=[("limit", "1")])
        if not answer.ok:
            raise unexpected(answer, kind)
        return server_time(answer, kind)

    def changes(self, object_type: str, fields: Sequence[str], window: ChangeWindow) -> ChangePage:
        """The next records of a window, at most 200, by ascending id.

        Where the names of the properties do not fit into a search, it brings the ids alone and batch reads bring the
        properties. `total` is how many were still to come.
        """
        body = _query(object_type, asked(object_type, fields), window)
        fits = len(json.dumps(body)) <= SEARCH_BODY
        if not fits:
            body = _query(object_type, [RECORD_ID], window)
        kind = f"search {object_type}"
        path = objects(object_type, "search")
        answer = required(self._http.send("POST", path, kind=kind, json=body, bucket=SEARCH_BUCKET), kind)
        results = results_of(answer)
        total = int(answer.get("total") or len(results))
        ids = [str(item["id"]) for item in results]
        if fits:
            records = tuple(record_of(item, object_type, fields) for item in results)
        else:
            records = self._reader.refresh(object_type, ids, fields)
        more = total > len(results) or bool((answer.get("paging") or {}).get("next"))
        return ChangePage(records, _rest(window, ids) if ids and more else None, total)


def _rest(window: ChangeWindow, ids: Sequence[str]) -> ChangeWindow:
    """The window above the last id seen. A walk that does not advance would never end."""
    last = max(map(int, ids))
    if last <= window.after_id:
        raise ConnectorBugError("HubSpot's search does not keep to the record ids that it was asked for.")
    return replace(window, after_id=last)


def _query(object_type: str, names: Sequence[str], window: ChangeWindow) -> dict[str, Any]:
    modified = modified_property(object_type)
    filters = [
        {"propertyName": modified, "operator": "GT", "value": str(window.since)},
        {"propertyName": modified, "operator": "LTE", "value": str(window.until)},
        {"propertyName": RECORD_ID, "operator": "GT", "value": str(window.after_id)},
    ]
    return {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": RECORD_ID, "direction": "ASCENDING"}],
        "properties": list(names),
        "limit": SEARCH_PAGE,
    }
