"""What a look did, in numbers: for the report of a comparison (rule 1.6)."""

from __future__ import annotations

from collections.abc import Sequence

from hubsync.connectors.port import Written
from hubsync.model.comparison import Tally
from hubsync.model.decision import Action
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.services.look.work import Work


def tally_of(works: Sequence[Work]) -> Tally:
    """How many of these were repaired, created, found deleted, or failed. Each counts once, by the first that fits."""
    kinds = [_kind(work) for work in works]
    return Tally(**{kind: kinds.count(kind) for kind in ("created", "repaired", "deleted", "failed")})


def _kind(work: Work) -> str:
    decision = work.decision
    if decision is None:
        return ""
    written = [side for side, result in work.results.items() if isinstance(result, Written)]
    if any(decision.patches[side].create for side in written if side in decision.patches):
        return "created"
    if written or (work.entry.bound and not work.stored.bound):
        return "repaired"
    if decision.action is Action.FORGET or any(
        work.entry.half(side).gone and not work.stored.half(side).gone for side in Side
    ):
        return "deleted"
    failing = work.entry.status is RecordStatus.FAILING
    return "failed" if failing and work.stored.status is not RecordStatus.FAILING else ""
