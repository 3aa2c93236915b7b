"""Each format of a manifest, there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.connectors.declarative.formats import format_of, instant, iso, write_instant
from hubsync.model.schema import FieldType

BOTH_WAYS = [
    (FieldType.TEXT, None, "Ana María", "Ana María"),
    (FieldType.NUMBER, None, 12.5, 12.5),
    (FieldType.NUMBER, "integer", 12, 12),
    (FieldType.NUMBER, "text", "12.5", 12.5),
    (FieldType.BOOLEAN, None, True, True),
    (FieldType.BOOLEAN, "text", "false", False),
    (FieldType.BOOLEAN, "integer", 1, True),
    (FieldType.BOOLEAN, "yes_no", "no", False),
    (FieldType.DATE, None, "2026-03-01", "2026-03-01"),
    (FieldType.DATE, "midnight", "2026-03-01T00:00:00", "2026-03-01"),
    (FieldType.DATE, "epoch_s", 1772323200, "2026-03-01"),
    (FieldType.DATE, "epoch_ms", -86_400_000, "1969-12-31"),
    (FieldType.DATE, "%d/%m/%Y", "01/03/2026", "2026-03-01"),
    (FieldType.DATETIME, None, "2026-03-01T09:30:00.125Z", "2026-03-01T09:30:00.125Z"),
    (FieldType.DATETIME, "iso_naive", "2026-03-01T09:30:00", "2026-03-01T09:30:00Z"),
    (FieldType.DATETIME, "epoch_s", 1772357400, "2026-03-01T09:30:00Z"),
    (FieldType.DATETIME, "epoch_ms", 1772357400125, "2026-03-01T09:30:00.125Z"),
    (FieldType.DATETIME, "%Y%m%d %H:%M:%S", "20260301 09:30:00", "2026-03-01T09:30:00Z"),
]


@pytest.mark.parametrize(("kind", "name", "raw", "value"), BOTH_WAYS)
def test_a_value_survives_both_ways(kind, name, raw, value):
    chosen = format_of(kind, name)
    assert (chosen.decode(raw), type(chosen.decode(raw))) == (value, type(value))
    assert (chosen.encode(value), type(chosen.encode(value))) == (raw, type(raw))


READ_AS = [
    (FieldType.TEXT, None, 5550100, "5550100"),
    (FieldType.TEXT, None, True, "true"),
    (FieldType.TEXT, None, ["a"], ["a"]),
    (FieldType.NUMBER, None, "1e3", 1000.0),
    (FieldType.BOOLEAN, None, "TRUE", True),
    # A date says which day it is where it was written; no zone moves it (rule 4.5).
    (FieldType.DATE, None, "2026-03-01T00:00:00+14:00", "2026-03-01"),
    (FieldType.DATETIME, None, "2026-03-01T11:30:00+02:00", "2026-03-01T09:30:00Z"),
]


@pytest.mark.parametrize(("kind", "name", "raw", "value"), READ_AS)
def test_other_ways_of_writing_are_read_too(kind, name, raw, value):
    assert format_of(kind, name).decode(raw) == value


WRITTEN_AS = [
    (FieldType.TEXT, None, 12, "12"),
    (FieldType.TEXT, None, False, "false"),
    (FieldType.NUMBER, "integer", "12.0", 12),
    (FieldType.BOOLEAN, None, "true", True),
    # Date and datetime go with each other (rule 4.2): a date is midnight in UTC.
    (FieldType.DATE, None, "2026-03-01T09:30:00Z", "2026-03-01"),
    (FieldType.DATETIME, None, "2026-03-01", "2026-03-01T00:00:00Z"),
]


@pytest.mark.parametrize(("kind", "name", "value", "raw"), WRITTEN_AS)
def test_kindred_values_are_written(kind, name, value, raw):
    assert format_of(kind, name).encode(value) == raw


@pytest.mark.parametrize("raw", ["2026-03-01 or so", "2026-03-01T25:00:00", 20260301])
def test_what_only_begins_like_a_date_is_none(raw):
    with pytest.raises(ValueError):
        format_of(FieldType.DATE).decode(raw)


UNFIT = [
    (FieldType.TEXT, None, ["a"]),
    (FieldType.NUMBER, None, "twelve"),
    (FieldType.NUMBER, None, True),
    (FieldType.NUMBER, None, float("nan")),
    (FieldType.NUMBER, "integer", 12.5),
    (FieldType.BOOLEAN, None, 1),
    (FieldType.DATE, None, "2026-02-30"),
    (FieldType.DATE, "epoch_s", "soon"),
    (FieldType.DATETIME, "epoch_ms", {}),
]


@pytest.mark.parametrize(("kind", "name", "value"), UNFIT)
def test_a_value_of_another_type_is_not_written(kind, name, value):
    with pytest.raises(ValueError):
        format_of(kind, name).encode(value)


@given(st.dates())
@pytest.mark.parametrize("name", ["iso", "midnight", "epoch_s", "epoch_ms"])
def test_no_date_drifts(name, day):
    chosen = format_of(FieldType.DATE, name)
    assert chosen.decode(chosen.encode(day.isoformat())) == day.isoformat()


@given(st.integers(-60_000_000_000_000, 250_000_000_000_000))
@pytest.mark.parametrize("name", ["iso", "iso_naive", "epoch_ms"])
def test_no_instant_drifts(name, at):
    chosen = format_of(FieldType.DATETIME, name)
    assert chosen.decode(chosen.encode(iso(at))) == iso(at)
    assert instant(name, write_instant(name, at)) == at


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("iso", "2026-03-01T09:30:00.125Z"),
        ("iso_naive", "2026-03-01T09:30:00.125"),
        ("epoch_s", "1772357400"),
        ("epoch_ms", "1772357400125"),
        ("http", "Sun, 01 Mar 2026 09:30:00 GMT"),
    ],
)
def test_an_instant_is_asked_for_in_the_applications_way_and_never_later(name, text):
    assert write_instant(name, 1772357400125) == text
    assert instant(name, text) in (1772357400125, 1772357400000)
