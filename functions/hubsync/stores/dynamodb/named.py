"""Finds the entries that a person names, in two requests at most: what may be it, and what that leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from hubsync.model.entry import IndexEntry, entry_id_for
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.stores.dynamodb.batches import Key
from hubsync.stores.dynamodb.items import Item, claim_from, entry_from
from hubsync.stores.layout import Address, alias_address, claim_address, entry_address

Items: TypeAlias = Mapping[Key, Item]
Led: TypeAlias = Callable[[Iterable[Address]], Items]
"""Reads what stands at these addresses."""


@dataclass(frozen=True, slots=True)
class Named:
    """What somebody called a record of a sync: the id of an entry or of a record, or an identifier, which then has one
    of these `claims`.
    """

    sync_id: str
    text: str
    claims: tuple[str, ...]

    def keys(self) -> Iterable[Key]:
        """Where the entry may stand, or what leads to it."""
        yield _key(entry_address(self.sync_id, self.text))
        for ref in self._refs:
            yield _key(entry_address(self.sync_id, entry_id_for(ref)))
            yield _key(alias_address(self.sync_id, ref))
        for key in self.claims:
            yield _key(claim_address(self.sync_id, key))

    def entries(self, items: Items, led: Led) -> tuple[IndexEntry, ...]:
        """Out of the items under these keys: the entry of that id, else the one that HubSpot's record belongs to, else
        the app's (`IndexStore.find`), else all that hold the identifier. What they lead to is read at most once.
        """
        leads, holders = list(self._leads(items)), list(self._holders(items))
        asked = set(self.keys())
        further = [
            address
            for entry_id in dict.fromkeys([*(entry_id for entry_id, _ in leads), *holders])
            if _key(address := entry_address(self.sync_id, entry_id)) not in asked
        ]
        found: dict[Key, Item] = dict(items)

        def at(entry_id: str) -> IndexEntry | None:
            key = _key(entry_address(self.sync_id, entry_id))
            if key not in asked and further:
                found.update(led(further))
                further.clear()
            return entry_from(found[key]) if key in found else None

        for entry_id, ref in leads:
            entry = at(entry_id)
            if entry is not None and (ref is None or entry.half(ref.side).record_id == ref.id):
                return (entry,)
        return tuple(entry for each in holders if (entry := at(each)) is not None)

    def _leads(self, items: Items) -> Iterable[tuple[str, RecordRef | None]]:
        """The ids of the entries that may be meant, and the record that each has to be about, the best first."""
        yield self.text, None
        for ref in self._refs:
            yield entry_id_for(ref), ref
            alias = items.get(_key(alias_address(self.sync_id, ref)))
            if alias is not None:
                yield alias["ei"]["S"], ref

    def _holders(self, items: Items) -> Iterable[str]:
        """The ids of the entries that hold the identifier on either side, each once."""
        stored = (items.get(_key(claim_address(self.sync_id, key))) for key in self.claims)
        claims = [claim_from(item) for item in stored if item is not None]
        return dict.fromkeys(holder for claim in claims for side in Side if (holder := claim.holder(side)))

    @property
    def _refs(self) -> tuple[RecordRef, ...]:
        return tuple(RecordRef(side, self.text) for side in Side)


def _key(address: Address) -> Key:
    return address.partition_key, address.sort_key
