"""What a plan says, as JSON: counts in the clear, the differences with their values sealed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import TypeAlias

from hubsync.model.sync import PhaseProgress
from hubsync.services.plan.result import Difference, Rehearsed, Tally
from hubsync.services.ports import Vault
from hubsync.stores.ports import PlanOrder, PlanReport

Json: TypeAlias = "dict[str, object]"

PIECE = 4_000
"""Characters sealed at once: KMS takes 4 KB, and JSON in ASCII has a byte for each."""

MOST = 60 * PIECE
"""Characters of differences that are kept: an item takes 400 KB."""


class PlanStatus(StrEnum):
    """How far a plan is. `partial`: it had to stop, and what it found so far is there. `failed`: it found nothing."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"


def waiting(order: PlanOrder) -> PlanReport:
    """The report of a plan that was ordered just now."""
    return _report(order, {"status": PlanStatus.WAITING})


def running(order: PlanOrder, progress: Sequence[PhaseProgress]) -> PlanReport:
    """The report of a plan that is being made."""
    return _report(order, {"status": PlanStatus.RUNNING, "progress": [phase(each) for each in progress]})


def failed(order: PlanOrder, problem: str) -> PlanReport:
    """The report of a plan that came to nothing."""
    return _report(order, {"status": PlanStatus.FAILED, "problem": problem})


def made(order: PlanOrder, rehearsed: Rehearsed, vault: Vault) -> PlanReport:
    """The report of a plan that was made. Its differences are sealed for this plan; those that do not fit are left out,
    the last ones first.
    """
    shown = [difference(each) for each in rehearsed.differences]
    text = json.dumps(shown)
    while len(text) > MOST:
        shown = shown[: len(shown) // 2]
        text = json.dumps(shown)
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    content: Json = {
        "status": PlanStatus.DONE if rehearsed.problem is None else PlanStatus.PARTIAL,
        "problem": rehearsed.problem,
        "counts": counts(rehearsed.tally),
        "nothing_to_do": rehearsed.tally.nothing_to_do and rehearsed.problem is None,
    }
    sealed = tuple(vault.seal(piece, _owner(order.id, number)) for number, piece in enumerate(pieces))
    return _report(order, content, sealed)


def opened(report: PlanReport, vault: Vault) -> Json:
    """A report as people see it."""
    pieces = [vault.open(sealed, _owner(report.id, number)) for number, sealed in enumerate(report.sealed)]
    empty: Json = {"problem": None, "progress": [], "counts": None, "nothing_to_do": False}
    shown = json.loads("".join(pieces)) if pieces else []
    return {"id": report.id, "at": report.at, **empty, **json.loads(report.text), "differences": shown}


def counts(tally: Tally) -> Json:
    """How many, by side, reason and category."""
    return {
        "created": dict(tally.created),
        "updated": dict(tally.updated),
        "fields": {side: dict(fields) for side, fields in tally.fields.items()},
        "linked": tally.linked,
        "excluded": dict(tally.excluded),
        "refused": dict(tally.refused),
        "unchanged": tally.unchanged,
        "pending": tally.pending,
        "forgotten": tally.forgotten,
        "changed": tally.changed,
        "records": tally.records,
    }


def difference(each: Difference) -> Json:
    """One record, field by field, with its values."""
    change = each.change
    return {
        "side": change.ref.side,
        "id": None if change.created else change.ref.id,
        "entry": each.entry_id,
        "created": change.created,
        "reason": each.reason,
        "fields": [{"field": one.field, "before": one.before, "after": one.after} for one in change.fields],
    }


def phase(each: PhaseProgress) -> Json:
    """How far a phase is."""
    return {
        "phase": each.phase,
        "seen": each.seen,
        "settled": each.settled,
        "total": each.total,
        "done": each.done,
        "started_at": each.started_at,
    }


def _report(order: PlanOrder, content: Json, sealed: tuple[bytes, ...] = ()) -> PlanReport:
    named: Json = {"sync": order.sync.name, "generation": order.sync.generation}
    return PlanReport(order.id, order.at, json.dumps({**named, **content}), sealed)


def _owner(plan_id: str, number: int) -> str:
    return f"plan:{plan_id}:{number}"
