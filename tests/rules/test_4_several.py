"""Rules 4.3 to 4.5: fields of several values, into one and back, into several, and into text."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.schema import FieldSchema, FieldType, Option
from hubsync.model.side import Direction, Side
from hubsync.model.status import FailureCategory
from tests.rules.typed_pair import Pair

H, A = Side.HUBSPOT, Side.APP
T = FieldType
PHONES = FieldMapping(1, "phone", "phones", Transform.PHONE, several=(A,), clears=True)


def test_the_first_of_several_is_mirrored_and_the_rest_is_never_wiped_out() -> None:
    """4.4 Several into one takes the first; back again only the mirrored one is replaced."""
    pair = Pair(PHONES).put(A, phones=["600 555 011", "600 555 012"])
    pair.settle()
    assert pair.shown(H)["phone"] == "600 555 011"
    pair.put(H, phone="600 555 099").settle()
    assert pair.shown(A)["phones"] == ["600 555 099", "600 555 012"]
    pair.put(H, phone="").settle()
    assert pair.shown(A)["phones"] == ["600 555 012"]


def test_what_was_mirrored_stays_so_in_whatever_order() -> None:
    """4.4 A list that comes in another order changes nothing, and the mirrored one is the one that is replaced."""
    pair = Pair(PHONES).put(A, phones=["600 555 011", "600 555 012"])
    pair.settle()
    pair.put(A, phones=["600 555 012", "+34 600 555 011"])
    assert pair.settle().patches == {}
    pair.put(A, phones=["600 555 013", "600 555 012", "+34 600 555 011"]).put(H, phone="600 555 099").settle()
    assert pair.shown(A)["phones"] == ["600 555 013", "600 555 012", "600 555 099"]


def test_where_the_mirrored_one_goes_the_first_takes_its_place() -> None:
    """4.4 While it is still there: once it is gone, the first one is carried."""
    pair = Pair(PHONES).put(A, phones=["600 555 011", "600 555 012"])
    pair.settle()
    pair.put(A, phones=["600 555 012"]).settle()
    assert pair.shown(H)["phone"] == "600 555 012"


def test_a_value_that_is_there_already_is_not_added() -> None:
    """4.4 HubSpot's new value is another one of the app's: both sides agree, and all of the list stays."""
    pair = Pair(PHONES).put(A, phones=["600 555 011", "600 555 012"])
    pair.settle()
    pair.put(H, phone="+34600555012")
    assert pair.settle().patches == {}
    pair.put(H, phone="600 555 099").settle()
    assert pair.shown(A)["phones"] == ["600 555 011", "600 555 099"]


def test_a_write_that_was_lost_does_not_lose_which_one_was_mirrored() -> None:
    """4.4 Until the new value is there, the old one is the one to be replaced, also after the list was reordered."""
    pair = Pair(PHONES).put(A, phones=["600 555 011", "600 555 012"])
    pair.settle()
    pair.put(H, phone="600 555 099").decide()  # decided, never carried out
    pair.put(A, phones=["600 555 012", "600 555 011"]).settle()
    assert pair.shown(A)["phones"] == ["600 555 012", "600 555 099"]


def test_a_record_is_made_with_one_value_or_with_the_first() -> None:
    """4.4 From one into several and from several into one."""
    assert Pair(PHONES).put(H, phone="600 555 011").made(H).patches[A].fields == {"phones": ["600 555 011"]}
    made = Pair(PHONES).put(A, phones=["600 555 011", "600 555 012"]).made(A)
    assert made.patches[H].fields == {"phone": "600 555 011"}


COLOURS = FieldMapping(1, "colours", "colours", Transform.OPTION, several=(H, A), clears=True)


def test_several_to_several_carries_all_and_no_order_counts() -> None:
    """4.4 A multi-checkbox with a list of the app's."""
    pair = Pair(COLOURS).put(H, colours="red;blue")
    pair.settle()
    assert pair.shown(A)["colours"] == ["red", "blue"]
    pair.put(A, colours=["Blue", "RED"])
    assert pair.settle().patches == {}
    pair.put(A, colours=["blue", "green"]).settle()
    assert pair.shown(H)["colours"] == "blue;green"
    pair.put(H, colours="").settle()
    assert pair.shown(A)["colours"] is None


def test_each_of_several_options_has_to_fit() -> None:
    """4.5 One that the target lacks fails the record; the others are not written alone."""
    options = (Option("red", "Red"), Option("blue", "Blue"))
    schemas = {
        H: {"colours": FieldSchema("colours", T.OPTIONS, options=options, many=True)},
        A: {"colours": FieldSchema("colours", T.OPTIONS, options=options, many=True)},
    }
    pair = Pair(COLOURS, schemas).put(A, colours=["red", "zebra"])
    decision = pair.decide()
    assert decision.failure is not None
    assert (decision.failure.category, decision.failure.field) == (FailureCategory.OPTION_MISSING, "colours")
    assert not decision.patches


def test_a_multi_checkbox_goes_into_text_by_its_labels() -> None:
    """4.3 One way; a change of the text is left alone."""
    mapping = FieldMapping(1, "colours", "note", Transform.LABELS, Direction.TO_APP, several=(H,))
    options = (Option("r", "Red"), Option("b", "Blue"))
    schemas = {H: {"colours": FieldSchema("colours", T.OPTIONS, options=options, many=True)}}
    pair = Pair(mapping, schemas).put(H, colours="r;b")
    pair.settle()
    assert pair.shown(A)["note"] == "Red, Blue"
    pair.put(A, note="Green")
    assert pair.settle().drifted == (1,)
    pair.put(H, colours="b").settle()
    assert pair.shown(A)["note"] == "Blue"


@given(st.lists(st.sampled_from(["1", "2", "3", "4"]), max_size=5), st.sampled_from(["", "1", "3", "9"]), st.data())
def test_no_other_value_is_ever_lost_from_a_list(phones: list[str], edit: str, data: st.DataObject) -> None:
    """4.4 Whatever HubSpot's field becomes and however the list is ordered: at most the mirrored value goes."""
    pair = Pair(replace(PHONES, transform=Transform.TEXT)).put(A, phones=list(phones))
    pair.settle()
    before = data.draw(st.permutations(phones))
    pair.put(A, phones=list(before)).put(H, phone=edit).settle()
    after = pair.shown(A)["phones"] or []
    assert isinstance(after, list)
    lost = [value for value in set(before) if before.count(value) > after.count(value)]
    assert len(lost) <= 1
    assert sum(before.count(value) - after.count(value) for value in lost) <= 1
