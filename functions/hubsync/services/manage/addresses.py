"""Where people look at a record: its pages in HubSpot and in the app."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hubsync.connectors.errors import ConnectorBugError, NeedsPersonError, RetryLaterError
from hubsync.connectors.port import WebPages
from hubsync.model.entry import IndexEntry
from hubsync.model.side import Side
from hubsync.services.manage.lifecycle import UnknownSyncError
from hubsync.services.manage.recognise import claim_keys, only
from hubsync.services.ports import Connectors
from hubsync.stores.overview import Dossier, OverviewStore

NAMES = {Side.HUBSPOT: "HubSpot", Side.APP: "the app"}


@dataclass(frozen=True, slots=True)
class Address:
    """The page of one record. `url` is None where it cannot be known: `problem` says why, `remedy` what to do."""

    side: Side
    record_id: str
    url: str | None = None
    problem: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Addresses:
    """The query over its ports. It writes nothing."""

    overview: OverviewStore
    connectors: Connectors

    def __call__(self, name: str, record: str) -> tuple[IndexEntry, tuple[Address, ...]]:
        """An entry, by any of its ids or an identifier, with an address for each record that it has.

        Raises `UnknownSyncError`, `UnknownRecordError`, `SeveralRecordsError`.
        """
        found = self.overview.dossier(name, record, lambda sync: claim_keys(sync, record))
        if found is None:
            raise UnknownSyncError(f"There is no sync {name}.")
        entry = only(record, found.entries)
        return entry, tuple(self._addresses(found, entry))

    def _addresses(self, found: Dossier, entry: IndexEntry) -> Iterator[Address]:
        for side in Side:
            half = entry.half(side)
            if half.record_id is None:
                continue
            if half.gone:
                remedy = "hubsync record shows what is left of it, and hubsync restore makes it again."
                yield Address(side, half.record_id, None, f"It was deleted in {NAMES[side]}.", remedy)
            else:
                yield self._address(found, side, half.record_id)

    def _address(self, found: Dossier, side: Side, record_id: str) -> Address:
        try:
            url = self._page(found, side, record_id)
        except RetryLaterError as error:
            return Address(side, record_id, None, str(error), "Try again in a moment.")
        except NeedsPersonError as error:
            return Address(side, record_id, None, str(error), error.remedy)
        except ConnectorBugError as error:
            return Address(side, record_id, None, str(error), f"Look for the id {record_id} in {NAMES[side]}.")
        if url is None:
            problem = f"It is not known where {NAMES[side]} shows a record of {found.sync.object_type(side)}."
            return Address(side, record_id, None, problem, f"Look for the id {record_id} in {NAMES[side]}.")
        return Address(side, record_id, url)

    def _page(self, found: Dossier, side: Side, record_id: str) -> str | None:
        connection = found.accounts.get(side)
        if connection is None:
            return None
        connector = self.connectors.connector(connection, bulk=False)
        return connector.page_of(found.sync.object_type(side), record_id) if isinstance(connector, WebPages) else None
