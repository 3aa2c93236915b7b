"""Says who is whom: resolves unbound records against the claims, and finds identifiers that two pairs share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hubsync.connectors.errors import RetryLaterError
from hubsync.engine.context import LONE, Resolution, Standing
from hubsync.engine.resolve import conflict, holds, resolve
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.identifier import Claim
from hubsync.model.record import Record
from hubsync.model.side import Side
from hubsync.services.look.gather import READ_AT_ONCE, bind, read, rekeyed
from hubsync.services.look.trial import narrowed
from hubsync.services.look.work import Desk, Wake, Work
from hubsync.stores.index_port import DeleteEntry, IndexWrite, PutAlias, PutClaim


@dataclass(slots=True)
class Book:
    """The claims and entries of one look: as they were read, with what this look changes on top.

    Records of one batch are resolved one after the other against the book, so that the first of two duplicates in a
    page is the first; the claims' versions then make sure that nobody else changed them meanwhile.
    """

    desk: Desk
    claims: dict[str, Claim] = field(default_factory=dict)
    entries: dict[str, IndexEntry] = field(default_factory=dict)
    _touched: dict[str, set[str]] = field(default_factory=dict)

    def load(self, keys: Iterable[str], works: Sequence[Work]) -> None:
        """Read claims and the entries they name."""
        missing = [key for key in dict.fromkeys(keys) if key not in self.claims]
        if missing:
            self.claims.update(self.desk.index.claims(self.desk.sync.id, missing))
        self.entries.update({work.entry.id: work.entry for work in works})
        named = {
            holder
            for key in missing
            for holder in (self.claims[key].hubspot, self.claims[key].app)
            if holder is not None and holder not in self.entries
        }
        if named:
            self.entries.update(self.desk.index.entries(self.desk.sync.id, named))

    def take(self, work: Work, side: Side, keys: Iterable[str]) -> tuple[str, ...]:
        """Give an entry the slots of `side` that are free or its own; returns the keys it holds then."""
        now, held = self.desk.clock.now(), []
        mine = {work.entry.id, work.absorbed.id if work.absorbed else work.entry.id}
        for key in keys:
            claim = self.claims[key]
            holder = claim.holder(side)
            free = holder is None or holder in mine or not holds(self.entries.get(holder), side, claim, now)
            if not free:
                continue
            held.append(key)
            if holder != work.entry.id:
                self.claims[key] = claim.held_by(side, work.entry.id, now)
                self._touched.setdefault(key, set()).add(work.entry.id)
        return tuple(held)

    def others(self, work: Work, key: str) -> bool:
        """Whether another entry holds one of the two slots of an identifier."""
        now, claim = self.desk.clock.now(), self.claims[key]
        holders = {side: claim.holder(side) for side in Side}
        return any(
            holder is not None and holder != work.entry.id and holds(self.entries.get(holder), side, claim, now)
            for side, holder in holders.items()
        )

    def yield_to(self, work: Work, keys: Iterable[str]) -> None:
        """Take from records without a partner the slots that a pair needs after its sync's match keys changed: it was
        there first, however early in the scan they come. Each finds itself a duplicate when its turn comes (rule 3.5).
        """
        for key, side in ((key, side) for key in keys for side in Side):
            holder = self.claims[key].holder(side)
            entry = self.entries.get(holder) if holder is not None else None
            if entry is None or entry.id == work.entry.id or all(entry.half(each).present for each in Side):
                continue
            self.claims[key] = self.claims[key].held_by(side, None, self.desk.clock.now())
            self._touched.setdefault(key, set()).add(work.entry.id)
            half = entry.half(side)
            kept = tuple(claim for claim in half.claims if claim != key)
            self.entries[entry.id] = entry.with_half(side, replace(half, claims=kept))

    def free(self, entry_id: str, side: Side, keys: Iterable[str]) -> list[str]:
        """Free the slots of `side` that an entry holds; returns those that it did hold."""
        freed = []
        for key in keys:
            claim = self.claims[key]
            if claim.holder(side) == entry_id:
                self.claims[key] = claim.held_by(side, None, self.desk.clock.now())
                self._touched.setdefault(key, set()).add(entry_id)
                freed.append(key)
        return freed

    def save(self) -> set[str]:
        """Write the changed claims; returns the ids of the entries that lost a race for one."""
        keys = list(self._touched)
        writes: list[IndexWrite] = [PutClaim(self.desk.sync.id, self.claims[key]) for key in keys]
        lost: set[str] = set()
        for key, done in zip(keys, self.desk.index.write(writes), strict=True):
            if done:
                self.claims[key] = replace(self.claims[key], version=self.claims[key].version + 1)
            else:
                lost |= self._touched[key]
                del self.claims[key]
        self._touched.clear()
        return lost


def stand(desk: Desk, book: Book, works: Sequence[Work], *, scanning: bool) -> None:
    """Resolve every unbound record, in order: each is bound to the partner it matches, or gets its standing.

    While the index of its side is incomplete a record takes its place only in the scan (`scanning`); met elsewhere it
    waits, so that no half-built index makes a duplicate and the first one in the scan stays the first (rule 1.3).
    """
    unbound = [work for work in works if _to_resolve(work)]
    for work in unbound:
        record = work.record(work.ref.side)
        work.keys[work.ref.side] = desk.keys(record) if record is not None else ()
    book.load((key for work in unbound for _, key in work.keys[work.ref.side]), works)
    for work in unbound:
        if scanning or desk.sync.index_complete(work.ref.side):
            _resolve(book, work)
        else:
            work.resolution = Resolution(Standing.WAIT)


def _to_resolve(work: Work) -> bool:
    entry, side = work.entry, work.ref.side
    return work.record(side) is not None and entry.half(side.other).record_id is None


def _resolve(book: Book, work: Work) -> None:
    side, keys = work.ref.side, work.keys[work.ref.side]
    record = work.record(side)
    if record is None:
        return
    now, complete = book.desk.clock.now(), book.desk.sync.index_complete(side.other)
    work.resolution = resolve(record.ref, work.entry.id, keys, book.claims, book.entries, now, complete=complete)
    if work.resolution.standing is Standing.MATCH and work.resolution.partner is not None:
        partner = book.entries[work.resolution.partner]
        if partner.half(side).record_id == record.ref.id:
            # Bound before, and only its alias was lost, or a look that ran beside gave it an entry of its own, which
            # would be found first for ever. The record was read before this entry: look again.
            own = [DeleteEntry(work.stored)] if work.stored.version and not work.stored.intents else []
            book.desk.index.write([PutAlias(book.desk.sync.id, record.ref, partner.id), *own])
            work.resolution = Resolution(Standing.WAIT)
            return
        work.resolution = narrowed(book.desk.sync, record.ref, work.resolution, book.claims, book.entries, now)
        if work.resolution.standing is Standing.MATCH:
            _join(book, work, partner, record)
    if work.resolution.standing is Standing.DUPLICATE:
        work.entry = work.entry.with_half(side, replace(work.entry.half(side), claims=()))
    if work.resolution.standing in (Standing.MATCH, Standing.LONE):
        # The slots are taken here already, so that the next record of this batch finds them taken.
        half = work.entry.half(side)
        work.entry = work.entry.with_half(side, replace(half, claims=book.take(work, side, [key for _, key in keys])))
        book.entries[work.entry.id] = work.entry


def _join(book: Book, work: Work, partner: IndexEntry, record: Record) -> None:
    """The work goes on with its partner's entry; one of its own is absorbed."""
    if work.stored.version:
        work.absorbed = work.stored
    work.stored, work.entry = partner, bind(partner, record.ref)
    work.aliases.append(record.ref)
    book.entries[work.entry.id] = work.entry


def recover_creates(desk: Desk, book: Book, works: Sequence[Work]) -> None:
    """Find the records that a create of unknown outcome has made, by their external id, before anything else is tried.

    Creating again would find them too, but write over what a person has changed in them since.
    """
    for side in Side:
        open_ = {work.entry.external_id: work for work in works if _may_have_created(work, side)}
        ids = list(open_)
        for start in range(0, len(ids), READ_AT_ONCE):
            some = ids[start : start + READ_AT_ONCE]
            with desk.calling(side):
                found = desk.connectors[side].find_created(desk.sync.object_type(side), some, desk.sync.fields(side))
            owners = desk.index.find(desk.sync.id, [record.ref for record in found.values()])
            for external_id, record in found.items():
                _recover(book, open_[external_id], record, owners.get(record.ref))


def _may_have_created(work: Work, side: Side) -> bool:
    intent = work.entry.intent(side)
    return intent is not None and intent.create and work.entry.half(side).record_id is None


def _recover(book: Book, work: Work, created: Record, owner: IndexEntry | None) -> None:
    """Bind a recovered record, unless it has gone up in another one's entry meanwhile, in a merge (rule 7.3)."""
    own = work.record(work.ref.side)
    if owner is None or owner.id == work.entry.id:
        work.entry = bind(work.entry, created.ref)
        work.records[created.ref.side] = created
        work.aliases.append(created.ref)
        work.resolution = LONE
    elif own is not None and not owner.half(work.ref.side).present:
        work.resolution = Resolution(Standing.MATCH, owner.id)
        _join(book, work, owner, own)
    else:
        key = next((key for _, key in work.keys.get(work.ref.side, ())), None)
        work.resolution = Resolution(Standing.DUPLICATE, owner.id, key=key)
        work.entry = replace(work.entry.with_half(created.ref.side, Half()), intents=())
        work.entry = work.entry.with_half(work.ref.side, replace(work.entry.half(work.ref.side), claims=()))


def read_partners(desk: Desk, works: Sequence[Work]) -> None:
    """Read the other side of every bound entry, in batches; a partner that is missing is gone."""
    for side in Side:
        wanted = [work for work in works if side not in work.records and work.entry.half(side).record_id is not None]
        found = read(desk, side, [work.entry.half(side).record_id or "" for work in wanted])
        merged = [asked for asked, record in found.items() if record.ref.id != asked]
        if merged:
            # Its own look moves the binding to the survivor (rule 7.3); then this one finds it there.
            desk.wake(Wake(side, tuple(merged), "merged"))
            raise RetryLaterError("A partner was merged into another record.", after=3, kind="merged")
        stale = [work for work in wanted if _is_stale(desk, work, side, found)]
        if stale:
            # Its own look frees what it does not bear any more; then this one finds who does.
            desk.wake(Wake(side, tuple(work.entry.half(side).record_id or "" for work in stale), "gone"))
            raise RetryLaterError("A record was matched by what it was.", after=3, kind="stale_match")
        for work in wanted:
            half = work.entry.half(side)
            record = found.get(half.record_id or "")
            work.records[side] = record
            work.entry = work.entry.with_half(side, replace(half, gone=record is None))


def _is_stale(desk: Desk, work: Work, side: Side, found: Mapping[str, Record]) -> bool:
    """Whether the partner that was just found had none before, and is gone or does not bear the identifier any more."""
    key = work.resolution.key
    if work.resolution.standing is not Standing.MATCH or work.stored.bound or key not in work.stored.half(side).claims:
        return False
    record = found.get(work.entry.half(side).record_id or "")
    return record is None or key not in {each for _, each in desk.keys(record)}


def find_conflicts(desk: Desk, book: Book, works: Sequence[Work]) -> None:
    """For bound pairs: work out both sides' keys, and whether a new one is held by another entry (rule 3.6)."""
    pairs = [work for work in works if all(work.record(side) is not None for side in Side)]
    for work in pairs:
        for side in Side:
            record = work.record(side)
            if side not in work.keys and record is not None:
                work.keys[side] = desk.keys(record)
    changed = [
        (work, side)
        for work in pairs
        for side in Side
        if {key for _, key in work.keys[side]} != set(work.entry.half(side).claims)
    ]
    book.load((key for work, side in changed for _, key in work.keys[side]), [work for work, _ in changed])
    now = desk.clock.now()
    for work, side in changed:
        keys = work.keys[side]
        fresh = {key for _, key in keys} - set(work.entry.half(side).claims)
        if rekeyed(desk.sync, work.stored):
            book.yield_to(work, fresh)
        if work.conflict is None and work.resolution.standing is Standing.LONE:
            work.conflict = conflict(side, work.entry.id, keys, fresh, book.claims, book.entries, now)
