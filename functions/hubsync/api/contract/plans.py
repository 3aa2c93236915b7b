"""Plans: what saving or restarting would do, found out without writing anything."""

from __future__ import annotations

from hubsync.api.contract.commands import RESTART
from hubsync.api.contract.operation import Answer, Operation
from hubsync.api.contract.records import Difference
from hubsync.api.contract.requests import DocumentBody
from hubsync.model.side import Side
from hubsync.model.sync import Phase
from hubsync.services.plan.report import PlanStatus


class PlanId(Answer):
    """A plan that was ordered: look at it under this id."""

    sync: str
    id: str


class OrderedPlans(Answer):
    """The plans that were ordered; and the syncs of the document that nothing would change."""

    plans: list[PlanId]
    unchanged: list[str]


class PlanPhase(Answer):
    """How far a phase of the rehearsal is."""

    phase: Phase
    seen: int
    settled: int
    total: int | None
    done: bool
    started_at: int


class PlanCounts(Answer):
    """How many records would be what. A pair counts once, except in what is counted by side."""

    created: dict[Side, int]
    updated: dict[Side, int]
    fields: dict[Side, dict[str, int]]
    linked: int
    excluded: dict[str, int]
    refused: dict[str, int]
    unchanged: int
    pending: int
    forgotten: int
    changed: int
    records: int


class Plan(Answer):
    """How far a plan is, and what it says. `at` is when it was ordered, epoch ms.

    `partial`: it had to stop, `problem` says why, and what it found is there.
    """

    id: str
    at: int
    sync: str
    generation: int
    status: PlanStatus
    problem: str | None
    progress: list[PlanPhase]
    counts: PlanCounts | None
    nothing_to_do: bool
    differences: list[Difference]


OPERATIONS = (
    Operation(
        "POST",
        "/v1/plan",
        "planDocument",
        "plans",
        "Plan a document",
        {202: OrderedPlans},
        (400, 409, 422, 502, 503),
        "Orders a plan for each sync of the document that saving it would let look at everything.",
        DocumentBody,
        (RESTART,),
    ),
    Operation(
        "POST",
        "/v1/syncs/{name}/plan",
        "planSync",
        "plans",
        "Plan a new initial sync",
        {202: OrderedPlans},
        (404, 409),
        matched=True,
    ),
    Operation(
        "GET",
        "/v1/plans/{plan}",
        "readPlan",
        "plans",
        "How far a plan is, and what it says",
        {200: Plan},
        (404,),
        "It is kept for a day.",
    ),
)
