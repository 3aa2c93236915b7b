"""Takes slots and leases, writes to the applications, and brings back what they answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from hubsync.connectors.errors import NeedsPersonError, RetryLaterError
from hubsync.connectors.http import TIMEOUT_SECONDS
from hubsync.connectors.port import Create, Deferred, Update, WriteResult
from hubsync.model.decision import Action, Patch
from hubsync.model.entry import IndexEntry, Intent
from hubsync.model.record import Record
from hubsync.model.side import Side
from hubsync.services.look.gather import rekeyed
from hubsync.services.look.search import there_already
from hubsync.services.look.stand import Book
from hubsync.services.look.work import Desk, Keys, Work
from hubsync.stores.index_port import DeleteEntry, PutAlias, PutEntry

Call = Callable[[Desk, Side, Sequence[Work]], Sequence[WriteResult]]

AT_ONCE = 100
CALL_MS = int(TIMEOUT_SECONDS * 1000)
STALE_MS = 15_000
"""A record that was read longer ago than this is read again rather than written (promise 3)."""


def claim_ahead(book: Book, works: Sequence[Work]) -> list[Work]:
    """Take every slot that the works need once their writes are done; an email edit claims the new before it frees the
    old. Returns the works that lost a race for one; they have to be looked at again.
    """
    # After a change of the match keys the pairs come first: what they are now known by is theirs.
    for work in sorted(works, key=lambda work: not (rekeyed(book.desk.sync, work.stored) and _whole(work))):
        for side in Side:
            ahead = keys_ahead(book.desk, work, side)
            half = work.entry.half(side)
            if {key for _, key in ahead} <= set(half.claims):
                continue
            book.load((key for _, key in ahead), [work])
            # While another record is in the way of an identifier, neither of its slots is touched (rule 3.6).
            free = [key for _, key in ahead if work.conflict is None or not book.others(work, key)]
            taken = book.take(work, side, free)
            work.entry = work.entry.with_half(side, replace(half, claims=tuple(dict.fromkeys([*half.claims, *taken]))))
            book.entries[work.entry.id] = work.entry
    lost = book.save()
    return [work for work in works if work.entry.id in lost]


def _whole(work: Work) -> bool:
    return all(work.record(side) is not None for side in Side)


def keys_ahead(desk: Desk, work: Work, side: Side) -> Keys:
    """The claim keys that the record of `side` has now or will have after its patch."""
    patch = work.decision.patches.get(side) if work.decision is not None else None
    if patch is not None and patch.create:
        return work.keys.get(side.other, ())
    if not follows(work):
        return ()
    return tuple(dict.fromkeys([*keys_now(desk, work, side), *keys_after(desk, work, side, patch)]))


def follows(work: Work) -> bool:
    """Whether the entry's claims follow its records' identifiers: a pair's do, and those of a pair's survivor."""
    decision = work.decision
    return decision is not None and work.entry.bound and decision.action not in (Action.WAIT, Action.FORGET)


def keys_now(desk: Desk, work: Work, side: Side) -> Keys:
    """The claim keys that the record of `side` has now."""
    record = work.record(side)
    if side not in work.keys and record is not None:
        work.keys[side] = desk.keys(record)
    return work.keys.get(side, ())


def keys_after(desk: Desk, work: Work, side: Side, patch: Patch | None) -> Keys:
    """The claim keys that the record of `side` has once its patch is written."""
    record = work.record(side)
    identifying = {name for key in desk.sync.match_keys for name in key.fields(side)}
    if patch is None or record is None or not identifying & patch.fields.keys():
        return keys_now(desk, work, side)
    return desk.keys(Record(record.ref, {**record.fields, **patch.fields}))


def lease(desk: Desk, works: Sequence[Work]) -> list[Work]:
    """Take the leases and store the intents, in one conditional write each. Returns the works that got none."""
    for work in works:
        patches = work.decision.patches if work.decision is not None else {}
        work.entry = replace(
            work.entry,
            lease_until=desk.deadline + desk.grace,
            intents=_intents(work.entry, patches),
            generation=desk.sync.generation,
        )
    return store(desk, works)


def _intents(entry: IndexEntry, patches: Mapping[Side, Patch]) -> tuple[Intent, ...]:
    """The open intents with the new ones; a superseded value stays next to the new one until a commit clears both."""
    intents = {intent.side: intent for intent in entry.intents}
    for side, patch in patches.items():
        before = intents[side].sent if side in intents else {}
        sent = {**before, **{number: (*before.get(number, ()), value)[-3:] for number, value in patch.sent.items()}}
        intents[side] = Intent(side, sent, create=patch.create)
    return tuple(intents.values())


def store(desk: Desk, works: Sequence[Work]) -> list[Work]:
    """Store the works' entries, with the fusions and aliases that are due. Returns those whose version had moved on."""
    failed: list[Work] = []
    plain = [work for work in works if work.absorbed is None]
    aliases = [PutAlias(desk.sync.id, ref, work.entry.id) for work in plain for ref in dict.fromkeys(work.aliases)]
    # Aliases first: one that leads to an entry which does not know of the record is not followed, and the other way
    # round a crash would leave a record that leads nowhere.
    desk.index.write(aliases)
    done = desk.index.write([PutEntry(work.entry) for work in plain])
    failed += [work for work, stored in zip(plain, done, strict=True) if not stored]
    for work in works:
        if work.absorbed is not None:
            moved = [PutAlias(desk.sync.id, ref, work.entry.id) for ref in dict.fromkeys(work.aliases)]
            if not desk.index.transact([PutEntry(work.entry), DeleteEntry(work.absorbed), *moved]):
                failed.append(work)
                continue
            work.absorbed = None
    for work in works:
        if work not in failed:
            work.aliases.clear()
            work.entry = replace(work.entry, version=work.entry.version + 1)
    return failed


def write(desk: Desk, works: Sequence[Work], *, search: bool) -> tuple[Side, NeedsPersonError] | None:
    """Write every patch, batch by batch, and leave each answer in `Work.results`. With `search` nothing is made that
    is there already (`hubsync.services.look.search`); a scan has just read both lists.

    What could not be tried is answered `Deferred`. Returns the side whose token turned out to be dead, if one did.
    """
    dead: tuple[Side, NeedsPersonError] | None = None
    for side in Side:
        patched = [work for work in works if work.decision is not None and side in work.decision.patches]
        try:
            _send(desk, side, [work for work in patched if _patch(work, side).create], _make if search else _create)
            _send(desk, side, [work for work in patched if not _patch(work, side).create], _update)
        except NeedsPersonError as error:
            dead = (side, error)
            for work in patched:
                work.results.setdefault(side, Deferred(60, "needs_person"))
    return dead


def _send(desk: Desk, side: Side, works: Sequence[Work], call: Call) -> None:
    waiting: Deferred | None = None
    fresh = []
    for work in works:
        if desk.clock.now() - work.read_at > STALE_MS:
            work.results[side] = Deferred(0, "stale")
        else:
            fresh.append(work)
    for some in (fresh[at : at + AT_ONCE] for at in range(0, len(fresh), AT_ONCE)):
        if waiting is None and desk.clock.now() + CALL_MS > desk.deadline:
            waiting = Deferred(0, "deadline")
        if waiting is not None:
            for work in some:
                work.results[side] = waiting
            continue
        try:
            answers = call(desk, side, some)
        except RetryLaterError as error:
            waiting = Deferred(error.after, error.kind)
            answers = [Deferred(error.after, error.kind, error.unknown)] * len(some)
        for work, answer in zip(some, answers, strict=True):
            work.results[side] = answer
        _hear(desk, side, answers)


def _hear(desk: Desk, side: Side, answers: Sequence[WriteResult]) -> None:
    """What the answers to some writes say of the account (rule 1.9)."""
    put_off = [answer for answer in answers if isinstance(answer, Deferred)]
    for answer in put_off:
        desk.away(side, answer.kind, answer.after)
    if len(put_off) < len(answers):
        desk.reached(side)


def _patch(work: Work, side: Side) -> Patch:
    if work.decision is None:
        raise AssertionError("a work without a decision is not written")
    return work.decision.patches[side]


def _make(desk: Desk, side: Side, works: Sequence[Work]) -> Sequence[WriteResult]:
    """Make the records that are not there already; those that are have their answer by then."""
    there = there_already(desk, side, works)
    missing = [work for work in works if work not in there]
    made = dict(zip(missing, _create(desk, side, missing), strict=True)) if missing else {}
    return [made[work] if work in made else work.results[side] for work in works]


def _create(desk: Desk, side: Side, works: Sequence[Work]) -> Sequence[WriteResult]:
    """Make records; the external id is the entry's, so that an attempt whose answer was lost makes nothing twice."""
    inputs = [Create(work.entry.external_id, _patch(work, side).fields) for work in works]
    return desk.connectors[side].create(desk.sync.object_type(side), inputs)


def _update(desk: Desk, side: Side, works: Sequence[Work]) -> Sequence[WriteResult]:
    """Write the changed fields."""
    inputs = []
    for work in works:
        record = work.record(side)
        etag = record.etag if record is not None else None
        inputs.append(Update(work.entry.half(side).record_id or "", _patch(work, side).fields, etag))
    return desk.connectors[side].update(desk.sync.object_type(side), inputs)
