"""Reads the records of one object type: pages, records by id, records by external id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from hubsync.connectors.declarative.failures import GONE
from hubsync.connectors.declarative.formats import write_instant
from hubsync.connectors.declarative.objects import BatchReadManifest, ObjectManifest
from hubsync.connectors.declarative.paging import Listed, Params
from hubsync.connectors.declarative.paths import item_path, reader
from hubsync.connectors.declarative.shape import Shape
from hubsync.connectors.errors import ConnectorBugError
from hubsync.connectors.http import Answer, Http
from hubsync.connectors.port import Page
from hubsync.model.record import Record

Item = TypeVar("Item")
Result = TypeVar("Result")


class Reading:
    """The reads of one object type. `params` go with every call; `threads` calls may run at once where each is one."""

    def __init__(
        self, object_type: str, manifest: ObjectManifest, shape: Shape, http: Http, *, params: Params, threads: int
    ) -> None:
        self._type = object_type
        self._manifest = manifest
        self._shape = shape
        self._http = http
        self._params = params
        self._threads = threads
        self._rows = reader(manifest.list.records)
        self._one = reader(manifest.record)

    def page(self, fields: Sequence[str], cursor: str | None, limit: int, since: int | None = None) -> Page:
        """A page of all living records; with `since` (epoch ms), of what was changed then or later, deleted or not."""
        self._shape.check(fields)
        listing = self._manifest.list
        size = max(1, min(limit, listing.page_size))
        asked = listing.paging.query(cursor, size)
        narrowed, headers = self._since(since)
        # A next link repeats what was asked before; nothing is asked twice.
        named = {name for name, _ in asked}
        rest = [pair for pair in (*listing.params.items(), *narrowed) if pair[0] not in named]
        answer = self._get(listing.path, "list", (*asked, *rest), headers)
        rows = self._found(answer, "list")
        first = self._shape.id(rows[0]) if rows else ""
        listed = Listed(listing.path, answer.body, answer.headers, len(rows), first)
        records = (self._shape.record(row, fields) for row in rows)
        total = reader(listing.total)(answer.body) if listing.total else None
        return Page(
            tuple(record for record in records if since is not None or not record.deleted),
            listing.paging.following(cursor, size, listed),
            total if isinstance(total, int) else None,
        )

    def by_id(self, ids: Sequence[str], fields: Sequence[str] | None) -> dict[str, Record]:
        """The living records among some ids."""
        if fields is not None:
            self._shape.check(fields)
        known = list(dict.fromkeys(key for key in ids if self._shape.known(key)))
        batch = self._manifest.batch_read
        if batch is None:
            found = zip(known, self._each(known, lambda key: self.one(key, fields)), strict=True)
            return {key: record for key, record in found if record is not None}
        records = {
            record.ref.id: record
            for keys in _chunks(known, batch.size)
            for record in self._batch(batch, keys, fields)
            if not record.deleted
        }
        return {key: records[key] for key in known if key in records}

    def one(self, record_id: str, fields: Sequence[str] | None = None) -> Record | None:
        """The living record of an id, None if it is gone."""
        answer = self._http.send(
            "GET", item_path(self._manifest.get.path, record_id), kind=f"get {self._type}", params=self._params
        )
        if answer.status in GONE:
            return None
        self._expect(answer, "get")
        record = self._shape.record(self._one(answer.body), fields)
        return None if record.deleted else record

    def by_external_id(self, external_ids: Sequence[str], fields: Sequence[str] | None) -> dict[str, Record]:
        """The living records that carry some of hubsync's external ids; the first where several carry one."""
        if fields is not None:
            self._shape.check(fields)
        known = list(dict.fromkeys(external_ids))
        found = zip(known, self._each(known, lambda key: self.created(key, fields)), strict=True)
        return {key: record for key, record in found if record is not None}

    def created(self, external_id: str, fields: Sequence[str] | None = None) -> Record | None:
        """The living record that was made with an external id."""
        field = self._manifest.external_id
        if field is None:
            return None
        wanted = ((field.parameter, self._shape.external(external_id)),)
        rows = self._found(self._get(self._manifest.list.path, "find", wanted), "find")
        records = (self._shape.record(row, fields) for row in rows)
        # Many searches ignore case, some find parts of words.
        return next((item for item in records if item.external_id == external_id and not item.deleted), None)

    def by_value(self, wanted: Mapping[str, Sequence[str]], fields: Sequence[str]) -> list[Record]:
        """The living records that the application finds by the values of some fields, each once."""
        self._shape.check(fields)
        asked = [
            (self._manifest.search[name], value)
            for name, values in wanted.items()
            if name in self._manifest.search
            for value in dict.fromkeys(values)
        ]

        def found(one: tuple[str, str]) -> list[Record]:
            rows = self._found(self._get(self._manifest.list.path, "search", (one,)), "search")
            return [self._shape.record(row, fields) for row in rows]

        records = (record for several in self._each(asked, found) for record in several)
        return list({record.ref.id: record for record in records if not record.deleted}.values())

    def _batch(self, batch: BatchReadManifest, keys: Sequence[str], fields: Sequence[str] | None) -> Iterable[Record]:
        values = [",".join(keys)] if batch.style == "comma" else keys
        asked = tuple((batch.parameter, value) for value in values)
        rows = self._found(self._get(self._manifest.list.path, "read", asked), "read")
        return [self._shape.record(row, fields) for row in rows]

    def _each(self, items: Sequence[Item], act: Callable[[Item], Result]) -> list[Result]:
        """Some single calls, several at a time; with one thread they go in order, as a simulation needs."""
        if self._threads == 1 or len(items) < 2:
            return [act(item) for item in items]
        with ThreadPoolExecutor(min(self._threads, len(items))) as pool:
            return list(pool.map(act, items))

    def _since(self, since: int | None) -> tuple[Params, Mapping[str, str]]:
        if since is None:
            return (), {}
        rule = self._manifest.list.changed_since
        if rule is None:
            raise ConnectorBugError(f"The manifest does not say how to ask for changes of {self._type}.")
        text = write_instant(rule.format, since)
        return (((rule.parameter, text),), {}) if rule.parameter else ((), {rule.header or "": text})

    def _get(self, path: str, verb: str, asked: Params, headers: Mapping[str, str] | None = None) -> Answer:
        answer = self._http.send(
            "GET", path, kind=f"{verb} {self._type}", params=(*self._params, *asked), headers=headers or {}
        )
        self._expect(answer, verb)
        return answer

    def _expect(self, answer: Answer, verb: str) -> None:
        if not answer.ok:
            raise ConnectorBugError(f"The application answered {answer.status} to {verb} {self._type}.")

    def _found(self, answer: Answer, verb: str) -> list[Any]:
        rows = self._rows(answer.body)
        if not isinstance(rows, list):
            raise ConnectorBugError(f"The answer to {verb} {self._type} has no list where the manifest says it is.")
        return rows


def _chunks(items: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))
