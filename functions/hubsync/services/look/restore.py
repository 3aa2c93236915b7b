"""Makes deleted records again, because somebody reviewed and confirmed it (rule 7.2).

A restore is no way of its own to write. The look that was asked for it lets the survivor stand alone again; the next
look then finds a lone record and does with it what it does with every other: match it, or make its partner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hubsync.model.entry import Half, IndexEntry
from hubsync.model.status import FailureCategory, RecordStatus
from hubsync.services.look.act import store
from hubsync.services.look.gather import bind
from hubsync.services.look.work import Desk, Ended, Errand, Work
from hubsync.stores.index_port import PutAlias, PutEntry

RESTORE = "restore"
"""The cause of a look that was asked to make deleted partners again."""

REASON = "It is made again, as somebody asked for."


def deleted_there(entry: IndexEntry) -> bool:
    """Whether an entry is one that can be restored: one side was deleted, and was seen to be."""
    deleted = entry.failure is not None and entry.failure.category is FailureCategory.DELETED
    return deleted and entry.hubspot.gone != entry.app.gone and entry.bound and not entry.erased


def stand_alone_again(desk: Desk, works: Sequence[Work], errand: Errand, ended: Ended) -> list[Work]:
    """Let the survivors that somebody asked for stand alone, and put them off at once; returns the other works.

    A message that comes late does no harm: what was deleted after somebody asked for is not made again, and a partner
    that is there again is simply found.
    """
    if errand.cause != RESTORE:
        return list(works)
    asked = [work for work in works if _asked_for(desk, work, errand)]
    for work in asked:
        work.entry = _alone(desk, work)
    failed = store(desk, asked)
    ended.defer(failed, 1, "lease_lost")
    ended.defer(asked, 0, "restored")
    return [work for work in works if work not in asked]


def _asked_for(desk: Desk, work: Work, errand: Errand) -> bool:
    """The partner is still gone, and was so before it was asked for."""
    side = work.ref.side
    return (
        deleted_there(work.stored)
        and work.entry.half(side).present
        and work.entry.half(side.other).gone
        and desk.sync.direction.writes(side.other)
        and work.stored.since <= errand.asked_at.get(work.ref, 0)
    )


def _alone(desk: Desk, work: Work) -> IndexEntry:
    """The entry without its deleted record: a lone record with fresh baselines, which keeps its claims."""
    side, now = work.ref.side, desk.clock.now()
    own = work.entry.half(side)
    alone = work.entry.with_half(side.other, Half()).with_half(side, Half(own.record_id, {}, own.claims))
    return replace(
        alone,
        status=RecordStatus.PENDING,
        failure=None,
        exclusion=None,
        reason=REASON,
        intents=(),
        drifted=(),
        links={},
        waiting_links=0,
        inputs="",
        attempts=0,
        retry_at=0,
        restores=alone.restores + 1,
        since=now,
        settled_at=now,
    )


def make_room(desk: Desk, works: Sequence[Work]) -> None:
    """Give entries of their own to records that came back from a bin after their partner got another record.

    Their entry's id is taken: the entry that was once made for such a record is now about the one that was made again.
    Costs a read where a new entry could not be stored, and nothing elsewhere.
    """
    new = [work for work in works if work.stored.version == 0 and work.record(work.ref.side) is not None]
    if not new:
        return
    taken = desk.index.entries(desk.sync.id, [work.entry.id for work in new])
    for work in new:
        entry, ref, now = taken.get(work.entry.id), work.ref, desk.clock.now()
        if entry is None or entry.half(ref.side).record_id == ref.id or entry.lease_until > now:
            continue
        if entry.half(ref.side).record_id is None:
            # It came back before its successor was made: the pair is whole again.
            desk.index.write([PutEntry(replace(bind(entry, ref), status=RecordStatus.PENDING, since=now))])
            continue
        own = IndexEntry(desk.sync.id, f"{entry.id}~", generation=desk.sync.generation, since=now)
        desk.index.write([PutAlias(desk.sync.id, ref, own.id), PutEntry(own.with_half(ref.side, Half(ref.id)))])
