"""What must be true once a world is left in peace. It reads the applications, and the index, and knows the rules."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import Any

from hubsync.model.entry import IndexEntry
from hubsync.model.side import Side
from hubsync.model.status import ExclusionReason, FailureCategory, RecordStatus
from tests.simulation.world import World

PATHS = {"email": ("email",), "firstname": ("name", "first"), "lastname": ("name", "last"), "phone": ("phone",)}
NUMBERS = {"email": 1, "firstname": 2, "lastname": 3, "phone": 4}
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
INDEX = ("entry", "claim", "alias", "waiter", "link waiter", "history")


def assert_at_peace(world: World) -> None:
    """Both sides agree by the rules; nothing is doubled, nothing is lost."""
    contacts = {str(number): values for number, values in world.hubspot.records("contacts").items()}
    people = {person["id"]: person for person in world.people()}
    entries = world.entries()
    _every_record_has_one_entry(entries, contacts, people)
    _every_status_is_earned(world, entries, contacts, people)
    for entry in entries:
        if entry.status is RecordStatus.IN_SYNC:
            _pair_agrees(entry, contacts[entry.hubspot.record_id or ""], people[entry.app.record_id or ""])
            _no_edit_is_lost(world, entry, contacts[entry.hubspot.record_id or ""])
    if not world.sync().direction.writes(Side.APP):
        assert not [kind for kind in ("people.create", "people.update") if world.orbit.gate.counts[kind]]
    if not world.sync().direction.writes(Side.HUBSPOT):
        assert not world.hubspot.calls.written("contacts")
    counted = {status: number for status, number in world.counted().items() if number}
    assert counted == dict(world.statuses()), "the counts of the stream and the index differ"


def assert_nothing_is_written(world: World) -> None:
    """One more round over an unchanged world writes nothing, anywhere (promise 4)."""
    before = _writes(world)
    world.deliver()
    world.settle()
    world.poll()
    for name in world.syncs:
        world.compare(name)
    world.settle()
    after = _writes(world)
    assert after == before, f"a second look wrote: {_difference(before, after)}"


def _writes(world: World) -> Counter[str]:
    seen: Counter[str] = Counter({f"table {kind}": world.stores.writes[kind] for kind in INDEX})
    seen["hubspot"] = sum(world.hubspot.calls.writes.values())
    for kind, calls in world.orbit.gate.counts.items():
        if kind.endswith((".create", ".update", ".delete")):
            seen[kind] = calls
    return seen


def _difference(before: Counter[str], after: Counter[str]) -> dict[str, int]:
    return {kind: after[kind] - before[kind] for kind in after if after[kind] != before[kind]}


def _every_record_has_one_entry(
    entries: list[IndexEntry], contacts: dict[str, dict[str, str]], people: dict[str, dict[str, Any]]
) -> None:
    for side, living in ((Side.HUBSPOT, contacts), (Side.APP, people)):
        named = Counter(entry.half(side).record_id for entry in entries if entry.half(side).record_id is not None)
        doubled = [record_id for record_id, number in named.items() if number > 1]
        assert not doubled, f"records of {side} with several entries: {doubled}"
        missing = living.keys() - named.keys()
        assert not missing, f"living records of {side} without an entry: {missing}"
        dead = {entry.half(side).record_id for entry in entries if entry.half(side).present} - living.keys()
        assert not dead, f"entries of {side} whose record is gone: {dead}"


def _every_status_is_earned(
    world: World, entries: list[IndexEntry], contacts: dict[str, dict[str, str]], people: dict[str, dict[str, Any]]
) -> None:
    held: dict[Side, dict[str, list[IndexEntry]]] = {side: defaultdict(list) for side in Side}
    emails: dict[tuple[Side, str], set[str]] = {}
    for entry in entries:
        for side in Side:
            half = entry.half(side)
            if half.present:
                record_id = half.record_id or ""
                record = contacts[record_id] if side is Side.HUBSPOT else people[record_id]
                emails[side, record_id] = emails_of(record)
                for email in emails[side, record_id]:
                    held[side][email].append(entry)
    for entry in entries:
        assert entry.status in (RecordStatus.IN_SYNC, RecordStatus.FAILING, RecordStatus.EXCLUDED), entry
        assert not entry.intents, f"an intent is still open: {entry}"
        if entry.status is RecordStatus.IN_SYNC:
            assert entry.hubspot.present, entry
            assert entry.app.present, entry
        if entry.status is RecordStatus.FAILING:
            assert entry.failure is not None
            if entry.failure.category is FailureCategory.DELETED:
                assert entry.hubspot.gone != entry.app.gone, entry
            else:
                assert entry.failure.category is FailureCategory.UNIQUE_CONFLICT, entry
                _shares_an_email(entry, emails, held)
        if entry.exclusion is ExclusionReason.NO_EMAIL:
            assert any(
                not emails[side, entry.half(side).record_id or ""] for side in Side if entry.half(side).present
            ), f"excluded without need: {entry}"
        if entry.exclusion is ExclusionReason.DIRECTION:
            assert not entry.bound, entry
            alone = Side.HUBSPOT if entry.hubspot.present else Side.APP
            assert not world.sync().direction.writes(alone.other), f"nothing is in its way: {entry}"
        if entry.exclusion is ExclusionReason.DUPLICATE:
            _shares_an_email(entry, emails, held)


def _shares_an_email(
    entry: IndexEntry, emails: dict[tuple[Side, str], set[str]], held: dict[Side, dict[str, list[IndexEntry]]]
) -> None:
    mine = {
        email for side in Side if entry.half(side).present for email in emails[side, entry.half(side).record_id or ""]
    }
    others = [other for side in Side for email in mine for other in held[side][email] if other.id != entry.id]
    assert others, f"nobody shares an email with it: {entry}"


def emails_of(record: dict[str, Any]) -> set[str]:
    """Every valid email address of a record, in lower case."""
    texts = [record.get("email") or "", *(record.get("hs_additional_emails") or "").split(";")]
    return {text.strip().lower() for text in texts if EMAIL.fullmatch(text.strip())}


def _pair_agrees(entry: IndexEntry, contact: dict[str, str], person: dict[str, Any]) -> None:
    for name, path in PATHS.items():
        if NUMBERS[name] in entry.drifted:
            continue
        in_hubspot, in_app = (contact.get(name) or "").strip(), _at(person, path).strip()
        if name == "email":
            in_hubspot, in_app = in_hubspot.lower(), in_app.lower()
        assert in_hubspot == in_app, f"{name} of {entry.id}: {in_hubspot!r} and {in_app!r}; {entry}"


def _no_edit_is_lost(world: World, entry: IndexEntry, contact: dict[str, str]) -> None:
    """The value that stands is a last edit of a person; an older one stands only if its win was recorded."""
    if entry.hubspot.record_id in world.untracked or entry.restores:
        return  # what a merge keeps is HubSpot's own affair
    for name in ("firstname", "lastname"):
        number = NUMBERS[name]
        if number in entry.drifted:
            continue
        if name == "firstname" and entry.hubspot.record_id in world.unguarded:
            continue  # edited between our read and our write, and HubSpot has no conditional writes (promise 3)
        edits = [
            (at, side, value)
            for side in Side
            for at, value in world.edits.get((side, entry.half(side).record_id or "", name), [])[-1:]
        ]
        if not edits:
            continue
        newest, side, value = max(edits)
        stands = contact.get(name, "").strip()
        if stands == value:
            continue
        if not value and stands in [other for _, whose, other in edits if whose is side.other]:
            continue  # a clear does not travel, and one that undoes an edit of a moment ago is no change at all
        wins = [
            facts
            for event, facts in world.signals.notes
            if event == "conflict_decided" and facts["entry"] == entry.id and facts["at"] >= newest
        ]
        assert any(f"{number}:{side.other}" in facts["won"].split(",") for facts in wins), (
            f"{name} of {entry.id}: {side} wrote {value!r} last, {stands!r} stands, and nobody recorded why"
        )


def _at(record: dict[str, Any], path: tuple[str, ...]) -> str:
    value: Any = record
    for part in path:
        value = (value or {}).get(part)
    return value or ""
