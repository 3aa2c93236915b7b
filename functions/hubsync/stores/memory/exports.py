"""Exports and files in dictionaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from hubsync.model.export import Export


class MemoryExportStore:
    """Exports."""

    def __init__(self, writes: Counter[str] | None = None) -> None:
        self.writes: Counter[str] = Counter() if writes is None else writes
        self._exports: dict[str, Export] = {}

    def export(self, export_id: str) -> Export | None:
        """See the port."""
        return self._exports.get(export_id)

    def exports(self, limit: int) -> Sequence[Export]:
        """See the port."""
        return self.exports_from(None, limit)[0]

    def exports_from(self, place: str | None, limit: int) -> tuple[Sequence[Export], str | None]:
        """See the port."""
        behind = [each for each in sorted(self._exports, reverse=True) if place is None or each < place]
        page = behind[:limit]
        return tuple(self._exports[each] for each in page), page[-1] if len(behind) > limit else None

    def put_export(self, export: Export) -> bool:
        """See the port."""
        stored = self._exports.get(export.id)
        if export.version != (stored.version if stored else 0):
            return False
        self._exports[export.id] = replace(export, version=export.version + 1)
        self.writes["export"] += 1
        return True


class MemoryFileStore:
    """Files. `largest` is the greatest chunk that was written at once, or read."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.largest = 0

    def write(self, key: str, chunks: Iterable[bytes], kind: str) -> int:  # noqa: ARG002 - the port's
        """See the port."""
        content = bytearray()
        for chunk in chunks:
            self.largest = max(self.largest, len(chunk))
            content += chunk
        self.files[key] = bytes(content)
        return len(content)

    def upload(self, key: str, path: Path, kind: str) -> int:  # noqa: ARG002 - the port's
        """See the port."""
        self.files[key] = path.read_bytes()
        return len(self.files[key])

    def read(self, key: str) -> bytes:
        """See the port."""
        if key not in self.files:
            raise FileNotFoundError(key)
        self.largest = max(self.largest, len(self.files[key]))
        return self.files[key]

    def delete(self, keys: Iterable[str]) -> None:
        """See the port."""
        for key in keys:
            self.files.pop(key, None)

    def link(self, key: str, name: str, seconds: int) -> str:
        """See the port."""
        return f"https://files.example.com/{key}?name={name}&seconds={seconds}"
