"""When an account counts as away, since when, and what is said of it (rule 1.9). Pure: times come in as epoch ms.

What is stored fades by itself: an outage that nobody meets any more is over, so that success costs no write.
"""

from __future__ import annotations

from dataclasses import replace

from hubsync.model.outage import Outage, OutageKind

UNANSWERED = frozenset({"unavailable", "timeout", "locked"})
USED_UP = frozenset({"throttled", "budget"})
"""Kinds of `RetryLaterError`."""

LONG_SECONDS = 60.0
"""A wait for the budget that is shorter is the steady rate's ordinary course."""

NOTED_MS = 60_000
"""An outage that goes on is written down again after this time."""

PERSISTS_MS = 60_000
"""An account that failed to answer for a shorter time is not shown as away: one lost call is no outage."""

FADES_MS = 10 * 60_000
"""Not met again for so long after it was to be asked again, an outage is over: the longest pause between two attempts
of one message is below this."""

TOLD_MS = 15 * 60_000
"""An outage that lasts as long is told."""


def kind_of(kind: str, after: float) -> OutageKind | None:
    """What a call that was put off for `after` seconds says of its account; None if it says nothing."""
    if kind in UNANSWERED:
        return OutageKind.UNREACHABLE
    if kind in USED_UP and after >= LONG_SECONDS:
        return OutageKind.THROTTLED
    return None


def met(before: Outage | None, connection_id: str, kind: OutageKind, until: int, now: int) -> Outage:
    """The outage as it is to be stored after it was met again; `before` itself where nothing new is to be said."""
    if before is None or before.kind is not kind or now >= _end(before):
        version = 0 if before is None else before.version
        return _with_told(Outage(connection_id, kind, now, now, until, version=version))
    if now - before.last < NOTED_MS or (kind is OutageKind.THROTTLED and until <= before.until + NOTED_MS):
        return before
    return _with_told(replace(before, last=now, until=until))


def current(outage: Outage, now: int) -> bool:
    """Whether the account is away now, as far as is known."""
    if outage.kind is OutageKind.THROTTLED:
        return now < outage.until
    return _lasts(outage) >= PERSISTS_MS and now < _end(outage)


def sentence(outage: Outage) -> str:
    """What people are told."""
    if outage.kind is OutageKind.THROTTLED:
        return (
            f"The calls that {outage.connection_id} allows are used up. What is to be done there waits, and goes on by "
            "itself; no record fails for it."
        )
    return (
        f"{outage.connection_id} does not answer. What is to be done there waits, and goes on by itself as soon as it "
        "does; no record fails for it."
    )


def _end(outage: Outage) -> int:
    return max(outage.last, outage.until) + FADES_MS


def _lasts(outage: Outage) -> int:
    """How long it has lasted, or will by the application's own word, in ms."""
    return max(outage.last, outage.until) - outage.since


def _with_told(outage: Outage) -> Outage:
    return replace(outage, told=outage.told or _lasts(outage) >= TOLD_MS)
