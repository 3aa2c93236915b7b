"""Edits of what somebody has looked at: they are made only if it still is what they saw."""

from __future__ import annotations

from hashlib import blake2b
from typing import TypeAlias

from hubsync.model.connection import Connection
from hubsync.model.sync import Sync

Expected: TypeAlias = "frozenset[str] | None"
"""The tags that an edit is meant for; None for whatever there is, `ANY` for whatever there is but not for nothing."""

ANY = frozenset({"*"})


class StaleError(Exception):
    """It is not what was looked at any more."""


def tag_of(stored: Sync | Connection) -> str:
    """Names one stored version of a sync or connection.

    Ids of syncs are never used again. Names of connections are, but never is the same token sealed to the same bytes.
    """
    if isinstance(stored, Sync):
        return f"{stored.id}.{stored.version}"
    return f"{stored.id}.{stored.version}.{blake2b(stored.token, digest_size=4).hexdigest()}"


def hold(expected: Expected, name: str, stored: Sync | Connection | None) -> None:
    """Raises `StaleError` unless what is stored under `name` is what was expected.

    It is meant for what was just read and is written on the condition that its version is the same.
    """
    if expected is None or (stored is not None and (expected == ANY or tag_of(stored) in expected)):
        return
    raise StaleError(f"{name} is not what it was any more." if stored is not None else f"There is no {name}.")
