"""What the index holds of one record or of one bound pair: ids, hashes and states, no customer value (promise 7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from hubsync.model.record import RecordRef
from hubsync.model.rounds import AllRounds
from hubsync.model.side import Side
from hubsync.model.status import ExclusionReason, Failure, RecordStatus, RecordWarning

Fingerprints: TypeAlias = Mapping[int, bytes]
"""By mapping number, the 8-byte keyed hash of a value."""


@dataclass(frozen=True, slots=True)
class Half:
    """One side of an entry.

    `fingerprints` is the baseline: the raw values when the pair was last settled. `claims` are the keys of the
    identifiers that this side's record holds. `gone` says that the record was deleted (rule 7.1). `written_at` is the
    modification time that our own last write left on the record (epoch ms by the application's clock; rule 2.7). The
    baseline of an excluded pair is from before; `seen` is a hash of all that its record showed when last looked at.
    """

    record_id: str | None = None
    fingerprints: Fingerprints = field(default_factory=dict)
    claims: tuple[str, ...] = ()
    gone: bool = False
    written_at: int = 0
    seen: bytes = b""

    @property
    def present(self) -> bool:
        """Whether there is a living record here, as far as we know."""
        return self.record_id is not None and not self.gone


@dataclass(frozen=True, slots=True)
class Intent:
    """What we are about to write on one side: by mapping number, the hashes of the *canonical* values sent.

    A later look that finds one of these values treats it as ours and not as a person's edit. Several hashes stand
    under a number when an earlier write of unknown outcome was superseded. `create` says that the record is to be made.
    """

    side: Side
    sent: Mapping[int, tuple[bytes, ...]]
    create: bool = False


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A lone record or a bound pair.

    `id` is `<h|a>-<record id>` of the record the entry was made for, so that a repeated delivery makes the same entry.
    `lease_until` (epoch ms) keeps other workers from writing. `generation` fences off older runs (rule 1.2).
    `drifted` are the mapping numbers whose two values differ and are left alone (rules 2.5, 2.9), `warnings` those
    that could not be carried although the record does not fail (rule 4.7). `rounds` tells of the fields that lately
    went to and fro (rule 2.8).
    `links` are the links that both sides had when last settled: by the association's number, the keyed hashes of the
    linked entries. `waiting_links` counts the links whose other end is not bound yet (rule 6.1).
    `place` is a duplicate's place in the line for its identifier (rule 3.5): once given, it is kept.
    A refused record keeps in `inputs` a hash of what was refused and of the settings; it is tried again when that
    changes, or after `retry_at` (epoch ms), later with each of its `attempts` (rule 8.4).
    `restores` counts how often a deleted record was asked to be made again (rule 7.2), `renames` how often the record
    that it had made went up in another one's (rule 7.3). `erased` says that one side was
    deleted for privacy's sake, so that nothing is ever made of it again (rule 7.4).
    `since` is when the status was reached, `settled_at` when a look last changed the entry (epoch ms).
    `version` counts the writes; 0 is an entry not stored yet.
    """

    sync_id: str
    id: str
    hubspot: Half = Half()
    app: Half = Half()
    status: RecordStatus = RecordStatus.PENDING
    failure: Failure | None = None
    exclusion: ExclusionReason | None = None
    reason: str = ""
    intents: tuple[Intent, ...] = ()
    lease_until: int = 0
    generation: int = 0
    drifted: tuple[int, ...] = ()
    rounds: AllRounds = field(default_factory=dict)
    links: Mapping[int, tuple[bytes, ...]] = field(default_factory=dict)
    waiting_links: int = 0
    warnings: tuple[RecordWarning, ...] = ()
    place: str = ""
    inputs: str = ""
    attempts: int = 0
    retry_at: int = 0
    restores: int = 0
    renames: int = 0
    erased: bool = False
    since: int = 0
    settled_at: int = 0
    version: int = 0

    def half(self, side: Side) -> Half:
        """The half of `side`."""
        return self.hubspot if side is Side.HUBSPOT else self.app

    def with_half(self, side: Side, half: Half) -> IndexEntry:
        """This entry with one half replaced."""
        return replace(self, hubspot=half) if side is Side.HUBSPOT else replace(self, app=half)

    def ref(self, side: Side) -> RecordRef | None:
        """The reference of the record on `side`, dead or alive; None if there never was one."""
        record_id = self.half(side).record_id
        return None if record_id is None else RecordRef(side, record_id)

    @property
    def bound(self) -> bool:
        """Whether both sides have, or had, a record here (rule 3.6)."""
        return self.hubspot.record_id is not None and self.app.record_id is not None

    @property
    def restoring(self) -> bool:
        """Whether a deleted record is being made again: it was bound before, so no filter keeps it out (rule 7.2)."""
        return self.restores > 0 and not self.bound

    @property
    def external_id(self) -> str:
        """What a created record is found by. One that is made again has a new one: the old one may lie in a bin, or be
        borne by the record into which HubSpot merged it.
        """
        times = self.restores + self.renames
        again = f":r{times}" if times else ""
        return f"{self.sync_id}:{self.id}{again}"

    def intent(self, side: Side) -> Intent | None:
        """The open intent on `side`."""
        return next((intent for intent in self.intents if intent.side is side), None)


_AGAIN = re.compile(r":r[0-9]+\Z")


def entry_ids_in(external_id: str, sync_id: str) -> tuple[str, ...]:
    """The entry ids that an external id may be of: with and without what looks like the count of restores."""
    mine, _, name = external_id.partition(":")
    if mine != sync_id or not name:
        return ()
    return tuple(dict.fromkeys((name, _AGAIN.sub("", name))))


def entry_id_for(ref: RecordRef) -> str:
    """The id of the entry that is made for a record nobody has seen before."""
    return f"{'h' if ref.side is Side.HUBSPOT else 'a'}-{ref.id}"
