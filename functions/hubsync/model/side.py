"""Which of the two applications, and which way data may go."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """One of the two ends of a sync. HubSpot is always one of them (rule 1.1)."""

    HUBSPOT = "hubspot"
    APP = "app"

    @property
    def other(self) -> Side:
        """The opposite end."""
        return Side.APP if self is Side.HUBSPOT else Side.HUBSPOT


class Direction(StrEnum):
    """Which side may be written (rule 2.1)."""

    TO_HUBSPOT = "to_hubspot"
    TO_APP = "to_app"
    TWO_WAY = "two_way"

    def writes(self, side: Side) -> bool:
        """Whether this direction lets anything be written on `side` (rule 2.4)."""
        return self is Direction.TWO_WAY or (self is Direction.TO_HUBSPOT) == (side is Side.HUBSPOT)
