"""Plans in StateTable: each a partition of its own, `plan#<id>`, which expires after a day."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from hubsync.stores.dynamodb.settings import ConnectionItem, SyncItem, connection_attributes, sync_attributes
from hubsync.stores.dynamodb.table import StateItem, StateTable, done
from hubsync.stores.ports import PlanOrder, PlanReport

KEPT_SECONDS = 86_400
SYNC, ACCOUNT, BEGUN, REPORT = "sync", "account#", "begun", "report"
"""The sort keys."""


class OrderItem(SyncItem):
    """A sync as it would be saved, and when its plan was ordered."""

    at = NumberAttribute()


class MarkItem(StateItem):
    """Says that a plan is being made."""


class ReportItem(StateItem):
    """How far a plan is. `sealed` are the pieces, each behind its length in four bytes."""

    at = NumberAttribute()
    text = UnicodeAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)


class DynamoPlanStore:
    """Plans."""

    def __init__(self, table: StateTable) -> None:
        self._orders = table.bind(OrderItem)
        self._accounts = table.bind(ConnectionItem)
        self._reports = table.bind(ReportItem)
        self._marks = table.bind(MarkItem)

    def put_order(self, order: PlanOrder) -> None:
        """See the port."""
        expires_at = _expiry(order.at)
        for account in order.accounts:
            attributes = connection_attributes(account)
            self._accounts(_pk(order.id), f"{ACCOUNT}{account.id}", expires_at=expires_at, **attributes).save()
        attributes = {"at": order.at, **sync_attributes(order.sync)}
        self._orders(_pk(order.id), SYNC, expires_at=expires_at, **attributes).save()

    def order(self, plan_id: str) -> PlanOrder | None:
        """See the port."""
        found = self._orders.find(_pk(plan_id), SYNC)
        if found is None:
            return None
        accounts = self._accounts.query(_pk(plan_id), self._accounts.sk.startswith(ACCOUNT), consistent_read=True)
        return PlanOrder(plan_id, int(found.at), found.value(), tuple(item.value() for item in accounts))

    def begin(self, plan_id: str, at: int) -> bool:
        """See the port."""
        mark = self._marks(_pk(plan_id), BEGUN, expires_at=_expiry(at))
        return done(lambda: mark.save(condition=MarkItem.pk.does_not_exist()))

    def put_report(self, report: PlanReport) -> None:
        """See the port."""
        self._reports(
            _pk(report.id),
            REPORT,
            at=report.at,
            text=report.text,
            sealed=_packed(report.sealed),
            expires_at=_expiry(report.at),
        ).save()

    def report(self, plan_id: str) -> PlanReport | None:
        """See the port."""
        item = self._reports.find(_pk(plan_id), REPORT)
        return None if item is None else PlanReport(plan_id, int(item.at), item.text, tuple(_pieces(item.sealed)))


def _pk(plan_id: str) -> str:
    return f"plan#{plan_id}"


def _expiry(at: int) -> int:
    return at // 1000 + KEPT_SECONDS


def _packed(pieces: Sequence[bytes]) -> bytes:
    return b"".join(struct.pack(">I", len(piece)) + piece for piece in pieces)


def _pieces(packed: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(packed):
        (length,) = struct.unpack_from(">I", packed, at)
        yield packed[at + 4 : at + 4 + length]
        at += 4 + length
