"""Finds entries by what their sync matches records by: an email, a domain, a SKU, a name, a key of its own.

The index keeps no identifier, but its keyed hash leads to whoever holds it (rule 3.5): a whole identifier is found, a
part of one never is.
"""

from __future__ import annotations

from collections.abc import Sequence

from hubsync.engine.identify import claim_key, identifiers
from hubsync.model.entry import IndexEntry
from hubsync.model.record import Record, RecordRef
from hubsync.model.side import Side
from hubsync.model.sync import Sync
from hubsync.services.manage.locate import UnknownRecordError, locate
from hubsync.stores.index_port import IndexStore

MOST_KEYS = 5
"""Identifiers that one text may be; a sync matches by no more."""

LINE = 20
"""Duplicates that are read of the line behind one identifier."""


class SeveralRecordsError(Exception):
    """The text is an identifier of more than one entry; `entry_ids` are theirs."""

    def __init__(self, message: str, entry_ids: Sequence[str]) -> None:
        super().__init__(message)
        self.entry_ids = tuple(entry_ids)


def the_one(index: IndexStore, sync: Sync, text: str) -> IndexEntry:
    """The entry that a person names, by any of its ids or by an identifier.

    Three requests for an identifier beyond those for an id. Raises `UnknownRecordError`, `SeveralRecordsError`.
    """
    found = locate(index, sync.id, [text])
    if text in found:
        return found[text]
    return only(text, identified(index, sync, text))


def only(text: str, entries: Sequence[IndexEntry]) -> IndexEntry:
    """The one entry that `text` stands for. Raises `UnknownRecordError`, `SeveralRecordsError`."""
    if not entries:
        raise UnknownRecordError(f"No record {text} is known to this sync.")
    if len(entries) > 1:
        raise SeveralRecordsError(f"{text} stands for several records.", [entry.id for entry in entries])
    return entries[0]


def identified(index: IndexStore, sync: Sync, text: str, *, line: bool = False) -> list[IndexEntry]:
    """The entries that hold the identifier `text` on either side; with `line` those behind them as well, the duplicates
    that are left out for it. Two requests, and with `line` one for each side of an identifier that somebody holds.
    """
    keys = claim_keys(sync, text)
    if not keys:
        return []
    found: dict[str, None] = {}
    behind: dict[str, None] = {}
    for claim in index.claims(sync.id, keys).values():
        for side in Side:
            holder = claim.holder(side)
            if holder is None:
                continue
            found[holder] = None
            if line:
                behind.update(dict.fromkeys(each.entry_id for each in index.waiters(sync.id, claim.key, side, LINE)))
    wanted = [*found, *(each for each in behind if each not in found)]
    entries = index.entries(sync.id, wanted) if wanted else {}
    return [entries[each] for each in wanted if each in entries]


def claim_keys(sync: Sync, text: str) -> list[str]:
    """The keys of the claims of all identifiers that `text` may be."""
    if not sync.hash_key:  # it is being deleted, and nothing of it can be hashed any more
        return []
    names = (name for key in sync.match_keys for name in key.fields(Side.HUBSPOT))
    record = Record(RecordRef(Side.HUBSPOT, ""), dict.fromkeys(names, text))
    found = identifiers(sync, Side.HUBSPOT, record)[:MOST_KEYS]
    return [claim_key(sync.hash_key, each) for each in found]
