"""One mapped field, three ways: what HubSpot shows, what the app shows, what both held when last in sync."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.engine.merge import AGAINST, BOTH, CHANGED, CLEARED, FILLS, FIRST, KEPT, SAME, Verdict, merge
from hubsync.engine.transform import canonical
from hubsync.model.entry import IndexEntry, Intent
from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.record import Value
from hubsync.model.side import Direction, Side
from hubsync.model.sync import Sync
from tests.simulation.syncs import contacts
from tests.unit.engine.engine_cases import DIRECTIONS, SIDES, UNKNOWN, VALUES, field, intent, pair

H, A = Side.HUBSPOT, Side.APP
TWO_WAY, TO_HUBSPOT, TO_APP = Direction.TWO_WAY, Direction.TO_HUBSPOT, Direction.TO_APP
BASE = ("old", "old")
NEVER = (UNKNOWN, UNKNOWN)


def told(verdict: Verdict) -> Verdict:
    """A verdict without its note on who was overruled, which has a test of its own."""
    return replace(verdict, contested=False)


def goes(why: str, winner: Side) -> Verdict:
    return Verdict(why.format(side=winner), write=winner.other, winner=winner)


def stays(why: str, side: Side | None = None, winner: Side | None = None) -> Verdict:
    return Verdict(why.format(side=side), winner=winner, drifted=True)


@pytest.mark.parametrize(
    ("was", "now", "default", "expected"),
    [
        pytest.param(BASE, ("old", "old"), H, SAME, id="2.2 nothing changed"),
        pytest.param(BASE, ("new", "new"), H, SAME, id="2.2 both changed to the same"),
        pytest.param(NEVER, ("a", "a"), H, SAME, id="2.3 a first match that agrees"),
        pytest.param(BASE, (" new", "new "), H, SAME, id="2.6 equal once normalised"),
        pytest.param(BASE, ("", None), H, SAME, id="2.6 two kinds of empty"),
        pytest.param(BASE, ("new", "old"), H, goes(CHANGED, H), id="2.2 changed in HubSpot"),
        pytest.param(BASE, ("old", "new"), H, goes(CHANGED, A), id="2.2 changed in the app, whatever the default"),
        pytest.param(BASE, ("new", "old"), A, goes(CHANGED, H), id="2.2 changed in HubSpot, whatever the default"),
        pytest.param(BASE, ("a", "b"), H, goes(BOTH, H), id="2.3 both changed, HubSpot is the default"),
        pytest.param(BASE, ("a", "b"), A, goes(BOTH, A), id="2.3 both changed, the app is the default"),
        pytest.param(BASE, ("", "b"), H, goes(FILLS, A), id="2.3 both changed, the default is empty"),
        pytest.param(BASE, ("a", ""), H, goes(FILLS, H), id="2.3 both changed, the loser is empty"),
        pytest.param(BASE, ("a", ""), A, goes(FILLS, H), id="2.3 both changed, the app is default and empty"),
        pytest.param(NEVER, ("a", "b"), H, goes(FIRST, H), id="2.3 first match, HubSpot is the default"),
        pytest.param(NEVER, ("a", "b"), A, goes(FIRST, A), id="2.3 first match, the app is the default"),
        pytest.param(NEVER, (None, "b"), H, goes(FILLS, A), id="2.3 first match, the other value fills the blank"),
        pytest.param(NEVER, ("a", None), H, goes(FILLS, H), id="2.3 first match, the default fills the blank"),
        pytest.param(("old", UNKNOWN), ("a", "old"), A, goes(FIRST, A), id="2.3 half a baseline is none"),
        pytest.param((UNKNOWN, "old"), ("a", "old"), H, goes(FIRST, H), id="2.3 half a baseline is none, mirrored"),
        pytest.param(BASE, ("", "old"), H, stays(CLEARED, H), id="2.5 cleared in HubSpot"),
        pytest.param(BASE, ("old", None), H, stays(CLEARED, A), id="2.5 cleared in the app"),
        pytest.param(("", "old"), ("", "old"), H, stays(KEPT), id="2.5 a clear is remembered and not refilled"),
        pytest.param(("", "old"), ("", "new"), H, goes(CHANGED, A), id="2.5 until the other side changes"),
        pytest.param(("a", "b"), ("a", "b"), A, stays(KEPT), id="2.9 an old difference is left alone"),
    ],
)  # fmt: skip
def test_a_two_way_field(was: tuple[Value, Value], now: tuple[Value, Value], default: Side, expected: Verdict) -> None:
    sync, mapping = field(contacts(TWO_WAY, default))
    assert told(merge(sync, pair(sync, {1: was[0]}, {1: was[1]}), mapping, *now)) == expected


@pytest.mark.parametrize("narrowed", [False, True], ids=["the sync's direction", "the mapping's direction"])
@pytest.mark.parametrize(
    ("direction", "was", "now", "default", "expected"),
    [
        pytest.param(TO_APP, BASE, ("new", "old"), H, goes(CHANGED, H), id="2.4 with the direction"),
        pytest.param(TO_APP, BASE, ("old", "new"), A, stays(AGAINST, A), id="2.9 an edit on the target side"),
        pytest.param(TO_HUBSPOT, BASE, ("new", "old"), H, stays(AGAINST, H), id="2.9 an edit in HubSpot as target"),
        pytest.param(TO_APP, ("old", "b"), ("old", "b"), A, stays(KEPT), id="2.9 it stays left alone"),
        pytest.param(TO_APP, ("old", "b"), ("new", "b"), A, goes(CHANGED, H), id="2.9 until the source changes"),
        pytest.param(TO_APP, BASE, ("a", "b"), A, stays(AGAINST, A, A), id="2.4 the default never overrules it"),
        pytest.param(TO_APP, BASE, ("a", "b"), H, goes(BOTH, H), id="2.3 both changed, the default is the source"),
        pytest.param(TO_HUBSPOT, NEVER, ("a", "b"), H, stays(AGAINST, H, H), id="2.4 nor at a first match"),
        pytest.param(TO_HUBSPOT, NEVER, ("", "b"), H, goes(FILLS, A), id="2.3 a blank target is filled"),
        pytest.param(TO_APP, NEVER, ("", "b"), H, stays(AGAINST, A, H), id="2.4 a blank source is not"),
        pytest.param(TO_APP, NEVER, ("", "b"), A, stays(AGAINST, A, A), id="2.4 a blank source is not, default or not"),
        pytest.param(TO_APP, BASE, ("", "old"), H, stays(CLEARED, H), id="2.5 a cleared source"),
        pytest.param(TO_APP, BASE, ("old", ""), H, stays(AGAINST, A), id="2.9 a cleared target"),
    ],
)  # fmt: skip
def test_a_one_way_field(
    direction: Direction,
    was: tuple[Value, Value],
    now: tuple[Value, Value],
    default: Side,
    expected: Verdict,
    narrowed: bool,
) -> None:
    if narrowed:
        sync, mapping = field(contacts(TWO_WAY, default), direction=direction)
    else:
        sync, mapping = field(contacts(direction, default))
    assert told(merge(sync, pair(sync, {1: was[0]}, {1: was[1]}), mapping, *now)) == expected


@pytest.mark.parametrize(
    ("direction", "now", "expected"),
    [
        pytest.param(TWO_WAY, ("", "old"), goes(CHANGED, H), id="2.5 HubSpot's clear travels"),
        pytest.param(TWO_WAY, ("old", ""), goes(CHANGED, A), id="2.5 the app's clear travels"),
        pytest.param(TO_APP, ("old", ""), stays(AGAINST, A), id="2.4 not against the direction"),
        pytest.param(TWO_WAY, ("", "new"), goes(FILLS, A), id="2.3 a value beats a clear when both changed"),
    ],
)
def test_a_field_whose_clears_travel(direction: Direction, now: tuple[Value, Value], expected: Verdict) -> None:
    sync, mapping = field(contacts(direction), clears=True)
    assert told(merge(sync, pair(sync, {1: "old"}, {1: "old"}), mapping, *now)) == expected


@pytest.mark.parametrize(
    ("transform", "hubspot", "app"),
    [
        (Transform.EMAIL, "Ana@Example.com", " ana@example.com"),
        (Transform.NUMBER, "1.0", 1),
        (Transform.DATE, "2026-05-01", "2026-05-01T00:00:00Z"),
        (Transform.PHONE, "(212) 555-0134", "+12125550134"),
        (Transform.BOOLEAN, "true", True),
        (Transform.DOMAIN, "example.com", "https://www.example.com/"),
    ],
)
def test_values_that_mean_the_same_cause_no_write(transform: Transform, hubspot: Value, app: Value) -> None:
    """Rule 2.6, for a pair that never was settled and for one whose both sides were just rewritten."""
    sync, mapping = field(contacts(), transform)
    assert merge(sync, pair(sync), mapping, hubspot, app) == SAME
    assert merge(sync, pair(sync, {1: "before"}, {1: "before"}), mapping, hubspot, app) == SAME


@pytest.mark.parametrize(
    ("was", "now", "overruled"),
    [
        (BASE, ("a", "b"), True),
        (NEVER, ("a", "b"), True),
        (BASE, ("a", "old"), False),
        (BASE, ("a", "a"), False),
        (("a", "b"), ("a", "b"), False),
    ],
)
def test_a_value_that_is_overruled_is_told(was: tuple[Value, Value], now: tuple[Value, Value], overruled: bool) -> None:
    """Promise 3: no human edit vanishes without a recorded winner."""
    sync, mapping = field(contacts())
    verdict = merge(sync, pair(sync, {1: was[0]}, {1: was[1]}), mapping, *now)
    assert verdict.contested is overruled
    assert not overruled or verdict.winner is H


# --- what we are about to write ourselves (promise 3)


def test_what_we_wrote_before_a_crash_is_no_edit() -> None:
    """HubSpot's `new` was on its way to the app and arrived; HubSpot was edited again: the newer edit goes on."""
    sync, mapping = field(contacts(default=A))
    entry = pair(sync, {1: "old"}, {1: "old"}, [intent(sync, A, mapping, "new")])
    assert told(merge(sync, entry, mapping, "newer", "new")) == goes(CHANGED, H)


def test_without_the_intent_the_same_values_are_two_edits() -> None:
    sync, mapping = field(contacts(default=A))
    assert told(merge(sync, pair(sync, {1: "old"}, {1: "old"}), mapping, "newer", "new")) == goes(BOTH, A)


def test_a_value_that_an_earlier_attempt_sent_is_ours_too() -> None:
    sync, mapping = field(contacts(default=A))
    entry = pair(sync, {1: "old"}, {1: "old"}, [intent(sync, A, mapping, "first", "second")])
    assert told(merge(sync, entry, mapping, "third", "first")) == goes(CHANGED, H)


def test_an_edit_on_the_side_we_were_writing_counts_as_one() -> None:
    sync, mapping = field(contacts(default=A))
    entry = pair(sync, {1: "old"}, {1: "old"}, [intent(sync, A, mapping, "new")])
    assert told(merge(sync, entry, mapping, "new", "typed")) == goes(BOTH, A)


def test_ours_is_compared_in_its_normal_form() -> None:
    """An application may give a phone number back in another form than it was sent."""
    sync, mapping = field(contacts(default=A), Transform.PHONE)
    entry = pair(sync, {1: "x"}, {1: "x"}, [intent(sync, A, mapping, "212 555 0134")])
    assert told(merge(sync, entry, mapping, "+12125550199", "+1 (212) 555-0134")) == goes(CHANGED, H)


def test_a_created_record_is_ours_although_it_has_no_baseline() -> None:
    sync, mapping = field(contacts(default=A))
    entry = pair(sync, {}, {}, [intent(sync, A, mapping, "made", create=True)])
    assert told(merge(sync, entry, mapping, "edited since", "made")) == goes(CHANGED, H)


def test_two_open_intents_leave_it_to_the_default() -> None:
    sync, mapping = field(contacts(default=A))
    intents = [intent(sync, H, mapping, "a"), intent(sync, A, mapping, "b")]
    assert told(merge(sync, pair(sync, {1: "old"}, {1: "old"}, intents), mapping, "a", "b")) == goes(BOTH, A)


def test_a_clear_of_ours_is_not_sent_back() -> None:
    sync, mapping = field(contacts(), clears=True)
    entry = pair(sync, {1: "old"}, {1: "old"}, [intent(sync, A, mapping, None)])
    assert told(merge(sync, entry, mapping, "typed again", "")) == goes(CHANGED, H)


# --- whatever the values, baselines and settings

MAPPINGS = st.builds(
    FieldMapping,
    number=st.just(1),
    hubspot_field=st.just("nick"),
    app_field=st.just("nick"),
    # What owners are compared by comes from lists, which have tests of their own (tests/rules/test_4_owners.py).
    transform=st.sampled_from([each for each in Transform if each not in (Transform.OWNER, Transform.OWNER_NAME)]),
    direction=DIRECTIONS,
    clears=st.booleans(),
)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Sync, IndexEntry, FieldMapping, Value, Value]:
    """Anything that can be given to `merge`; values repeat often enough that they meet baselines and intents."""
    mapping = draw(MAPPINGS)
    sync = replace(contacts(draw(DIRECTIONS), draw(SIDES)), mappings=(mapping,))
    values = st.sampled_from(draw(st.lists(VALUES, min_size=1, max_size=3)))
    was = st.just(UNKNOWN) | values
    intents: list[Intent] = [
        intent(sync, side, mapping, *draw(st.lists(values, min_size=1, max_size=3)))
        for side in Side
        if draw(st.booleans())
    ]
    entry = pair(sync, {1: draw(was)}, {1: draw(was)}, intents)
    return sync, entry, mapping, draw(values), draw(values)


@given(situations())
def test_every_situation_has_a_verdict_and_none_writes_against_the_direction(
    situation: tuple[Sync, IndexEntry, FieldMapping, Value, Value],
) -> None:
    """Promise 1 and rule 2.4."""
    sync, _, mapping, *_ = situation
    verdict = merge(*situation)
    if verdict.write is not None:
        assert sync.direction.writes(verdict.write)
        assert mapping.direction.writes(verdict.write)
        assert verdict.winner is verdict.write.other


@given(situations())
def test_two_values_agree_or_one_is_written_or_the_difference_is_told(
    situation: tuple[Sync, IndexEntry, FieldMapping, Value, Value],
) -> None:
    sync, _, mapping, hubspot, app = situation
    forms = [canonical(mapping.transform, value, region=sync.phone_region) for value in (hubspot, app)]
    verdict = merge(*situation)
    assert (verdict == SAME) == (forms[0] == forms[1])
    if verdict != SAME:
        assert verdict.drifted is (verdict.write is None)


@given(situations())
def test_an_empty_value_is_written_only_where_clears_travel(
    situation: tuple[Sync, IndexEntry, FieldMapping, Value, Value],
) -> None:
    sync, _, mapping, hubspot, app = situation
    verdict = merge(*situation)
    if verdict.write is not None and not mapping.clears:
        sent = hubspot if verdict.winner is H else app
        assert canonical(mapping.transform, sent, region=sync.phone_region) is not None


@given(situations())
def test_a_value_of_our_own_never_travels_back(
    situation: tuple[Sync, IndexEntry, FieldMapping, Value, Value],
) -> None:
    """A side that shows an open intent of ours never wins over a side that does not."""
    sync, entry, mapping, hubspot, app = situation
    ours = set()
    for side, value in ((H, hubspot), (A, app)):
        named = entry.intent(side)
        if named is not None and intent(sync, side, mapping, value).sent[1][0] in named.sent[1]:
            ours.add(side)
    if len(ours) == 1:
        verdict = merge(*situation)
        assert verdict.winner not in ours


@given(situations())
def test_the_two_sides_are_treated_alike(situation: tuple[Sync, IndexEntry, FieldMapping, Value, Value]) -> None:
    """With everything mirrored, so is the verdict."""
    sync, entry, mapping, hubspot, app = situation
    mirrored = {TO_HUBSPOT: TO_APP, TO_APP: TO_HUBSPOT, TWO_WAY: TWO_WAY}
    other_mapping = replace(mapping, direction=mirrored[mapping.direction])
    other_sync = replace(
        sync, direction=mirrored[sync.direction], default_side=sync.default_side.other, mappings=(other_mapping,)
    )
    intents = tuple(replace(one, side=one.side.other) for one in entry.intents)
    other_entry = replace(entry, hubspot=entry.app, app=entry.hubspot, intents=intents)
    verdict, mirror = merge(*situation), merge(other_sync, other_entry, other_mapping, app, hubspot)
    assert mirror.write is (verdict.write.other if verdict.write else None)
    assert mirror.winner is (verdict.winner.other if verdict.winner else None)
    assert mirror.drifted is verdict.drifted
