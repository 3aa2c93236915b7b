"""The routes of trials: try a sync on chosen records, and see what came of them (rule 1.10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import Field, StringConstraints, ValidationError

from hubsync.api import query, shapes
from hubsync.api.bodies import Body
from hubsync.api.problem import Problem
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.services.manage.lifecycle import Lifecycle
from hubsync.services.manage.view import View
from hubsync.services.trial import Tried

Named = Annotated[str, StringConstraints(pattern=r"^(hubspot|app):\S+$", max_length=200)]


class TrialBody(Body):
    """`{"records": ["hubspot:123", "app:45"]}`."""

    records: Annotated[tuple[Named, ...], Field(min_length=1, max_length=100)]


def add_trials(app: APIGatewayHttpResolver, lifecycle: Lifecycle, view: View, body: Callable[[], object]) -> None:
    """Add the routes; `body` reads the JSON of the request."""

    @app.post("/v1/syncs/<name>/trial")
    def begin(name: str) -> tuple[shapes.Json, int]:
        return shapes.brief(lifecycle.attempt(name, _read(body()), expected=query.expected(app))), 202

    @app.get("/v1/syncs/<name>/trial")
    def trial(name: str) -> shapes.Json:
        return _tried(view.trial(name))


def _read(body: object) -> tuple[RecordRef, ...]:
    try:
        named = TrialBody.model_validate(body).records
    except ValidationError:
        remedy = 'Send {"records": ["hubspot:ID", "app:ID", …]} with up to 100 records.'
        raise Problem(400, "It is not said what to try the sync on.", remedy) from None
    parts = [each.partition(":") for each in named]
    return tuple(dict.fromkeys(RecordRef(Side(side), record_id) for side, _, record_id in parts))


def _tried(tried: Tried) -> shapes.Json:
    """The chosen records as they stand, by how they were named; null for one that was not found."""
    sync = tried.sync
    return {
        "under_way": sync.trying,
        "counts": dict(tried.counts),
        "records": [
            {
                "named": f"{ref.side}:{ref.id}",
                "record": None if entry is None else shapes.record(entry, sync),
            }
            for ref, entry in tried.entries.items()
        ],
    }
