"""The shared call budget as a rule on one number (the generic cell rate algorithm).

The *theoretical arrival time* is when the calls granted so far would all have been made at the steady rate. A call is
granted while that time is no further ahead of now than the burst is long. One number, one conditional write, no
counters to reset; what was granted in any window is at most burst + window x rate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Budget:
    """What is stored of a budget: the theoretical arrival time (epoch µs), and nothing before `blocked_until` (ms)."""

    arrival: int = 0
    blocked_until: int = 0

    def blocked(self, until: int) -> Budget:
        """This budget, closed until then; a block that lasts longer stays."""
        return replace(self, blocked_until=max(self.blocked_until, until))


def draw(
    budget: Budget, calls: int, *, per_second: float, burst: int, reserve: float, now: int
) -> tuple[Budget, float]:
    """Draw `calls` from a budget at `now` (epoch ms): what is left and 0, or as it was and the seconds to wait.

    More calls than may ever be drawn at once are granted when nothing is owed, and are paid for afterwards: a caller
    with one large message gets through, and the steady rate still holds.
    """
    if now < budget.blocked_until:
        return budget, (budget.blocked_until - now) / 1000
    present = now * 1000
    interval = round(1_000_000 / per_second)
    arrival = max(budget.arrival, present) + calls * interval
    allowed = max(round(burst * (1 - reserve) * interval), calls * interval)
    early = arrival - present - allowed
    if early > 0:
        return budget, early / 1_000_000
    return replace(budget, arrival=arrival), 0.0
