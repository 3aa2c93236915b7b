"""What is remembered of a field that goes to and fro between the two sides (rule 2.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hubsync.model.side import Side


@dataclass(frozen=True, slots=True)
class Rounds:
    """How one field of a pair has flowed lately; hashes only, no value.

    `source` is the side whose value flowed last, at `at` (epoch seconds). `hubspot` and `app` are 4-byte hashes of the
    canonical value that flowed last from that side; empty, if none did. `turns` counts the flows in a row that each
    came from the other side than the one before; `returns` those in a row that brought back what their side had sent
    before. `held` says that the field is left alone until somebody does something about it.
    """

    source: Side
    at: int
    hubspot: bytes = b""
    app: bytes = b""
    turns: int = 0
    returns: int = 0
    held: bool = False

    def sent(self, side: Side) -> bytes:
        """The hash of what flowed last from `side`."""
        return self.hubspot if side is Side.HUBSPOT else self.app

    def with_sent(self, side: Side, sent: bytes) -> Rounds:
        """These rounds with another value flown from `side`."""
        return replace(self, hubspot=sent) if side is Side.HUBSPOT else replace(self, app=sent)


AllRounds = Mapping[int, Rounds]
"""By mapping number; most entries have none."""
