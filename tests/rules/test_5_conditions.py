"""Rule 5.1: what a filter's conditions say, and what a document may ask."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.api.document import read_document
from hubsync.api.filters import filters_shape
from hubsync.engine.filter import OPPOSITES, holds, passes
from hubsync.model.filter import Condition, Group, Joined, Operator
from hubsync.model.record import Value
from hubsync.model.schema import FieldSchema, FieldType, ObjectSchema, Option
from hubsync.model.side import Side
from hubsync.model.sync import Sync
from hubsync.services.manage.document import RefusedDocumentError
from hubsync.services.manage.filters import OPERATORS, VALUELESS, WRITTEN
from tests.unit.services import manage_schemas, manage_world

H, A = Side.HUBSPOT, Side.APP
O = Operator  # noqa: E741 - so that the tables can be read
T = FieldType


# --- a condition and a value


@pytest.mark.parametrize(
    ("type_", "operator", "values", "value", "expected"),
    [
        (T.TEXT, O.EQUALS, ("bilbao",), " Bilbao ", True),
        (T.TEXT, O.EQUALS, ("bilbao",), "Bilbao la Vieja", False),
        (T.TEXT, O.NOT_EQUALS, ("bilbao",), "Bilbao", False),
        (T.TEXT, O.NOT_EQUALS, ("bilbao",), "", True),
        (T.TEXT, O.ONE_OF, ("bilbao", "león"), "LEÓN", True),
        (T.TEXT, O.NONE_OF, ("bilbao", "león"), None, True),
        (T.TEXT, O.CONTAINS, ("lba",), "Bilbao", True),
        (T.TEXT, O.CONTAINS, ("lba",), "", False),
        (T.TEXT, O.NOT_CONTAINS, ("lba",), "", True),
        (T.TEXT, O.STARTS_WITH, ("bil",), "Bilbao", True),
        (T.TEXT, O.ENDS_WITH, ("bao",), "Bilbao", True),
        (T.TEXT, O.IS_KNOWN, (), "  ", False),
        (T.TEXT, O.IS_UNKNOWN, (), "  ", True),
        (T.TEXT, O.IS_KNOWN, (), "x", True),
        (T.EMAIL, O.ENDS_WITH, ("@example.com",), "Ana@Example.com", True),
        (T.PHONE, O.STARTS_WITH, ("+1",), "(212) 555-0134", True),
        (T.PHONE, O.EQUALS, ("+12125550134",), "212 555 0134", True),
        (T.NUMBER, O.EQUALS, ("7",), "7.0", True),
        (T.NUMBER, O.GT, ("9",), "10", True),
        (T.NUMBER, O.GT, ("10",), 10, False),
        (T.NUMBER, O.GTE, ("10",), 10, True),
        (T.NUMBER, O.LT, ("0",), "-3", True),
        (T.NUMBER, O.LTE, ("-3",), -3.0, True),
        (T.NUMBER, O.BETWEEN, ("-5", "-1"), "-3", True),
        (T.NUMBER, O.BETWEEN, ("1", "5"), "5", True),
        (T.NUMBER, O.BETWEEN, ("1", "5"), "5.01", False),
        (T.NUMBER, O.LT, ("5",), "many", False),
        (T.NUMBER, O.LT, ("5",), None, False),
        (T.NUMBER, O.NOT_EQUALS, ("5",), "many", True),
        (T.DATE, O.BEFORE, ("2026-05-01",), "2026-04-30", True),
        (T.DATE, O.BEFORE, ("2026-05-01",), "2026-05-01", False),
        (T.DATE, O.AFTER, ("2026-05-01",), "2026-05-02", True),
        (T.DATETIME, O.AFTER, ("2026-05-01",), "2026-05-01T23:59:59Z", False),
        (T.DATETIME, O.ON, ("2026-05-01",), "2026-05-01T23:59:59Z", True),
        (T.DATETIME, O.ON, ("2026-05-01",), "2026-05-02T01:00:00+02:00", True),
        (T.DATETIME, O.AFTER, ("2026-05-01T09:00:00.000Z",), "2026-05-01T09:00:00.001Z", True),
        (T.DATETIME, O.BEFORE, ("2026-05-01T09:00:00.000Z",), "2026-05-01", True),
        (T.DATE, O.BETWEEN, ("2026-05-01", "2026-05-31"), "2026-05-31", True),
        (T.DATE, O.BETWEEN, ("2026-05-01", "2026-05-31"), "2026-06-01", False),
        (T.DATE, O.ON, ("2026-05-01",), "soon", False),
        (T.BOOLEAN, O.IS_TRUE, (), "true", True),
        (T.BOOLEAN, O.IS_TRUE, (), True, True),
        (T.BOOLEAN, O.IS_FALSE, (), "", False),
        (T.BOOLEAN, O.IS_FALSE, (), "no", True),
        (T.OPTIONS, O.EQUALS, ("b",), "a;B", True),
        (T.OPTIONS, O.NONE_OF, ("b", "c"), "a;b", False),
        (T.OPTIONS, O.ONE_OF, ("b", "c"), ["a", "c"], True),
        (T.TEXT, O.EQUALS, ("b",), [], False),
    ],
)  # fmt: skip
def test_what_a_condition_says_of_a_value(
    type_: FieldType, operator: Operator, values: tuple[str, ...], value: Value, expected: bool
) -> None:
    """5.1 Conditions are asked of values in the normal form of their type."""
    assert holds(Condition("f", operator, type_, values), value, region="US") is expected


EXAMPLES = {T.NUMBER: ("1", "5"), T.DATE: ("2026-05-01", "2026-05-02"), T.DATETIME: ("2026-05-01", "2026-05-02")}
VALUES: st.SearchStrategy[Value] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["a;b", "2026-05-01", "2026-05-01T10:00:00Z", "5", "true", "+1 212 555 0134"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    type_ = draw(st.sampled_from(T))
    operator = draw(st.sampled_from(OPERATORS.get(type_, WRITTEN)))
    values = () if operator in VALUELESS else EXAMPLES.get(type_, ("a", "b"))
    return Condition(draw(st.sampled_from("fg")), operator, type_, values)


GROUPS = st.recursive(
    st.builds(Group, st.sampled_from(Joined), st.lists(conditions(), max_size=3).map(tuple)),
    lambda inner: st.builds(
        Group, st.sampled_from(Joined), st.lists(conditions(), max_size=2).map(tuple),
        st.lists(inner, max_size=2).map(tuple),
    ),
    max_leaves=4,
)  # fmt: skip


@given(conditions(), VALUES)
def test_every_value_has_an_answer(condition: Condition, value: Value) -> None:
    """5.1 A condition is total: it answers whatever stands in the field, and its opposite answers the opposite."""
    answer = holds(condition, value, region="US")
    assert holds(condition, value, region="US") is answer
    for negative, positive in OPPOSITES.items():
        if condition.operator is positive:
            assert holds(replace(condition, operator=negative), value, region="US") is not answer


@given(GROUPS, VALUES, VALUES)
def test_groups_are_and_and_or(group: Group, f: Value, g: Value) -> None:
    """5.1 A group of *all* holds when each part does, one of *any* when one does; an empty one always."""
    fields = {"f": f, "g": g}
    parts = [holds(each, fields[each.field]) for each in group.conditions] + [passes(i, fields) for i in group.groups]
    expected = all(parts) if group.joined is Joined.ALL else not parts or any(parts)
    assert passes(group, fields) is expected
    assert set(group.fields()) <= {"f", "g"}


# --- what a document may say


def read(filters: Any, direction: str = "two_way") -> Sync:
    """The sync that a document with these filters makes."""
    world = manage_world.World()
    body = {
        "connections": {"hubspot": {"app": "hubspot", "token": "t"}, "orbit": {"app": "orbit", "token": "t"}},
        "syncs": {
            "contacts": {
                "hubspot": {"connection": "hubspot", "object": "contacts"},
                "app": {"connection": "orbit", "object": "people"},
                "direction": direction,
                "phone_region": "US",
                "filters": filters,
                "mappings": [{"hubspot": "email", "app": "email"}],
            }
        },
    }
    world.applied(read_document(body))
    (sync,) = world.stores.syncs.syncs()
    return sync


def faults(filters: Any, direction: str = "two_way") -> dict[str, str]:
    """The faults of these filters, reason by path."""
    with pytest.raises(RefusedDocumentError) as refused:
        read(filters, direction)
    assert all(fault.remedy.endswith((".", "?")) for fault in refused.value.faults)
    return {fault.path.removeprefix("syncs.contacts.filters"): fault.reason for fault in refused.value.faults}


def one(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value})


def test_every_fault_of_a_filter_is_told_at_once() -> None:
    """5.1 An unknown field, an operator that its type does not know, a value that cannot be read: all, by path."""
    found = faults(
        {
            "hubspot": {
                "all": [
                    one("scoer", "gt", 5),
                    one("score", "contains", "5"),
                    one("score", "gt", "many"),
                    one("score", "between", [9, 1]),
                    one("score", "between", 9),
                    one("score", "one_of", [1, "x", 3]),
                    one("date_of_birth", "before", "soon"),
                    one("vip", "is_true", "yes"),
                    one("firstname", "equals", ["a", "b"]),
                    one("firstname", "equals", " "),
                    {"field": "firstname"},
                    {"field": "firstname", "operator": "equals", "value": "a", "any": []},
                    {"any": [one("firstname", "likes", "a")]},
                ],
                "any": [],
            },
            "app": one("first_name", "equals", "Ana"),
        }
    )
    assert list(found) == [
        ".hubspot.all[0].field", ".hubspot.all[1].operator", ".hubspot.all[2].value", ".hubspot.all[3].value",
        ".hubspot.all[4].value", ".hubspot.all[5].value[1]", ".hubspot.all[6].value", ".hubspot.all[7].value",
        ".hubspot.all[8].value", ".hubspot.all[9].value", ".hubspot.all[10].operator", ".hubspot.all[11]",
        ".hubspot.all[12].any[0].operator", ".hubspot.any", ".app",
    ]  # fmt: skip


def test_an_unknown_setting_within_a_filter_has_its_path() -> None:
    """5.1 What is no setting at all is told with its path as well."""
    assert list(faults({"hubspot": {"all": [{"feild": "score"}]}, "app": {"some": []}})) == [
        ".hubspot.all[0].feild",
        ".app.some",
    ]


@pytest.mark.parametrize(("direction", "side"), [("to_app", "app"), ("to_hubspot", "hubspot")])
def test_a_filter_of_a_side_from_which_nothing_enters(direction: str, side: str) -> None:
    """5.1 In a one-way sync only the source has a filter."""
    clause = {"all": [one("email", "is_known")]}
    assert list(faults({side: clause}, direction)) == [f".{side}"]
    read({"app" if side == "hubspot" else "hubspot": clause}, direction)


def test_a_filter_is_stored_in_normal_form_and_shown_as_it_was_written() -> None:
    """5.1 All and any beside each other: all of the first, and one of the second."""
    sync = read(
        {
            "hubspot": {
                "all": [
                    one("score", "gte", "07.50"),
                    one("firstname", "one_of", ["Ana", "EVA"]),
                    one("createdate", "after", "2026-01-01"),
                    one("createdate", "before", "2026-02-01T10:00+01:00"),
                ],
                "any": [one("phone", "starts_with", "+1 212"), {"all": [one("vip", "is_true")]}],
            },
            "strict": True,
        }
    )
    assert filters_shape(sync.filters) == {
        "hubspot": {
            "all": [
                one("score", "gte", "7.5"),
                one("firstname", "one_of", ["ana", "eva"]),
                one("createdate", "after", "2026-01-01"),
                one("createdate", "before", "2026-02-01T09:00:00.000Z"),
                {"any": [one("phone", "starts_with", "+1212"), {"all": [one("vip", "is_true")]}]},
            ]
        },
        "strict": True,
    }
    assert set(sync.filters.fields(H)) <= set(sync.fields(H))


def test_options_are_named_by_value_or_label(monkeypatch: pytest.MonkeyPatch) -> None:
    """5.1 People name an option by what they read; its value is what is stored."""
    stage = FieldSchema("stage", T.OPTION, options=(Option("1", "New customer"), Option("2", "Old customer")))
    people = manage_schemas.PEOPLE
    changed = ObjectSchema("people", {**people.fields, "stage": stage}, people.kind, people.identifiers)
    monkeypatch.setitem(manage_schemas.SCHEMAS["orbit"], "people", changed)
    group = read({"app": {"all": [one("stage", "one_of", ["new CUSTOMER", "2"])]}}).filters.app
    assert group is not None
    assert group.conditions[0].values == ("1", "2")
    assert list(faults({"app": {"all": [one("stage", "equals", "3")]}})) == [".app.all[0].value"]
