"""Exports: a list of records as a file."""

from __future__ import annotations

from typing import Literal

from hubsync.api.contract.operation import Answer, Operation
from hubsync.api.contract.paging import CURSOR, LIMIT
from hubsync.api.exports import ExportBody
from hubsync.model.export import ExportFormat
from hubsync.model.status import RecordStatus


class Export(Answer):
    """One export. Times are epoch ms.

    `records` is the status that is exported, null for all. `rows` are written so far, of about `total`. `link` fetches
    the file until `link_until`; it is null while or once there is no file, and in lists.
    """

    id: str
    sync: str
    at: int
    format: ExportFormat
    records: RecordStatus | None
    values: bool
    mail: str | None
    mailed: bool | None
    status: Literal["waiting", "running", "done", "failed"]
    rows: int
    total: int
    problem: str | None
    remedy: str | None
    finished_at: int | None
    expires_at: int | None
    name: str
    bytes: int
    link: str | None
    link_until: int | None


class Exports(Answer):
    """Exports, newest first. Where there are more, `next` is the cursor."""

    exports: list[Export]
    next: str | None


OPERATIONS = (
    Operation(
        "POST",
        "/v1/syncs/{name}/exports",
        "orderExport",
        "exports",
        "Export records as a file",
        {202: Export},
        (400, 404, 409),
        "The file is made in the background; ask for the export until it is done.",
        ExportBody,
    ),
    Operation(
        "GET",
        "/v1/exports",
        "listExports",
        "exports",
        "All exports, newest first",
        {200: Exports},
        (400,),
        "They are listed for three weeks; their files are kept for one.",
        query=(CURSOR, LIMIT),
    ),
    Operation(
        "GET",
        "/v1/exports/{export}",
        "readExport",
        "exports",
        "How far an export is, and where its file is",
        {200: Export},
        (404,),
    ),
)
