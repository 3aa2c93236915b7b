"""Whose value stands where both sides have a say (rules 2.3 and 2.7)."""

from __future__ import annotations

from enum import StrEnum


class ConflictPolicy(StrEnum):
    """A sync's own: its default side, or the record that was changed last."""

    DEFAULT = "default"
    NEWEST = "newest"


class Winner(StrEnum):
    """A mapping's own, instead of the sync's."""

    HUBSPOT = "hubspot"
    APP = "app"
    NEWEST = "newest"
