"""Reads the webhooks of any application that a manifest describes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hubsync.connectors.declarative.events import activities, notices
from hubsync.connectors.declarative.manifest import Manifest
from hubsync.connectors.declarative.signature import verify
from hubsync.connectors.port import Notice
from hubsync.model.activity import Activity


class DeclarativeWebhooks:
    """A `WebhookReader`. Raises `ValueError` for an application that declares no webhooks."""

    def __init__(self, manifest: Manifest) -> None:
        if manifest.webhooks is None:
            raise ValueError(f"{manifest.name} declares no webhooks.")
        self._signature = manifest.webhooks.signature
        self._events = manifest.webhooks.events

    @property
    def activity_types(self) -> frozenset[str]:
        """The object types whose events are logged (`ActivityReader`)."""
        return frozenset(rule.object for rule in self._events.activities)

    def activities(self, body: bytes) -> Sequence[Activity]:
        """The events in a webhook whose signature was found to hold (`ActivityReader`)."""
        return activities(self._events, body)

    def notices(
        self,
        headers: Mapping[str, str],
        body: bytes,
        secret: str,
        now: int,
        url: str = "",  # noqa: ARG002 - the port's; no manifest signs it
    ) -> Sequence[Notice]:
        """The references in a webhook; nothing of the body is looked at before its signature holds."""
        verify(self._signature, headers, body, secret, now)
        return notices(self._events, body)
