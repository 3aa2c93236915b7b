"""Puts references on the queue for a person: looks are how everything is done, also what somebody asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hubsync.model.message import LookMessage, Queue
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.sync import Sync
from hubsync.services.ports import Clock, Ids, Queues

REFERENCES = 100
FEW = 200
"""So many references are somebody waiting; more are bulk work, which keeps nobody's edit waiting."""


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Sends looks over its ports."""

    queues: Queues
    clock: Clock
    ids: Ids

    def __call__(self, sync: Sync, refs: Iterable[RecordRef], cause: str) -> int:
        """Look at these records again for a `cause`; returns how many."""
        wanted = list(dict.fromkeys(refs))
        correlation_id, now = self.ids.new(), self.clock.now()
        messages = []
        for side in Side:
            mine = [ref.id for ref in wanted if ref.side is side]
            parts = (tuple(mine[at : at + REFERENCES]) for at in range(0, len(mine), REFERENCES))
            messages += [LookMessage(sync.id, side, part, cause, correlation_id, now) for part in parts]
        self.queues.send(Queue.CHANGES if len(wanted) <= FEW else Queue.BULK, messages)
        return len(wanted)
