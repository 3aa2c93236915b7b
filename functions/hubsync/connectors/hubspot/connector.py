"""HubSpot's connector: one account of HubSpot behind the port that every application has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

import httpx

from hubsync.connectors.http import Http
from hubsync.connectors.hubspot import directory, linking, searching, setup, timeline, writing
from hubsync.connectors.hubspot.answers import patience
from hubsync.connectors.hubspot.api import BASE_URL, BATCH
from hubsync.connectors.hubspot.associations import with_links
from hubsync.connectors.hubspot.changes import Changes
from hubsync.connectors.hubspot.pages import account_page, type_id
from hubsync.connectors.hubspot.reading import Reader
from hubsync.connectors.hubspot.schema import definitions, schema_of
from hubsync.connectors.port import (
    Allowance,
    CallCount,
    ChangePage,
    ChangeWindow,
    Create,
    Features,
    Page,
    Update,
    WriteResult,
    Written,
)
from hubsync.model.activity import TimelineEvent
from hubsync.model.association import is_links_field
from hubsync.model.directory import Owner, Pipeline
from hubsync.model.record import Record, RecordRef
from hubsync.model.schema import ObjectSchema
from hubsync.model.side import Side


def connect(
    client: httpx.Client, *, token: str, allowance: Allowance, calls: CallCount, base_url: str | None = None
) -> HubSpotConnector:
    """The connector of an account by a bearer token: a private app's, a service key's or an OAuth access token."""
    http = Http(
        client,
        base_url=base_url or BASE_URL,
        headers={"Authorization": f"Bearer {token}"},
        allowance=allowance,
        calls=calls,
        patience=patience,
    )
    return HubSpotConnector(http)


class HubSpotConnector:
    """Contacts, companies and every other object type, called by its plural name.

    Implements `Connector`, `ChangeFeed`, `Directory`, `Pipelines`, `Timeline` and `WebPages`.

    `http` brings base URL, token, budget and `patience`.
    """

    def __init__(self, http: Http) -> None:
        self.features = Features(page_size=BATCH, external_ids=True)
        self._http = http
        self._reader = Reader(http)
        self._changes = Changes(http, self._reader)
        self._page: str | None = None

    def schema(self, object_type: str) -> ObjectSchema:
        """The properties of an object type. One call."""
        return schema_of(object_type, definitions(self._http, object_type))

    def prepare(self, object_types: Sequence[str]) -> None:
        """Create the property `hubsync_id` where it is missing. One call a type if it is there, two if not."""
        setup.prepare(self._http, object_types)

    def list_page(self, object_type: str, fields: Sequence[str], cursor: str | None, limit: int) -> Page:
        """The next page of all living records, by ascending id. One call, two for very many fields.

        Here as in every read, each type in the fields of links costs one call more.
        """
        page = self._reader.list_page(object_type, fields, cursor, limit)
        return replace(page, records=with_links(self._http, object_type, page.records, fields))

    def read(self, object_type: str, ids: Sequence[str], fields: Sequence[str]) -> Mapping[str, Record]:
        """The living records by the id that was asked for. One call, and one for each id that it does not find."""
        return self._by_key(object_type, self._reader.read(object_type, ids, fields), fields)

    def find_created(
        self, object_type: str, external_ids: Sequence[str], fields: Sequence[str]
    ) -> Mapping[str, Record]:
        """The living records with these external ids. One call; never HubSpot's search, which lags."""
        return self._by_key(object_type, self._reader.find_created(object_type, external_ids, fields), fields)

    def search(self, object_type: str, wanted: Mapping[str, Sequence[str]], fields: Sequence[str]) -> Sequence[Record]:
        """Records by a property's value, without their links; no contact by email. One search for some fifty values."""
        return searching.search(self._http, object_type, wanted, fields)

    def create(self, object_type: str, inputs: Sequence[Create]) -> Sequence[WriteResult]:
        """Make records by upsert on `hubsync_id`. One call, and some more to single out what HubSpot refuses.

        Their links follow, in a call a type; a link that HubSpot does not make is missing in the answer's record.
        """
        results = writing.create(self._http, object_type, inputs)
        return linking.write(self._http, object_type, [item.fields for item in inputs], results, made=True)

    def update(self, object_type: str, inputs: Sequence[Update]) -> Sequence[WriteResult]:
        """Write changed fields. One call, and some more to single out what HubSpot refuses.

        Links cost a call for each type that is added to, and one for each that is taken from. Where nothing but links
        changed, they are all there is.
        """
        with_properties = [item for item in inputs if not all(is_links_field(name) for name in item.fields)]
        answers = iter(writing.update(self._http, object_type, with_properties) if with_properties else ())
        results: list[WriteResult] = [
            Written(Record(RecordRef(Side.HUBSPOT, item.id)))
            if all(is_links_field(name) for name in item.fields)
            else next(answers)
            for item in inputs
        ]
        return linking.write(self._http, object_type, [item.fields for item in inputs], results)

    def now(self, object_type: str) -> int:
        """HubSpot's own time in epoch ms, to the second. One call, for which the token has to read `object_type`."""
        return self._changes.now(object_type)

    def changes(self, object_type: str, fields: Sequence[str], window: ChangeWindow) -> ChangePage:
        """The next records changed in a window, at most 200, by ascending id. One search."""
        page = self._changes.changes(object_type, fields, window)
        return replace(page, records=with_links(self._http, object_type, page.records, fields))

    def owners(self) -> Sequence[Owner]:
        """The account's users, those who left as well. Two calls, more for more than 500."""
        return directory.owners(self._http)

    def pipelines(self, object_type: str) -> Sequence[Pipeline]:
        """The pipelines of an object type, none where it has none. One call."""
        return directory.pipelines(self._http, object_type)

    def log_events(self, template: str, events: Sequence[TimelineEvent]) -> None:
        """Log events on the timelines of contacts. One call for 100."""
        timeline.log_events(self._http, template, events)

    def page_of(self, object_type: str, record_id: str) -> str | None:
        """Where HubSpot shows a record. One call for each account and process."""
        number = type_id(object_type)
        if number is None:
            return None
        if self._page is None:
            self._page = account_page(self._http)
        return f"{self._page}/record/{number}/{quote(record_id, safe='')}"

    def _by_key(self, object_type: str, found: Mapping[str, Record], fields: Sequence[str]) -> Mapping[str, Record]:
        """Records by whatever they were asked by, with their links."""
        return dict(zip(found, with_links(self._http, object_type, list(found.values()), fields), strict=True))
