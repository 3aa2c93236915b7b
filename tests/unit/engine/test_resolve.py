"""Who is whom: the walk over the claims of a record's identifiers (rules 3.1 to 3.5), and shared ones (rule 3.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.engine.context import LONE, Resolution, Standing
from hubsync.engine.resolve import ORPHANED_AFTER_MS, conflict, holds, resolve
from hubsync.model.entry import Half, IndexEntry, Intent
from hubsync.model.identifier import Claim, IdentifierKind
from hubsync.model.record import RecordRef
from hubsync.model.side import Side

H, A = Side.HUBSPOT, Side.APP
EMAIL, DOMAIN, NAME = IdentifierKind.EMAIL, IdentifierKind.DOMAIN, IdentifierKind.NAME
NOW = 1_790_000_000_000
OLD = NOW - ORPHANED_AFTER_MS
"""When a slot was taken whose entry has had all the time there is to learn of it."""


@dataclass
class Index:
    """Claims and entries, as a look reads them; `add` claims the keys for the entry's halves."""

    claims: dict[str, Claim] = field(default_factory=dict)
    entries: dict[str, IndexEntry] = field(default_factory=dict)

    def add(self, entry: IndexEntry, at: int = OLD) -> IndexEntry:
        self.entries[entry.id] = entry
        for side in Side:
            for key in entry.half(side).claims:
                self.claims[key] = self.claims.get(key, Claim(key)).held_by(side, entry.id, at)
        return entry

    def slot(self, key: str, side: Side, holder: str, at: int) -> None:
        """A slot that its holder's entry says nothing of."""
        self.claims[key] = self.claims.get(key, Claim(key)).held_by(side, holder, at)

    def resolve(
        self,
        ref: RecordRef,
        *keys: tuple[IdentifierKind, str],
        own: str = "own",
        now: int = NOW,
        complete: bool = True,
    ) -> Resolution:
        return resolve(ref, own, keys, self.claims, self.entries, now, complete=complete)

    def conflict(self, *keys: tuple[IdentifierKind, str], side: Side = H, own: str = "own") -> IdentifierKind | None:
        return conflict(side, own, keys, {key for _, key in keys}, self.claims, self.entries, NOW)


def entry(
    entry_id: str,
    hubspot: str | None = None,
    app: str | None = None,
    keys: tuple[str, ...] = (),
    gone: Side | None = None,
    intents: tuple[Intent, ...] = (),
    lease_until: int = 0,
) -> IndexEntry:
    """An entry that holds its keys on each side where it has, or makes, a record."""
    making = {intent.side for intent in intents if intent.create}
    return IndexEntry(
        "s1",
        entry_id,
        hubspot=Half(hubspot, {}, keys if hubspot or H in making else (), gone is H),
        app=Half(app, {}, keys if app or A in making else (), gone is A),
        intents=intents,
        lease_until=lease_until,
    )


PERSON = RecordRef(A, "p1")
CONTACT = RecordRef(H, "1")


def test_an_older_scan_matches_nobody_but_keeps_its_places() -> None:
    """Rule 1.3: while the other side is indexed anew, only what is bound there, and the own side, counts."""
    index = Index()
    index.add(entry("a-1", app="1", keys=("k",)))
    assert index.resolve(CONTACT, (EMAIL, "k")).standing is Standing.MATCH
    assert index.resolve(CONTACT, (EMAIL, "k"), complete=False) == LONE
    index.add(entry("h-9", hubspot="9", keys=("k",)))
    assert index.resolve(CONTACT, (EMAIL, "k"), complete=False).standing is Standing.DUPLICATE


def test_a_record_without_identifiers_is_alone() -> None:
    assert Index().resolve(PERSON) == LONE


def test_an_identifier_that_nobody_holds_leaves_a_record_alone() -> None:
    """Rule 3.1; a claim that was never stored and one whose slots are empty again are the same."""
    index = Index()
    index.claims["k2"] = Claim("k2", version=7)
    assert index.resolve(PERSON, (EMAIL, "k1"), (EMAIL, "k2")) == LONE


@pytest.mark.parametrize(
    ("ref", "holder"), [(PERSON, entry("h-1", hubspot="1", keys=("k",))), (CONTACT, entry("a-1", app="1", keys=("k",)))]
)
def test_a_lone_record_of_the_other_side_is_a_match(ref: RecordRef, holder: IndexEntry) -> None:
    """Rule 3.1."""
    index = Index()
    index.add(holder)
    assert index.resolve(ref, (EMAIL, "k")) == Resolution(Standing.MATCH, holder.id, EMAIL, None, "k")


def test_a_record_that_has_its_partner_leaves_the_next_one_a_duplicate() -> None:
    """Rule 3.5: the first record that the app returns is in sync, the next one is not."""
    index = Index()
    index.add(entry("h-1", "1", "p0", ("k",)))
    assert index.resolve(PERSON, (EMAIL, "k")) == Resolution(Standing.DUPLICATE, "h-1", EMAIL, None, "k")


def test_a_lone_record_of_the_same_side_comes_first() -> None:
    """Rule 3.5."""
    index = Index()
    index.add(entry("a-p0", app="p0", keys=("k",)))
    assert index.resolve(PERSON, (EMAIL, "k")) == Resolution(Standing.DUPLICATE, "a-p0", EMAIL, None, "k")


def test_a_records_own_slot_is_nobody_elses() -> None:
    """Rule 3.5: the same one stays first on every rerun."""
    index = Index()
    index.add(entry("own", app="p1", keys=("k",)))
    assert index.resolve(PERSON, (EMAIL, "k")) == LONE


def test_a_deleted_records_place_goes_to_the_next_one() -> None:
    """Rules 3.5 and 7.1: the survivor has room for another record of the side where its partner was deleted."""
    index = Index()
    index.add(entry("h-1", "1", "p0", ("k",), gone=A))
    assert index.resolve(PERSON, (EMAIL, "k")).standing is Standing.MATCH


def test_the_first_identifier_that_anybody_holds_decides() -> None:
    """Rule 3.1: strongest first, and what is held by nobody is passed over."""
    index = Index()
    index.add(entry("h-1", hubspot="1", keys=("k2",)))
    index.add(entry("h-2", hubspot="2", keys=("k3",)))
    found = index.resolve(PERSON, (EMAIL, "k1"), (EMAIL, "k2"), (EMAIL, "k3"))
    assert (found.partner, found.key) == ("h-1", "k2")


@pytest.mark.parametrize(
    ("domain", "name", "expected"),
    [
        ("h-1", "h-1", Resolution(Standing.MATCH, "h-1", DOMAIN, None, "d")),
        ("h-1", "h-2", Resolution(Standing.MATCH, "h-1", DOMAIN, NAME, "d")),
        (None, "h-2", Resolution(Standing.MATCH, "h-2", NAME, None, "n")),
        ("h-1", None, Resolution(Standing.MATCH, "h-1", DOMAIN, None, "d")),
        (None, None, LONE),
    ],
)
def test_a_companys_domain_counts_before_its_name(domain: str | None, name: str | None, expected: Resolution) -> None:
    """Rule 3.2: either matches; where they name two records the domain wins, and says what it overruled."""
    index = Index()
    for holder in {domain, name} - {None}:
        keys = tuple(key for key, by in (("d", domain), ("n", name)) if by == holder)
        index.add(entry(str(holder), hubspot=str(holder), keys=keys))
    assert index.resolve(PERSON, (DOMAIN, "d"), (NAME, "n")) == expected


def test_a_domain_that_is_taken_makes_a_duplicate_whatever_the_name_says() -> None:
    """Rule 3.2."""
    index = Index()
    index.add(entry("h-1", "1", "p0", ("d",)))
    index.add(entry("h-2", hubspot="2", keys=("n",)))
    assert index.resolve(PERSON, (DOMAIN, "d"), (NAME, "n")).standing is Standing.DUPLICATE


# --- who is about to come


def making(side: Side, lease_until: int) -> IndexEntry:
    """A lone record whose partner on `side` is being created."""
    made = {"app": "p0"} if side is H else {"hubspot": "1"}
    create = (Intent(side, {}, create=True),)
    return entry("maker", keys=("k",), intents=create, lease_until=lease_until, **made)


@pytest.mark.parametrize(("ref", "side"), [(PERSON, A), (CONTACT, H)])
def test_while_a_record_is_being_created_its_echo_waits(ref: RecordRef, side: Side) -> None:
    """Rule 9.1: the record may be the one that is being made, or it may not; the lease says when it is known."""
    index = Index()
    index.add(making(side, NOW + 1))
    assert index.resolve(ref, (EMAIL, "k")).standing is Standing.WAIT


@pytest.mark.parametrize(("ref", "side"), [(PERSON, A), (CONTACT, H)])
def test_once_the_lease_is_over_the_record_is_taken_for_the_one_that_was_made(ref: RecordRef, side: Side) -> None:
    index = Index()
    index.add(making(side, NOW))
    assert index.resolve(ref, (EMAIL, "k")) == Resolution(Standing.MATCH, "maker", EMAIL, None, "k")


def test_a_lease_for_an_update_keeps_nobody_waiting() -> None:
    index = Index()
    update = (Intent(H, {1: (b"x",)}),)
    index.add(entry("h-1", hubspot="1", keys=("k",), intents=update, lease_until=NOW + 1))
    assert index.resolve(PERSON, (EMAIL, "k")).standing is Standing.MATCH


def test_a_place_kept_for_a_record_on_its_way_is_its_own() -> None:
    """Self-healing: the entry holds the slot of this side and has no record there, or just this one."""
    for app in (None, "p1"):
        index = Index()
        index.entries["h-1"] = IndexEntry("s1", "h-1", hubspot=Half("1"), app=Half(app, {}, ("k",)))
        index.slot("k", A, "h-1", OLD)
        assert index.resolve(PERSON, (EMAIL, "k")) == Resolution(Standing.MATCH, "h-1", EMAIL, None, "k")


# --- slots whose entry does not know of them


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("known", [False, True], ids=["no entry yet", "an entry without the key"])
def test_a_fresh_slot_is_honoured_before_its_entry_is_written(side: Side, known: bool) -> None:
    """Its worker may be between two writes."""
    index = Index()
    index.slot("k", side, "other", OLD + 1)
    if known:
        index.add(entry("other", hubspot="9", app="9"))
    assert index.resolve(PERSON, (EMAIL, "k")) == Resolution(Standing.WAIT, "other", EMAIL, None, "k")
    assert holds(index.entries.get("other"), side, index.claims["k"], NOW)


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("known", [False, True], ids=["no entry", "an entry without the key"])
def test_an_orphaned_slot_stands_in_nobodys_way(side: Side, known: bool) -> None:
    """A crash between claim and entry locks an identifier for a quarter of an hour and no longer."""
    index = Index()
    index.slot("k", side, "other", OLD)
    if known:
        index.add(entry("other", hubspot="9", app="9"))
    assert index.resolve(PERSON, (EMAIL, "k")) == LONE
    assert not holds(index.entries.get("other"), side, index.claims["k"], NOW)


def test_an_orphan_on_one_side_does_not_hide_a_holder_on_the_other() -> None:
    index = Index()
    index.slot("k", H, "gone", OLD)
    index.add(entry("a-p0", app="p0", keys=("k",)))
    index.claims["k"] = Claim("k", "gone", "a-p0", OLD)
    assert index.resolve(PERSON, (EMAIL, "k")) == Resolution(Standing.DUPLICATE, "a-p0", EMAIL, None, "k")


# --- identifiers that two pairs share


def test_an_identifier_of_its_own_is_no_conflict() -> None:
    index = Index()
    index.add(entry("own", "1", "p1", ("k",)))
    assert index.conflict((EMAIL, "k"), (EMAIL, "unheard of")) is None


@pytest.mark.parametrize(
    "holder", [entry("o", "9", "9", ("k",)), entry("o", "9", None, ("k",)), entry("o", None, "9", ("k",))]
)
@pytest.mark.parametrize("side", Side)
def test_an_identifier_that_another_entry_holds_on_either_side_is_a_conflict(holder: IndexEntry, side: Side) -> None:
    """Rule 3.6."""
    index = Index()
    index.add(holder)
    assert index.conflict((EMAIL, "k"), side=side) is EMAIL


def test_two_companies_may_have_one_name_as_long_as_they_have_domains() -> None:
    """Names are shared by honest strangers."""
    index = Index()
    index.add(entry("o", "9", "9", ("n",)))
    assert index.conflict((DOMAIN, "d"), (NAME, "n")) is None
    assert index.conflict((NAME, "n")) is NAME


def test_an_orphaned_slot_is_no_conflict() -> None:
    index = Index()
    index.slot("k", H, "other", OLD)
    assert index.conflict((EMAIL, "k")) is None
    index.slot("k", H, "other", OLD + 1)
    assert index.conflict((EMAIL, "k")) is EMAIL


# --- whatever the claims say

KEYS = ("k1", "k2", "k3")
WALKED = (IdentifierKind.EMAIL, IdentifierKind.DOMAIN, IdentifierKind.NAME)
KINDS = st.permutations(list(IdentifierKind)).map(lambda kinds: kinds[: len(KEYS)])
IDS = ("own", "e1", "e2", "nobody")


@st.composite
def indexes(draw: st.DrawFn) -> Index:
    """Claims and entries in any state, also in ones that no run could leave."""
    index = Index()
    for entry_id in IDS[:3]:
        halves = {
            side: Half(
                draw(st.sampled_from([None, "1", "2"])),
                {},
                tuple(draw(st.lists(st.sampled_from(KEYS), unique=True))),
                draw(st.booleans()),
            )
            for side in Side
        }
        intents = tuple(Intent(side, {}, draw(st.booleans())) for side in Side if draw(st.booleans()))
        lease = draw(st.sampled_from([0, NOW, NOW + 1]))
        index.entries[entry_id] = IndexEntry("s1", entry_id, halves[H], halves[A], intents=intents, lease_until=lease)
    holder = st.none() | st.sampled_from(IDS)
    for key in KEYS:
        if draw(st.booleans()):
            index.claims[key] = Claim(key, draw(holder), draw(holder), draw(st.sampled_from([OLD, OLD + 1, NOW])))
    return index


@given(indexes(), st.sampled_from(Side), st.permutations(KEYS), KINDS)
def test_the_walk_is_total_and_binds_only_where_there_is_room(
    index: Index, side: Side, keys: list[str], kinds: list[IdentifierKind]
) -> None:
    """Promise 1: one answer, and a match never takes the place of a living record (rule 3.6)."""
    ref = RecordRef(side, "1")
    pairs = tuple(zip(kinds[: len(keys)], keys, strict=True))
    found = index.resolve(ref, *pairs)
    assert found == index.resolve(ref, *pairs)
    assert (found.standing is Standing.LONE) == (found == LONE)
    if found.standing is Standing.MATCH:
        assert found.partner is not None
        assert found.partner != "own"
        half = index.entries[found.partner].half(side)
        assert not half.present or half.record_id == "1"
    if found != LONE:
        assert (found.by, found.key) in pairs
        assert found.partner in (index.claims[str(found.key)].hubspot, index.claims[str(found.key)].app)


@given(indexes(), st.sampled_from(Side))
def test_time_alone_ends_every_wait(index: Index, side: Side) -> None:
    """Rule 9.1: whoever died, after the longest lease and an orphan's time nobody waits any more."""
    pairs = tuple(zip(WALKED, KEYS, strict=True))
    found = index.resolve(RecordRef(side, "1"), *pairs, now=NOW + ORPHANED_AFTER_MS)
    assert found.standing is not Standing.WAIT


class Counted(dict[str, Claim]):
    """Counts how often it is asked."""

    asked = 0

    def get(self, key: str, default: Claim | None = None) -> Claim | None:  # type: ignore[override]
        self.asked += 1
        return super().get(key, default)


def test_the_walk_stops_at_the_first_answer() -> None:
    """A CPU budget, in calls: one claim for each identifier at most, whatever the index holds."""
    index = Index()
    index.add(entry("h-1", hubspot="1", keys=("k2",)))
    claims = Counted(index.claims)
    keys = [(EMAIL, f"k{number}") for number in range(50)]
    resolve(PERSON, "own", keys, claims, index.entries, NOW)
    assert claims.asked == 3
    resolve(PERSON, "own", keys[3:], claims, index.entries, NOW)
    assert claims.asked == 3 + 47


def test_an_entry_is_asked_for_by_its_name_alone() -> None:
    """The caller reads only the entries that the claims name; one that is missing is one that is gone."""
    index = Index()
    index.slot("k", H, "never written", OLD)
    empty: Mapping[str, IndexEntry] = {}
    assert resolve(PERSON, "own", [(EMAIL, "k")], index.claims, empty, NOW) == LONE
