"""An export: a list of records that is made into a file in the background (rule 8.5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hubsync.model.side import Side
from hubsync.model.status import RecordStatus

KEPT_MS = 7 * 24 * 3_600_000
"""How long a file can be fetched; the bucket deletes it soon after."""


class ExportFormat(StrEnum):
    """What kind of file is made."""

    CSV = "csv"
    XLSX = "xlsx"


class ExportStep(StrEnum):
    """Where an export is: rows are collected, parts are put together, people are told; or it came to nothing."""

    COLLECT = "collect"
    ASSEMBLE = "assemble"
    TELL = "tell"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Export:
    """One export, as it was ordered and as far as it is. Times are epoch ms; ids ascend with the time of the order.

    `listed` is the status that is exported, None for all. `values` asks for the values of `hubspot_fields` and
    `app_fields`, which are fixed with the order. `total` is how many records were counted when it was ordered.
    `cursor` is where the list goes on, `rows` and `parts` what is stored of it. `runs` has the number of parts that
    there were when each run began: a part's place is named after the run that wrote it. `idle` counts the runs since
    the last progress. Nothing is done before `wait_until`. `size` is the file's in bytes. `mailed` says whether the
    mail went out, None if none was asked for or it is still to come. `version` counts the writes.
    """

    id: str
    at: int
    sync_id: str
    sync_name: str
    format: ExportFormat
    listed: RecordStatus | None = None
    values: bool = False
    mail: str | None = None
    total: int = 0
    hubspot_fields: tuple[str, ...] = ()
    app_fields: tuple[str, ...] = ()
    step: ExportStep = ExportStep.COLLECT
    cursor: str | None = None
    rows: int = 0
    parts: int = 0
    runs: tuple[int, ...] = ()
    idle: int = 0
    wait_until: int = 0
    touched_at: int = 0
    finished_at: int | None = None
    size: int = 0
    mailed: bool | None = None
    problem: str | None = None
    remedy: str | None = None
    version: int = 0

    @property
    def over(self) -> bool:
        """Whether nothing is left to be done."""
        return self.step in (ExportStep.DONE, ExportStep.FAILED)

    @property
    def ready(self) -> bool:
        """Whether the file is there."""
        return self.step in (ExportStep.TELL, ExportStep.DONE)

    @property
    def expires_at(self) -> int | None:
        """Until when the file can be fetched."""
        return None if self.finished_at is None else self.finished_at + KEPT_MS

    @property
    def file(self) -> str:
        """The key of the file."""
        return f"files/{self.id}.{self.format}"

    @property
    def name(self) -> str:
        """What the file is called where it is saved."""
        kept = "".join(each if each.isascii() and (each.isalnum() or each in "-_") else "-" for each in self.sync_name)
        return f"{kept}-{self.listed or 'all'}.{self.format}"

    def fields(self, side: Side) -> tuple[str, ...]:
        """The fields of `side` whose values are asked for."""
        return self.hubspot_fields if side is Side.HUBSPOT else self.app_fields

    def part(self, number: int) -> str:
        """The key of a part. Its name has the run that wrote it, so that a run that was overtaken spoils nothing."""
        run = sum(1 for began in self.runs if began <= number)
        return f"parts/{self.id}/{number:07}-{run}"
