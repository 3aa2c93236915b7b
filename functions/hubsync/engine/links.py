"""Decides what becomes of a record's links to other records (rules 6.1 and 6.2). Pure and total.

Both sides name the linked records by ids of their own. What makes them comparable is the sync that binds those records:
two ids are the same link if they stand in one entry of it. The baseline of an association is the set of the entries to
which both sides were linked when last settled. So a link that stands on one side only was either added there since, or
taken away on the other side: it is new where the baseline does not know it, and taken away where it does.

- A new link is made on the other side as well. Whatever was there stays.
- One that was taken away stays on the other side, and is not made again: it stays in the baseline for as long as it
  stands on one side. With `unlink` it is taken away there, too. Nothing that is not in the baseline is ever taken away.
- A link to a record that is not bound waits. It is neither made nor taken away.
- An app's field that holds one link is written while it is empty, and when the link that both sides had moves on to
  another one in HubSpot. The further links in HubSpot are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hubsync.engine.context import Context
from hubsync.engine.identify import canonical_hash, fingerprint
from hubsync.model.association import Association, change_of_links, linked_ids
from hubsync.model.entry import IndexEntry
from hubsync.model.record import RecordRef, Value
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import Sync

MOST = 1_000
"""Links of one association, at most. A record with more is left alone: its baseline would outgrow its entry."""


@dataclass(frozen=True, slots=True)
class LinkVerdict:
    """What becomes of one association of a record.

    `write` are the ids to be there by side, where they are to change, and `was` those that were. `baseline` are the
    hashes to remember. `waiting` are the linked records without a partner. `drifted` says that the two sides differ and
    are left alone on purpose.
    """

    was: Mapping[Side, tuple[str, ...]]
    write: Mapping[Side, tuple[str, ...]] = field(default_factory=dict)
    baseline: tuple[bytes, ...] = ()
    waiting: tuple[RecordRef, ...] = ()
    drifted: bool = False


@dataclass(slots=True)
class _Links:
    """One side's links: the ids as they were read, those whose record is bound by its entry, and those that wait."""

    side: Side
    ids: tuple[str, ...]
    bound: dict[str, IndexEntry] = field(default_factory=dict)
    waiting: tuple[RecordRef, ...] = ()


def links_fingerprint(sync: Sync, value: Value) -> bytes:
    """The fingerprint of a field of links: which ones there are, in whatever order."""
    ids: list[Value] = [*sorted(linked_ids(value))]
    return fingerprint(sync.hash_key, ids or None)


def links_hash(sync: Sync, ids: Iterable[str]) -> bytes:
    """The hash of the links to be written on one side, as an intent holds it."""
    return canonical_hash(sync.hash_key, ",".join(sorted(ids)) or None)


def written_value(association: Association, side: Side, verdict: LinkVerdict) -> Value:
    """What is written on `side`: in HubSpot the difference, in the app the field's new value."""
    now = verdict.write[side]
    if side is Side.HUBSPOT:
        return change_of_links(verdict.was[side], now)
    return [*now] if association.many else next(iter(now), None)


def merge_links(
    association: Association, entry: IndexEntry, values: Mapping[Side, Value], context: Context
) -> LinkVerdict:
    """Decide one association of a bound pair, from the values of its two fields."""
    sides = {side: _links(association, side, values.get(side), context) for side in Side}
    if any(len(links.ids) > MOST for links in sides.values()):
        return LinkVerdict(_ids(sides), baseline=entry.links.get(association.number, ()), drifted=True)
    return _Merge(association, entry, context, sides).verdict()


def links_of_new(association: Association, side: Side, value: Value, context: Context) -> LinkVerdict:
    """The links of a record that is about to be made on `side`, from those of the lone one on the other side."""
    links = _links(association, side.other, value, context)
    sides = {side.other: links, side: _Links(side, ())}
    if not context.sync.may_link(association, side) or len(links.ids) > MOST:
        return LinkVerdict(_ids(sides))
    return _Merge(association, IndexEntry(context.sync.id, ""), context, sides).verdict()


def _links(association: Association, side: Side, value: Value, context: Context) -> _Links:
    links = _Links(side, linked_ids(value))
    known, waiting = context.linked.get(association.via, {}), []
    for record_id in links.ids:
        ref = RecordRef(side, record_id)
        entry = known.get(ref)
        if entry is not None and entry.hubspot.present and entry.app.present:
            links.bound[entry.id] = entry
        else:
            waiting.append(ref)
    links.waiting = tuple(waiting)
    return links


def _ids(sides: Mapping[Side, _Links]) -> Mapping[Side, tuple[str, ...]]:
    return {side: links.ids for side, links in sides.items()}


class _Merge:
    """One association of one pair on its way to a verdict."""

    def __init__(
        self, association: Association, entry: IndexEntry, context: Context, sides: Mapping[Side, _Links]
    ) -> None:
        self.association, self.entry, self.sync, self.context = association, entry, context.sync, context
        self.sides = sides
        self.before = frozenset(entry.links.get(association.number, ()))
        self.keys = {
            entry_id: fingerprint(self.sync.hash_key, entry_id) for links in sides.values() for entry_id in links.bound
        }
        self.now = {side: list(links.ids) for side, links in sides.items()}
        self.baseline = {self.keys[one] for one in sides[Side.HUBSPOT].bound if one in sides[Side.APP].bound}
        self.drifted = False

    def verdict(self) -> LinkVerdict:
        for side in Side:
            self._taken_away(side)
        for side in Side:
            if side is Side.APP and not self.association.many:
                self._into_the_only_place()
            else:
                self._added(side)
        return LinkVerdict(
            _ids(self.sides),
            {side: tuple(now) for side, now in self.now.items() if tuple(now) != self.sides[side].ids},
            tuple(sorted(self.baseline)),
            tuple(ref for side in Side for ref in self._waiting(side)),
            self.drifted,
        )

    def _taken_away(self, side: Side) -> None:
        """Links of `side` that the other side had as well, and has no longer."""
        for entry_id, linked in self._alone(side):
            if not self._was_taken_away(side, entry_id):
                continue
            if self.association.unlink and self.sync.may_link(self.association, side):
                self.now[side].remove(_id(linked, side))
            else:
                self.baseline.add(self.keys[entry_id])
                self.drifted = True

    def _added(self, target: Side) -> None:
        """Links that only the other side has, and which nobody has taken away."""
        new = [
            linked for entry_id, linked in self._alone(target.other) if not self._was_taken_away(target.other, entry_id)
        ]
        if new and not self.sync.may_link(self.association, target):
            self.drifted = True
            return
        ids = [_id(linked, target) for linked in new]
        self.now[target] = [*ids, *self.now[target]] if self._leads(target) else [*self.now[target], *ids]
        self.baseline.update(self.keys[linked.id] for linked in new)

    def _leads(self, target: Side) -> bool:
        """Whether new links go before those in HubSpot, as the primary one: where there are none, and where the app's
        only link has moved on from the one that was primary.
        """
        primary = next(iter(self.sides[target].bound), None)
        moved = primary is not None and not self.association.many and self._was_taken_away(target, primary)
        return target is Side.HUBSPOT and (not self.sides[target].ids or moved)

    def _into_the_only_place(self) -> None:
        """The app's field holds one link: which one HubSpot has to offer, if the place is free (rule 4.4)."""
        hubspot, app = self.sides[Side.HUBSPOT], self.sides[Side.APP]
        taken_away = [one for one, _ in self._alone(Side.HUBSPOT) if self._was_taken_away(Side.HUBSPOT, one)]
        offered = self._first_offered()
        if offered is None or any(one in hubspot.bound for one in app.bound):
            return
        if self.now[Side.APP]:
            # What stands there both sides had, and in HubSpot it has moved on to another one; or it is the app's own.
            holding = next(iter(app.bound), None)
            if holding is None or not self._was_taken_away(Side.APP, holding):
                return
        elif taken_away and not self._changed(Side.HUBSPOT):
            return  # emptied in the app; it stays empty until HubSpot's side changes (rule 2.5)
        if not self.sync.may_link(self.association, Side.APP):
            self.drifted = True
            return
        self.baseline -= {self.keys[one] for one in app.bound if one not in hubspot.bound}
        self.baseline.add(self.keys[offered.id])
        self.now[Side.APP] = [_id(offered, Side.APP)]
        self.drifted = bool(taken_away)

    def _first_offered(self) -> IndexEntry | None:
        """The first link of HubSpot's that may go to the app; none while one before it may still find its partner."""
        hubspot = self.sides[Side.HUBSPOT]
        by_id = {_id(linked, Side.HUBSPOT): linked for linked in hubspot.bound.values()}
        for record_id in hubspot.ids:
            linked = by_id.get(record_id)
            if linked is None:
                if self._may_still_be_bound(RecordRef(Side.HUBSPOT, record_id)):
                    return None
            elif linked.id not in self.sides[Side.APP].bound and not self._was_taken_away(Side.HUBSPOT, linked.id):
                return linked
        return None

    def _waiting(self, side: Side) -> tuple[RecordRef, ...]:
        """The linked records of `side` whose link is made as soon as they are bound."""
        if not self.sync.may_link(self.association, side.other):
            return ()
        if side is Side.HUBSPOT and not self.association.many:
            return self.sides[side].waiting if not self.now[Side.APP] else ()
        return self.sides[side].waiting

    def _may_still_be_bound(self, ref: RecordRef) -> bool:
        """Whether a linked record without a partner is still to be decided about."""
        linked = self.context.linked.get(self.association.via, {}).get(ref)
        return linked is None or linked.status is RecordStatus.PENDING

    def _alone(self, side: Side) -> list[tuple[str, IndexEntry]]:
        """The links that only `side` has."""
        return [
            (one, linked) for one, linked in self.sides[side].bound.items() if one not in self.sides[side.other].bound
        ]

    def _was_taken_away(self, side: Side, entry_id: str) -> bool:
        """Whether a link that only `side` has was on both sides before.

        Where the other side shows just what we were about to write there, it was us who took the link away, because it
        was gone here; if it is here again, somebody has made it anew.
        """
        if self.keys[entry_id] not in self.before or entry_id in self.sides[side.other].bound:
            return False
        return not (self.association.unlink and self._ours(side.other) and not self._ours(side))

    def _ours(self, side: Side) -> bool:
        """Whether `side` shows what an open intent was about to write there."""
        intent = self.entry.intent(side)
        sent = intent.sent.get(self.association.number, ()) if intent is not None else ()
        return bool(sent) and links_hash(self.sync, self.sides[side].ids) in sent

    def _changed(self, side: Side) -> bool:
        """Whether the links of `side` are other ones than at the last settled look."""
        base = self.entry.half(side).fingerprints.get(self.association.number)
        ids: list[Value] = [*self.sides[side].ids]
        return base is None or links_fingerprint(self.sync, ids) != base


def _id(linked: IndexEntry, side: Side) -> str:
    return linked.half(side).record_id or ""
