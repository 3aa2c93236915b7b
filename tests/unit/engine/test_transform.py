"""Two values are equal when their canonical forms are; what is written compares equal to what it was made from."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from hubsync.engine.transform import UnfitValueError, canonical, render
from hubsync.model.mapping import Transform
from hubsync.model.record import Value
from hubsync.model.schema import FieldType
from hubsync.model.side import Side
from hubsync.model.status import FailureCategory

JSON: st.SearchStrategy[Value] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
LIKELY = st.sampled_from(
    [
        "José@BÜCHER.example", "ana@example.com ", "+34 600 555 013 ext 4", "1.50", "-0.0", "1e3", "0", "2026-05-01",
        "2026-05-01T00:00:00+02:00", "2026-05-01T02:00:00+02:00", "1777593600000", "1777593600001", "WWW.Example.com/a",
        "yes", "FALSE", "ΑΣ@example.com", "İ@example.com", "0001-01-01T00:30:00+01:00",
    ]
)  # fmt: skip
KINDS = st.sampled_from(Transform)
REGIONS = st.sampled_from([None, "ES", "US", "??"])


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (Transform.TEXT, "  Ana ", "Ana"),
        (Transform.TEXT, "Jose\u0301", "José"),
        (Transform.TEXT, "a\r\nb\rc", "a\nb\nc"),
        (Transform.TEXT, True, "true"),
        (Transform.TEXT, 7.0, "7"),
        (Transform.EMAIL, " Ana@Example.COM", "ana@example.com"),
        (Transform.EMAIL, "ana@bücher.example", "ana@xn--bcher-kva.example"),
        (Transform.EMAIL, "NOT an email ", "not an email"),
        (Transform.PHONE, "600 555 013", "+34600555013"),
        (Transform.PHONE, "0034 600-555-013", "+34600555013"),
        (Transform.PHONE, 600555013, "+34600555013"),
        (Transform.PHONE, "(00) 1-2", "0012"),
        (Transform.NUMBER, "1", 1.0),
        (Transform.NUMBER, "1.0", 1),
        (Transform.NUMBER, "+007.50", "7.5"),
        (Transform.NUMBER, "1e3", 1000),
        (Transform.NUMBER, "-0.0", 0),
        (Transform.NUMBER, 0.1, "0.10"),
        (Transform.DATE, "2026-05-01", 1777593600000),
        (Transform.DATE, "2026-05-01", "1777593600000"),
        (Transform.DATE, "2026-05-01", "2026-05-01T00:00:00Z"),
        (Transform.DATE, "2026-05-01", "2026-05-01T00:00:00-11:00"),
        (Transform.DATE, "2026-05-01", "2026-05-01T00:00:00+14:00"),
        (Transform.DATE, "2026-05-01T13:45:00Z", "2026-05-01"),
        (Transform.DATE, "2026-05-01T23:45:00-05:00", "2026-05-01"),
        (Transform.DATETIME, "2026-05-01 13:45:00", "2026-05-01T15:45:00.0004+02:00"),
        (Transform.DATETIME, "1777643100000", "2026-05-01T13:45:00Z"),
        (Transform.DATETIME, "2026-05-01", "2026-05-01T02:00:00+02:00"),
        (Transform.E164, "600 555 013", "+34600555013"),
        (Transform.OPTION, " In  Progress", "in progress"),
        (Transform.FULL_NAME, "Ana  María de la Cruz", " Ana María de la  Cruz"),
        (Transform.LABELS, "Red, Blue", "Red, Blue "),
        (Transform.DOMAIN, "https://www.Example.com:443/about?x=1", "example.com"),
        (Transform.BOOLEAN, "Yes", True),
        (Transform.BOOLEAN, 0, "false"),
    ],
)
def test_values_that_mean_the_same_are_equal(kind: Transform, one: Value, other: Value) -> None:
    assert canonical(kind, one, region="ES") == canonical(kind, other, region="ES")


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (Transform.TEXT, "Peña", "Pena"),
        (Transform.TEXT, "ana", "Ana"),
        (Transform.EMAIL, "ana@example.com", "ana@example.org"),
        (Transform.PHONE, "600 555 013", "600 555 014"),
        (Transform.PHONE, "call Anna at 5", "5"),
        (Transform.PHONE, "+34600555013", "+34600555013 ext. 2"),
        (Transform.NUMBER, "1,000", "1000"),
        (Transform.NUMBER, "0.1", "0.10000000000000000001"),
        (Transform.NUMBER, "-1", "1"),
        (Transform.DATE, "2026-05-01", "2026-05-02"),
        (Transform.DATETIME, "2026-05-01T13:45:00Z", "2026-05-01"),
        (Transform.DATETIME, "2026-05-01T00:00:00+02:00", "2026-05-01"),
        (Transform.DATE, "20260501", "2026-05-01"),
        (Transform.DATE, "1 May", "2 May"),
        (Transform.BOOLEAN, "maybe", True),
    ],
)
def test_values_that_differ_stay_different(kind: Transform, one: Value, other: Value) -> None:
    assert canonical(kind, one, region="ES") != canonical(kind, other, region="ES")


def test_a_number_without_country_needs_a_region_to_equal_the_international_one() -> None:
    assert canonical(Transform.PHONE, "600 555 013") != canonical(Transform.PHONE, "+34 600 555 013")


@pytest.mark.parametrize("empty", [None, "", "  \n", [], {}])
@pytest.mark.parametrize("kind", Transform)
def test_an_empty_value_has_no_form_and_clears(kind: Transform, empty: Value) -> None:
    assert canonical(kind, empty) is None
    assert render(kind, empty, Side.HUBSPOT) is None
    assert render(kind, empty, Side.APP) is None


@given(KINDS, JSON | LIKELY, REGIONS)
@example(Transform.NUMBER, 10**5000, None)
@example(Transform.TEXT, "\ud800", None)
@example(Transform.EMAIL, "a@\ud800.example", None)
@example(Transform.DATE, "0001-01-01T00:30:00+01:00", None)
@example(Transform.NUMBER, "9" * 6000, None)
def test_comparing_is_total_and_settled(kind: Transform, value: Value, region: str | None) -> None:
    form = canonical(kind, value, region=region)
    assert form is None or (form.strip() == form and form)
    if form is not None and not form.startswith("? ") and kind is not Transform.PHONE:
        assert canonical(kind, form, region=region) == form


@given(KINDS, JSON | LIKELY, REGIONS, st.sampled_from(Side))
def test_what_is_written_equals_what_it_was_made_from(
    kind: Transform, value: Value, region: str | None, side: Side
) -> None:
    try:
        written = render(kind, value, side)
    except UnfitValueError:
        assume(False)
    assert canonical(kind, written, region=region) == canonical(kind, value, region=region)
    assert written is None or side is Side.APP or isinstance(written, str)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**30), 10**30))
def test_numbers_survive_the_way_there_and_back(number: float) -> None:
    try:
        there = render(Transform.NUMBER, number, Side.HUBSPOT)
    except UnfitValueError:
        assume(False)
    assert Decimal(repr(render(Transform.NUMBER, there, Side.APP))) == Decimal(repr(number))


@pytest.mark.parametrize(
    ("kind", "value", "side", "field_type", "written"),
    [
        (Transform.TEXT, "  Ana  María ", Side.APP, None, "Ana  María"),
        (Transform.TEXT, 7.0, Side.HUBSPOT, None, "7"),
        (Transform.TEXT, "1.50", Side.APP, FieldType.NUMBER, 1.5),
        (Transform.TEXT, "yes", Side.APP, FieldType.BOOLEAN, True),
        (Transform.EMAIL, " Ana@Example.COM ", Side.HUBSPOT, None, "ana@example.com"),
        (Transform.PHONE, " 600 555 013 ", Side.APP, None, "600 555 013"),
        (Transform.NUMBER, "1.0", Side.APP, None, 1),
        (Transform.NUMBER, "2.50", Side.APP, FieldType.NUMBER, 2.5),
        (Transform.NUMBER, "2.50", Side.APP, FieldType.TEXT, "2.5"),
        (Transform.NUMBER, 2.0, Side.HUBSPOT, None, "2"),
        (Transform.DATE, 1777593600000, Side.APP, None, "2026-05-01"),
        (Transform.DATE, "2026-05-01", Side.HUBSPOT, FieldType.DATETIME, "2026-05-01T00:00:00.000Z"),
        (Transform.DATE, "2026-05-01T23:45:00-05:00", Side.HUBSPOT, FieldType.DATE, "2026-05-01"),
        (Transform.DATETIME, "2026-05-01T13:45:00+02:00", Side.APP, FieldType.DATETIME, "2026-05-01T11:45:00.000Z"),
        (Transform.DATETIME, "2026-05-01", Side.APP, FieldType.DATETIME, "2026-05-01T00:00:00.000Z"),
        (Transform.TEXT, "2026-05-01T13:45:00Z", Side.APP, FieldType.DATETIME, "2026-05-01T13:45:00.000Z"),
        (Transform.E164, "+34 600 555 013", Side.APP, None, "+34600555013"),
        (Transform.FULL_NAME, " Ana  María ", Side.HUBSPOT, None, "Ana María"),
        (Transform.DOMAIN, "http://www.example.com/x", Side.HUBSPOT, None, "example.com"),
        (Transform.DOMAIN, "example.com", Side.APP, FieldType.URL, "https://example.com"),
        (Transform.BOOLEAN, "TRUE", Side.APP, None, True),
        (Transform.BOOLEAN, False, Side.HUBSPOT, None, "false"),
    ],
)
def test_the_target_gets_its_own_shape(
    kind: Transform, value: Value, side: Side, field_type: FieldType | None, written: Value
) -> None:
    got = render(kind, value, side, field_type)
    assert got == written
    assert type(got) is type(written)


@pytest.mark.parametrize(
    ("kind", "value", "field_type", "category"),
    [
        (Transform.NUMBER, "abc", None, FailureCategory.WRONG_TYPE),
        (Transform.TEXT, "abc", FieldType.NUMBER, FailureCategory.WRONG_TYPE),
        (Transform.DATE, "01/05/2026", None, FailureCategory.WRONG_TYPE),
        (Transform.BOOLEAN, "maybe", None, FailureCategory.WRONG_TYPE),
        (Transform.EMAIL, "ana@", None, FailureCategory.INVALID_VALUE),
        (Transform.DOMAIN, "co.uk", None, FailureCategory.INVALID_VALUE),
        (Transform.TEXT, ["abc"], None, FailureCategory.WRONG_TYPE),
        (Transform.NUMBER, "0.10000000000000000001", None, FailureCategory.INVALID_VALUE),
    ],
)
def test_a_value_that_does_not_fit_is_refused_without_being_repeated(
    kind: Transform, value: Value, field_type: FieldType | None, category: FailureCategory
) -> None:
    with pytest.raises(UnfitValueError) as raised:
        render(kind, value, Side.APP, field_type)
    failure = raised.value.failure
    assert failure.category is category
    assert failure.remedy.endswith(".")
    assert "abc" not in failure.sentence + failure.remedy
