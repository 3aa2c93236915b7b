"""Reads HubSpot's records: pages of a list, batches by id, batches by the external id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hubsync.connectors.http import Http
from hubsync.connectors.hubspot.answers import required
from hubsync.connectors.hubspot.api import BATCH, EXTERNAL_ID, objects
from hubsync.connectors.hubspot.records import asked, record_of, results_of
from hubsync.connectors.port import Page
from hubsync.model.record import Record

MAX_QUERY = 4_000
"""Characters of `properties` that go into a URL. Proxies refuse URLs from 8 KB on, and names are doubled at worst."""

FEW = 10
"""So many missing ids are looked at one by one without a look into the bin first."""


class Reader:
    """Reads of one account. Every method raises `RetryLaterError`, `NeedsPersonError`, `ConnectorBugError`."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def list_page(self, object_type: str, fields: Sequence[str], cursor: str | None, limit: int) -> Page:
        """The next page, by ascending id.

        Where the names of the properties would make the URL too long, the page brings the ids alone and a batch read
        the properties: two calls, however many properties there are.
        """
        names = asked(object_type, fields)
        short = sum(len(name) + 1 for name in names) <= MAX_QUERY
        params = [("limit", str(min(limit, BATCH))), ("properties", ",".join(names if short else names[-1:]))]
        if cursor is not None:
            params.append(("after", cursor))
        kind = f"list {object_type}"
        body = required(self._http.send("GET", objects(object_type), kind=kind, params=params), kind)
        found = [item for item in results_of(body) if not item.get("archived")]
        if short:
            records = tuple(record_of(item, object_type, fields) for item in found)
        else:
            records = self.refresh(object_type, [str(item["id"]) for item in found], fields)
        return Page(records, _after(body))

    def refresh(self, object_type: str, ids: Sequence[str], fields: Sequence[str]) -> tuple[Record, ...]:
        """The records of a page by batch reads, in the page's order; what went away meanwhile is left out."""
        found = self._by_ids(object_type, ids, fields)
        return tuple(found[id_] for id_ in ids if id_ in found)

    def read(self, object_type: str, ids: Sequence[str], fields: Sequence[str]) -> Mapping[str, Record]:
        """The living records by the id that was asked for; a merged id leads to the survivor (rule 7.3).

        Batch reads do not answer for merged ids, single reads do. So what a batch leaves out gets a second look:
        one call each, because nothing else tells a merge from a deletion. If many are missing at once, a batch read
        of the bin first takes out what was deleted.
        """
        wanted = [id_ for id_ in dict.fromkeys(ids) if id_.isdecimal()]  # other ids would fail the whole batch
        found = self._by_ids(object_type, wanted, fields)
        missing = [id_ for id_ in wanted if id_ not in found]
        if len(missing) > FEW:
            binned = self._by_ids(object_type, missing, fields, archived=True)
            missing = [id_ for id_ in missing if id_ not in binned]
        survivors = {id_: survivor for id_ in missing if (survivor := self._survivor(object_type, id_))}
        if survivors:
            records = self._by_ids(object_type, list(dict.fromkeys(survivors.values())), fields)
            found |= {id_: records[survivor] for id_, survivor in survivors.items() if survivor in records}
        return found

    def find_created(
        self, object_type: str, external_ids: Sequence[str], fields: Sequence[str]
    ) -> Mapping[str, Record]:
        """The living records with these external ids, by external id."""
        found: dict[str, Record] = {}
        for part in _parts(list(dict.fromkeys(external_ids))):
            kind = f"find created {object_type}"
            for item in self._batch(object_type, part, fields, kind, {"idProperty": EXTERNAL_ID}):
                record = record_of(item, object_type, fields)
                if record.external_id is not None and not record.deleted:
                    found[record.external_id] = record
        return found

    def _by_ids(
        self, object_type: str, ids: Sequence[str], fields: Sequence[str], *, archived: bool = False
    ) -> dict[str, Record]:
        """The records among `ids`, living or archived, by the id that was asked for."""
        found: dict[str, Record] = {}
        kind = f"read archived {object_type}" if archived else f"read {object_type}"
        for part in _parts(ids):
            for item in self._batch(object_type, part, fields, kind, {}, archived=archived):
                record = record_of(item, object_type, fields)
                if record.deleted is not archived:
                    continue
                names = (record.ref.id,) if archived else (record.ref.id, *record.aliases)
                found |= {name: record for name in names if name in part}
        return found

    def _batch(
        self,
        object_type: str,
        ids: Sequence[str],
        fields: Sequence[str],
        kind: str,
        extra: Mapping[str, str],
        *,
        archived: bool = False,
    ) -> list[Mapping[str, Any]]:
        body = {"properties": asked(object_type, fields), "inputs": [{"id": id_} for id_ in ids], **extra}
        params = [("archived", "true")] if archived else []
        path = objects(object_type, "batch/read")
        return results_of(required(self._http.send("POST", path, kind=kind, params=params, json=body), kind))

    def _survivor(self, object_type: str, id_: str) -> str | None:
        """The id of the record that now answers for `id_`; None if it is gone."""
        kind = f"read one {object_type}"
        answer = self._http.send("GET", objects(object_type, id_), kind=kind)
        if answer.status == 404:
            return None
        body = required(answer, kind)
        return None if body.get("archived") else str(body["id"])


def _after(body: Mapping[str, Any]) -> str | None:
    following = (body.get("paging") or {}).get("next") or {}
    after = following.get("after")
    return None if after is None else str(after)


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
