"""Outages in a dictionary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hubsync.model.outage import Outage


class MemoryOutageStore:
    """Outages, one for each account."""

    def __init__(self, writes: Counter[str] | None = None) -> None:
        self.writes: Counter[str] = Counter() if writes is None else writes
        self._kept: dict[str, Outage] = {}

    def outage(self, connection_id: str) -> Outage | None:
        """See the port."""
        return self._kept.get(connection_id)

    def outages(self) -> Sequence[Outage]:
        """See the port."""
        return tuple(self._kept[each] for each in sorted(self._kept))

    def put_outage(self, outage: Outage) -> bool:
        """See the port."""
        if not self._is_stored(outage):
            return False
        self._kept[outage.connection_id] = replace(outage, version=outage.version + 1)
        self.writes["outage"] += 1
        return True

    def end_outage(self, outage: Outage) -> bool:
        """See the port."""
        if not self._is_stored(outage):
            return False
        del self._kept[outage.connection_id]
        self.writes["outage"] += 1
        return True

    def _is_stored(self, outage: Outage) -> bool:
        kept = self._kept.get(outage.connection_id)
        return outage.version == (0 if kept is None else kept.version)
