"""The routes of records: list them, look at one, read the values of some, retry, restore."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import Field, ValidationError

from hubsync.api import query
from hubsync.api import record_shapes as shapes
from hubsync.api.bodies import Body, Name
from hubsync.api.paging import cursor_of, place_of
from hubsync.api.problem import Problem
from hubsync.model.side import Side
from hubsync.services.manage.addresses import Addresses
from hubsync.services.manage.record import Viewer
from hubsync.services.manage.restore import Restore
from hubsync.services.manage.retry import Retry
from hubsync.services.manage.search import Search
from hubsync.services.manage.values import Values
from hubsync.services.manage.view import View

LARGEST = 4_000_000
"""Characters of an answer with values; a function's answer may have 6 MB."""

Names = Annotated[tuple[Name, ...], Field(min_length=1, max_length=100)]


@dataclass(frozen=True, slots=True)
class RecordUseCases:
    """What can be done with single records."""

    view: Viewer
    values: Values
    search: Search
    addresses: Addresses
    retry: Retry
    restore: Restore


class ValuesBody(Body):
    """`{"ids": ["h-101"]}`: ids of entries, as lists have them."""

    ids: Names


class RetryBody(Body):
    """`{"ids": ["101"]}`, or `{"ids": "all"}`, which may go on at a cursor."""

    ids: Names | Literal["all"]
    cursor: Annotated[str, Field(max_length=1_000)] | None = None


class RestoreBody(Body):
    """`{"target": "hubspot", "ids": "all"}` reviews, and may go on at a cursor; the same with the review's count as
    `confirm`, and its token, acts.
    """

    target: Side
    ids: Names | Literal["all"]
    confirm: Annotated[int, Field(strict=True, ge=0)] | None = None
    token: Annotated[str, Field(max_length=100)] | None = None
    cursor: Annotated[str, Field(max_length=1_000)] | None = None


def add_records(app: APIGatewayHttpResolver, records: RecordUseCases, view: View, body: Callable[[], object]) -> None:
    """Add the routes; `body` reads the JSON of the request."""
    use = records.restore

    @app.get("/v1/syncs/<name>/records")
    def listed(name: str) -> shapes.Json:
        status, text, limit = query.status(app), query.search(app), query.limit(app)
        what = f"records of {name}: {status}" if text is None else f"search of {name}"
        place = query.place(app, what)
        page = view.records(name, status, place, limit) if text is None else records.search(name, text, status, limit)
        return {
            "records": [shapes.record(entry, page.sync) for entry in page.entries],
            "next": cursor_of(what, page.cursor),
        }

    @app.get("/v1/syncs/<name>/records/<record>")
    def record(name: str, record: str) -> shapes.Json:
        return shapes.record_view(records.view(name, unquote(record)))

    @app.get("/v1/syncs/<name>/records/<record>/addresses")
    def addresses(name: str, record: str) -> shapes.Json:
        return shapes.addresses(*records.addresses(name, unquote(record)))

    @app.post("/v1/syncs/<name>/records/values")
    def values(name: str) -> shapes.Json:
        found, unknown = records.values(name, _read_values(body()).ids)
        answer = shapes.values(found, unknown)
        if len(json.dumps(answer)) > LARGEST:
            raise Problem(413, "The values of these records are too much for one answer.", "Ask for fewer at once.")
        return answer

    @app.post("/v1/syncs/<name>/retry")
    def retry(name: str) -> shapes.Json:
        wanted, expected = _read_retry(body()), query.expected(app)
        if wanted.ids == "all":
            listed = f"retry of {name}"
            retried = records.retry.all(name, place_of(listed, wanted.cursor), expected=expected)
            return shapes.retried(retried, cursor_of(listed, retried.cursor))
        return shapes.retried(records.retry.some(name, wanted.ids, expected=expected), None)

    @app.post("/v1/syncs/<name>/restore")
    def restore(name: str) -> tuple[shapes.Json, int]:
        wanted, listed, expected = _read_restore(body()), f"restore of {name}", query.expected(app)
        ids = None if wanted.ids == "all" else wanted.ids
        place = place_of(listed, wanted.cursor) if ids is None else None
        if wanted.confirm is None:
            found, done = use.review(name, wanted.target, ids, place, expected=expected), False
        else:
            token = wanted.token or ""
            found = use.confirm(name, wanted.target, ids, wanted.confirm, token, place, expected=expected)
            done = True
        return shapes.review(found, cursor_of(listed, found.cursor), confirmed=done), 202 if done else 200


def _read_values(body: object) -> ValuesBody:
    try:
        return ValuesBody.model_validate(body)
    except ValidationError:
        remedy = 'Send {"ids": ["h-101", …]}, up to 100 ids of entries as GET /v1/syncs/NAME/records has them.'
        raise Problem(400, "It is not said whose values to read.", remedy) from None


def _read_retry(body: object) -> RetryBody:
    try:
        return RetryBody.model_validate(body)
    except ValidationError:
        raise Problem(
            400, "It is not said what to retry.", 'Send {"ids": ["ID", …]} with up to 100 ids, or {"ids": "all"}.'
        ) from None


def _read_restore(body: object) -> RestoreBody:
    try:
        return RestoreBody.model_validate(body)
    except ValidationError:
        raise Problem(
            400,
            "It is not said what to restore.",
            'Send {"target": "hubspot" or "app", "ids": ["ID", …] or "all"}; to confirm, add the count as confirm, '
            "and the token, of the review.",
        ) from None
