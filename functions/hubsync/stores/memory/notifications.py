"""Notifications in a dictionary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hubsync.stores.ports import Notification


class MemoryNotificationStore:
    """Notifications, newest first."""

    def __init__(self, writes: Counter[str] | None = None) -> None:
        self.writes: Counter[str] = Counter() if writes is None else writes
        self._kept: dict[tuple[int, str, str], Notification] = {}

    def add_notification(self, notification: Notification) -> None:
        """See the port."""
        key = notification.at, notification.sync_id, notification.title
        if key not in self._kept:
            self._kept[key] = notification
            self.writes["notification"] += 1

    def notifications(self, limit: int) -> Sequence[Notification]:
        """See the port."""
        return self.notifications_from(None, limit)[0]

    def notifications_from(self, place: str | None, limit: int) -> tuple[Sequence[Notification], str | None]:
        """See the port."""
        behind = [key for key in sorted(self._kept, reverse=True) if place is None or _place(key) < place]
        page = behind[:limit]
        return tuple(self._kept[key] for key in page), _place(page[-1]) if len(behind) > limit else None


def _place(key: tuple[int, str, str]) -> str:
    at, sync_id, title = key
    return f"{at:015}#{sync_id}#{title}"
