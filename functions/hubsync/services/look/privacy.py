"""Erases what is stored of a record that was deleted in HubSpot for privacy's sake (rule 7.4).

The event is believed once HubSpot shows no such record any more. What goes: the history, the entry or its half with
baseline and claims, the way that leads to it, and its places in the lines of links that wait (rule 6.1). A partner that
lives on in the app keeps an entry of its own, on which a keyed hash stands in the place of the record's id: so that
nothing ever makes the record again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hubsync.connectors.errors import NeedsPersonError, RetryLaterError
from hubsync.engine.identify import fingerprint
from hubsync.engine.sentences import ERASED
from hubsync.model.entry import Half, IndexEntry, entry_id_for
from hubsync.model.record import RecordRef
from hubsync.model.status import RecordStatus
from hubsync.services.look.commit import free_slots
from hubsync.services.look.gather import read
from hubsync.services.look.history import forget
from hubsync.services.look.links import let_go
from hubsync.services.look.stand import Book
from hubsync.services.look.work import Deferral, Desk, Ended, Errand, Work
from hubsync.stores.index_port import DeleteAlias, DeleteEntry, IndexWrite, PutAlias, PutClaim, PutEntry

PRIVACY = "privacy"
"""The cause of a look that was asked to erase."""

STILL_THERE_SECONDS = 900.0
BELIEVED_MS = 24 * 60 * 60 * 1000
"""How long a record that is still there is asked for: then the event was about something else."""

BUSY_SECONDS = 3.0


def erase(desk: Desk, refs: Sequence[RecordRef], errand: Errand) -> Ended:
    """Erase some records of one side; each ends settled, or deferred while it is still there. May be repeated."""
    ended = Ended()
    if not refs:
        return ended
    side = refs[0].side
    try:
        alive = read(desk, side, [ref.id for ref in refs])
    except RetryLaterError as error:
        ended.deferred.extend(Deferral(ref, error.after, error.kind) for ref in refs)
        return ended
    except NeedsPersonError as error:
        ended.dead = (side, error)
        ended.deferred.extend(Deferral(ref, STILL_THERE_SECONDS, "needs_person") for ref in refs)
        return ended
    known = desk.index.find(desk.sync.id, refs)
    book = Book(desk)
    for ref in dict.fromkeys(refs):
        if ref.id in alive:
            if desk.clock.now() - errand.asked_at.get(ref, 0) < BELIEVED_MS:
                ended.deferred.append(Deferral(ref, STILL_THERE_SECONDS, "still_there"))
                continue
            desk.signals.note("privacy_deletion_not_confirmed", sync=desk.sync.id)
        elif not _erased(desk, book, ref, known.get(ref)):
            ended.deferred.append(Deferral(ref, BUSY_SECONDS, "leased"))
            continue
        ended.settled.append(ref)
    return ended


def _erased(desk: Desk, book: Book, ref: RecordRef, entry: IndexEntry | None) -> bool:
    """Erase one record; False if another worker is at its entry."""
    let_go(desk, ref)
    if entry is None:
        forget(desk, [entry_id_for(ref)])
        desk.index.write([DeleteAlias(desk.sync.id, ref)])
        return True
    if entry.lease_until > desk.clock.now():
        return False
    forget(desk, [entry.id])
    partner = entry.ref(ref.side.other) if entry.half(ref.side.other).present else None
    work = Work(ref, entry, entry, "")
    if partner is None:
        free_slots(desk, book, [], [work])
        done = desk.index.transact([DeleteEntry(entry), DeleteAlias(desk.sync.id, ref)])
    else:
        work.entry = _tombstone(desk, entry, ref)
        work.held = {side: set(entry.half(side).claims) for side in (ref.side, ref.side.other)}
        free_slots(desk, book, [work], [])
        done = desk.index.transact(_instead(desk, entry, work.entry, ref, partner))
    if done:
        desk.signals.count("RecordsErased")
        desk.signals.note("record_erased", sync=desk.sync.id)
    return done


def _tombstone(desk: Desk, entry: IndexEntry, ref: RecordRef) -> IndexEntry:
    """The entry without its record: a hash in the id's place, by which nobody finds the record again."""
    now = desk.clock.now()
    stone = f"erased-{fingerprint(desk.sync.hash_key, ref.id).hex()}"
    bare = entry.with_half(ref.side, Half(stone, gone=True))
    return replace(
        bare,
        status=RecordStatus.FAILING,
        failure=ERASED,
        exclusion=None,
        reason=ERASED.sentence,
        intents=(),
        drifted=(),
        links={},
        waiting_links=0,
        place="",
        inputs="",
        attempts=0,
        retry_at=0,
        erased=True,
        since=now,
        settled_at=now,
    )


def _instead(desk: Desk, entry: IndexEntry, stone: IndexEntry, ref: RecordRef, partner: RecordRef) -> list[IndexWrite]:
    """Puts the tombstone in the entry's place. One that was made for the erased record is named after it, so its
    partner gets an entry of its own name, and that entry the partner's claims.
    """
    writes: list[IndexWrite] = [DeleteAlias(desk.sync.id, ref)]
    if entry.id != entry_id_for(ref):
        return [*writes, PutEntry(stone)]
    own = replace(stone, id=entry_id_for(partner), version=0)
    side, now = partner.side, desk.clock.now()
    claims = desk.index.claims(desk.sync.id, own.half(side).claims)
    mine = [claim for claim in claims.values() if claim.holder(side) == entry.id]
    moved = [PutClaim(desk.sync.id, claim.held_by(side, own.id, now)) for claim in mine]
    return [*writes, DeleteEntry(entry), PutEntry(own), PutAlias(desk.sync.id, partner, own.id), *moved]
