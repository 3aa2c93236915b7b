"""The look: the one way in which anything is ever written (promise 2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from hubsync.connectors.errors import NeedsPersonError, RetryLaterError
from hubsync.connectors.port import Refused, Written
from hubsync.engine.context import Context, Standing
from hubsync.engine.decide import decide
from hubsync.model.decision import Action
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.status import EXPLAINED_BY_SCHEMA, RecordStatus
from hubsync.model.sync import Suspension
from hubsync.services.look.act import claim_ahead, lease, write
from hubsync.services.look.commit import commit, inputs_of
from hubsync.services.look.gather import Seen, gather, unchanged
from hubsync.services.look.history import keep_intended, keep_outcomes
from hubsync.services.look.links import linked_entries
from hubsync.services.look.outcome import tally_of
from hubsync.services.look.restore import make_room, stand_alone_again
from hubsync.services.look.shared import give_back, take_records
from hubsync.services.look.stand import Book, find_conflicts, read_partners, recover_creates, stand
from hubsync.services.look.trial import chosen, spared
from hubsync.services.look.work import Deferral, Desk, Ended, Errand, Wake, Work

LEASED_WAIT = 3.0
"""Seconds to wait for a lease that another worker holds."""


def look(
    desk: Desk,
    refs: Sequence[RecordRef],
    errand: Errand,
    seen: Seen | None = None,
    claimed: Callable[[], None] | None = None,
) -> Ended:
    """Look at some records of one side again; whatever state they are found in, they end settled or deferred.

    `seen` is what a scan has just read. `claimed` is called once every
    identifier has been claimed, before anything is written remotely; it is not called if that could not be done, so
    that a scan can keep its pages in order. Nothing is raised for a record's
    or an application's sake; what a store raises is left to the queue.
    """
    ended = Ended()
    if not refs:
        return ended
    side = refs[0].side
    try:
        ended.settled.extend(apart := spared(desk, refs))
        refs = [ref for ref in refs if ref not in set(apart)]
        works = gather(desk, refs, seen or Seen())
        ended.settled.extend(_spoken_for(refs, works))
        works = _open(desk, works, errand, ended)
        book = Book(desk)
        stand(desk, book, works, scanning=errand.scan)
        works = _unleased(desk, works, ended)
        side = side.other
        recover_creates(desk, book, works)
        works = _unleased(desk, works, ended)
        read_partners(desk, works)
        works = stand_alone_again(desk, works, errand, ended)
        owners = {}
        for side in Side if works else ():
            owners[side] = desk.owners(side)
    except RetryLaterError as error:
        _defer_rest(refs, ended, error.after, error.kind)
        return ended
    except NeedsPersonError as error:
        ended.dead = (side, error)
        _defer_rest(refs, ended, 60, "needs_person")
        return ended
    desk = _without_lacking(desk, works)
    find_conflicts(desk, book, works)
    linked = linked_entries(desk, works)
    for work in works:
        context = Context(
            desk.sync,
            desk.may_create if chosen(desk.sync, work.entry, work.ref) else frozenset(),
            work.resolution,
            work.conflict,
            desk.schemas,
            now=desk.clock.now(),
            retry=errand.forced,
            linked=linked,
            owners=owners,
            shown=work.shown(desk.sync),
        )
        work.decision = decide(work.entry, work.record(Side.HUBSPOT), work.record(Side.APP), context)
    works = _not_refused_already(desk, works, errand, ended)
    works = _not_waiting(desk, works, errand, ended)
    _act(desk, book, works, errand, ended, claimed)
    return ended


def _act(
    desk: Desk,
    book: Book,
    works: list[Work],
    errand: Errand,
    ended: Ended,
    claimed: Callable[[], None] | None,
) -> None:
    """Claim, lease, write, commit."""
    lost = claim_ahead(book, works)
    ended.defer(lost, 0.5, "claim_lost")
    if claimed is not None:
        claimed()
    works = [work for work in works if work not in lost]
    writing = [work for work in works if work.decision is not None and work.decision.patches]
    queued = take_records(desk, writing)
    writing = [work for work in writing if work not in queued]
    if writing:
        failed = lease(desk, writing)
        make_room(desk, failed)
        ended.defer(failed, 1, "lease_lost")
        works = [work for work in works if work not in failed]
        writing = [work for work in writing if work not in failed]
        if _fenced(desk):
            give_back(desk, [*writing, *failed])
            ended.defer(works, 0, "fenced")
            return
        _record_winners(desk, writing, errand)
        keep_intended(desk, writing, errand)
        ended.dead = write(desk, writing, search=not errand.scan)
        keep_outcomes(desk, writing)
        give_back(desk, [*writing, *failed])
    commit(desk, book, works, errand, ended)
    _tell(desk, works, errand)
    ended.tally = tally_of([work for work in works if work.ref in set(ended.settled)])
    if any(_unexplained(work) for work in works):
        desk.doubt()


def _without_lacking(desk: Desk, works: Sequence[Work]) -> Desk:
    """The desk without the mappings whose HubSpot field is missing in what was read. HubSpot shows an empty field as
    null and leaves out what it does not define: that is no person's clear, and must not travel as one (rule 4.1).
    """
    known = desk.schemas.get(Side.HUBSPOT, {})
    fields = {mapping.number: mapping.fields(Side.HUBSPOT) for mapping in desk.sync.mappings}
    names = {name for each in fields.values() for name in each if name in known}
    records = [record for work in works if (record := work.record(Side.HUBSPOT)) is not None]
    lacking = {name for record in records if not names <= record.fields.keys() for name in names - record.fields.keys()}
    if not lacking:
        return desk
    desk.doubt()
    out = (
        Suspension(mapping.number, Side.HUBSPOT, "HubSpot does not show the field.", "")
        for mapping in desk.sync.mappings
        if not lacking.isdisjoint(fields[mapping.number])
    )
    return replace(desk, sync=replace(desk.sync, suspended=(*desk.sync.suspended, *out)).live())


def _unexplained(work: Work) -> bool:
    """Whether a record was refused, for the first time, for something that a changed schema would explain."""
    failure = work.entry.failure
    fresh = work.entry.inputs != work.stored.inputs
    return failure is not None and fresh and failure.category in EXPLAINED_BY_SCHEMA


def _spoken_for(refs: Sequence[RecordRef], works: Sequence[Work]) -> list[RecordRef]:
    """References that another reference of the same look stands for: two names of one entry."""
    named = {work.ref for work in works}
    return [ref for ref in dict.fromkeys(refs) if ref not in named]


def _open(desk: Desk, works: Sequence[Work], errand: Errand, ended: Ended) -> list[Work]:
    """The works that need more than the first read."""
    rest: list[Work] = []
    for work in works:
        if unchanged(desk, work, errand):
            ended.settled.append(work.ref)
        else:
            rest.append(work)
    return _unleased(desk, rest, ended)


def _unleased(desk: Desk, works: Sequence[Work], ended: Ended) -> list[Work]:
    """The works whose entry nobody else is at; the others wait."""
    now = desk.clock.now()
    leased = [work for work in works if work.stored.lease_until > now]
    fenced = [work for work in works if work.stored.generation > desk.sync.generation]
    ended.defer(leased, LEASED_WAIT, "leased")
    ended.defer(fenced, 1, "fenced")
    return [work for work in works if work not in leased and work not in fenced]


def _not_refused_already(desk: Desk, works: Sequence[Work], errand: Errand, ended: Ended) -> list[Work]:
    """Leaves out what was refused before just as it is now, until its pause is over (rule 8.4)."""
    rest: list[Work] = []
    for work in works:
        before = work.stored
        known = before.status is RecordStatus.FAILING and before.inputs and before.retry_at > desk.clock.now()
        acting = work.decision is not None and work.decision.action in (Action.CREATE, Action.UPDATE)
        if known and acting and not errand.forced and before.inputs == inputs_of(desk, work):
            ended.settled.append(work.ref)
        else:
            rest.append(work)
    return rest


def _not_waiting(desk: Desk, works: Sequence[Work], errand: Errand, ended: Ended) -> list[Work]:
    """Leaves out what waits for another worker's record; what waits for the initial sync is settled as pending."""
    waiting = [
        work
        for work in works
        if work.decision is not None
        and work.decision.action is Action.WAIT
        and work.resolution.standing is Standing.WAIT
        and (errand.scan or desk.sync.index_complete(work.ref.side))
    ]
    ended.defer(waiting, LEASED_WAIT, "slot_in_work")
    return [work for work in works if work not in waiting]


def _fenced(desk: Desk) -> bool:
    """Whether the sync was saved, turned off or deleted since this work began (rule 1.2), or has to lease (1.8)."""
    now = desk.syncs.sync(desk.sync.id)
    if now is None or not now.running or now.generation != desk.sync.generation:
        return True
    return now.shared != desk.sync.shared  # another sync has come to write the same records


def _defer_rest(refs: Sequence[RecordRef], ended: Ended, after: float, kind: str) -> None:
    done = {*ended.settled, *(deferral.ref for deferral in ended.deferred)}
    ended.deferred.extend(Deferral(ref, after, kind) for ref in dict.fromkeys(refs) if ref not in done)


def _record_winners(desk: Desk, works: Sequence[Work], errand: Errand) -> None:
    """Say who won where both sides had a say, before anything is written over (promise 3)."""
    for work in works:
        contested = [win for win in work.decision.wins if win.contested] if work.decision is not None else []
        if contested:
            desk.signals.note(
                "conflict_decided",
                sync=desk.sync.id,
                entry=work.entry.id,
                won=",".join(f"{win.number}:{win.winner}" for win in contested),
                correlation_id=errand.correlation_of(work.ref),
            )


def _tell(desk: Desk, works: Sequence[Work], errand: Errand) -> None:
    """Metrics, log lines and wakes for what was done. No value of a customer is in them."""
    if works:
        desk.signals.count("RecordsLooked", len(works))
    for work in works:
        decision = work.decision
        if decision is None:
            continue
        for side, result in work.results.items():
            if isinstance(result, Written):
                desk.signals.count("WritesHubSpot" if side is Side.HUBSPOT else "WritesApp")
            if isinstance(result, Refused) and result.existing_id is not None:
                desk.wake(Wake(side, (result.existing_id,), "in_the_way"))
        if work.results or work.resolution.standing is Standing.MATCH:
            desk.signals.note(
                "record_decided",
                sync=desk.sync.id,
                entry=work.entry.id,
                action=decision.action,
                status=work.entry.status,
                reason=decision.reason,
                correlation_id=errand.correlation_of(work.ref),
                cause=errand.cause,
            )
