"""The connector of every application that a manifest describes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

import httpx

from hubsync.connectors.declarative.failures import Refusals
from hubsync.connectors.declarative.manifest import Manifest
from hubsync.connectors.declarative.paging import Params
from hubsync.connectors.declarative.reading import Reading
from hubsync.connectors.declarative.shape import Shape
from hubsync.connectors.declarative.writing import Writing
from hubsync.connectors.errors import ConnectorBugError
from hubsync.connectors.http import Http
from hubsync.connectors.port import Allowance, CallCount, Create, Features, Page, Update, WriteResult
from hubsync.model.directory import Owner, Pipeline
from hubsync.model.record import Record
from hubsync.model.schema import ObjectSchema

EXTERNAL_ID_PREFIX = "hubsync-"


def connect(
    manifest: Manifest,
    client: httpx.Client,
    *,
    token: str,
    allowance: Allowance,
    calls: CallCount,
    base_url: str | None = None,
    external_id_prefix: str = EXTERNAL_ID_PREFIX,
    threads: int = 4,
) -> DeclarativeConnector:
    """The connector of an account, its token put where the manifest says; `base_url` overrides the application's."""
    http = Http(
        client,
        base_url=base_url or manifest.base_url,
        headers={**manifest.headers, **manifest.auth.headers(token)},
        allowance=allowance,
        calls=calls,
    )
    params = manifest.auth.params(token)
    return DeclarativeConnector(manifest, http, params=params, external_id_prefix=external_id_prefix, threads=threads)


class _Object(NamedTuple):
    shape: Shape
    reading: Reading
    writing: Writing


class DeclarativeConnector:
    """One account of an application with a manifest; implements `Connector` and `WebPages`, and `Directory` and
    `Pipelines` where the manifest has them.

    `http` is made with the manifest's `headers` and the headers of its `auth`; `params` are the query parameters of its
    `auth`. `external_id_prefix` marks hubsync's values in the application's external-id field, where people and other
    programs write theirs. `threads` single calls may run at once.
    """

    def __init__(
        self,
        manifest: Manifest,
        http: Http,
        *,
        params: Params = (),
        external_id_prefix: str = EXTERNAL_ID_PREFIX,
        threads: int = 4,
    ) -> None:
        self._name = manifest.name
        self._manifest, self._http, self._params = manifest, http, params
        refusals = Refusals(manifest.name, manifest.errors)
        self._objects: dict[str, _Object] = {}
        for name, spec in manifest.objects.items():
            shape = Shape(name, spec, external_id_prefix)
            reading = Reading(name, spec, shape, http, params=params, threads=threads)
            self._objects[name] = _Object(
                shape, reading, Writing(name, spec, shape, reading, http, refusals, params, threads)
            )
        specs = manifest.objects.values()
        self.features = Features(
            page_size=min(spec.list.page_size for spec in specs),
            external_ids=all(spec.external_id is not None for spec in specs),
        )

    def schema(self, object_type: str) -> ObjectSchema:
        """The fields that the manifest declares."""
        return self._object(object_type).shape.schema

    def prepare(self, object_types: Sequence[str]) -> None:
        """Nothing to set up where the application brings its own external-id field; unknown types are refused."""
        for object_type in object_types:
            self._object(object_type)

    def list_page(self, object_type: str, fields: Sequence[str], cursor: str | None, limit: int) -> Page:
        """The next page of all living records; ask for each page of a list with the same limit."""
        return self._object(object_type).reading.page(fields, cursor, limit)

    def changed_page(self, object_type: str, fields: Sequence[str], since: int, cursor: str | None, limit: int) -> Page:
        """The next page of what was changed at or after an instant (epoch ms); deleted records say so of themselves.

        Raises `ConnectorBugError` where the manifest declares no `changed_since`.
        """
        return self._object(object_type).reading.page(fields, cursor, limit, since)

    def read(self, object_type: str, ids: Sequence[str], fields: Sequence[str]) -> Mapping[str, Record]:
        """The living records among some ids."""
        return self._object(object_type).reading.by_id(ids, fields)

    def find_created(
        self, object_type: str, external_ids: Sequence[str], fields: Sequence[str]
    ) -> Mapping[str, Record]:
        """The living records that hubsync made with these external ids."""
        return self._object(object_type).reading.by_external_id(external_ids, fields)

    def search(self, object_type: str, wanted: Mapping[str, Sequence[str]], fields: Sequence[str]) -> Sequence[Record]:
        """Living records by a field's value, one call each; none where the manifest does not say how to search."""
        return self._object(object_type).reading.by_value(wanted, fields)

    def create(self, object_type: str, inputs: Sequence[Create]) -> Sequence[WriteResult]:
        """Make records, one call each; the record in the answer has every field of the manifest."""
        return self._object(object_type).writing.create(inputs)

    def update(self, object_type: str, inputs: Sequence[Update]) -> Sequence[WriteResult]:
        """Write changed fields, one call each."""
        return self._object(object_type).writing.update(inputs)

    def owners(self) -> Sequence[Owner]:
        """The application's users. Raises `ConnectorBugError` where the manifest does not say how to ask."""
        if self._manifest.owners is None:
            raise ConnectorBugError(f"{self._name}'s manifest does not say how to ask for its users.")
        return self._manifest.owners.read(self._http, self._params)

    def pipelines(self, object_type: str) -> Sequence[Pipeline]:
        """The pipelines of an object type. Raises `ConnectorBugError` where the manifest names none."""
        self._object(object_type)
        spec = self._manifest.objects[object_type].pipelines
        if spec is None:
            raise ConnectorBugError(f"{self._name}'s manifest names no pipelines of {object_type}.")
        return spec.read(self._http, self._params, object_type)

    def page_of(self, object_type: str, record_id: str) -> str | None:
        """Where the application shows a record, if its manifest says so (`web`). No call."""
        self._object(object_type)
        web = self._manifest.objects[object_type].web
        return None if web is None else web.replace("{id}", quote(record_id, safe=""))

    def _object(self, object_type: str) -> _Object:
        found = self._objects.get(object_type)
        if found is None:
            known = ", ".join(self._objects)
            raise ConnectorBugError(f"{self._name} has no object type {object_type!r}; it has {known}.")
        return found
