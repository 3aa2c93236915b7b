"""Explains one record: where it stands, why, and what the next look would do; the look itself is rehearsed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hubsync.connectors.errors import RetryLaterError
from hubsync.model.connection import Connection, ConnectionStatus
from hubsync.model.entry import IndexEntry
from hubsync.model.outage import Outage
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import Sync, SyncStatus
from hubsync.services.look.look import look
from hubsync.services.look.work import Deferral, Ended, Errand
from hubsync.services.manage.lifecycle import NotNowError, sync_named
from hubsync.services.manage.locate import UnknownRecordError, locate
from hubsync.services.manage.recognise import the_one
from hubsync.services.outages import current, sentence
from hubsync.services.plan.rehearsal import Limits, Rehearsal
from hubsync.services.plan.result import Difference, Tally, tally
from hubsync.services.ports import Clock, Connectors, Ids
from hubsync.stores.index_port import IndexStore
from hubsync.stores.ports import ConnectionStore, OutageStore, SyncStore

LOOK_MS = 60_000
"""What the rehearsed look is given: it begins no write without time for a call, and here no call goes out."""

NAMES = {Side.HUBSPOT: "HubSpot", Side.APP: "the app"}


@dataclass(frozen=True, slots=True)
class Explanation:
    """`now` says where the record stands and why, `next` what a look would do; each is a list of sentences.

    `entry` is None for a record that the index does not know yet. `differences` are the writes of that look.
    """

    sync: Sync
    entry: IndexEntry | None
    now: tuple[str, ...]
    next: tuple[str, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Explain:
    """The query over its ports; nothing is written anywhere."""

    syncs: SyncStore
    connections: ConnectionStore
    index: IndexStore
    connectors: Connectors
    clock: Clock
    ids: Ids
    outages: OutageStore

    def __call__(self, name: str, record: str) -> Explanation:
        """Explain the record of `name` that has this id, in the index (`h-17`), in HubSpot or in the app, or this
        identifier (an email).

        Raises `UnknownSyncError`, `UnknownRecordError`, `SeveralRecordsError`, `NotNowError`, and what a connector
        raises.
        """
        sync = sync_named(self.syncs, name)
        if sync.status is SyncStatus.DELETING:
            raise NotNowError(f"{name} is being deleted.", remedy="There is nothing left to explain.")
        entry = self._known(sync, record)
        rehearsal = self._rehearsal(sync)
        refs = _refs(entry) if entry is not None else [RecordRef(side, _bare(record, side)) for side in Side]
        ended, counted, differences = _rehearse(rehearsal, refs)
        after = locate(rehearsal.overlay, sync.id, [record]).get(record)
        if after is None and entry is not None:
            after = rehearsal.overlay.entries(sync.id, [entry.id]).get(entry.id)
        if entry is None and after is None:
            raise UnknownRecordError(f"{name} knows no record {record}, and neither HubSpot nor the app has one.")
        now = _now(sync, entry) if entry is not None else (f"The index does not know the record {record} yet.",)
        now += tuple(sentence(outage) for outage in self._away(sync))
        following = _next(sync, entry, after, ended, counted, differences)
        return Explanation(sync, entry, now, following, differences)

    def _known(self, sync: Sync, record: str) -> IndexEntry | None:
        try:
            return the_one(self.index, sync, record)
        except UnknownRecordError:
            return None

    def _away(self, sync: Sync) -> list[Outage]:
        """The outages that the sync's accounts are in (rule 1.9)."""
        found = (self.outages.outage(sync.connection(side)) for side in Side)
        return [each for each in found if each is not None and current(each, self.clock.now())]

    def _rehearsal(self, sync: Sync) -> Rehearsal:
        accounts: dict[str, Connection] = {}
        for side in Side:
            account = self.connections.connection(sync.connection(side))
            if account is None or account.status is ConnectionStatus.NEEDS_PERSON:
                problem = account.problem if account is not None else "It is gone."
                remedy = "Apply it with a new token; then its syncs look at everything again."
                raise NotNowError(f"The connection {sync.connection(side)} needs a person. {problem}", remedy=remedy)
            accounts[account.id] = account
        running = sync if sync.running else replace(sync, status=SyncStatus.ACTIVE)
        limits = Limits(self.clock.now() + LOOK_MS, sample=10)
        return Rehearsal(running, accounts, self.index, self.connectors, self.clock, self.ids, limits)


def _bare(record: str, side: Side) -> str:
    """The application's own id in an id of either kind."""
    return record.removeprefix("h-" if side is Side.HUBSPOT else "a-")


def _refs(entry: IndexEntry) -> list[RecordRef]:
    return [ref for side in Side if (ref := entry.ref(side)) is not None]


def _rehearse(rehearsal: Rehearsal, refs: Sequence[RecordRef]) -> tuple[Ended, Tally, tuple[Difference, ...]]:
    """Look at the first of the records that can be looked at; a look reads its partner by itself."""
    sync = rehearsal.sync
    ended, desk = Ended(), None
    try:
        desk = rehearsal.desks.desk(sync, deadline=rehearsal.limits.deadline, bulk=False)
    except RetryLaterError as error:
        if not rehearsal.overlay.find(sync.id, refs):
            raise
        ended = Ended(deferred=[Deferral(ref, error.after, error.kind) for ref in refs])
    if desk is not None:
        for ref in refs:
            ended = look(desk, [ref], Errand("retry", "explain", forced=True))
            if rehearsal.overlay.find(sync.id, refs):
                break
    touched = rehearsal.overlay.before(sync.id)
    return ended, *tally(touched, rehearsal.overlay.entries(sync.id, touched).values(), rehearsal.book)


def _now(sync: Sync, entry: IndexEntry) -> tuple[str, ...]:
    """Where an entry stands, and why."""
    sentences = [_who(entry), f"It is {_standing(entry)}: {entry.reason or 'nothing was decided yet.'}"]
    if entry.failure is not None:
        field = f" Field: {entry.failure.field}." if entry.failure.field else ""
        sentences[1] = f"It is {_standing(entry)}: {entry.failure.sentence}{field}"
        sentences.append(f"What to do: {entry.failure.remedy}")
    drifted = [f"{each.hubspot_field} / {each.app_field}" for each in sync.mappings if each.number in entry.drifted]
    if drifted:
        sentences.append(f"These fields differ and are left alone: {', '.join(drifted)}.")
    if entry.intents:
        sides = " and in ".join(NAMES[intent.side] for intent in entry.intents)
        sentences.append(f"A write in {sides} was begun; the next look finds out what came of it.")
    return tuple(sentences)


def _who(entry: IndexEntry) -> str:
    parts = [f"{NAMES[ref.side]} {ref.id}{' (deleted)' if entry.half(ref.side).gone else ''}" for ref in _refs(entry)]
    pair = f"{' and '.join(parts)} are one pair" if entry.bound else f"{' '.join(parts)} has no partner"
    return f"{pair[0].upper()}{pair[1:]} ({entry.id})."


def _standing(entry: IndexEntry) -> str:
    detail = entry.exclusion or (entry.failure.category if entry.failure is not None else None)
    return f"{_words(entry.status)} ({_words(detail)})" if detail else _words(entry.status)


def _next(
    sync: Sync,
    before: IndexEntry | None,
    after: IndexEntry | None,
    ended: Ended,
    counted: Tally,
    differences: Sequence[Difference],
) -> tuple[str, ...]:
    """What a look would do."""
    when = "The next look" if sync.running else f"The sync is {_words(sync.status)}. Once it runs, the next look"
    sentences = []
    for each in differences:
        where = NAMES[each.change.ref.side]
        fields = ", ".join(one.field for one in each.change.fields)
        what = f"create it in {where} with" if each.change.created else f"write in {where}"
        sentences.append(f"{when} would {what}: {fields}.")
    if counted.linked and before is not None and not before.bound:
        sentences.append(f"{when} would bind it to the record that it matches.")
    if after is not None and (before is None or _changed(before, after)):
        sentences.append(f"{when} would find it {_standing(after)}: {after.reason}")
    if after is None and before is not None:
        sentences.append(f"{when} would forget it: it is gone on both sides.")
    sentences += [f"{when} would be put off ({each.kind}), and try again." for each in ended.deferred[:1]]
    return tuple(sentences) or (f"{when} would change nothing.",)


def _changed(before: IndexEntry, after: IndexEntry) -> bool:
    return (before.status, before.exclusion, before.failure) != (after.status, after.exclusion, after.failure) or (
        before.bound != after.bound and after.status is not RecordStatus.IN_SYNC
    )


def _words(name: str | None) -> str:
    return (name or "").replace("_", " ")
