"""Answers to requests with a key, in a dictionary."""

from __future__ import annotations

from collections import Counter

from hubsync.stores.ports import KEPT_ANSWER_MS, KeptAnswer


class MemoryAnswerStore:
    """What was answered."""

    def __init__(self, writes: Counter[str] | None = None) -> None:
        self.writes: Counter[str] = Counter() if writes is None else writes
        self._kept: dict[str, tuple[KeptAnswer, int, int]] = {}

    def begin(self, key: str, request: str, now: int, until: int) -> KeptAnswer | None:
        """See the port."""
        answer, busy_until, forgotten_at = self._kept.get(key, (None, 0, 0))
        if answer is not None and now < forgotten_at and (answer.text is not None or now < busy_until):
            return answer
        self._kept[key] = KeptAnswer(request), until, now + KEPT_ANSWER_MS
        self.writes["answer"] += 1
        return None

    def finish(self, key: str, request: str, text: str, now: int) -> None:
        """See the port."""
        self._kept[key] = KeptAnswer(request, text), 0, now + KEPT_ANSWER_MS
        self.writes["answer"] += 1

    def release(self, key: str) -> None:
        """See the port."""
        self._kept.pop(key, None)
        self.writes["answer"] += 1
