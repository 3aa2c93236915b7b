"""The routes of plans and explanations."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from hubsync.api import query
from hubsync.api.document import read_document
from hubsync.api.problem import Problem
from hubsync.services.plan.explain import Explain, Explanation
from hubsync.services.plan.order import Ordered, Plans, UnknownPlanError
from hubsync.services.plan.report import Json, difference


def add_plans(
    app: APIGatewayHttpResolver,
    plans: Plans,
    explain: Explain,
    body: Callable[[], object],
    flag: Callable[[str], bool],
) -> None:
    """Add the routes. `body` gives the request's JSON, `flag` a query parameter that is true or false."""

    @app.post("/v1/plan")
    def plan_document() -> tuple[Json, int]:
        return _ordered(plans.of_document(read_document(body()), restart=flag("restart"))), 202

    @app.post("/v1/syncs/<name>/plan")
    def plan_sync(name: str) -> tuple[Json, int]:
        return _ordered(plans.of_sync(name, expected=query.expected(app))), 202

    @app.get("/v1/plans/<plan>")
    def read_plan(plan: str) -> Json:
        try:
            return plans.view(plan)
        except UnknownPlanError as error:
            raise Problem(404, str(error), "Order a new one; a plan is kept for a day.") from None

    @app.get("/v1/syncs/<name>/records/<record>/explain")
    def explained(name: str, record: str) -> Json:
        return _explained(explain(name, unquote(record)))


def _ordered(ordered: Ordered) -> Json:
    return {
        "plans": [{"sync": name, "id": plan_id} for name, plan_id in ordered.plans.items()],
        "unchanged": list(ordered.unchanged),
    }


def _explained(found: Explanation) -> Json:
    entry = found.entry
    return {
        "sync": found.sync.name,
        "entry": None if entry is None else entry.id,
        "hubspot_id": None if entry is None else entry.hubspot.record_id,
        "app_id": None if entry is None else entry.app.record_id,
        "status": None if entry is None else entry.status,
        "now": list(found.now),
        "next": list(found.next),
        "changes": [difference(each) for each in found.differences],
    }
