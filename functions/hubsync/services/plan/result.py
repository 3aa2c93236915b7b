"""What a plan says: counts for all records, differences for the first ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hubsync.model.entry import IndexEntry
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.services.plan.writes import RecordChange, WriteBook


@dataclass(frozen=True, slots=True)
class Difference:
    """One record that would be written: the entry it belongs to, why, and field by field what would change."""

    entry_id: str
    change: RecordChange
    reason: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many. A pair counts once, except in what is counted by side.

    `created`, `updated` and `fields` (field writes by name) are by side; `linked` are pairs that find each other;
    `excluded` and `refused` are by reason and category, those included that are so already. `unchanged` are in sync
    and stay as they are; `pending` cannot be decided yet. `moved` would come to another status or reason than they have
    now; `forgotten` are gone on both sides. `records` are all of them, `changed` those that would be written on a side
    or on both.
    """

    created: Mapping[Side, int] = field(default_factory=dict)
    updated: Mapping[Side, int] = field(default_factory=dict)
    fields: Mapping[Side, Mapping[str, int]] = field(default_factory=dict)
    linked: int = 0
    excluded: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    moved: int = 0
    unchanged: int = 0
    pending: int = 0
    forgotten: int = 0
    changed: int = 0
    records: int = 0

    @property
    def nothing_to_do(self) -> bool:
        """Whether neither application would be written to, and no record would change its state."""
        return not (self.changed or self.linked or self.moved or self.forgotten)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a rehearsal found. `problem` says, in a sentence, why it is not the whole truth; None if it is."""

    tally: Tally
    differences: tuple[Difference, ...]
    problem: str | None = None


def tally(
    before: Mapping[str, IndexEntry | None], after: Iterable[IndexEntry], book: WriteBook
) -> tuple[Tally, tuple[Difference, ...]]:
    """Count what a rehearsal did. `before` has each entry that it touched as it was, `after` is its whole index."""
    excluded: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    plain: Counter[str] = Counter()
    owners: dict[tuple[Side, str], IndexEntry] = {}
    sampled = set(book.changes)
    stored = {entry_id for entry_id, entry in before.items() if entry is not None}
    absorbed: set[str] = set()
    for entry in after:
        stored.discard(entry.id)
        was = before.get(entry.id, entry)
        refs = [ref for side in Side if (ref := entry.ref(side)) is not None]
        written = any(ref.id in book.created[ref.side] or ref.id in book.updated[ref.side] for ref in refs)
        created = any(ref.id in book.created[ref.side] for ref in refs)
        linked = entry.bound and not created and (was is None or not was.bound)
        owners.update({(ref.side, ref.id): entry for ref in refs if ref in sampled})
        plain["records"] += 1
        plain["changed"] += written
        plain["linked"] += linked
        plain["moved"] += was is None or _state(was) != _state(entry)
        if linked:
            absorbed.update(f"{'h' if ref.side is Side.HUBSPOT else 'a'}-{ref.id}" for ref in refs)
        if entry.status is RecordStatus.EXCLUDED:
            excluded[str(entry.exclusion)] += 1
        elif entry.status is RecordStatus.FAILING and entry.failure is not None:
            refused[entry.failure.category] += 1
        elif entry.status in (RecordStatus.PENDING, RecordStatus.QUEUED):
            plain["pending"] += 1
        elif not written and not linked:
            plain["unchanged"] += 1
    counted = Tally(
        created={side: len(book.created[side]) for side in Side},
        updated={side: len(book.updated[side]) for side in Side},
        fields={side: dict(sorted(book.fields[side].items())) for side in Side},
        excluded=dict(sorted(excluded.items())),
        refused=dict(sorted(refused.items())),
        forgotten=len(stored - absorbed),
        **{name: plain[name] for name in ("linked", "moved", "unchanged", "pending", "changed", "records")},
    )
    return counted, tuple(_difference(change, owners) for change in book.changes.values())


def _state(entry: IndexEntry) -> tuple[object, ...]:
    return entry.status, entry.exclusion, entry.failure.category if entry.failure is not None else None


def _difference(change: RecordChange, owners: Mapping[tuple[Side, str], IndexEntry]) -> Difference:
    owner = owners.get((change.ref.side, change.ref.id))
    return Difference(owner.id if owner else "", change, owner.reason if owner else "")
