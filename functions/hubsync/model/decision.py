"""What the engine says should happen to an entry, and what then did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hubsync.model.entry import Fingerprints
from hubsync.model.record import RecordRef, Value
from hubsync.model.rounds import AllRounds
from hubsync.model.side import Side
from hubsync.model.status import ExclusionReason, Failure, RecordStatus, RecordWarning


class Action(StrEnum):
    """The kinds of decision."""

    CREATE = "create"
    UPDATE = "update"
    NOTHING = "nothing"
    EXCLUDE = "exclude"
    REFUSE = "refuse"
    WAIT = "wait"
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class Patch:
    """The fields to write on one side: raw values by field name, and the canonical hashes for the intent."""

    fields: Mapping[str, Value]
    sent: Mapping[int, bytes]
    create: bool = False


@dataclass(frozen=True, slots=True)
class FieldWin:
    """Why a field got its value: `winner` is the side whose value stands (promise 3: a recorded winner).

    `contested` says that the other side had a value of its own, which was overruled.
    """

    number: int
    winner: Side
    why: str
    contested: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The engine's answer: what to write on each side, the state to reach, and why, in words.

    `baselines` are the fingerprints of what was read; a written field's come from the write's response instead.
    `rounds` are to be remembered once the writes are done (rule 2.8); None leaves them as they are.
    `links` are the links to remember by association (`IndexEntry.links`), None where they stay as they are. `waiting`
    are the linked records that are not bound yet, each with the sync that will bind it.
    """

    action: Action
    status: RecordStatus
    reason: str
    patches: Mapping[Side, Patch] = field(default_factory=dict)
    baselines: Mapping[Side, Fingerprints] = field(default_factory=dict)
    wins: tuple[FieldWin, ...] = ()
    drifted: tuple[int, ...] = ()
    warnings: tuple[RecordWarning, ...] = ()
    failure: Failure | None = None
    exclusion: ExclusionReason | None = None
    rounds: AllRounds | None = None
    links: Mapping[int, tuple[bytes, ...]] | None = None
    waiting: tuple[tuple[str, RecordRef], ...] = ()
