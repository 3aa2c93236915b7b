"""Rule 5.1: filters limit what enters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.api.document import read_document
from hubsync.api.filters import filters_shape
from hubsync.engine.filter import OPPOSITES, holds, passes
from hubsync.engine.suspend import changes
from hubsync.model.entry import IndexEntry
from hubsync.model.filter import Condition, Filters, Group, Joined, Operator
from hubsync.model.record import Value
from hubsync.model.schema import FieldSchema, FieldType, ObjectSchema, Option
from hubsync.model.side import Direction, Side
from hubsync.model.status import ExclusionReason, RecordStatus
from hubsync.model.sync import Sync
from hubsync.services.manage.document import RefusedDocumentError
from hubsync.services.manage.filters import OPERATORS, VALUELESS, WRITTEN
from tests.simulation.invariants import assert_nothing_is_written
from tests.simulation.syncs import contacts
from tests.simulation.world import World
from tests.unit.services import manage_world

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
    people = manage_world.PEOPLE
    changed = ObjectSchema("people", {**people.fields, "stage": stage}, people.kind, people.identifiers)
    monkeypatch.setitem(manage_world.SCHEMAS["orbit"], "people", changed)
    group = read({"app": {"all": [one("stage", "one_of", ["new CUSTOMER", "2"])]}}).filters.app
    assert group is not None
    assert group.conditions[0].values == ("1", "2")
    assert list(faults({"app": {"all": [one("stage", "equals", "3")]}})) == [".app.all[0].value"]


# --- what enters


def only(field: str, value: str) -> Group:
    return Group(Joined.ALL, (Condition(field, O.EQUALS, T.TEXT, (value,)),))


SPAIN = only("country", "spain")
VIPS = only("job_title", "vip")


def filtered(direction: Direction = Direction.TWO_WAY, **filters: Any) -> Sync:
    return replace(contacts(direction), filters=Filters(**filters))


def world_of(sync: Sync, hubspot: list[dict[str, str]], app: list[dict[str, Any]]) -> World:
    world = World()
    world.hubspot.seed("contacts", hubspot)
    world.orbit.seed({"people": app})
    world.save(sync)
    world.settle()
    return world


def only_entry(world: World) -> IndexEntry:
    (entry,) = world.entries()
    return entry


def told(world: World) -> None:
    """Whatever was edited is heard of."""
    world.deliver()
    world.poll()
    world.settle()


def ana(**more: str) -> dict[str, str]:
    return {"email": "ana@example.com", "firstname": "Ana", **more}


def test_a_record_that_does_not_match_stays_out_and_enters_as_soon_as_it_does() -> None:
    """5.1 The filter's field is not mapped, and still a change of it is heard of."""
    world = world_of(filtered(hubspot=SPAIN), [ana(country="France")], [])
    entry = only_entry(world)
    assert (entry.status, entry.exclusion) == (RecordStatus.EXCLUDED, ExclusionReason.FILTER)
    assert "HubSpot" in entry.reason
    assert world.people() == []
    (contact,) = world.hubspot.records("contacts")
    world.hubspot.edit("contacts", contact, {"country": "Spain"})
    told(world)
    assert world.statuses() == {"in_sync": 1}
    assert [person["email"] for person in world.people()] == ["ana@example.com"]


def test_what_is_in_sync_goes_on_when_it_stops_matching() -> None:
    """5.1 Filters limit what enters, not what stays."""
    world = world_of(filtered(hubspot=SPAIN), [ana(country="Spain")], [])
    (contact,) = world.hubspot.records("contacts")
    world.clock.ms += 600_000
    world.hubspot.edit("contacts", contact, {"country": "France", "firstname": "Anna"})
    told(world)
    assert world.statuses() == {"in_sync": 1}
    assert world.people()[0]["name"]["first"] == "Anna"
    world.restart()
    world.settle()
    assert world.statuses() == {"in_sync": 1}


@pytest.mark.parametrize(
    ("country", "title", "enters"),
    [("Spain", "VIP", True), ("Spain", None, True), ("France", "VIP", True), ("France", None, False)],
)
def test_for_a_matched_pair_one_side_is_enough(country: str, title: str | None, enters: bool) -> None:
    """5.1 A pair enters when either of its records may; when neither may, it is bound and stays out (3.3)."""
    person = {"email": "ANA@example.com", "job_title": title, "name": {"last": "Ruiz"}}
    world = world_of(filtered(hubspot=SPAIN, app=VIPS), [ana(country=country)], [person])
    entry = only_entry(world)
    assert entry.bound
    if enters:
        assert entry.status is RecordStatus.IN_SYNC
        assert (world.contacts()[0]["lastname"], world.people()[0]["name"]["first"]) == ("Ruiz", "Ana")
    else:
        assert entry.exclusion is ExclusionReason.FILTER
        assert world.people()[0]["name"]["first"] is None
    assert_nothing_is_written(world)


def test_a_side_without_a_filter_lets_everything_in() -> None:
    """5.1 With a filter on HubSpot's side alone, a pair enters by way of the app."""
    person = {"email": "ana@example.com", "name": {"last": "Ruiz"}}
    world = world_of(filtered(hubspot=SPAIN), [ana(country="France")], [person])
    assert world.statuses() == {"in_sync": 1}


def test_in_a_one_way_sync_only_the_source_counts() -> None:
    """5.1 Nothing enters from the target's side: it cannot let a pair in."""
    person = {"email": "ana@example.com", "name": {"last": "Ruiz"}}
    world = world_of(filtered(Direction.TO_APP, hubspot=SPAIN), [ana(country="France")], [person])
    assert only_entry(world).exclusion is ExclusionReason.FILTER


@pytest.mark.parametrize("who", list(Side))
def test_a_pair_that_was_kept_out_enters_by_either_side(who: Side) -> None:
    """5.1 An excluded pair enters as soon as one of its records matches, as at a first match."""
    person = {"email": "ana@example.com", "name": {"first": "Eva", "last": "Ruiz"}}
    world = world_of(filtered(hubspot=SPAIN, app=VIPS), [ana(country="France")], [person])
    (contact,), (record,) = world.hubspot.records("contacts"), world.living()
    world.clock.ms += 600_000
    if who is H:
        world.hubspot.edit("contacts", contact, {"country": "Spain"})
    else:
        world.orbit.edit("people", record, {"job_title": "vip"})
    told(world)
    assert world.statuses() == {"in_sync": 1}
    assert world.people()[0]["name"] == {"first": "Ana", "last": "Ruiz"}
    assert world.contacts()[0]["lastname"] == "Ruiz"


def test_a_pair_that_stays_out_costs_no_further_read() -> None:
    """5.1 A comparison finds an excluded pair as it was last seen, and does not read its partner again."""
    person = {"email": "ana@example.com", "name": {"last": "Ruiz"}}
    world = world_of(filtered(hubspot=SPAIN, app=VIPS), [ana(country="France")], [person])
    world.hubspot.calls.calls.clear()
    before = dict(world.orbit.gate.counts)
    world.compare()
    world.settle()
    assert not [kind for kind in world.hubspot.calls.calls if "batch/read" in kind]
    after = world.orbit.gate.counts
    assert {kind for kind in after if after[kind] != before.get(kind, 0)} <= {"people.list", "people.schema", "schema"}


def test_a_duplicate_of_a_record_that_a_filter_keeps_out_is_a_duplicate() -> None:
    """5.1 Matching does not depend on filters (3.3): the first one is the first, whether it may enter or not."""
    twins = [{"email": "ana@example.com"}, {"email": "ana@example.com", "job_title": "VIP"}]
    world = world_of(filtered(app=VIPS), [], twins)
    assert {entry.exclusion for entry in world.entries()} == {ExclusionReason.FILTER, ExclusionReason.DUPLICATE}


def test_a_widened_filter_lets_excluded_pairs_and_records_in_when_it_is_saved() -> None:
    """5.1 Saving the sync looks again at everything that a filter kept out (1.2)."""
    people = [{"email": "ana@example.com", "name": {"last": "Ruiz"}}, {"email": "eva@example.com"}]
    world = world_of(filtered(hubspot=SPAIN, app=VIPS), [ana(country="France")], people)
    assert world.statuses() == {"excluded": 2}
    assert world.stores.syncs.put_sync(replace(world.sync(), filters=Filters()))
    world.restart()
    world.settle()
    assert world.statuses() == {"in_sync": 2}


def strict_world() -> World:
    world = world_of(filtered(hubspot=SPAIN, app=VIPS, strict=True), [ana(country="Spain")], [])
    assert world.statuses() == {"in_sync": 1}
    world.clock.ms += 600_000
    return world


def test_strict_moves_a_pair_out_that_neither_side_lets_in() -> None:
    """5.1 Strict: it is excluded, keeps its binding, nothing is deleted and nothing flows while it is out."""
    world = strict_world()
    (contact,), (person,) = world.hubspot.records("contacts"), world.living()
    world.hubspot.edit("contacts", contact, {"country": "France", "firstname": "Anna"})
    told(world)
    entry = only_entry(world)
    assert (entry.status, entry.exclusion, entry.bound) == (RecordStatus.EXCLUDED, ExclusionReason.FILTER, True)
    assert world.people()[0]["name"]["first"] == "Ana"
    assert_nothing_is_written(world)
    world.orbit.edit("people", person, {"job_title": "vip"})
    told(world)
    assert world.statuses() == {"in_sync": 1}
    assert world.people()[0]["name"]["first"] == "Anna"


def test_what_changed_while_a_pair_was_out_is_merged_when_it_enters_again() -> None:
    """5.1 Strict: the baseline is that of the time it left, so different fields of both sides survive (2.2)."""
    world = strict_world()
    (contact,), (person,) = world.hubspot.records("contacts"), world.living()
    world.hubspot.edit("contacts", contact, {"country": "France"})
    told(world)
    world.clock.ms += 600_000
    world.hubspot.edit("contacts", contact, {"firstname": "Anna"})
    world.orbit.edit("people", person, {"name": {"last": "Ruiz"}})
    told(world)
    assert world.statuses() == {"excluded": 1}
    world.clock.ms += 600_000
    world.hubspot.edit("contacts", contact, {"country": "Spain"})
    told(world)
    assert world.people()[0]["name"] == {"first": "Anna", "last": "Ruiz"}
    assert world.contacts()[0]["lastname"] == "Ruiz"


@pytest.mark.parametrize("operator", [O.IS_UNKNOWN, O.NOT_EQUALS])
def test_a_filter_whose_property_vanished_lets_nothing_in(operator: Operator) -> None:
    """5.1 HubSpot leaves out of its records what it does not have: that is no empty value that everybody fulfils."""
    values = () if operator is O.IS_UNKNOWN else ("spain",)
    group = Group(Joined.ALL, (Condition("shoe_size", operator, T.TEXT, values),))
    world = world_of(filtered(hubspot=group), [ana()], [])
    assert only_entry(world).exclusion is ExclusionReason.FILTER
    assert world.people() == []


def test_strict_moves_nobody_out_for_a_property_that_vanished() -> None:
    """5.1 Strict: what cannot be asked any more is no reason to leave; the schema's change is told (4.1)."""
    world = strict_world()
    gone = replace(world.sync(), filters=Filters(hubspot=only("shoe_size", "41"), app=VIPS, strict=True))
    assert world.stores.syncs.put_sync(gone)
    (contact,) = world.hubspot.records("contacts")
    world.hubspot.edit("contacts", contact, {"firstname": "Anna"})
    told(world)
    assert world.statuses() == {"in_sync": 1}
    assert world.people()[0]["name"]["first"] == "Anna"


def test_a_filters_field_that_changes_is_told() -> None:
    """5.1 A field that only a filter asks for is watched like a mapped one when an account's schema changes (4.1)."""
    before = {"country": FieldSchema("country")}
    assert list(changes(filtered(hubspot=SPAIN), H, {}, before)) == ["country is gone."]


@given(st.lists(st.sampled_from(["Spain", "France", "out", "in", "both"]), max_size=6))
def test_without_strict_nothing_that_entered_ever_leaves(moves: list[str]) -> None:
    """5.1 Whatever the filter's fields go through, a pair in sync stays in sync."""
    world = world_of(filtered(hubspot=SPAIN, app=VIPS), [ana(country="Spain")], [])
    (contact,), (person,) = world.hubspot.records("contacts"), world.living()
    deeds: dict[str, Callable[[], object]] = {
        "Spain": lambda: world.hubspot.edit("contacts", contact, {"country": "Spain"}),
        "France": lambda: world.hubspot.edit("contacts", contact, {"country": "France"}),
        "in": lambda: world.orbit.edit("people", person, {"job_title": "vip"}),
        "out": lambda: world.orbit.edit("people", person, {"job_title": "clerk"}),
        "both": world.restart,
    }
    for move in moves:
        world.clock.ms += 60_000
        deeds[move]()
        told(world)
        assert world.statuses() == {"in_sync": 1}
