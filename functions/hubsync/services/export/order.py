"""Orders exports and shows how far they are: a moment's work, whatever their size."""

from __future__ import annotations

from dataclasses import dataclass

from hubsync.model.export import Export, ExportFormat
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import SyncStatus
from hubsync.services.export.make import LINK_SECONDS, ExportMaker
from hubsync.services.living import mapped_fields
from hubsync.services.manage.lifecycle import NotNowError, sync_named
from hubsync.services.ports import Clock, Ids
from hubsync.stores.exports import ExportStore, FileStore
from hubsync.stores.ports import CountStore, SyncStore

CUT_OFF_MS = 16 * 60 * 1000
"""Who says nothing for so long was cut off: a run has fifteen minutes."""

LOOKED_AT = 100


class UnknownExportError(Exception):
    """There is no export of that id, or it was forgotten."""


@dataclass(frozen=True, slots=True)
class ExportView:
    """An export, and where its file can be fetched until when (epoch ms); None while or once there is no file."""

    export: Export
    link: str | None = None
    link_until: int | None = None


@dataclass(frozen=True, slots=True)
class Exports:
    """The use cases over their ports. `mails` says whether the deployment can send mail."""

    exports: ExportStore
    files: FileStore
    syncs: SyncStore
    counts: CountStore
    maker: ExportMaker
    clock: Clock
    ids: Ids
    mails: bool

    def order(
        self, name: str, listed: RecordStatus | None, kind: ExportFormat, *, values: bool, mail: str | None
    ) -> ExportView:
        """Order an export of a list of `name`'s records. Raises `UnknownSyncError`, `NotNowError`."""
        sync = sync_named(self.syncs, name)
        if sync.status is SyncStatus.DELETING:
            raise NotNowError(f"{name} is being deleted.", remedy="There is nothing left to export.")
        if mail is not None and not self.mails:
            remedy = "Leave the address out and fetch the file; or deploy with mail_from."
            raise NotNowError("This deployment sends no mail.", remedy=remedy)
        counts = self.counts.counts(sync.id)
        now = self.clock.now()
        export = Export(
            id=f"{now:012x}{self.ids.new()}",
            at=now,
            sync_id=sync.id,
            sync_name=sync.name,
            format=kind,
            listed=listed,
            values=values,
            mail=mail,
            total=counts.total if listed is None else counts.by_status.get(listed, 0),
            hubspot_fields=mapped_fields(sync, Side.HUBSPOT) if values else (),
            app_fields=mapped_fields(sync, Side.APP) if values else (),
            touched_at=now,
        )
        self.exports.put_export(export)
        self.maker.make(export.id)
        return ExportView(export)

    def list(self, limit: int, place: str | None = None) -> tuple[list[ExportView], str | None]:
        """Exports without their links, newest first, from `place` on; and where to go on."""
        found, following = self.exports.exports_from(place, limit)
        return [ExportView(each) for each in found], following

    def one(self, export_id: str) -> ExportView:
        """One export, with a fresh link while there is a file. Raises `UnknownExportError`."""
        export = self.exports.export(export_id)
        if export is None:
            raise UnknownExportError(f"There is no export {export_id}.")
        now, until = self.clock.now(), export.expires_at
        if not export.ready or until is None or until <= now:
            return ExportView(export)
        seconds = min(LINK_SECONDS, (until - now) // 1000)
        link = self.files.link(export.file, export.name, seconds)
        return ExportView(export, link, now + seconds * 1000)


@dataclass(frozen=True, slots=True)
class ReviveExports:
    """Goes on with exports that wait for an application, or whose run was cut off; the five-minute tick asks."""

    exports: ExportStore
    maker: ExportMaker
    clock: Clock

    def __call__(self) -> None:
        """Call the maker for each export that is due."""
        now = self.clock.now()
        for each in self.exports.exports(LOOKED_AT):
            due = each.wait_until or each.touched_at + CUT_OFF_MS
            if not each.over and due <= now:
                self.maker.make(each.id)
