"""Carries links through a look: who is bound at their other ends, and who waits until somebody is (rule 6.1).

A link whose other end is not bound waits under that other end, in the sync that will bind it. Nobody may be forgotten,
whoever dies or is faster (docs/protocol.md, "Links"): who waits writes that down, then reads once more whether the
other end is bound; who binds stores the entry, then reads who waits. So at least one of the two sees the other. As the
process may die between storing and reading, those who are known to wait before are woken before as well; to be woken
twice does no harm.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from hubsync.engine.context import Linked
from hubsync.model.association import LinkWaiter, linked_ids
from hubsync.model.entry import IndexEntry
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.services.look.work import Desk, Ended, Errand, Wake, Work

REFERENCES = 100
WOKEN_BY_LINK = "link_bound"


def linked_entries(desk: Desk, works: Sequence[Work]) -> Linked:
    """The entries of every record that these works' records are linked to: one batched read for each linked sync."""
    wanted: dict[str, dict[RecordRef, None]] = defaultdict(dict)
    for association in desk.sync.associations:
        for work in works:
            for side in Side:
                record = work.record(side)
                if record is not None:
                    ids = linked_ids(record.fields.get(association.field(side)))
                    wanted[association.via].update(dict.fromkeys(RecordRef(side, one) for one in ids))
    return {via: desk.index.find(via, refs) for via, refs in wanted.items() if refs}


def keep_waiting(desk: Desk, works: Sequence[Work]) -> None:
    """Write down whose links wait, before their entries are stored: the other way round a crash would forget them."""
    by_sync: dict[str, list[LinkWaiter]] = defaultdict(list)
    for work in works:
        for via, linked in _awaited(work):
            by_sync[via].append(LinkWaiter(linked, desk.sync.id, work.ref))
    for via, waiters in by_sync.items():
        if desk.syncs.sync(via) is not None:  # of a sync that was deleted nothing may be left behind
            desk.index.add_link_waiters(via, waiters, desk.clock.now())


def look_once_more(desk: Desk, works: Sequence[Work], ended: Ended) -> None:
    """Put off the works whose other end was bound while they began to wait for it."""
    awaited: dict[str, dict[RecordRef, list[Work]]] = defaultdict(lambda: defaultdict(list))
    for work in works:
        for via, linked in _awaited(work):
            awaited[via][linked].append(work)
    for via, by_ref in awaited.items():
        for ref, entry in desk.index.find(via, by_ref).items():
            if _is_pair(entry):
                ended.defer(by_ref[ref], 0.5, WOKEN_BY_LINK)


def newly_bound(desk: Desk, works: Sequence[Work], errand: Errand) -> list[Work]:
    """The works whose entry is about to become a pair, in a sync that others link by; none costs nothing."""
    found = [work for work in works if _is_pair(work.entry) and (errand.forced or not _same_pair(work))]
    return found if found and desk.linked_by_others() else []


def wake_waiting(desk: Desk, works: Sequence[Work], *, done: bool) -> None:
    """Have those who wait for these works' records looked at again; once all is `done` they wait no longer."""
    refs = [ref for work in works for side in Side if (ref := work.entry.ref(side)) is not None]
    waiting = desk.index.link_waiters(desk.sync.id, refs) if refs else {}
    waiters = [waiter for several in waiting.values() for waiter in several]
    for wake in _wakes(waiters):
        desk.wake(wake)
    if done and waiters:
        desk.index.remove_link_waiters(desk.sync.id, waiters)


def let_go(desk: Desk, ref: RecordRef) -> None:
    """A record is forgotten (rule 7.4): who waits for it is looked at again and finds no link any more, and it waits
    for nobody.
    """
    waiters = desk.index.link_waiters(desk.sync.id, [ref]).get(ref, ())
    for wake in _wakes(waiters):
        desk.wake(wake)
    if waiters:
        desk.index.remove_link_waiters(desk.sync.id, waiters)
    for via in dict.fromkeys(association.via for association in desk.sync.associations):
        desk.index.forget_waiting(via, desk.sync.id, ref)


def _awaited(work: Work) -> tuple[tuple[str, RecordRef], ...]:
    decision = work.decision
    return decision.waiting if decision is not None and decision.links is not None else ()


def _is_pair(entry: IndexEntry) -> bool:
    return entry.hubspot.present and entry.app.present


def _same_pair(work: Work) -> bool:
    before = work.stored
    return (
        before.version > 0
        and _is_pair(before)
        and all(before.half(side).record_id == work.entry.half(side).record_id for side in Side)
    )


def _wakes(waiters: Iterable[LinkWaiter]) -> Iterable[Wake]:
    """References in as few messages as they fit into."""
    by_sync: Mapping[tuple[str, Side], dict[str, None]] = defaultdict(dict)
    for waiter in waiters:
        by_sync[waiter.sync_id, waiter.waiting.side][waiter.waiting.id] = None
    for (sync_id, side), ids in by_sync.items():
        several = tuple(ids)
        for at in range(0, len(several), REFERENCES):
            yield Wake(side, several[at : at + REFERENCES], WOKEN_BY_LINK, sync_id)
