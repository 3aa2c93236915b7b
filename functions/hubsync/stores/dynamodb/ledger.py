"""The ledger in StateTable.

A page is written down and counted in one transaction, and so is the page that is done: a repeat counts nothing twice,
a crash in between leaves nothing half. In between, settling adds to a set, which may be repeated too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from hubsync.model.message import PageKey
from hubsync.model.sync import Phase, PhaseProgress
from hubsync.stores.dynamodb.ledger_items import PAGE, PHASE, PageItem, PhaseItem, expiry, partition, place
from hubsync.stores.dynamodb.schema import SCHEMA, check_schema
from hubsync.stores.dynamodb.table import ContentionError, StateTable, done

TRIES = 10


class DynamoLedger:
    """What the phases have seen and settled."""

    def __init__(self, table: StateTable) -> None:
        self._table = table
        self._phases = table.bind(PhaseItem)
        self._pages = table.bind(PageItem)

    def open_phase(self, sync_id: str, progress: PhaseProgress, task_token: str | None) -> None:
        """See the port."""
        phases = self._phases
        actions = self._touch(progress.started_at)
        if progress.total is not None:
            actions.append(phases.total.set(phases.total | progress.total))
        if task_token is not None:
            actions.append(phases.task_token.set(task_token))
        phases(partition(sync_id, progress.generation, progress.phase), PHASE).update(actions=actions)

    def expect(
        self, sync_id: str, page: PageKey, ids: Sequence[str], *, last: bool, total: int | None, now: int
    ) -> bool:
        """See the port. One request for a page that is new and not empty."""
        ids = list(dict.fromkeys(ids))
        key = partition(sync_id, page.generation, page.phase)
        scan = self._touch(now)
        if last:
            scan.append(self._phases.closed.set(True))
        if total is not None:
            scan.append(self._phases.total.set(total))
        if self._write_down(key, page, ids, scan, now):
            return not ids and self._finished(key, now)
        for _ in range(TRIES):
            stored = self._pages.get(key, place(page), consistent_read=True)
            if stored.done or stored.ids == ids:
                self._phases(key, PHASE).update(actions=scan)
                return self.settle(sync_id, page, (), now)
            if self._write_anew(stored, ids, scan):
                return self.settle(sync_id, page, (), now)
        raise ContentionError(f"Page {page.number} changed under {TRIES} attempts; deliver the message again.")

    def expected(self, sync_id: str, page: PageKey) -> bool:
        """See the port."""
        return self._pages.find(partition(sync_id, page.generation, page.phase), place(page)) is not None

    def settle(self, sync_id: str, page: PageKey, ids: Iterable[str], now: int) -> bool:
        """See the port. Three requests for the call that fills a page, two for one that does not."""
        key = partition(sync_id, page.generation, page.phase)
        settled = set(ids)
        for _ in range(TRIES):
            stored = self._pages.find(key, place(page))
            if stored is None:
                return False
            if stored.done:
                return self._finished(key, now)
            missing = set(stored.unsettled) - settled
            if not missing:
                if self._count_done(stored):
                    return self._finished(key, now)
            elif self._add_settled(stored, settled) and stored.unsettled:
                return False
        raise ContentionError(f"Page {page.number} changed under {TRIES} attempts; deliver the message again.")

    def progress(self, sync_id: str, generation: int, phase: Phase) -> PhaseProgress | None:
        """See the port."""
        item = self._phases.find(partition(sync_id, generation, phase), PHASE)
        return item.progress(generation, phase) if item else None

    def task_token(self, sync_id: str, generation: int, phase: Phase) -> str | None:
        """See the port."""
        item = self._phases.find(partition(sync_id, generation, phase), PHASE)
        return item.task_token if item else None

    def task_tokens(self, sync_id: str, runs: Iterable[tuple[int, Phase]]) -> Sequence[str]:
        """See the port. One request for a hundred."""
        keys = [partition(sync_id, *run) for run in runs]
        found = {item.pk: item for item in self._phases.batch_get([(key, PHASE) for key in keys], consistent_read=True)}
        for item in found.values():
            check_schema(item.schema)
        return [token for key in keys if key in found and (token := found[key].task_token) is not None]

    def unsettled(self, sync_id: str, generation: int, phase: Phase) -> Mapping[int, Sequence[str]]:
        """See the port."""
        pages = self._all_pages(partition(sync_id, generation, phase))
        return {item.number: item.unsettled for item in pages if item.unsettled}

    def seen(self, sync_id: str, generation: int, phase: Phase) -> Iterable[str]:
        """See the port."""
        for item in self._all_pages(partition(sync_id, generation, phase)):
            yield from item.ids

    def _all_pages(self, key: str) -> Iterator[PageItem]:
        return iter(self._pages.query(key, self._pages.sk.startswith(PAGE), consistent_read=True))

    def _touch(self, now: int) -> list[Action]:
        """What every change of a phase writes, the first one too."""
        phases = self._phases
        return [
            phases.schema.set(SCHEMA),
            phases.started_at.set(phases.started_at | now),
            phases.expires_at.set(expiry(now)),
        ]

    def _write_down(self, key: str, page: PageKey, ids: list[str], scan: list[Action], now: int) -> bool:
        """Store a page and count it; False if it is stored already."""
        phases = self._phases
        counted = [phases.pages.add(1), phases.pages_done.add(0 if ids else 1), phases.seen.add(len(ids))]

        def fill(transaction: TransactWrite) -> None:
            item = self._pages(key, place(page), ids=ids, done=not ids, expires_at=expiry(now))
            transaction.save(item, condition=self._pages.pk.does_not_exist())
            transaction.update(phases(key, PHASE), actions=[*scan, *counted])

        return self._table.transacted(fill)

    def _write_anew(self, stored: PageItem, ids: list[str], scan: list[Action]) -> bool:
        """Store what a page shows by now; False if it changed since it was read."""
        pages, phases = self._pages, self._phases

        def fill(transaction: TransactWrite) -> None:
            transaction.update(
                pages(stored.pk, stored.sk),
                actions=[pages.ids.set(ids), pages.edition.set(stored.edition + 1)],
                condition=pages.edition == stored.edition,
            )
            transaction.update(phases(stored.pk, PHASE), actions=[*scan, phases.seen.add(len(ids) - len(stored.ids))])

        return self._table.transacted(fill)

    def _add_settled(self, stored: PageItem, settled: set[str]) -> bool:
        """Add to what is settled of a page, and show the page as it is then; False if it changed since it was read."""
        new = settled - (stored.settled or set())
        if not new:
            return True
        condition = self._pages.edition == stored.edition
        return done(lambda: stored.update(actions=[self._pages.settled.add(new)], condition=condition))

    def _count_done(self, stored: PageItem) -> bool:
        """Close a full page and count it; False if it changed since it was read."""
        pages, phases = self._pages, self._phases

        def fill(transaction: TransactWrite) -> None:
            transaction.update(
                pages(stored.pk, stored.sk),
                actions=[pages.done.set(True), pages.edition.set(stored.edition + 1), pages.settled.remove()],
                condition=pages.edition == stored.edition,
            )
            transaction.update(
                phases(stored.pk, PHASE),
                actions=[phases.pages_done.add(1), phases.settled.add(len(stored.ids))],
            )

        return self._table.transacted(fill)

    def _finished(self, key: str, now: int) -> bool:
        """Whether the phase is done; when it is found so for the first time, the time is noted."""
        phases = self._phases
        item = phases.find(key, PHASE)
        if item is None or not item.closed or item.pages_done < item.pages:
            return False
        if not item.finished_at:
            item.update(actions=[phases.finished_at.set(phases.finished_at | now)])
        return True
