"""Hashes in as few bytes as they need, so that an entry stays under 1 KB: one write unit.

A fingerprint is a mapping number (2 bytes) and a hash (8 bytes). An intent is its flags (1 byte), how many mappings
it is about (2), and for each the number (2), how many hashes (1) and the hashes. Numbers are big-endian.
"""

from __future__ import annotations

from collections.abc import Iterator

from hubsync.model.entry import Fingerprints, Intent
from hubsync.model.side import Side

_NUMBER = 2
_HASH = 8
_APP, _CREATE = 1, 2


def pack_fingerprints(fingerprints: Fingerprints) -> bytes:
    """Fingerprints, sorted by mapping number."""
    return b"".join(number.to_bytes(_NUMBER) + _hash(fingerprints[number]) for number in sorted(fingerprints))


def unpack_fingerprints(packed: bytes) -> dict[int, bytes]:
    """The other way round."""
    step = _NUMBER + _HASH
    return {
        int.from_bytes(packed[at : at + _NUMBER]): packed[at + _NUMBER : at + step]
        for at in range(0, len(packed), step)
    }


def pack_intents(intents: tuple[Intent, ...]) -> bytes:
    """Open intents, in their order."""
    parts = []
    for intent in intents:
        flags = (_APP if intent.side is Side.APP else 0) | (_CREATE if intent.create else 0)
        parts.append(flags.to_bytes(1) + len(intent.sent).to_bytes(_NUMBER))
        for number in sorted(intent.sent):
            hashes = intent.sent[number]
            parts.append(number.to_bytes(_NUMBER) + len(hashes).to_bytes(1))
            parts.extend(_hash(one) for one in hashes)
    return b"".join(parts)


def unpack_intents(packed: bytes) -> tuple[Intent, ...]:
    """The other way round."""
    return tuple(_intents(packed))


def _intents(packed: bytes) -> Iterator[Intent]:
    at = 0

    def take(size: int) -> bytes:
        nonlocal at
        at += size
        return packed[at - size : at]

    while at < len(packed):
        flags = take(1)[0]
        sent: dict[int, tuple[bytes, ...]] = {}
        for _ in range(int.from_bytes(take(_NUMBER))):
            number = int.from_bytes(take(_NUMBER))
            sent[number] = tuple(take(_HASH) for _ in range(take(1)[0]))
        yield Intent(Side.APP if flags & _APP else Side.HUBSPOT, sent, bool(flags & _CREATE))


def _hash(value: bytes) -> bytes:
    if len(value) != _HASH:
        raise ValueError(f"A fingerprint has {_HASH} bytes, not {len(value)}; hash it with the sync's key.")
    return value
