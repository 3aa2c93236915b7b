"""For how long what was put off is left alone."""

from __future__ import annotations

LONGEST = 900.0
"""Seconds: the longest delay of an SQS message."""

FIRST_GROWING = 3
"""Deferrals before pauses begin to grow."""

OTHERS_AT_IT = frozenset(
    {
        "budget",
        "claim_lost",
        "commit_lost",
        "fenced",
        "lease",
        "lease_lost",
        "leased",
        "link_bound",
        "links_left",
        "restored",
        "slot_in_work",
    }
)
"""Kinds of deferral in which nothing is wrong: another worker was faster, and is done within seconds."""

SOON = 8.0
"""Seconds that these wait at most for each other. A page that met others often must not sleep when they are long gone;
within ten seconds HubSpot's budget of calls is whole again.
"""


def pause(after: float, deferrals: int, kind: str) -> float:
    """Seconds to wait: what was asked for, and from the fourth time on longer and longer; `deferrals` were before."""
    growing = 0.0 if deferrals < FIRST_GROWING else float(2 ** min(deferrals - FIRST_GROWING + 1, 9))
    if kind in OTHERS_AT_IT:
        growing = min(growing, SOON)
    return min(LONGEST, max(after, growing))
