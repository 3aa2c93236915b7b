"""Notices two systems that rewrite one field against each other, and holds the field (rule 2.8).

A workflow in HubSpot writes a name in capitals, the app writes it in small letters: each takes our write for a reason
to write again, and each of their writes is a change that flows. What tells this from people at work:

- the field flows *in turns*, from one side and from the other, again and again;
- each side *returns* to the value that it sent before;
- and all that in a short time: flows more than `QUIET_SECONDS` apart do not belong together.

After `ROUNDS` rounds, each there and back, the field is held: both values stay, and the other fields go on. A loop
whose values grow (each side adds something) never returns; it is held after `LONGEST` turns. An application that puts
our write into its own form once is settled with that: the form flows back, and nobody answers.

Held ends when the values agree; when somebody edits either side, whose value then flows as any edit does; when the
field is mapped one way; when a retry is asked for; or after the quiet time. The last three write the winner of the
conflict once more: if both systems are still at it, the field is held again after as many rounds. So a loop that nobody
mends costs a few writes a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hubsync.engine.identify import canonical_hash
from hubsync.engine.merge import Normals, Raws, Verdict, again
from hubsync.model.entry import IndexEntry
from hubsync.model.mapping import FieldMapping
from hubsync.model.rounds import AllRounds, Rounds
from hubsync.model.side import Side
from hubsync.model.status import Failure, FailureCategory
from hubsync.model.sync import Sync

ROUNDS = 3
RETURNS = 2 * (ROUNDS - 1)
"""Returns in `ROUNDS` rounds: the two flows of the first are none. One more begins the round that is not written."""

LONGEST = 20
QUIET_SECONDS = 60 * 60
SHORT = 4
"""Bytes of a remembered hash. It is compared with one other only."""

HELD = "held: it is rewritten again and again"
SENTENCE = "{hubspot} in HubSpot and {app} in the app are rewritten against each other again and again."
REMEDY = (
    "Change the workflow, or whatever rewrites them, or map the field one way only; then edit the field, or retry. "
    "The other fields are kept in step."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The short hashes of both sides' canonical values, as they are now."""

    hubspot: bytes
    app: bytes

    def of(self, side: Side) -> bytes:
        """The hash of `side`."""
        return self.hubspot if side is Side.HUBSPOT else self.app


def shown(key: bytes, in_hubspot: str | None, in_app: str | None) -> Shown:
    """Both sides' canonical values, hashed with the sync's key."""
    return Shown(canonical_hash(key, in_hubspot)[:SHORT], canonical_hash(key, in_app)[:SHORT])


def is_held(rounds: Rounds | None, now: Shown) -> bool:
    """Whether a field is held, and nobody has edited it since."""
    return rounds is not None and rounds.held and all(rounds.sent(side) == now.of(side) for side in Side)


def flowed(rounds: Rounds | None, source: Side, values: Shown, now: int) -> Rounds:
    """The rounds once the value of `source` has flowed; `held` if it is not to flow any more."""
    value = values.of(source)
    chained = rounds is not None and not rounds.held and now - rounds.at < QUIET_SECONDS
    if not chained or rounds is None:
        return Rounds(source, now).with_sent(source, value)
    if rounds.source is source:
        # A second flow in the same direction: a repeated attempt, or a person who goes on typing.
        again = rounds.sent(source) == value
        return replace(rounds, at=now) if again else Rounds(source, now).with_sent(source, value)
    returns = rounds.returns + 1 if rounds.sent(source) == value else 0
    turns = rounds.turns + 1
    held = returns > RETURNS or turns >= LONGEST
    after = replace(rounds, source=source, at=now, turns=turns, returns=returns, held=held)
    after = after.with_sent(source, value)
    # What the other side shows now is what it is held at, so that an edit of it is told from it.
    return after.with_sent(source.other, values.of(source.other)) if held else after


@dataclass(slots=True)
class Guard:
    """Watches over the fields of one pair. `now` is epoch seconds; `retry` says that a person, or a save, asked to try
    again; `newest` is the side of the newer record, where that can be told.
    """

    sync: Sync
    entry: IndexEntry
    now: int
    retry: bool = False
    newest: Side | None = None
    held: list[FieldMapping] = field(default_factory=list)
    _after: dict[int, Rounds | None] = field(default_factory=dict)

    def judge(self, mapping: FieldMapping, verdict: Verdict, raws: Raws, normals: Normals) -> Verdict:
        """What becomes of a field that `weigh` has given this verdict."""
        before = self.entry.rounds.get(mapping.number)
        if before is None and verdict.write is None:
            return verdict
        values = shown(self.sync.hash_key, *normals)
        if before is not None and before.held:
            if normals[0] == normals[1] or not is_held(before, values):
                before = None  # they agree, or somebody has edited one of them
            elif not self._released(mapping, before):
                return self._hold(mapping, before)
            else:
                before, verdict = None, again(self.sync, self.entry, mapping, raws, normals, self.newest)
        after = before
        if verdict.write is not None and self._settled_before(mapping.number):
            after = flowed(before, verdict.write.other, values, self.now)
        if after is not None and after.held:
            return self._hold(mapping, after)
        self._after[mapping.number] = after
        return verdict

    def undo(self, mapping: FieldMapping) -> None:
        """The value could not be carried after all: nothing has flowed."""
        self._after[mapping.number] = self.entry.rounds.get(mapping.number)

    def rounds(self) -> AllRounds:
        """What to remember of this look, once its writes are done."""
        if not self.entry.rounds:
            return remembered({}, self._after, self.now)
        mapped = {mapping.number for mapping in self.sync.mappings}
        mapped |= {self.sync.stages.number} if self.sync.stages is not None else set()
        others = {number: rounds for number, rounds in self.entry.rounds.items() if number in mapped}
        return remembered(self.entry.rounds, {**others, **self._after}, self.now)

    def failure(self) -> Failure | None:
        """Why the record is failing, if a field of it is held."""
        return failure(self.held[0]) if self.held else None

    def _released(self, mapping: FieldMapping, rounds: Rounds) -> bool:
        """Whether a held field is to be tried once more."""
        one_way = not all(self.sync.may_write(mapping, side) for side in Side)
        return self.retry or one_way or self.now - rounds.at >= QUIET_SECONDS

    def _hold(self, mapping: FieldMapping, rounds: Rounds) -> Verdict:
        self.held.append(mapping)
        self._after[mapping.number] = rounds
        return Verdict(HELD, drifted=True)

    def _settled_before(self, number: int) -> bool:
        """Whether a mapping had a baseline: what flows at a first match is no answer to anything."""
        return number in self.entry.hubspot.fingerprints and number in self.entry.app.fingerprints


def remembered(before: AllRounds, after: Mapping[int, Rounds | None], now: int) -> AllRounds:
    """The rounds to keep. Those that are over are dropped only where there is something else to note, so that to forget
    costs no write of its own (promise 4).
    """
    kept = {
        number: rounds
        for number, rounds in after.items()
        if rounds is not None and (rounds.held or now - rounds.at < QUIET_SECONDS)
    }
    news = any(before.get(number) != rounds for number, rounds in kept.items())
    freed = any(rounds.held and number not in kept for number, rounds in before.items())
    return kept if news or freed else before


def failure(mapping: FieldMapping) -> Failure:
    """Why a record with a held field is failing. It names both fields and no value."""
    sentence = SENTENCE.format(hubspot=mapping.hubspot_field, app=mapping.app_field)
    return Failure(FailureCategory.FLIP_FLOP, sentence, REMEDY, mapping.hubspot_field)
