"""The lease on a HubSpot record that several syncs write (rule 1.8).

An entry's lease keeps the workers of one sync apart. Where several syncs cover one object type of one HubSpot account,
each has an entry of its own for the same record, so the record itself is leased as well, around the write. Whoever
decided on what was read before the last lease ended has to read again: it is *queued*, and looks anew. A sync that has
its object type for itself takes no such lease.

The lease is an item of the index like a claim, kept under account and object type instead of a sync: the slot of
HubSpot holds the sync that writes, `claimed_at` is when the lease ends. Given back, it expires by itself after a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hubsync.connectors.port import Deferred
from hubsync.model.identifier import Claim
from hubsync.model.side import Side
from hubsync.services.look.work import Desk, Work
from hubsync.stores.index_port import IndexWrite, PutClaim

WAIT = 2.0
"""Seconds after which who was queued looks again."""

SKEW_MS = 1_000
"""What two workers' clocks may differ."""

QUEUED = "queued"
"""The kind of the deferral."""


def take_records(desk: Desk, works: Sequence[Work]) -> list[Work]:
    """Lease the HubSpot records that are about to be updated; returns the works that have to queue for theirs."""
    if not desk.sync.shared:
        return []
    wanted = {record_id: work for work in works if (record_id := _updated(work)) is not None}
    if not wanted:
        return []
    leases = desk.index.claims(_shelf(desk), wanted)
    until = desk.deadline + desk.grace
    free = [record_id for record_id, work in wanted.items() if _over(leases[record_id], work)]
    taken = [leases[record_id].held_by(Side.HUBSPOT, desk.sync.id, until) for record_id in free]
    done = dict(zip(free, desk.index.write([PutClaim(_shelf(desk), lease) for lease in taken]), strict=True))
    for lease in taken:
        if done[lease.key]:
            wanted[lease.key].record_lease = replace(lease, version=lease.version + 1)
    queued = [work for record_id, work in wanted.items() if not done.get(record_id, False)]
    for work in queued:
        work.results[Side.HUBSPOT] = Deferred(WAIT, QUEUED)
    return queued


def give_back(desk: Desk, works: Sequence[Work]) -> None:
    """End the leases that these works hold. One that is not given back runs out like an entry's."""
    held = [work for work in works if work.record_lease is not None]
    now = desk.clock.now()
    ended: list[IndexWrite] = []
    for work in held:
        if work.record_lease is not None:
            ended.append(PutClaim(_shelf(desk), work.record_lease.held_by(Side.HUBSPOT, None, now)))
            work.record_lease = None
    desk.index.write(ended)


def _updated(work: Work) -> str | None:
    """The HubSpot record that a work is about to change, if there is one."""
    patch = work.decision.patches.get(Side.HUBSPOT) if work.decision is not None else None
    return work.entry.half(Side.HUBSPOT).record_id if patch is not None and not patch.create else None


def _over(lease: Claim, work: Work) -> bool:
    """Whether nobody holds the lease, and nobody did since the work's records were read."""
    return lease.version == 0 or lease.claimed_at + SKEW_MS <= work.read_at


def _shelf(desk: Desk) -> str:
    return f"{desk.sync.hubspot_connection}/{desk.sync.hubspot_object}"
