"""Tokens on the person's machine, so that nobody signs in for every command. Readable by their owner alone."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from infra.sign_in.tokens import Endpoints, Token

Entries = dict[str, dict[str, Any]]

KEPT_SECONDS = 8 * 24 * 3600
"""A refresh token is good for a week; what was not used for longer is dropped."""


@dataclass(frozen=True, slots=True)
class SavedTokens:
    """Tokens by the API's address (a person's), or by that and a client (a machine's), in one file.

    A file that cannot be read is as good as none: signing in again writes it anew.
    """

    path: Path

    def find(self, key: str) -> Token | None:
        """A token that was saved."""
        entry = self._read().get(key, {})
        if not isinstance(entry.get("access"), str):
            return None
        return Token(entry["access"], float(entry.get("expires_at") or 0), entry.get("refresh"))

    def endpoints(self, key: str) -> Endpoints | None:
        """Where that token is renewed; None for a machine's."""
        at = self._read().get(key, {}).get("at")
        try:
            return Endpoints(**at) if at else None
        except TypeError:
            return None

    def save(self, key: str, token: Token, at: Endpoints | None = None) -> None:
        """Keep a token in place of the one before."""
        with self._changing() as entries:
            entries[key] = {**asdict(token), "at": at and asdict(at), "saved_at": time.time()}

    def forget(self, key: str) -> None:
        """Drop a token."""
        with self._changing() as entries:
            entries.pop(key, None)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[Entries]:
        """The entries under a lock; written when the block ends, whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            entries = self._read()
            yield entries
            since = time.time() - KEPT_SECONDS
            kept = {key: each for key, each in entries.items() if each.get("saved_at", 0) >= since}
            aside = self.path.with_suffix(".new")
            aside.unlink(missing_ok=True)
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                json.dump(kept, file, indent=1)
            aside.replace(self.path)

    def _read(self) -> Entries:
        try:
            entries = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return (
            {key: each for key, each in entries.items() if isinstance(each, dict)} if isinstance(entries, dict) else {}
        )
