"""Rules 4.2 and 4.5: options go by value, by label, or by a table of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.model.mapping import FieldMapping, OptionPair, Transform
from hubsync.model.schema import FieldSchema, FieldType, Option
from hubsync.model.side import Side
from hubsync.model.status import FailureCategory
from tests.rules.typed_pair import Pair, refusal

H, A = Side.HUBSPOT, Side.APP
T = FieldType
STAGE = FieldMapping(1, "stage", "state", Transform.OPTION)
HUBSPOT_STAGES = (Option("1001", "Open deal"), Option("closedwon", "Closed won"), Option("lost", "Lost"))
APP_STATES = (Option("OPEN", "open  DEAL"), Option("ClosedWon", "Won"), Option("LOST"))
STAGES = {
    H: {"stage": FieldSchema("stage", T.OPTION, options=HUBSPOT_STAGES)},
    A: {"state": FieldSchema("state", T.OPTION, options=APP_STATES)},
}
KNOWN = ({}, {H: STAGES[H]}, {A: STAGES[A]}, STAGES)


@pytest.mark.parametrize("schemas", KNOWN[1:], ids=["HubSpot's", "the app's", "both"])
def test_options_go_by_value_and_by_label(schemas: Mapping[Side, Mapping[str, FieldSchema]]) -> None:
    """4.2 Equal values or equal labels, without case and surplus spaces, whichever schemas are known."""
    pair = Pair(STAGE, schemas).put(H, stage="closedwon")
    pair.settle()
    assert str(pair.shown(A)["state"]).lower() == "closedwon"
    pair.put(A, state="LOST").settle()
    assert str(pair.shown(H)["stage"]).lower() == "lost"
    if len(schemas) == len(Side):
        pair.put(H, stage="1001").settle()
        assert pair.shown(A)["state"] == "OPEN"
        pair.put(A, state="ClosedWon").settle()
        assert pair.shown(H)["stage"] == "closedwon"


@pytest.mark.parametrize("schemas", KNOWN, ids=["none", "HubSpot's", "the app's", "both"])
def test_a_table_of_options_comes_first(schemas: Mapping[Side, Mapping[str, FieldSchema]]) -> None:
    """4.2 An explicit table: what it names goes by it both ways, whichever schemas are known."""
    mapping = replace(STAGE, options=(OptionPair("1001", "LOST"), OptionPair("lost", "OPEN")))
    pair = Pair(mapping, schemas).put(H, stage="1001")
    pair.settle()
    assert pair.shown(A)["state"] == "LOST"
    pair.put(A, state="OPEN").settle()
    assert pair.shown(H)["stage"] == "lost"


def test_several_options_of_hubspot_may_stand_for_one_of_the_app() -> None:
    """4.2 They are equal to it, so none is rewritten into another."""
    mapping = replace(STAGE, options=(OptionPair("1001", "OPEN"), OptionPair("lost", "OPEN")))
    pair = Pair(mapping, STAGES).put(H, stage="lost")
    pair.settle()
    assert pair.shown(A)["state"] == "OPEN"
    assert pair.settle().patches == {}
    assert pair.shown(H)["stage"] == "lost"


def test_an_option_that_the_target_lacks_fails_before_the_call() -> None:
    """4.5 The failure names the field and lists what is allowed, and does not repeat the value."""
    decision = Pair(STAGE, STAGES).put(H, stage="zebra").decide()
    assert refusal(decision) == (FailureCategory.OPTION_MISSING, "state")
    assert decision.failure is not None
    assert "open  DEAL, Won, LOST" in decision.failure.remedy
    assert refusal(Pair(STAGE, STAGES).put(A, state="zebra").decide()) == (FailureCategory.OPTION_MISSING, "stage")


OPTION_NAMES = st.text(alphabet="abAB _é", min_size=1, max_size=4).filter(lambda text: text.strip() == text)


@given(
    st.lists(OPTION_NAMES, min_size=1, max_size=4, unique=True),
    st.lists(OPTION_NAMES, min_size=1, max_size=4, unique=True),
    st.sampled_from(KNOWN[:3]),
    st.sampled_from(Side),
    st.data(),
)
def test_an_option_that_was_carried_compares_equal_to_where_it_came_from(
    hubspot: list[str], app: list[str], known: Mapping[Side, object], side: Side, data: st.DataObject
) -> None:
    """4.2 For any options, whichever schemas are known: what was written is not written again, nor back."""
    found = {H: hubspot, A: app}
    schemas = {
        each: {"f": FieldSchema("f", T.OPTION, options=tuple(Option(name) for name in found[each]))}
        for each in Side
        if each not in known
    }
    pair = Pair(FieldMapping(1, "f", "f", Transform.OPTION), schemas)
    pair.put(side, f=data.draw(st.sampled_from(found[side])))
    if pair.decide().failure is None:
        pair.settle()
