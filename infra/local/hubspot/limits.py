"""HubSpot's limits: calls in ten seconds, calls a day, searches a second, with their headers and 429 bodies."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from random import Random

from infra.local.hubspot.errors import ApiError
from infra.local.hubspot.times import DAY

WINDOW = 10_000


class Bucket(StrEnum):
    """Which limit a route draws from. Searches and associations have limits of their own."""

    GENERAL = "general"
    SEARCH = "search"
    ASSOCIATIONS = "associations"
    NONE = "none"


@dataclass(slots=True)
class Limits:
    """How much an app may ask. `per_day` None means that there is no daily limit (OAuth apps)."""

    per_10_seconds: int = 100
    per_day: int | None = 250_000
    searches_per_second: int = 5
    associations_per_10_seconds: int = 100
    associations_per_day: int = 500_000
    retry_after_share: float = 0.5
    """The share of 429 answers that bear `Retry-After`."""


PLANS: Mapping[str, Limits] = {
    "free": Limits(100, 250_000),
    "starter": Limits(100, 250_000),
    "pro": Limits(190, 650_000, associations_per_10_seconds=150),
    "enterprise": Limits(190, 1_000_000, associations_per_10_seconds=150),
    "pro-addon": Limits(250, 1_650_000, associations_per_10_seconds=200, associations_per_day=1_000_000),
    "enterprise-addon": Limits(250, 2_000_000, associations_per_10_seconds=200, associations_per_day=1_000_000),
    "oauth": Limits(110, None),
    "unlimited": Limits(1_000_000_000, None, 1_000_000_000, 1_000_000_000, 1_000_000_000),
}
"""Limits by plan. HubSpot's pages disagree on Pro's daily number: 625,000 or 650,000."""


@dataclass(slots=True)
class _Window:
    """The moments of the calls that still count, and the calls of the day."""

    recent: deque[int] = field(default_factory=deque)
    day: int = -1
    today: int = 0

    def roll(self, now: int, length: int) -> None:
        while self.recent and self.recent[0] <= now - length:
            self.recent.popleft()
        if now // DAY != self.day:
            self.day, self.today = now // DAY, 0


class Limiter:
    """Counts the calls of one app in one account. A refused call does not count."""

    def __init__(self, limits: Limits, random: Random) -> None:
        self.limits = replace(limits)  # of its own: a plan must not change with a running account
        self._random = random
        self._windows = {bucket: _Window() for bucket in Bucket}

    def reset(self) -> None:
        """Forget every call."""
        self._windows = {bucket: _Window() for bucket in Bucket}

    def take(self, bucket: Bucket, now: int) -> None:
        """Count one call, or raise the 429 that says which limit it broke."""
        if bucket is Bucket.NONE:
            return
        window, limits = self._windows[bucket], self.limits
        general = self._windows[Bucket.GENERAL]
        general.roll(now, WINDOW)
        if bucket is Bucket.SEARCH:
            window.roll(now, 1_000)
            if len(window.recent) >= limits.searches_per_second:
                raise self.refusal("SECONDLY", 1)
        else:
            window.roll(now, WINDOW)
            if len(window.recent) >= self._most(bucket):
                raise self.refusal("TEN_SECONDLY_ROLLING", 10)
        counted = window if bucket is Bucket.ASSOCIATIONS else general
        per_day = limits.associations_per_day if bucket is Bucket.ASSOCIATIONS else limits.per_day
        if per_day is not None and counted.today >= per_day:
            raise self.refusal("DAILY", None)
        window.recent.append(now)
        counted.today += 1

    def headers(self, bucket: Bucket, now: int) -> dict[str, str]:
        """The limit headers of an answer: none on searches, no daily ones for an app without a daily limit."""
        if bucket in (Bucket.SEARCH, Bucket.NONE):
            return {}
        window, most = self._windows[bucket], self._most(bucket)
        window.roll(now, WINDOW)
        headers = {
            "X-HubSpot-RateLimit-Max": str(most),
            "X-HubSpot-RateLimit-Remaining": str(max(0, most - len(window.recent))),
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(WINDOW),
        }
        per_day = self.limits.per_day
        if bucket is Bucket.ASSOCIATIONS and per_day is not None:
            per_day = self.limits.associations_per_day
        if per_day is not None:
            headers["X-HubSpot-RateLimit-Daily"] = str(per_day)
            headers["X-HubSpot-RateLimit-Daily-Remaining"] = str(max(0, per_day - window.today))
        return headers

    def refusal(self, policy: str, seconds: int | None) -> ApiError:
        """A 429. `Retry-After` stands on a share of them, and never on the daily limit."""
        told = seconds is not None and self._random.random() < self.limits.retry_after_share
        return ApiError(
            429,
            "RATE_LIMITS",
            f"You have reached your {policy.lower()} limit.",
            headers={"Retry-After": str(seconds)} if told else {},
            extra={"errorType": "RATE_LIMIT", "policyName": policy},
        )

    def _most(self, bucket: Bucket) -> int:
        if bucket is Bucket.ASSOCIATIONS:
            return self.limits.associations_per_10_seconds
        return self.limits.per_10_seconds
