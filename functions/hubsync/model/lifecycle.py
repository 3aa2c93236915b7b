"""HubSpot's lifecycle stages, and which contacts a sync of leads or of contacts covers (rule 5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PROPERTY = "lifecyclestage"
"""The property of HubSpot's contacts (and companies) that holds the stage, by its internal name."""

STAGES = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)
"""HubSpot's own stages in their order; their internal names stay when people rename them. An account's own stages have
numbers for names, and their place is known to HubSpot alone."""

LEADS = ("subscriber", "lead")


class Covers(StrEnum):
    """Which contacts of HubSpot a sync is about: those that are leads, all others, or all."""

    LEADS = "leads"
    REST = "rest"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What a sync makes of lifecycle stages. `default` is the stage of a contact that enters without one."""

    covers: Covers = Covers.ALL
    default: str | None = None

    @property
    def heeded(self) -> bool:
        """Whether the stage has to be read at all."""
        return self.covers is not Covers.ALL or self.default is not None
