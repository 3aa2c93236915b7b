"""Notifications in StateTable."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from hubsync.stores.dynamodb.table import StateItem, StateTable, done
from hubsync.stores.ports import Notification

PARTITION = "notifications"
KEPT_SECONDS = 90 * 86_400


class NotificationItem(StateItem):
    """A notification, under its time, its sync and a hash of its title."""

    sync_id = UnicodeAttribute()
    at = NumberAttribute()
    title = UnicodeAttribute()
    text = UnicodeAttribute()


class DynamoNotificationStore:
    """Notifications, newest first; they are kept for 90 days."""

    def __init__(self, table: StateTable) -> None:
        self._kept = table.bind(NotificationItem)

    def add_notification(self, notification: Notification) -> None:
        """See the port."""
        title = sha256(notification.title.encode()).hexdigest()[:16]
        item = self._kept(
            PARTITION,
            f"{notification.at:015}#{notification.sync_id}#{title}",
            sync_id=notification.sync_id,
            at=notification.at,
            title=notification.title,
            text=notification.text,
            expires_at=notification.at // 1000 + KEPT_SECONDS,
        )
        done(lambda: item.save(condition=self._kept.pk.does_not_exist()))

    def notifications(self, limit: int) -> Sequence[Notification]:
        """See the port."""
        return self.notifications_from(None, limit)[0]

    def notifications_from(self, place: str | None, limit: int) -> tuple[Sequence[Notification], str | None]:
        """See the port."""
        behind = None if place is None else self._kept.sk < place
        found = self._kept.query(PARTITION, behind, scan_index_forward=False, limit=limit + 1, consistent_read=True)
        items = list(found)
        told = tuple(Notification(item.sync_id, int(item.at), item.title, item.text) for item in items[:limit])
        return told, items[limit - 1].sk if len(items) > limit else None
