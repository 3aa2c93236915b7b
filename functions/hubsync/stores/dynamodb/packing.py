"""Hashes in as few bytes as they need, so that an entry stays under 1 KB: one write unit.

A fingerprint is a mapping number (2 bytes) and a hash (8 bytes). An intent is its flags (1 byte), how many mappings
it is about (2), and for each the number (2), how many hashes (1) and the hashes. The rounds of a field are its number
(2), flags (1), turns (1), returns (1), the time in seconds (5), and up to two short hashes (4). The links of an
association are its number (2), how many there are (2) and the hashes. Numbers are big-endian.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hubsync.model.entry import Fingerprints, Intent
from hubsync.model.rounds import AllRounds, Rounds
from hubsync.model.side import Side

_NUMBER = 2
_HASH = 8
_APP, _CREATE = 1, 2
_HELD, _FROM_HUBSPOT, _FROM_APP = 2, 4, 8
_SECONDS, _SHORT = 5, 4


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


def pack_rounds(rounds: AllRounds) -> bytes:
    """The rounds of some fields, by mapping number."""
    return b"".join(_packed_rounds(number, rounds[number]) for number in sorted(rounds))


def _packed_rounds(number: int, rounds: Rounds) -> bytes:
    flags = _APP if rounds.source is Side.APP else 0
    flags |= _HELD if rounds.held else 0
    flags |= (_FROM_HUBSPOT if rounds.hubspot else 0) | (_FROM_APP if rounds.app else 0)
    counted = bytes((flags, min(rounds.turns, 255), min(rounds.returns, 255)))
    return number.to_bytes(_NUMBER) + counted + rounds.at.to_bytes(_SECONDS) + rounds.hubspot + rounds.app


def unpack_rounds(packed: bytes) -> dict[int, Rounds]:
    """The other way round."""
    found: dict[int, Rounds] = {}
    at = 0
    while at < len(packed):
        number = int.from_bytes(packed[at : at + _NUMBER])
        flags, turns, returns = packed[at + _NUMBER : at + _NUMBER + 3]
        at += _NUMBER + 3
        moment = int.from_bytes(packed[at : at + _SECONDS])
        at += _SECONDS
        hashes = []
        for present in (flags & _FROM_HUBSPOT, flags & _FROM_APP):
            hashes.append(packed[at : at + _SHORT] if present else b"")
            at += len(hashes[-1])
        source = Side.APP if flags & _APP else Side.HUBSPOT
        found[number] = Rounds(source, moment, hashes[0], hashes[1], turns, returns, bool(flags & _HELD))
    return found


def pack_links(links: Mapping[int, tuple[bytes, ...]]) -> bytes:
    """Links by association, sorted by its number."""
    return b"".join(
        number.to_bytes(_NUMBER) + len(links[number]).to_bytes(_NUMBER) + b"".join(map(_hash, links[number]))
        for number in sorted(links)
    )


def unpack_links(packed: bytes) -> dict[int, tuple[bytes, ...]]:
    """The other way round."""
    links: dict[int, tuple[bytes, ...]] = {}
    at = 0
    while at < len(packed):
        number, size = (int.from_bytes(packed[at + skip : at + skip + _NUMBER]) for skip in (0, _NUMBER))
        at += 2 * _NUMBER
        links[number] = tuple(packed[start : start + _HASH] for start in range(at, at + size * _HASH, _HASH))
        at += size * _HASH
    return links


def _hash(value: bytes) -> bytes:
    if len(value) != _HASH:
        raise ValueError(f"A fingerprint has {_HASH} bytes, not {len(value)}; hash it with the sync's key.")
    return value
