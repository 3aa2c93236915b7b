"""The routes of exports: order one, look how far it is, fetch it (rule 8.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import Field, StringConstraints, ValidationError

from hubsync.api import query
from hubsync.api.bodies import Body
from hubsync.api.paging import cursor_of
from hubsync.api.problem import Problem
from hubsync.api.shapes import Json
from hubsync.model.export import ExportFormat, ExportStep
from hubsync.model.status import RecordStatus
from hubsync.services.export.order import Exports, ExportView, UnknownExportError

LISTED = "exports"
"""The list, as its cursors know it."""

Address = Annotated[str, StringConstraints(pattern=r"^[!-?A-~]+@[!-?A-~]+$", max_length=254)]
"""One address: printable ASCII with one @, so that nothing else gets into a mail's head."""


class ExportBody(Body):
    """`{"format": "xlsx", "status": "failing", "values": true, "mail": "ana@example.com"}`; each may be left out."""

    format: ExportFormat = ExportFormat.CSV
    status: RecordStatus | None = None
    values: Annotated[bool, Field(strict=True)] = False
    mail: Address | None = None


def add_exports(app: APIGatewayHttpResolver, exports: Exports, body: Callable[[], object]) -> None:
    """Add the routes. `body` reads the JSON of the request."""

    @app.post("/v1/syncs/<name>/exports")
    def order(name: str) -> tuple[Json, int]:
        wanted = _read(body())
        return shape(exports.order(name, wanted.status, wanted.format, values=wanted.values, mail=wanted.mail)), 202

    @app.get("/v1/exports")
    def listed() -> Json:
        found, place = exports.list(query.limit(app), query.place(app, LISTED))
        return {"exports": [shape(each) for each in found], "next": cursor_of(LISTED, place)}

    @app.get("/v1/exports/<export>")
    def one(export: str) -> Json:
        try:
            return shape(exports.one(export))
        except UnknownExportError as error:
            raise Problem(
                404, str(error), "GET /v1/exports lists them; they are forgotten after three weeks."
            ) from None


def shape(view: ExportView) -> Json:
    """One export. `rows` are written so far, of about `total`."""
    export = view.export
    return {
        "id": export.id,
        "sync": export.sync_name,
        "at": export.at,
        "format": export.format,
        "records": export.listed,
        "values": export.values,
        "mail": export.mail,
        "mailed": export.mailed,
        "status": _status(export.step, began=bool(export.runs)),
        "rows": export.rows,
        "total": export.total,
        "problem": export.problem,
        "remedy": export.remedy,
        "finished_at": export.finished_at,
        "expires_at": export.expires_at,
        "name": export.name,
        "bytes": export.size,
        "link": view.link,
        "link_until": view.link_until,
    }


def _status(step: ExportStep, *, began: bool) -> str:
    match step:
        case ExportStep.FAILED:
            return "failed"
        case ExportStep.TELL | ExportStep.DONE:
            return "done"
        case _:
            return "running" if began else "waiting"


def _read(body: object) -> ExportBody:
    try:
        return ExportBody.model_validate(body)
    except ValidationError:
        raise Problem(
            400,
            "It is not said clearly what to export.",
            'Send {"format": "csv" or "xlsx", "status": "failing" or another or null, "values": true or false, '
            '"mail": "ADDRESS"}; each may be left out.',
        ) from None
