"""Makes an export, step by step, each of which may be the last thing that a process does.

A run begins by writing its number down, which fences off the run before; a part is stored first and then counted. So a
crash, a call that arrives twice or two runs at once leave each row in the file once (rules 8.1, 9.1).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from hubsync.connectors.errors import ConnectorBugError, NeedsPersonError, RetryLaterError
from hubsync.model.export import Export, ExportFormat, ExportStep
from hubsync.model.sync import SyncStatus
from hubsync.services.export.collect import Collect
from hubsync.services.export.rows import header, unpacked
from hubsync.services.export.sheets import KINDS, csv_chunks, write_xlsx
from hubsync.services.ports import Clock, Signals
from hubsync.stores.exports import ExportStore, FileStore
from hubsync.stores.ports import SyncStore

ENOUGH_MS = {ExportStep.COLLECT: 60_000, ExportStep.ASSEMBLE: 600_000, ExportStep.TELL: 30_000}
"""What a step must be given to be begun; a run has fifteen minutes."""

NAP_SECONDS = 20.0
"""A wait as long as this is slept; a longer one is left to the five-minute tick."""

PATIENCE_MS = 24 * 3_600_000
MOST_IDLE = 6
ATTEMPTS = 5
LINK_SECONDS = 3_600


class ExportMaker(Protocol):
    """Lets an export be made, or gone on with, somewhere else and soon."""

    def make(self, export_id: str) -> None:
        """Begin. Asking twice does no harm."""
        ...


class Post(Protocol):
    """Mail to those who asked for it, and to nobody else."""

    def mail(self, to: str, subject: str, text: str) -> bool:
        """Send one mail; False if that is not possible: an export does not fail for it."""
        ...


class OvertakenError(Exception):
    """Another run has taken the export up."""


@dataclass(frozen=True, slots=True)
class MakeExport:
    """The use case over its ports. It writes to the exports and their files alone."""

    exports: ExportStore
    files: FileStore
    syncs: SyncStore
    collect: Collect
    maker: ExportMaker
    post: Post
    clock: Clock
    signals: Signals

    def __call__(self, export_id: str, deadline: int) -> None:
        """Go on with an export until it is over or `deadline` (epoch ms) is near; then another run goes on."""
        export = self._take(export_id)
        try:
            while export is not None and not export.over:
                if deadline - self.clock.now() < ENOUGH_MS[export.step] and export.idle == 0:
                    self.maker.make(export_id)
                    return
                export = self._go_on(export, deadline)
        except OvertakenError:
            self.signals.note("export_overtaken", export=export_id)

    def _take(self, export_id: str) -> Export | None:
        """Begin a run; None if there is nothing to do."""
        for _ in range(ATTEMPTS):
            export = self.exports.export(export_id)
            if export is None or export.over:
                return None
            begun = replace(export, runs=(*export.runs, export.parts), idle=export.idle + 1, wait_until=0)
            begun = replace(begun, touched_at=self.clock.now())
            if self.exports.put_export(begun):
                return replace(begun, version=begun.version + 1)
        return None  # others are at it

    def _go_on(self, export: Export, deadline: int) -> Export | None:
        """One step; None where the run has to end."""
        sync = self.syncs.sync(export.sync_id)
        if sync is None or sync.status is SyncStatus.DELETING:
            return self._fail(export, "The sync was deleted before the export was made.", "There is nothing to export.")
        if export.idle > MOST_IDLE:
            problem = "The export was cut off again and again without getting on."
            return self._fail(export, problem, "Export fewer records, or as CSV; the log of export has the reason.")
        try:
            match export.step:
                case ExportStep.COLLECT:
                    return self._commit(self.collect(export, sync))
                case ExportStep.ASSEMBLE:
                    return self._assemble(export)
                case _:
                    return self._tell(export)
        except FileNotFoundError:
            # Whoever overtook us has put the parts together and cleared them up; if nobody did, it counts as idle.
            raise OvertakenError(export.id) from None
        except RetryLaterError as error:
            return self._wait(export, error, deadline)
        except NeedsPersonError as error:
            return self._fail(export, str(error), error.remedy)
        except ConnectorBugError as error:
            return self._fail(export, str(error), "Export it without values; and report this.")

    def _assemble(self, export: Export) -> Export:
        """Put the parts together into the one file."""
        parts = (unpacked(self.files.read(export.part(number))) for number in range(export.parts))
        kind = KINDS[export.format]
        if export.format is ExportFormat.CSV:
            size = self.files.write(export.file, csv_chunks(header(export), parts), kind)
        else:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "export.xlsx"
                write_xlsx(path, header(export), parts)
                size = self.files.upload(export.file, path, kind)
        return self._commit(replace(export, step=ExportStep.TELL, size=size, finished_at=self.clock.now()))

    def _tell(self, export: Export) -> Export:
        """Clear up, and mail the link. A crash may let the mail go out twice."""
        self.files.delete(_parts(export))
        mailed = None
        if export.mail is not None:
            link = self.files.link(export.file, export.name, LINK_SECONDS)
            mailed = self.post.mail(export.mail, f"The export of {export.sync_name!r} is ready", _letter(export, link))
        done = self._commit(replace(export, step=ExportStep.DONE, mailed=mailed))
        took = self.clock.now() - export.at
        self.signals.note("exported", export=export.id, sync=export.sync_id, rows=export.rows, milliseconds=took)
        return done

    def _wait(self, export: Export, error: RetryLaterError, deadline: int) -> Export | None:
        """Wait for an application: asleep if it is for seconds, else by leaving the rest to the tick."""
        now = self.clock.now()
        if now - export.at > PATIENCE_MS:
            return self._fail(export, f"The values could not be read for a day. {error}", "Export it without values.")
        if error.after <= NAP_SECONDS and now + error.after * 1000 < deadline - ENOUGH_MS[ExportStep.COLLECT]:
            self.clock.sleep(error.after)
            return replace(export, idle=0)
        waiting = replace(export, wait_until=now + int(error.after * 1000))
        self._commit(waiting)
        return None

    def _fail(self, export: Export, problem: str, remedy: str) -> Export:
        self.files.delete(_parts(export))
        if export.mail is not None:
            subject = f"The export of {export.sync_name!r} could not be made"
            export = replace(export, mailed=self.post.mail(export.mail, subject, f"{problem} {remedy}\n"))
        self.signals.note("export_failed", export=export.id, sync=export.sync_id, rows=export.rows)
        return self._commit(replace(export, step=ExportStep.FAILED, problem=problem, remedy=remedy))

    def _commit(self, export: Export) -> Export:
        """Store how far the export is, in the name of this run."""
        moved = replace(export, idle=0, touched_at=self.clock.now())
        if not self.exports.put_export(moved):
            raise OvertakenError(export.id)
        return replace(moved, version=moved.version + 1)


def _parts(export: Export) -> Iterator[str]:
    return (export.part(number) for number in range(export.parts))


def _letter(export: Export, link: str) -> str:
    what = f"{export.listed.value.replace('_', ' ')} records" if export.listed else "records"
    return (
        f"{export.rows:,} {what} of {export.sync_name!r} are in this file, for an hour at this address:\n\n{link}\n\n"
        f"For seven days `hubsync exports {export.id}` fetches it.\n"
    )
