"""How long to wait before a part that the table had no capacity for is sent again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

Sleep: TypeAlias = Callable[[float], None]
"""Waits so many seconds."""

PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds: under two in all, then the queue delivers the whole message again."""


def attempts(sleep: Sleep) -> Iterator[int]:
    """How many attempts are left after this one, with a pause in between; the last one yields 0."""
    for number, pause in enumerate(PAUSES):
        yield len(PAUSES) - number
        sleep(pause)
    yield 0
