"""Finds the entries of some references and reads their records, on the side that was named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from hubsync.engine.baseline import fingerprints, glance, shows, unfiltered
from hubsync.engine.filter import may_enter
from hubsync.model.entry import Fingerprints, Half, IndexEntry, entry_id_for, entry_ids_in
from hubsync.model.record import Record, RecordRef
from hubsync.model.side import Side
from hubsync.model.status import ExclusionReason, FailureCategory, RecordStatus
from hubsync.model.sync import Sync
from hubsync.services.look.merged import follow_merges
from hubsync.services.look.work import Desk, Errand, Work
from hubsync.stores.index_port import PutAlias

READ_AT_ONCE = 100
SKEW_MS = 5_000
"""The clocks of two workers differ by less than this."""


def read(desk: Desk, side: Side, ids: Sequence[str]) -> dict[str, Record]:
    """The living records of one side, by the id asked for; raises what the connector raises."""
    found: dict[str, Record] = {}
    distinct = list(dict.fromkeys(ids))
    for start in range(0, len(distinct), READ_AT_ONCE):
        chunk = distinct[start : start + READ_AT_ONCE]
        with desk.calling(side):
            found.update(desk.connectors[side].read(desk.sync.object_type(side), chunk, desk.sync.fields(side)))
    return {asked: record for asked, record in found.items() if not record.deleted}


@dataclass(frozen=True, slots=True)
class Seen:
    """Records that a scan has just read: when it asked for them (epoch ms), and the place of each in the scan."""

    records: Mapping[RecordRef, Record] = field(default_factory=dict)
    at: int = 0
    places: Mapping[RecordRef, str] = field(default_factory=dict)


def gather(desk: Desk, refs: Sequence[RecordRef], seen: Seen) -> list[Work]:
    """One work for each entry, in the order of the references, with the record of their side.

    An entry is read before the record that it is compared with: if another look changes both in between, the entry's
    version gives it away. What a scan has seen was read before its entry; it counts only if no look has touched the
    entry since. Reads raise `RetryLaterError` or `NeedsPersonError`.
    """
    refs = list(dict.fromkeys(refs))
    if not refs:
        return []
    side = refs[0].side
    entries = dict(desk.index.find(desk.sync.id, refs))
    records = {ref.id: seen.records[ref] for ref in refs if ref in seen.records and _untouched(entries.get(ref), seen)}
    fresh = [ref.id for ref in refs if ref.id not in records]
    read_at = dict.fromkeys(records, seen.at) | dict.fromkeys(fresh, now := desk.clock.now())
    if fresh:
        records.update(read(desk, side, fresh))
    spoken_for = follow_merges(desk, {ref: records[ref.id] for ref in refs if ref.id in records}, entries)
    entries.update(_by_external_id(desk, [ref for ref in refs if ref not in spoken_for], records, entries))
    works: dict[str, Work] = {}
    for at, ref in enumerate(refs):
        if ref in spoken_for:
            continue
        entry = entries.get(ref) or IndexEntry(desk.sync.id, entry_id_for(ref))
        place = entry.place or seen.places.get(ref, f"~{now:014d}.{at:05d}.{ref.id}")
        works.setdefault(entry.id, _work(ref, entry, records.get(ref.id), place, read_at[ref.id]))
    return list(works.values())


def _untouched(entry: IndexEntry | None, seen: Seen) -> bool:
    """Whether no look has changed the entry since the scan asked for its page."""
    return entry is None or entry.settled_at < seen.at - SKEW_MS


def _work(ref: RecordRef, entry: IndexEntry, record: Record | None, place: str, read_at: int) -> Work:
    if ref.side is Side.HUBSPOT and ref.id.isdigit():
        place = ref.id.zfill(20)  # rule 3.5: among HubSpot's own duplicates the lowest id is first
    work = Work(ref, entry, entry, place, {ref.side: record}, read_at=read_at)
    half = entry.half(ref.side)
    if record is not None:
        changed = replace(half, record_id=record.ref.id, gone=False)
        work.entry = entry.with_half(ref.side, changed)
    elif half.record_id is not None:
        work.entry = entry.with_half(ref.side, replace(half, gone=True))
    return work


def _by_external_id(
    desk: Desk,
    refs: Sequence[RecordRef],
    records: Mapping[str, Record],
    entries: Mapping[RecordRef, IndexEntry],
) -> dict[RecordRef, IndexEntry]:
    """Unknown records that carry our external id: the echo of a create, perhaps of one that crashed before its commit.

    The id alone proves nothing, an app may let people copy it: the entry must still have room on that side.
    """
    wanted: dict[RecordRef, tuple[str, ...]] = {}
    for ref in refs:
        record = records.get(ref.id)
        if ref not in entries and record is not None and record.external_id is not None:
            wanted[ref] = entry_ids_in(record.external_id, desk.sync.id)
    if not any(wanted.values()):
        return {}
    found = desk.index.entries(desk.sync.id, dict.fromkeys(name for names in wanted.values() for name in names))
    adopted: dict[RecordRef, IndexEntry] = {}
    for ref, names in wanted.items():
        for entry in (found[name] for name in names if name in found):
            named = entry.external_id == records[ref.id].external_id
            if named and ref not in adopted and entry.half(ref.side).record_id is None:
                adopted[ref] = bind(entry, ref)
    desk.index.write([PutAlias(desk.sync.id, ref, entry.id) for ref, entry in adopted.items()])
    return adopted


def bind(entry: IndexEntry, ref: RecordRef) -> IndexEntry:
    """The entry with a record on the side where it had none. Both baselines begin anew, and that of their links: it is
    their first match.

    An open intent stays: values that it names are ours, not a person's.
    """
    other = entry.half(ref.side.other)
    alive = replace(entry, erased=False, links={})
    bound = alive.with_half(ref.side.other, Half(other.record_id, {}, other.claims, other.gone))
    return bound.with_half(ref.side, Half(ref.id, {}, entry.half(ref.side).claims))


def unchanged(desk: Desk, work: Work, errand: Errand) -> bool:
    """Whether there is nothing to look at: the record equals its baseline and nothing is open (promise 4)."""
    entry, stored, side = work.entry, work.stored, work.ref.side
    if work.record(side) is None:
        return stored.version == 0 or (stored.half(side).gone and stored.status is RecordStatus.FAILING)
    if errand.forced or stored.version == 0 or entry.intents or rekeyed(desk.sync, stored):
        return False
    if stored.status in (RecordStatus.PENDING, RecordStatus.QUEUED) or (errand.scan and _rescanned(desk, work)):
        return False
    before = stored.half(side)
    if before.gone or before.record_id != entry.half(side).record_id:
        return False
    if stored.status is RecordStatus.FAILING and stored.inputs and stored.retry_at <= desk.clock.now():
        return False
    return shows_baseline(desk.sync, stored, work.record(side), work.shown(desk.sync).get(side))


def _rescanned(desk: Desk, work: Work) -> bool:
    """Whether a run looks at a record although it shows its baseline: the settings may be others now.

    What is left out may enter (rule 5.1), what fails may have been failing for what was edited (rule 8.4), and strict
    filters may move a pair out.
    """
    stored, record = work.stored, work.record(work.ref.side)
    if not stored.bound or stored.exclusion is not None:
        return True
    if stored.failure is not None and stored.status is RecordStatus.FAILING:
        return stored.failure.category is not FailureCategory.DELETED
    return desk.sync.filters.strict and record is not None and not may_enter(desk.sync, record)


def rekeyed(sync: Sync, entry: IndexEntry) -> bool:
    """Whether no look has settled a pair since the sync's match keys changed: its claims are those of other keys."""
    return entry.bound and entry.generation < sync.keys_since


def warned_in_vain(sync: Sync, entry: IndexEntry) -> bool:
    """Whether an entry bears a warning about a mapping that there is no more."""
    return bool(entry.warnings) and not {each.number for each in entry.warnings} <= {
        mapping.number for mapping in sync.mappings
    }


def shows_baseline(sync: Sync, entry: IndexEntry, record: Record | None, shown: Fingerprints | None = None) -> bool:
    """Whether a record shows just what the entry's baseline holds, so that there is nothing to look at.

    The baseline of an excluded pair is from before, so that what changed meanwhile flows when it enters again (rules
    3.7, 5.1); it is compared with what it showed when it was last looked at. Five entries are looked at whatever they
    show: one whose record was thought deleted, for it is there again; one that was marked without a look, because its
    message was a dead letter (rule 8.4); one with a held field, which is tried again after a quiet time (rule 2.8);
    one with a link that waits for its other end (rule 6.1); and one with a warning about a mapping that is gone.
    `shown` are the record's fingerprints, where known.

    A field that only a filter asks for counts where a filter may still decide: not for a pair that has entered, unless
    filters are strict, nor for what is kept out whatever they say.
    """
    if record is None or entry.half(record.ref.side).gone or entry.waiting_links:
        return False
    if warned_in_vain(sync, entry):
        return False
    if entry.exclusion is not None and entry.bound:
        return entry.half(record.ref.side).seen == glance(sync, record.ref.side, record)
    if entry.status is RecordStatus.FAILING and not entry.inputs:
        return False
    if entry.failure is not None and entry.failure.category is FailureCategory.FLIP_FLOP:
        return False
    before = entry.half(record.ref.side).fingerprints
    now = fingerprints(sync, record.ref.side, record) if shown is None else shown
    if shows(before, now):
        return True
    filtered = sync.filters.strict or not (
        entry.bound or entry.exclusion in (ExclusionReason.DIRECTION, ExclusionReason.DUPLICATE)
    )
    return not filtered and shows(before, unfiltered(now))
