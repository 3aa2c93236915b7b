"""An overlay whose writes sink, every other time, into the store below: half of what is read comes from there."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from hubsync.stores.index_port import IndexWrite
from hubsync.stores.memory.index import MemoryIndexStore
from hubsync.stores.overlay import OverlayIndexStore


class Sinking:
    """The port's methods are the overlay's own."""

    def __init__(self) -> None:
        self._below = MemoryIndexStore()
        self._overlay = OverlayIndexStore(self._below)
        self._shadow = MemoryIndexStore()
        self._writes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._overlay, name)

    def write(self, writes: Sequence[IndexWrite]) -> Sequence[bool]:
        """See the port."""
        answers = self._overlay.write(writes)
        self._shadow.write(writes)
        self._sink()
        return answers

    def transact(self, writes: Sequence[IndexWrite]) -> bool:
        """See the port."""
        answer = self._overlay.transact(writes)
        self._shadow.transact(writes)
        self._sink()
        return answer

    def _sink(self) -> None:
        self._writes += 1
        if self._writes % 2:
            self._overlay = OverlayIndexStore(deepcopy(self._shadow))
