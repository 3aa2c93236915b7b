"""The items of the ledger in StateTable: a phase, and its pages, in one partition."""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import BooleanAttribute, ListAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from hubsync.model.message import PageKey
from hubsync.model.sync import Phase, PhaseProgress
from hubsync.stores.dynamodb.table import StateItem

KEPT_SECONDS = 30 * 86_400
"""How long a page is kept after it was written down; the longest phase takes days."""

PHASE, PAGE = "phase", "page#"


def partition(sync_id: str, generation: int, phase: Phase) -> str:
    """The partition of a phase."""
    return f"ledger#{sync_id}#{generation}#{phase}"


def place(page: PageKey) -> str:
    """The place of a page in it."""
    return f"{PAGE}{page.number:08}"


def expiry(now: int) -> int:
    """When an item that was written at `now` (epoch ms) may go (epoch seconds)."""
    return now // 1000 + KEPT_SECONDS


class PhaseItem(StateItem):
    """How far a phase is. `settled` counts the references of the pages that are done."""

    task_token = UnicodeAttribute(null=True)
    pages = NumberAttribute(default=0)
    pages_done = NumberAttribute(default=0)
    seen = NumberAttribute(default=0)
    settled = NumberAttribute(default=0)
    closed = BooleanAttribute(default=False)
    total = NumberAttribute(null=True)
    started_at = NumberAttribute(default=0)
    finished_at = NumberAttribute(null=True)

    def progress(self, generation: int, phase: Phase) -> PhaseProgress:
        """As the rest of the system knows it."""
        return PhaseProgress(
            phase,
            generation,
            seen=int(self.seen),
            settled=int(self.settled),
            pages=int(self.pages),
            pages_done=int(self.pages_done),
            closed=self.closed,
            total=None if self.total is None else int(self.total),
            started_at=int(self.started_at),
            finished_at=None if self.finished_at is None else int(self.finished_at),
        )


class PageItem(StateItem):
    """What a page showed, and which references of it are settled until it is `done`.

    `edition` rises when `ids` or `done` change; every write requires the edition that was read.
    """

    ids: ListAttribute[Any] = ListAttribute()
    settled = UnicodeSetAttribute(null=True)
    done = BooleanAttribute(default=False)
    edition = NumberAttribute(default=1)

    @property
    def number(self) -> int:
        """The page's number."""
        return int(self.sk.removeprefix(PAGE))

    @property
    def unsettled(self) -> tuple[str, ...]:
        """What is not settled yet."""
        settled = self.settled or set()
        return () if self.done else tuple(record_id for record_id in self.ids if record_id not in settled)
