"""Outages in StateTable, all in one partition: there are as many as accounts that were away lately."""

from __future__ import annotations

from collections.abc import Sequence

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from hubsync.model.outage import Outage, OutageKind
from hubsync.stores.dynamodb.table import StateItem, StateTable, done, unchanged

PARTITION = "outages"
KEPT_SECONDS = 86_400


class OutageItem(StateItem):
    """An outage, under its connection's name. Times are epoch ms; `v` counts the writes."""

    kind = UnicodeAttribute()
    since = NumberAttribute()
    last = NumberAttribute()
    until = NumberAttribute()
    told = BooleanAttribute(default=False)
    v = NumberAttribute()

    def value(self) -> Outage:
        """As the rest of the system knows it."""
        return Outage(
            connection_id=self.sk,
            kind=OutageKind(self.kind),
            since=int(self.since),
            last=int(self.last),
            until=int(self.until),
            told=self.told,
            version=int(self.v),
        )


class DynamoOutageStore:
    """Outages, one for each account; they are kept for a day."""

    def __init__(self, table: StateTable) -> None:
        self._outages = table.bind(OutageItem)

    def outage(self, connection_id: str) -> Outage | None:
        """See the port."""
        item = self._outages.find(PARTITION, connection_id)
        return item.value() if item else None

    def outages(self) -> Sequence[Outage]:
        """See the port."""
        return tuple(item.value() for item in self._outages.query(PARTITION, consistent_read=True))

    def put_outage(self, outage: Outage) -> bool:
        """See the port."""
        model = self._outages
        item = model(
            PARTITION,
            outage.connection_id,
            kind=outage.kind.value,
            since=outage.since,
            last=outage.last,
            until=outage.until,
            told=outage.told,
            v=outage.version + 1,
            expires_at=max(outage.last, outage.until) // 1000 + KEPT_SECONDS,
        )
        condition = unchanged(model, model.v, outage.version or None)
        return done(lambda: item.save(condition=condition))

    def end_outage(self, outage: Outage) -> bool:
        """See the port."""
        model = self._outages
        item = model(PARTITION, outage.connection_id)
        return done(lambda: item.delete(condition=model.v == outage.version))
