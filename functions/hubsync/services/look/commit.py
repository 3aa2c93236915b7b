"""Writes down what was done: baselines, status, failure, freed slots. Only what changed is written (promise 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b

from hubsync.connectors.port import Deferred, Refused, Written
from hubsync.engine.baseline import fingerprints, glance, mirrored_in, settled
from hubsync.engine.context import Standing
from hubsync.engine.identify import fingerprint
from hubsync.engine.links import links_hash
from hubsync.model.association import linked_ids
from hubsync.model.decision import Action, Decision, Patch
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.identifier import Waiter
from hubsync.model.record import Record
from hubsync.model.rounds import AllRounds
from hubsync.model.side import Side
from hubsync.model.status import ExclusionReason, RecordStatus
from hubsync.services.look.act import follows, keys_after, store
from hubsync.services.look.history import forget
from hubsync.services.look.links import keep_waiting, look_once_more, newly_bound, wake_waiting
from hubsync.services.look.restore import make_room
from hubsync.services.look.shared import QUEUED
from hubsync.services.look.stand import Book
from hubsync.services.look.work import Desk, Ended, Errand, Wake, Work
from hubsync.stores.index_port import DeleteEntry, DeleteWaiter, PutWaiter

PAUSE_MS = 60 * 60 * 1000
LONGEST_PAUSE_MS = 20 * PAUSE_MS
"""The nightly comparison finds it over (rule 8.4)."""
WAKE_AT_ONCE = 10
IN_WORK = "Another sync is at work on the HubSpot record."


def inputs_of(desk: Desk, work: Work) -> str:
    """A hash of everything that a refusal depends on: both records, the saved settings, and what the applications say
    of the mapped fields (rule 8.4).
    """
    digest = blake2b(str(desk.sync.generation).encode(), digest_size=8)
    digest.update(desk.schema_print())
    shown = work.shown(desk.sync)
    for side in Side:
        for number, value in sorted(shown.get(side, {}).items()):
            digest.update(number.to_bytes(2, "big") + value)
    return digest.hexdigest()


def commit(desk: Desk, book: Book, works: Sequence[Work], errand: Errand, ended: Ended) -> None:
    """Bring every work to its end: settled, or deferred with its lease given back."""
    finished: list[Work] = []
    forgotten: list[Work] = []
    for work in works:
        decision = work.decision
        if decision is None:
            continue
        if decision.action is Action.FORGET:
            forgotten.append(work)
            continue
        again = _put_off(work)
        work.held = {side: {*work.stored.half(side).claims, *work.entry.half(side).claims} for side in Side}
        work.entry = _released(desk, work, again) if again is not None else _finished(desk, work, decision)
        if again is not None:
            ended.defer([work], again.after, again.kind)
        _queue_duplicate(desk, work, errand)
        finished.append(work)
    free_slots(desk, book, finished, forgotten)
    changed = [work for work in finished if _differs(work)]
    keep_waiting(desk, finished)
    bound = newly_bound(desk, changed, errand)
    wake_waiting(desk, bound, done=False)
    lost = store(desk, changed)
    make_room(desk, lost)
    wake_waiting(desk, [work for work in bound if work not in lost], done=True)
    look_once_more(desk, finished, ended)
    ended.defer(_left_unlinked(desk, finished), 1, "links_left")
    for work in lost:
        # Somebody else wrote the entry after our lease: whatever was done is found by the next look (promise 3).
        if not any(deferral.ref == work.ref for deferral in ended.deferred):
            ended.defer([work], 1, "commit_lost")
    deleting = [work for work in forgotten if work.stored.version]
    forget(desk, [work.stored.id for work in deleting])
    deleted = desk.index.write([DeleteEntry(work.stored) for work in deleting])
    ended.defer([work for work, done in zip(deleting, deleted, strict=True) if not done], 1, "commit_lost")
    put_off = {deferral.ref for deferral in ended.deferred}
    ended.settled.extend(work.ref for work in works if work.decision is not None and work.ref not in put_off)


def _put_off(work: Work) -> Deferred | None:
    """Why the work is looked at again, if it is."""
    for result in work.results.values():
        if isinstance(result, Deferred):
            return result
        if isinstance(result, Refused) and (result.gone or result.stale):
            return Deferred(0, "gone" if result.gone else "stale")
    return None


def _released(desk: Desk, work: Work, why: Deferred) -> IndexEntry:
    """The entry with its lease given back. What was written stays an intent until the next look has booked it."""
    keep = []
    for intent in work.entry.intents:
        result = work.results.get(intent.side)
        certain = isinstance(result, Refused) or (isinstance(result, Deferred) and not result.unknown)
        if not certain:
            keep.append(intent)
        elif (before := work.stored.intent(intent.side)) is not None:
            keep.append(before)
    entry = replace(work.entry, lease_until=0, intents=tuple(keep))
    if why.kind != QUEUED:
        return entry
    since = entry.since if entry.status is RecordStatus.QUEUED else desk.clock.now()
    return replace(entry, status=RecordStatus.QUEUED, failure=None, exclusion=None, reason=IN_WORK, since=since)


def _finished(desk: Desk, work: Work, decision: Decision) -> IndexEntry:
    """The entry as the decision and its outcome leave it."""
    entry, now = work.entry, desk.clock.now()
    status, failure, reason = decision.status, decision.failure, decision.reason
    undecided = _undecided(desk, work, decision) | {each.number for each in desk.sync.suspended}
    for side, result in work.results.items():
        if isinstance(result, Refused):
            status, failure, reason = RecordStatus.FAILING, result.failure, result.failure.sentence
        elif isinstance(result, Written) and entry.half(side).record_id is None:
            entry = entry.with_half(side, replace(entry.half(side), record_id=result.record.ref.id, gone=False))
            work.aliases.append(result.record.ref)
    for side in Side:
        entry = entry.with_half(side, _half(desk, work, decision, entry, side, undecided))
    refused = status is RecordStatus.FAILING and failure is not None
    inputs = inputs_of(desk, work) if refused else ""
    repeated = refused and inputs == work.stored.inputs
    attempts = work.stored.attempts + 1 if repeated else 1
    pause = min(PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS)
    return replace(
        entry,
        status=status,
        failure=failure,
        exclusion=decision.exclusion,
        links=_links(entry, decision, undecided),
        waiting_links=len(decision.waiting) if decision.links is not None else entry.waiting_links,
        reason=_reason(work, decision, status, reason),
        drifted=decision.drifted if decision.action is not Action.REFUSE else entry.drifted,
        rounds=_rounds(entry, decision, undecided),
        warnings=decision.warnings if decision.action is not Action.REFUSE else entry.warnings,
        intents=(),
        lease_until=0,
        generation=desk.sync.generation if entry.generation < desk.sync.keys_since else entry.generation,
        place=work.place if decision.exclusion is ExclusionReason.DUPLICATE else "",
        inputs=inputs,
        attempts=attempts if refused else 0,
        retry_at=now + pause if refused else 0,
        since=now if status is not work.stored.status else work.stored.since,
        settled_at=now,
    )


def _rounds(entry: IndexEntry, decision: Decision, undecided: set[int]) -> AllRounds:
    """The rounds to remember: a flow that was not written did not happen (rule 2.8)."""
    if decision.rounds is None:
        return entry.rounds
    after = {number: rounds for number, rounds in decision.rounds.items() if number not in undecided}
    return {**after, **{number: rounds for number, rounds in entry.rounds.items() if number in undecided}}


def _reason(work: Work, decision: Decision, status: RecordStatus, reason: str) -> str:
    """The sentence to keep: the last one that told of a change, so that a look without consequence writes nothing."""
    before = work.stored
    other = status is not before.status or decision.exclusion is not before.exclusion
    waiting = decision.links is not None and len(decision.waiting) != before.waiting_links
    news = decision.patches or other or waiting or not before.version
    return reason if news else work.stored.reason


def _undecided(desk: Desk, work: Work, decision: Decision) -> set[int]:
    """The mapping numbers whose write did not succeed: their change must not be taken for settled."""
    undecided: set[int] = set()
    for side, patch in decision.patches.items():
        result = work.results.get(side)
        undecided |= _unlinked(desk, side, patch, result) if isinstance(result, Written) else set(patch.sent)
    return undecided


def _unlinked(desk: Desk, side: Side, patch: Patch, result: Written) -> set[int]:
    """The associations of a written record that do not show what was sent: HubSpot takes links one by one."""
    return {
        association.number
        for association in desk.sync.associations
        if association.number in patch.sent
        and links_hash(desk.sync, linked_ids(result.record.fields.get(association.field(side))))
        != patch.sent[association.number]
    }


def _left_unlinked(desk: Desk, works: Sequence[Work]) -> list[Work]:
    """The works whose record was just made without all of its links: another look makes the rest, or says why not."""
    return [
        work
        for work in works
        if work.decision is not None and work.decision.patches
        for side, patch in work.decision.patches.items()
        if patch.create
        and isinstance(result := work.results.get(side), Written)
        and _unlinked(desk, side, patch, result)
    ]


def _links(entry: IndexEntry, decision: Decision, undecided: set[int]) -> Mapping[int, tuple[bytes, ...]]:
    """The links to remember; those of an association that could not be written are the ones from before."""
    if decision.links is None:
        return entry.links
    found = {
        number: entry.links.get(number, ()) if number in undecided else links
        for number, links in decision.links.items()
    }
    return {number: links for number, links in found.items() if links}


def _half(desk: Desk, work: Work, decision: Decision, entry: IndexEntry, side: Side, undecided: set[int]) -> Half:
    """One side's half: its baseline and its claims after the look."""
    half = entry.half(side)
    result, patch, record = work.results.get(side), decision.patches.get(side), work.record(side)
    if side in decision.baselines:
        written: dict[int, bytes] = {}
        read = decision.baselines[side]
        if isinstance(result, Written) and patch is not None:
            shown = fingerprints(desk.sync, side, result.record)
            written = {number: shown[number] for number in patch.sent if number in shown}
        half = replace(half, fingerprints=settled(read, half.fingerprints, undecided=undecided, written=written))
    elif isinstance(result, Written) and patch is not None and patch.create:
        half = replace(half, fingerprints=_of_created(desk, side, result.record, patch))
    if isinstance(result, Written) and result.record.modified_at is not None:
        half = replace(half, written_at=result.record.modified_at)
    claims = half.claims
    if record is not None and follows(work) and not isinstance(result, Refused):
        after = {key for _, key in keys_after(desk, work, side, patch)}
        claims = tuple(key for key in claims if key in after)
    elif not half.present:
        claims = ()  # the next duplicate takes the place of a deleted record, and its partner (rule 3.5)
    excluded = decision.exclusion is not None and entry.bound and record is not None
    return replace(half, claims=claims, seen=glance(desk.sync, side, record) if excluded and record else b"")


def _of_created(desk: Desk, side: Side, record: Record, patch: Patch) -> dict[int, bytes]:
    """The baseline of a record that we made: what was sent as the application shows it, everything else as empty, so
    that a default which the application filled in by itself is found and carried back.
    """
    shown, empty = fingerprints(desk.sync, side, record), fingerprint(desk.sync.hash_key, None)
    made = {number: shown[number] if number in patch.sent else empty for number in shown}
    return {**made, **mirrored_in(desk.sync, side, patch.sent)}


def _differs(work: Work) -> bool:
    """Whether there is anything to write down."""
    if work.absorbed is not None or work.aliases or work.entry.version == 0 or work.results:
        return True
    calm = replace(work.entry, settled_at=0, retry_at=0, attempts=0, version=0)
    return calm != replace(work.stored, settled_at=0, retry_at=0, attempts=0, version=0)


def _queue_duplicate(desk: Desk, work: Work, errand: Errand) -> None:
    """Put a new duplicate in the line for the slot that it lost (rule 3.5); one that has changed may have lost another
    slot than it waits for.
    """
    key = work.resolution.key
    if work.entry.exclusion is not ExclusionReason.DUPLICATE or key is None:
        return
    side = work.ref.side
    changed = work.stored.half(side).fingerprints != work.entry.half(side).fingerprints
    new = work.stored.exclusion is not ExclusionReason.DUPLICATE
    if work.resolution.standing is Standing.DUPLICATE and (new or changed or errand.forced):
        desk.index.write([PutWaiter(desk.sync.id, Waiter(key, work.ref.side, work.place, work.entry.id))])


def free_slots(desk: Desk, book: Book, finished: Sequence[Work], forgotten: Sequence[Work]) -> None:
    """Free the slots that are no longer needed and wake those who waited for one.

    This comes before the entry is stored: should we die in between, the repeated look finds the entry as it was and
    frees again; the other way round a waiter could sleep for ever.
    """
    released: dict[str, None] = {}
    for work in finished:
        for side in Side:
            needless = work.held[side] - set(work.entry.half(side).claims)
            released |= _release(book, work.entry, side, needless)
            if work.absorbed is not None:
                left = set(work.absorbed.half(side).claims) - set(work.entry.half(side).claims)
                released |= _release(book, work.absorbed, side, left)
    for work in forgotten:
        for side in Side:
            released |= _release(book, work.entry, side, work.stored.half(side).claims)
    if not released:
        return
    book.save()
    here = {work.entry.id: work.entry for work in finished}
    # Those of the other side wait as well: their twin's partner held the slot (docs/matching.md).
    for key, side in ((key, side) for key in released for side in Side):
        waiters = desk.index.waiters(desk.sync.id, key, side, WAKE_AT_ONCE)
        if not waiters:
            continue
        entries = {**desk.index.entries(desk.sync.id, [waiter.entry_id for waiter in waiters]), **here}
        named = [entries[waiter.entry_id].half(side).record_id for waiter in waiters if waiter.entry_id in entries]
        if ids := tuple(record_id for record_id in named if record_id is not None):
            desk.wake(Wake(side, ids, "slot_freed"))
        desk.index.write([DeleteWaiter(desk.sync.id, waiter) for waiter in waiters])


def _release(book: Book, entry: IndexEntry, side: Side, keys: Iterable[str]) -> dict[str, None]:
    """Free slots of an entry; names each even if it was free already, for an earlier attempt may have died here."""
    wanted = dict.fromkeys(keys)
    book.load(wanted, [])
    book.free(entry.id, side, wanted)
    return wanted
