"""Faults that can be switched on: refusals, lost answers before or after the write, slowness."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from infra.local.http import Response
from infra.local.hubspot.errors import ApiError, invalid
from infra.local.hubspot.limits import Limiter

LOST_BEFORE = "lost-before"
LOST_AFTER = "lost-after"
SLOW = "slow"
_MESSAGES = {
    423: "The resource is locked, try again in 2 seconds",
    429: "",
    477: "This account is being moved to another data centre",
    500: "internal error",
    502: "Bad gateway",
    503: "Service unavailable",
    504: "Gateway timeout",
    521: "Web server is down",
    523: "Origin is unreachable",
    524: "A timeout occurred",
}
_GATEWAYS = frozenset({502, 504, 521, 523, 524})
"""These come from in front of HubSpot, as a page of HTML."""
KINDS = (*map(str, _MESSAGES), LOST_BEFORE, LOST_AFTER, SLOW)


@dataclass(slots=True)
class Fault:
    """One fault: what happens, to which calls, how often.

    `kind` is an HTTP status as text, `lost-before` (nothing is done, no answer), `lost-after` (done, no answer) or
    `slow`. `path` is a regular expression, searched in `METHOD /path`. `times` None means without end;
    `probability` is drawn per matching call. `lag_ms` belongs to `slow`, `retry_after` (seconds) to refusals,
    `policy` to 429.
    """

    kind: str
    path: str = ""
    times: int | None = None
    probability: float = 1.0
    lag_ms: int = 0
    retry_after: int | None = None
    policy: str = "TEN_SECONDLY_ROLLING"

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Fault:
        """A fault from an admin body; raises a 400 for what is unknown."""
        unknown = sorted(set(body) - set(cls.__slots__))
        if unknown or str(body.get("kind")) not in KINDS:
            raise invalid(f"A fault has {list(cls.__slots__)} with a kind of {list(KINDS)}; not {unknown}")
        return cls(**{**body, "kind": str(body["kind"])})

    def refusal(self, limiter: Limiter) -> ApiError | Response:
        """The error with which this fault answers, or a gateway's page."""
        status = int(self.kind)
        if status in _GATEWAYS:
            page = f"<html><head><title>{status}</title></head><body>{_MESSAGES[status]}</body></html>"
            return Response(status, page.encode(), {"content-type": "text/html"})
        if status == 429:
            error = limiter.refusal(self.policy, None)
        else:
            error = ApiError(status, "INTERNAL_ERROR" if status >= 500 else "LOCKED", _MESSAGES[status])
        seconds = self.retry_after
        if seconds is None and status in (423, 477):
            seconds = 2 if status == 423 else 86_400
        if seconds is not None:
            error.headers["Retry-After"] = str(seconds)
        return error


class Faults:
    """The faults that are switched on."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.active: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Switch one on."""
        self.active.append(fault)

    def clear(self) -> None:
        """Switch all off."""
        self.active.clear()

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault that hits this call, if any; used up ones are gone afterwards."""
        for fault in self.active:
            if fault.path and not re.search(fault.path, f"{method} {path}"):
                continue
            if fault.probability < 1.0 and self._random.random() >= fault.probability:
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.active.remove(fault)
            return fault
        return None
