"""The ports of exports: what was ordered and how far it is, and the files themselves.

One conformance suite (`tests/contract/stores`) runs against every implementation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from hubsync.model.export import Export


class ExportStore(Protocol):
    """Exports; they are listed for some days longer than their files are kept."""

    def export(self, export_id: str) -> Export | None:
        """One export."""
        ...

    def exports(self, limit: int) -> Sequence[Export]:
        """The newest ones, newest first."""
        ...

    def exports_from(self, place: str | None, limit: int) -> tuple[Sequence[Export], str | None]:
        """Those behind a place, newest first, and the place to go on from; None begins, and ends."""
        ...

    def put_export(self, export: Export) -> bool:
        """Store one if its version is still the stored one."""
        ...


class FileStore(Protocol):
    """Files by key: encrypted, private, forgotten by themselves after some days."""

    def write(self, key: str, chunks: Iterable[bytes], kind: str) -> int:
        """Store a file whole or not at all, over one that is there; its size in bytes. `kind` is its media type.

        Of the chunks no more than some megabytes are held at once.
        """
        ...

    def upload(self, key: str, path: Path, kind: str) -> int:
        """Store a file that lies on this machine's disk."""
        ...

    def read(self, key: str) -> bytes:
        """All of one file. Raises `FileNotFoundError`."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Delete files; one that is not there counts as deleted."""
        ...

    def link(self, key: str, name: str, seconds: int) -> str:
        """An address at which anyone may fetch a file for so long; it is saved there under `name`."""
        ...
