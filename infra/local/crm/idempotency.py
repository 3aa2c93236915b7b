"""Answers kept by `Idempotency-Key`, so that a POST sent twice makes one record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import takewhile

from infra.local.http import Request, Response

DAY = 24 * 60 * 60 * 1000


class ReusedKeyError(Exception):
    """The key came with another request before."""


@dataclass(frozen=True, slots=True)
class _Kept:
    at: int
    print: bytes
    response: Response


class Answers:
    """The successful answers of the last day, by key."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    def once(self, request: Request, act: Callable[[], Response]) -> Response:
        """Act, or repeat what was answered to this key. Raises `ReusedKeyError` where the request differs."""
        key = request.headers.get("idempotency-key")
        if key is None:
            return act()
        self._forget()
        footprint = hashlib.sha256(request.path.encode() + b"\n" + request.body).digest()
        kept = self._kept.get(key)
        if kept is not None:
            if kept.print != footprint:
                raise ReusedKeyError(key)
            return replace(kept.response, headers={**kept.response.headers, "Idempotent-Replayed": "true"})
        response = act()
        if response.status < 300:
            self._kept[key] = _Kept(self._clock(), footprint, response)
        return response

    def _forget(self) -> None:
        oldest = self._clock() - DAY
        # Keys stand in the order of their age: stop at the first that is young enough.
        for key, _ in list(takewhile(lambda item: item[1].at < oldest, self._kept.items())):
            del self._kept[key]
