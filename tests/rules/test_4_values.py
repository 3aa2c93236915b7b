"""Rules 4.2 and 4.5: how dates, numbers and phone numbers are carried."""

from __future__ import annotations

import pytest

from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.record import Value
from hubsync.model.schema import FieldSchema, FieldType
from hubsync.model.side import Side
from hubsync.model.status import FailureCategory
from tests.rules.typed_pair import Pair, refusal

H, A = Side.HUBSPOT, Side.APP
T = FieldType


def test_a_date_and_a_date_time_go_by_their_day_and_keep_the_time() -> None:
    """4.2 The time of day stays for as long as the day does, and a new day is midnight in UTC."""
    schemas = {H: {"due": FieldSchema("due", T.DATE)}, A: {"due": FieldSchema("due", T.DATETIME)}}
    pair = Pair(FieldMapping(1, "due", "due", Transform.DATE), schemas).put(A, due="2026-05-01T13:45:00Z")
    pair.settle()
    assert pair.shown(H)["due"] == "2026-05-01"
    pair.put(A, due="2026-05-01T18:00:00Z").settle()
    assert (pair.shown(H)["due"], pair.shown(A)["due"]) == ("2026-05-01", "2026-05-01T18:00:00Z")
    pair.put(H, due="2026-05-02").settle()
    assert pair.shown(A)["due"] == "2026-05-02T00:00:00.000Z"


@pytest.mark.parametrize(
    "midnight", ["2026-05-01", "2026-05-01T00:00:00", "2026-05-01T00:00:00+14:00", "2026-05-01T00:00:00-11:00",
                 "2026-05-01 00:00:00Z", 1777593600000, "1777593600000"]
)  # fmt: skip
@pytest.mark.parametrize("side", Side)
def test_dates_do_not_drift_across_zones(midnight: Value, side: Side) -> None:
    """4.5 A midnight is that day, in whatever zone and form an application writes it."""
    pair = Pair(FieldMapping(1, "due", "due", Transform.DATE)).put(side, due=midnight)
    pair.settle()
    assert pair.shown(side.other)["due"] == "2026-05-01"
    pair.put(side.other, due="2026-05-01T00:00:00+02:00")
    assert pair.settle().patches == {}


@pytest.mark.parametrize("amount", ["1,234.50", "1.234,50", "1 234", "€5", "12 apples"])
def test_a_number_with_separators_is_refused(amount: str) -> None:
    """4.5 HubSpot takes neither thousands separators nor a currency's sign; nothing is guessed."""
    pair = Pair(FieldMapping(1, "amount", "amount", Transform.NUMBER)).put(A, amount=amount)
    assert refusal(pair.decide()) == (FailureCategory.WRONG_TYPE, "amount")


@pytest.mark.parametrize(("amount", "written"), [(1234.5, "1234.5"), ("0099.90", "99.9"), (10**12, "1000000000000")])
def test_currency_keeps_its_decimals(amount: Value, written: str) -> None:
    """4.5 Numbers are carried without an exponent, rounding or zeros that say nothing."""
    pair = Pair(FieldMapping(1, "amount", "amount", Transform.NUMBER)).put(A, amount=amount)
    pair.settle()
    assert pair.shown(H)["amount"] == written


def test_a_phone_number_keeps_its_own_form_unless_the_mapping_asks() -> None:
    """4.5 Two forms of one number are equal; E.164 is written only by the transform that says so."""
    own = Pair(FieldMapping(1, "phone", "phone", Transform.PHONE)).put(A, phone="600 555 013")
    own.settle()
    assert own.shown(H)["phone"] == "600 555 013"
    asked = Pair(FieldMapping(1, "phone", "phone", Transform.E164)).put(A, phone="600 555 013")
    asked.settle()
    assert (asked.shown(H)["phone"], asked.shown(A)["phone"]) == ("+34600555013", "600 555 013")
    assert refusal(asked.put(A, phone="ana").decide()) == (FailureCategory.INVALID_VALUE, "phone")
