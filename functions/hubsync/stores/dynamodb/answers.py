"""Answers to requests with a key in StateTable: each a partition of its own, which expires after a day."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from hubsync.stores.dynamodb.table import StateItem, StateTable, done
from hubsync.stores.ports import KEPT_ANSWER_MS, KeptAnswer

ANSWER = "answer"
"""The sort key."""


class AnswerItem(StateItem):
    """A request, as its hash, and its answer; without one, somebody is at it until then (epoch ms)."""

    request = UnicodeAttribute()
    until = NumberAttribute()
    text = UnicodeAttribute(null=True)


class DynamoAnswerStore:
    """What was answered."""

    def __init__(self, table: StateTable) -> None:
        self._answers = table.bind(AnswerItem)

    def begin(self, key: str, request: str, now: int, until: int) -> KeptAnswer | None:
        """See the port."""
        model = self._answers
        item = model(_pk(key), ANSWER, request=request, until=until, expires_at=_expiry(now))
        # DynamoDB forgets what has expired some hours later.
        free = (
            model.pk.does_not_exist()
            | (model.expires_at <= now // 1000)
            | (model.text.does_not_exist() & (model.until <= now))
        )
        if done(lambda: item.save(condition=free)):
            return None
        found = model.find(_pk(key), ANSWER)
        # Given free in between: whoever asks again in a moment begins.
        return KeptAnswer(request) if found is None else KeptAnswer(found.request, found.text)

    def finish(self, key: str, request: str, text: str, now: int) -> None:
        """See the port."""
        self._answers(_pk(key), ANSWER, request=request, until=0, text=text, expires_at=_expiry(now)).save()

    def release(self, key: str) -> None:
        """See the port."""
        self._answers(_pk(key), ANSWER).delete()


def _pk(key: str) -> str:
    return f"answer#{key}"


def _expiry(now: int) -> int:
    return (now + KEPT_ANSWER_MS) // 1000
