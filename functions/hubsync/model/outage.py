"""An outage: an account that cannot be called for now, by no fault of any record (rule 1.9)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OutageKind(StrEnum):
    """Nobody answers, or the application says how long nobody may ask: its limit for the day is used up."""

    UNREACHABLE = "unreachable"
    THROTTLED = "throttled"


@dataclass(frozen=True, slots=True)
class Outage:
    """What is known of one. Times are epoch ms.

    `since` is when it was first met, `last` when it was last met, `until` when the account is asked again at the
    earliest. `told` says that people have been told of it.
    """

    connection_id: str
    kind: OutageKind
    since: int
    last: int
    until: int
    told: bool = False
    version: int = 0
