"""What holds of links whatever both sides show (rules 6.1 and 6.2)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.engine.context import Context
from hubsync.engine.identify import fingerprint
from hubsync.engine.links import MOST, LinkVerdict, links_hash, links_of_new, merge_links, written_value
from hubsync.model.association import Association, linked_ids
from hubsync.model.entry import Half, IndexEntry, Intent
from hubsync.model.record import RecordRef
from hubsync.model.side import Direction, Side
from hubsync.model.status import RecordStatus
from tests.simulation.syncs import contacts

ONE = Association(6, "companies", "organisation_id", "s2")
MANY = replace(ONE, many=True)
BOUND = range(5)
"""Numbers of linked records that are bound: `c0` in HubSpot and `o0` in the app. The others are known on one side."""
NUMBERS = range(7)

LINKED = {
    RecordRef(side, f"{'c' if side is Side.HUBSPOT else 'o'}{number}"): IndexEntry(
        "s2",
        f"h-c{number}",
        hubspot=Half(f"c{number}"),
        app=Half(f"o{number}") if number in BOUND else Half(),
        status=RecordStatus.IN_SYNC if number in BOUND else RecordStatus.EXCLUDED,
    )
    for number in NUMBERS
    for side in (Side.HUBSPOT, Side.APP)
    if side is Side.HUBSPOT or number in BOUND
}

ids = st.lists(st.sampled_from(NUMBERS), unique=True)
associations = st.builds(
    Association,
    number=st.just(6),
    hubspot_type=st.just("companies"),
    app_field=st.just("organisation_id"),
    via=st.just("s2"),
    many=st.booleans(),
    direction=st.sampled_from(Direction),
    unlink=st.booleans(),
)


def context(association: Association) -> Context:
    sync = replace(contacts(), associations=(association,))
    return Context(sync, linked={"s2": LINKED})


def key(number: int) -> bytes:
    return fingerprint(contacts().hash_key, f"h-c{number}")


def entry(baseline: list[int]) -> IndexEntry:
    links = {6: tuple(sorted(key(number) for number in baseline))}
    return IndexEntry("s1", "h-1", hubspot=Half("1"), app=Half("a"), links=links)


def shown(hubspot: list[int], app: list[int]) -> dict[Side, list[str]]:
    return {Side.HUBSPOT: [f"c{number}" for number in hubspot], Side.APP: [f"o{number}" for number in app]}


def after(values: dict[Side, list[str]], verdict: LinkVerdict) -> dict[Side, list[str]]:
    """Both sides once the verdict is written."""
    return {side: [*verdict.write.get(side, values[side])] for side in Side}


def one(association: Association, hubspot: list[int], app: list[int]) -> tuple[list[int], list[int]]:
    return hubspot, app if association.many else app[:1]


@given(association=associations, hubspot=ids, app=ids, baseline=ids)
def test_what_was_written_needs_no_further_write(
    association: Association, hubspot: list[int], app: list[int], baseline: list[int]
) -> None:
    """6.1 A second look at what the first one wrote writes nothing, and remembers the same."""
    values = shown(*one(association, hubspot, app))
    verdict = merge_links(association, entry(baseline), values, context(association))
    then = after(values, verdict)
    settled = replace(entry([]), links={6: verdict.baseline})
    settled = settled.with_half(Side.HUBSPOT, Half("1", {6: fingerprint_of(then[Side.HUBSPOT])}))
    second = merge_links(association, settled, then, context(association))
    assert second.write == {}
    assert second.baseline == verdict.baseline


def fingerprint_of(links: list[str]) -> bytes:
    return fingerprint(contacts().hash_key, [*sorted(links)] or None)


@given(association=associations, hubspot=ids, app=ids, baseline=ids)
def test_only_what_was_in_the_baseline_is_ever_taken_away(
    association: Association, hubspot: list[int], app: list[int], baseline: list[int]
) -> None:
    """6.2 A link that a person made by hand is never removed, and without `unlink` none is in HubSpot at all."""
    values = shown(*one(association, hubspot, app))
    verdict = merge_links(association, entry(baseline), values, context(association))
    for side, letter in ((Side.HUBSPOT, "c"), (Side.APP, "o")):
        for gone in set(values[side]) - set(after(values, verdict)[side]):
            assert int(gone.removeprefix(letter)) in baseline
            assert association.unlink or (side is Side.APP and not association.many)


@given(association=associations, hubspot=ids, app=ids)
def test_without_a_baseline_both_sides_get_everything(
    association: Association, hubspot: list[int], app: list[int]
) -> None:
    """6.1 Union: what is bound is on both sides, as far as the direction lets it and there is room."""
    association = replace(association, many=True)
    values = shown(hubspot, app)
    then = after(values, merge_links(association, entry([]), values, context(association)))
    everything = {number for number in (*hubspot, *app) if number in BOUND}
    if association.direction.writes(Side.HUBSPOT):
        assert {f"c{number}" for number in everything} <= set(then[Side.HUBSPOT])
    if association.direction.writes(Side.APP):
        assert {f"o{number}" for number in everything} <= set(then[Side.APP])


@given(association=associations, hubspot=ids, app=ids, baseline=ids)
def test_nothing_is_written_against_the_direction(
    association: Association, hubspot: list[int], app: list[int], baseline: list[int]
) -> None:
    """2.4 Neither linked nor unlinked, and nothing waits for what will not be made."""
    values = shown(*one(association, hubspot, app))
    verdict = merge_links(association, entry(baseline), values, context(association))
    assert all(association.direction.writes(side) for side in verdict.write)
    assert all(association.direction.writes(ref.side.other) for ref in verdict.waiting)


@given(association=associations, hubspot=ids, app=ids, baseline=ids)
def test_the_app_never_gets_more_than_it_holds(
    association: Association, hubspot: list[int], app: list[int], baseline: list[int]
) -> None:
    """4.4 A field for one link is given one, or is emptied."""
    association = replace(association, many=False)
    values = shown(hubspot, app[:1])
    verdict = merge_links(association, entry(baseline), values, context(association))
    assert len(verdict.write.get(Side.APP, ())) <= 1


@pytest.mark.parametrize("status", [None, RecordStatus.PENDING, RecordStatus.EXCLUDED])
def test_the_first_one_is_waited_for_while_it_may_still_be_bound(status: RecordStatus | None) -> None:
    """6.1 The app's one place goes to HubSpot's first company, in whatever order the companies are bound; one that is
    left out for good does not keep it from the next."""
    linked = {ref: each for ref, each in LINKED.items() if each.id == "h-c1"}
    if status is not None:
        linked[RecordRef(Side.HUBSPOT, "c0")] = IndexEntry("s2", "h-c0", hubspot=Half("c0"), status=status)
    values = shown([0, 1], [])
    verdict = merge_links(ONE, entry([]), values, replace(context(ONE), linked={"s2": linked}))
    if status is RecordStatus.EXCLUDED:
        assert (verdict.write, verdict.waiting) == ({Side.APP: ("o1",)}, ())
    else:
        assert (verdict.write, verdict.waiting) == ({}, (RecordRef(Side.HUBSPOT, "c0"),))


def test_what_we_took_away_and_somebody_made_again_is_new() -> None:
    """6.2, 9.1 Our removal was written and its commit lost; meanwhile a person linked them again in HubSpot: the link
    goes to the app, and is not taken away from HubSpot."""
    association = replace(MANY, unlink=True)
    stored = replace(entry([0]), intents=(Intent(Side.APP, {6: (links_hash(context(association).sync, []),)}),))
    verdict = merge_links(association, stored, shown([0], []), context(association))
    assert verdict.write == {Side.APP: ("o0",)}


def test_a_record_with_far_too_many_links_is_left_alone() -> None:
    """6.1 An entry stays small: beyond the limit nothing is linked or unlinked, and the record says that it differs."""
    values = {Side.HUBSPOT: [str(at) for at in range(MOST + 1)], Side.APP: ["o0"]}
    verdict = merge_links(MANY, entry([1]), values, context(MANY))
    assert (verdict.write, verdict.drifted, verdict.baseline) == ({}, True, (key(1),))


@pytest.mark.parametrize("side", list(Side))
def test_a_new_record_takes_its_links_along(side: Side) -> None:
    """6.1 In HubSpot as the difference to no links, in the app as the field's value."""
    numbers = [6, 1, 2] if side is Side.APP else [1]
    source = shown(numbers, numbers)[side.other]
    verdict = links_of_new(ONE, side, [*source], context(ONE))
    written = written_value(ONE, side, verdict)
    assert written == ("o1" if side is Side.APP else {"was": [], "now": ["c1"]})
    assert verdict.baseline == (key(1),)


def test_ids_are_read_from_one_value_or_several() -> None:
    assert linked_ids("o1") == ("o1",)
    assert linked_ids(["o1", 2, None, " ", "o1"]) == ("o1", "2")
    assert linked_ids(None) == linked_ids("") == ()
