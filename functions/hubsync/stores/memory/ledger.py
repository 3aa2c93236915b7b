"""The ledger in dictionaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hubsync.model.message import PageKey
from hubsync.model.sync import Phase, PhaseProgress


@dataclass(slots=True)
class _Page:
    ids: tuple[str, ...] = ()
    settled: set[str] = field(default_factory=set)
    done: bool = False

    @property
    def unsettled(self) -> tuple[str, ...]:
        return () if self.done else tuple(record_id for record_id in self.ids if record_id not in self.settled)


@dataclass(slots=True)
class _Scan:
    progress: PhaseProgress
    task_token: str | None = None
    pages: dict[int, _Page] = field(default_factory=dict)


class MemoryLedger:
    """What the phases have seen and settled."""

    def __init__(self, writes: Counter[str] | None = None) -> None:
        self.writes: Counter[str] = Counter() if writes is None else writes
        self._scans: dict[tuple[str, int, Phase], _Scan] = {}

    def open_phase(self, sync_id: str, progress: PhaseProgress, task_token: str | None) -> None:
        """See the port."""
        scan = self._open(sync_id, progress.generation, progress.phase, progress.started_at)
        if scan.progress.total is None:
            scan.progress = replace(scan.progress, total=progress.total)
        scan.task_token = task_token or scan.task_token
        self.writes["ledger"] += 1

    def expect(
        self, sync_id: str, page: PageKey, ids: Sequence[str], *, last: bool, total: int | None, now: int
    ) -> bool:
        """See the port."""
        scan = self._open(sync_id, page.generation, page.phase, now)
        progress = scan.progress
        new = page.number not in scan.pages
        stored = scan.pages.setdefault(page.number, _Page())
        if not stored.done:
            before, stored.ids = len(stored.ids), tuple(dict.fromkeys(ids))
            progress = replace(progress, pages=progress.pages + new, seen=progress.seen + len(stored.ids) - before)
        progress = replace(progress, closed=progress.closed or last, total=progress.total if total is None else total)
        scan.progress = _with_page(progress, stored, now)
        self.writes["ledger"] += 1
        return scan.progress.done

    def expected(self, sync_id: str, page: PageKey) -> bool:
        """See the port."""
        scan = self._scans.get((sync_id, page.generation, page.phase))
        return scan is not None and page.number in scan.pages

    def settle(self, sync_id: str, page: PageKey, ids: Iterable[str], now: int) -> bool:
        """See the port."""
        scan = self._scans.get((sync_id, page.generation, page.phase))
        if scan is None or page.number not in scan.pages:
            return False
        stored = scan.pages[page.number]
        if not stored.done:
            stored.settled.update(ids)
            scan.progress = _with_page(scan.progress, stored, now)
            self.writes["ledger"] += 1
        return scan.progress.done

    def progress(self, sync_id: str, generation: int, phase: Phase) -> PhaseProgress | None:
        """See the port."""
        scan = self._scans.get((sync_id, generation, phase))
        return scan.progress if scan else None

    def task_token(self, sync_id: str, generation: int, phase: Phase) -> str | None:
        """See the port."""
        scan = self._scans.get((sync_id, generation, phase))
        return scan.task_token if scan else None

    def task_tokens(self, sync_id: str, runs: Iterable[tuple[int, Phase]]) -> Sequence[str]:
        """See the port."""
        return [token for run in runs if (token := self.task_token(sync_id, *run)) is not None]

    def unsettled(self, sync_id: str, generation: int, phase: Phase) -> Mapping[int, Sequence[str]]:
        """See the port."""
        return {number: page.unsettled for number, page in self._pages(sync_id, generation, phase) if page.unsettled}

    def seen(self, sync_id: str, generation: int, phase: Phase) -> Iterable[str]:
        """See the port."""
        for _, page in self._pages(sync_id, generation, phase):
            yield from page.ids

    def _pages(self, sync_id: str, generation: int, phase: Phase) -> Sequence[tuple[int, _Page]]:
        scan = self._scans.get((sync_id, generation, phase))
        return sorted(scan.pages.items()) if scan else ()

    def _open(self, sync_id: str, generation: int, phase: Phase, started_at: int) -> _Scan:
        empty = _Scan(PhaseProgress(phase, generation, started_at=started_at))
        return self._scans.setdefault((sync_id, generation, phase), empty)


def _with_page(progress: PhaseProgress, page: _Page, now: int) -> PhaseProgress:
    """The progress once a page is looked at again: a full page counts once, and may be the last."""
    if not page.done and not page.unsettled:
        page.done = True
        progress = replace(progress, pages_done=progress.pages_done + 1, settled=progress.settled + len(page.ids))
    if progress.done and progress.finished_at is None:
        return replace(progress, finished_at=now)
    return progress
