"""Rules 4.2 and 4.3: which types go with each other when a sync is saved, and that values come back as they went."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.engine.bridge import bridge_of
from hubsync.engine.compatible import FROM_HUBSPOT, INTO_TEXT, TEXTS, Ends, carries, default_for, loses, takes
from hubsync.engine.transform import UnfitValueError, canonical, render
from hubsync.model.mapping import FieldMapping, OptionPair, Transform
from hubsync.model.record import Value
from hubsync.model.schema import FieldType
from hubsync.model.side import Direction, Side
from tests.rules.saved_mapping import saved

H, A = Side.HUBSPOT, Side.APP
T = FieldType
LIKE = (
    (T.TEXT, T.TEXT), (T.EMAIL, T.TEXT), (T.TEXT, T.PHONE), (T.URL, T.TEXT), (T.NUMBER, T.NUMBER), (T.DATE, T.DATE),
    (T.DATETIME, T.DATETIME), (T.DATE, T.DATETIME), (T.DATETIME, T.DATE), (T.BOOLEAN, T.BOOLEAN), (T.OPTION, T.OPTION),
    (T.OPTIONS, T.OPTIONS), (T.OPTIONS, T.OPTION),
)  # fmt: skip
INTO = (T.NUMBER, T.DATE, T.DATETIME, T.BOOLEAN)


@pytest.mark.parametrize(("hubspot", "app"), LIKE)
def test_like_types_go_two_ways(hubspot: FieldType, app: FieldType) -> None:
    """4.2 Text with text, number with number, date with date and time, yes with no, option with option."""
    assert saved(hubspot, app) == {}
    assert saved(app, hubspot, direction=Direction.TO_APP) == {}


@pytest.mark.parametrize("source", INTO)
@pytest.mark.parametrize("side", Side)
def test_unlike_types_meet_in_a_text_field_one_way(source: FieldType, side: Side) -> None:
    """4.3 Number, date, date and time and boolean go into a text field from either side, and never back."""
    types = (T.TEXT, source) if side is H else (source, T.TEXT)
    towards, away = (Direction.TO_HUBSPOT, Direction.TO_APP) if side is H else (Direction.TO_APP, Direction.TO_HUBSPOT)
    assert saved(*types, direction=towards) == {}
    assert set(saved(*types, direction=away)) == {f".{side.other}"}
    assert set(saved(*types)) == {f".{side.other}"}


def test_a_multi_checkbox_of_hubspot_goes_into_text_and_the_apps_does_not() -> None:
    """4.3 From HubSpot also several options at once, as their labels."""
    assert saved(T.OPTIONS, T.TEXT, direction=Direction.TO_APP) == {}
    assert set(saved(T.TEXT, T.OPTIONS, direction=Direction.TO_HUBSPOT)) == {".hubspot"}


def test_everything_else_is_refused_with_path_and_remedy() -> None:
    """4.3 What is not in the table is refused when it is saved, in both directions and in each."""
    seen = 0
    for hubspot, app in product((T.TEXT, T.NUMBER, T.DATE, T.BOOLEAN, T.OPTION, T.OPTIONS, T.REFERENCE), repeat=2):
        if (hubspot, app) in LIKE or (app, hubspot) in LIKE:
            continue
        seen += 1
        assert saved(hubspot, app), (hubspot, app)
    assert seen > 30


def test_a_lossy_transform_may_go_one_way_and_not_two() -> None:
    """4.3 Days of two date-times lose the time of day: one way at most, and the fault says what is lost."""
    found = saved(T.DATETIME, T.DATETIME, transform=Transform.DATE)
    assert list(found) == [".transform"]
    assert "time of day" in found[".transform"]
    assert saved(T.DATETIME, T.DATETIME, transform=Transform.DATE, direction=Direction.TO_APP) == {}
    assert ".transform" in saved(T.DATE, T.DATETIME, transform=Transform.DATETIME)


def test_a_transform_that_does_not_fit_the_types_is_refused() -> None:
    """4.3 A transform belongs to types."""
    assert ".transform" in saved(T.TEXT, T.TEXT, transform=Transform.NUMBER)
    assert ".transform" in saved(T.NUMBER, T.NUMBER, transform=Transform.PHONE)
    assert saved(T.TEXT, T.TEXT, transform=Transform.PHONE) == {}


def test_a_table_of_options_names_options_that_there_are() -> None:
    """4.2 Options by an explicit table: a name that is no option is a fault with its path."""
    assert saved(T.OPTION, T.OPTION, options=(OptionPair("A", "b"),)) == {}
    assert set(saved(T.OPTION, T.OPTION, options=(OptionPair("A", "c"),))) == {".options.A"}
    assert ".options" in saved(T.TEXT, T.TEXT, options=(OptionPair("A", "b"),))


@pytest.mark.parametrize(("hubspot", "app", "target"), list(product(T, T, Side)))
def test_the_table_is_whole(hubspot: FieldType, app: FieldType, target: Side) -> None:
    """4.3 For every pair of types the default transform fits wherever values may go at all, and loses nothing of what
    goes two ways."""
    ends = Ends(hubspot, app)
    if carries(ends, target):
        assert takes(default_for(ends, [target]), ends, target)
    if all(carries(ends, side) for side in Side):
        assert all(loses(default_for(ends, Side), ends, side) is None for side in Side)
    else:
        source = ends.type(target.other)
        assert carries(ends, target) == (
            ends.type(target) in TEXTS and source in INTO_TEXT and (source not in FROM_HUBSPOT or target is A)
        )


# --- round trips

TEXTS_OF: Mapping[Transform, st.SearchStrategy[Value]] = {
    Transform.DATE: st.dates().map(lambda day: day.isoformat()),
    Transform.DATETIME: st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z"),
    Transform.NUMBER: st.integers(-(10**14), 10**14) | st.decimals(allow_nan=False, places=2).map(str),
    Transform.BOOLEAN: st.booleans() | st.sampled_from(["true", "false"]),
    Transform.EMAIL: st.emails(),
    Transform.DOMAIN: st.from_regex(r"\A[a-z]{1,8}\.example\Z"),
    Transform.PHONE: st.from_regex(r"\A\+34 6[0-9]{2} [0-9]{3} [0-9]{3}\Z"),
    Transform.E164: st.from_regex(r"\A6[0-9]{2} [0-9]{3} [0-9]{3}\Z"),
}


OWNING = (Transform.OWNER, Transform.OWNER_NAME)
"""They need the lists of owners (`test_4_owners`)."""


@given(st.sampled_from([each for each in Transform if each not in OWNING]), st.sampled_from(Side), st.data())
def test_what_comes_back_equals_what_went(transform: Transform, side: Side, data: st.DataObject) -> None:
    """4.3 For every transform and any value that fits: over to the other side and back it is the same value."""
    value = data.draw(TEXTS_OF.get(transform, st.text(max_size=12)))
    there_bridge = bridge_of(FieldMapping(1, "f", "f", transform), "ES")
    try:
        there = there_bridge.carried(side, value, None).fields["f"]
        back = there_bridge.carried(side.other, there, value).fields["f"]
    except UnfitValueError:
        assert transform not in (Transform.TEXT, Transform.OPTION, Transform.LABELS, Transform.FULL_NAME)
        return
    assert canonical(transform, back, region="ES") == canonical(transform, value, region="ES")


def test_a_target_of_another_type_gets_its_own_form() -> None:
    """4.3 A date in a text is that date's text, a number that number's."""
    assert render(Transform.TEXT, 7.50, H, T.TEXT) == "7.5"
    assert render(Transform.TEXT, True, H) == "true"
