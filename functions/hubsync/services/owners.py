"""The owners of all accounts, for mappings of owners (rule 4.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hubsync.model.connection import Connection
from hubsync.model.directory import Owner
from hubsync.model.mapping import Transform
from hubsync.model.side import Side
from hubsync.model.sync import Sync
from hubsync.services.ports import Clock, Connectors

KEPT_MS = 300_000
"""How long a process works with a list of owners before it asks for it again."""


@dataclass(frozen=True, slots=True)
class _Kept:
    owners: Mapping[str, Owner]
    until: int


def asked_for(sync: Sync) -> frozenset[Side]:
    """The sides whose owners the mappings need: both, or the one whose owner's name is carried."""
    owning = [mapping for mapping in sync.mappings if mapping.transform is Transform.OWNER]
    named = [mapping for mapping in sync.mappings if mapping.transform is Transform.OWNER_NAME]
    return frozenset(side for side in Side if owning or any(not sync.may_write(mapping, side) for mapping in named))


class Owners:
    """Lists of owners, one call for each account, process and five minutes; none where no mapping needs one."""

    def __init__(self, connectors: Connectors, clock: Clock) -> None:
        self._connectors = connectors
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    def owners(self, connection: Connection) -> Mapping[str, Owner]:
        """The owners of an account by id; none where the application does not tell them. Raises as reads do."""
        kept = self._kept.get(connection.id)
        if kept is not None and kept.until > self._clock.now():
            return kept.owners
        directory = self._connectors.directory(connection)
        found = {} if directory is None else {owner.id: owner for owner in directory.owners()}
        self._kept[connection.id] = _Kept(found, self._clock.now() + KEPT_MS)
        return found
