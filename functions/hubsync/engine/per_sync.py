"""Remembers what was worked out from a sync's settings alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from hubsync.model.sync import Sync

T = TypeVar("T")
MANY = 256


def per_sync(work_out: Callable[[Sync], T]) -> Callable[[Sync], T]:
    """`work_out` is asked once for each sync object. To hash a sync with all its mappings would cost more than the
    answer, so the object itself is what is known; it is kept, so that its id is not another's.
    """
    known: dict[int, tuple[Sync, T]] = {}

    @wraps(work_out)
    def ask(sync: Sync) -> T:
        found = known.get(id(sync))
        if found is not None and found[0] is sync:
            return found[1]
        answer = work_out(sync)
        if len(known) >= MANY:
            known.clear()
        known[id(sync)] = sync, answer
        return answer

    return ask
