"""Section 4 of the rules: which types go with each other, and how their values are carried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.api.document import read_document
from hubsync.engine.bridge import bridge_of
from hubsync.engine.compatible import FROM_HUBSPOT, INTO_TEXT, TEXTS, Ends, carries, default_for, loses, takes
from hubsync.engine.context import Context
from hubsync.engine.decide import decide
from hubsync.engine.names import split, whole
from hubsync.engine.transform import UnfitValueError, canonical, render
from hubsync.model.decision import Action, Decision
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.mapping import FieldMapping, OptionPair, Transform
from hubsync.model.record import Record, Value
from hubsync.model.schema import FieldSchema, FieldType, ObjectSchema, Option
from hubsync.model.side import Direction, Side
from hubsync.model.status import FailureCategory
from hubsync.model.sync import Sync
from hubsync.services.manage.document import Fault, MappingSpec, RefusedDocumentError, SyncSpec
from tests.simulation.syncs import contacts
from tests.unit.engine.engine_cases import applied, record
from tests.unit.services.manage_world import CONTACTS, PEOPLE, World, document_of, mappings, sync_of

H, A = Side.HUBSPOT, Side.APP
T = FieldType
BOTH = frozenset(Side)
PHRASES = ("ana", "eva", "zebra")
"""Customers' values of these tests: none may stand in a sentence."""


# --- 4.2, 4.3: the type table, when a sync is saved

LIKE = (
    (T.TEXT, T.TEXT), (T.EMAIL, T.TEXT), (T.TEXT, T.PHONE), (T.URL, T.TEXT), (T.NUMBER, T.NUMBER), (T.DATE, T.DATE),
    (T.DATETIME, T.DATETIME), (T.DATE, T.DATETIME), (T.DATETIME, T.DATE), (T.BOOLEAN, T.BOOLEAN), (T.OPTION, T.OPTION),
    (T.OPTIONS, T.OPTIONS), (T.OPTIONS, T.OPTION),
)  # fmt: skip
INTO = (T.NUMBER, T.DATE, T.DATETIME, T.BOOLEAN)


def saved(hubspot: FieldType, app: FieldType, **settings: object) -> dict[str, str]:
    """The faults of a sync that maps a field of one type to a field of another, by path, with their remedies."""
    world = World()
    many = {side: type_ is T.OPTIONS for side, type_ in ((H, hubspot), (A, app))}
    options = (Option("a", "A"), Option("b", "B"))
    left = FieldSchema("left", hubspot, many=many[H], options=options if hubspot in (T.OPTION, T.OPTIONS) else ())
    right = FieldSchema("right", app, many=many[A], options=options if app in (T.OPTION, T.OPTIONS) else ())
    world.schemas["hubspot"]["contacts"] = with_field(CONTACTS, left)
    world.schemas["orbit"]["people"] = with_field(PEOPLE, right)
    mapping = MappingSpec(1, "left", "right", **settings)  # type: ignore[arg-type]
    spec = sync_of(mappings=(*mappings(("email", "email")), mapping))
    found = faults_of(world, spec)
    assert all(fault.reason.endswith(".") and fault.remedy.endswith((".", "?")) for fault in found)
    return {fault.path.removeprefix("syncs.contacts.mappings[1]"): fault.reason for fault in found}


def faults_of(world: World, spec: SyncSpec) -> tuple[Fault, ...]:
    try:
        world.applied(document_of(contacts=spec))
    except RefusedDocumentError as refused:
        return refused.faults
    return ()


def with_field(schema: ObjectSchema, *fields: FieldSchema) -> ObjectSchema:
    return replace(schema, fields={**schema.fields, **{field.name: field for field in fields}})


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


# --- through the engine


@dataclass
class Pair:
    """A bound pair with one mapping of interest, settled step by step."""

    mapping: FieldMapping
    schemas: Mapping[Side, Mapping[str, FieldSchema]] | None = None
    direction: Direction = Direction.TWO_WAY
    default: Side = H

    def __post_init__(self) -> None:
        sync = contacts(self.direction, self.default, require_email=False)
        self.sync: Sync = replace(sync, mappings=(self.mapping,), match_keys=(), phone_region="ES")
        self.context = Context(self.sync, BOTH, schemas=self.schemas or {})
        self.entry = IndexEntry("s1", "h-1", hubspot=Half("1"), app=Half("1"), version=1)
        self.records: dict[Side, Record | None] = {side: record(side, {}) for side in Side}

    def put(self, side: Side, **fields: Value) -> Pair:
        now = self.records[side]
        assert now is not None
        self.records[side] = record(side, {**now.fields, **fields})
        return self

    def decide(self) -> Decision:
        return decide(self.entry, self.records[H], self.records[A], self.context)

    def settle(self) -> Decision:
        """Carry out the decision, check that it comes to rest, and give it back."""
        decision = self.decide()
        assert decision.action in (Action.UPDATE, Action.NOTHING), decision.reason
        self.entry, self.records = applied(self.sync, self.entry, self.records, decision)
        again = self.decide()
        assert (again.action, again.patches) == (Action.NOTHING, {})
        return decision

    def made(self, source: Side) -> Decision:
        """The decision about the record of `source` alone."""
        entry = IndexEntry("s1", "x").with_half(source, Half("1"))
        records = {side: self.records[side] if side is source else None for side in Side}
        return decide(entry, records[H], records[A], self.context)

    def shown(self, side: Side) -> Mapping[str, Value]:
        now = self.records[side]
        assert now is not None
        return now.fields


def refusal(decision: Decision) -> tuple[FailureCategory, str | None]:
    """What a decision refuses; no sentence holds a customer's value, and the remedy is one."""
    failure = decision.failure
    assert failure is not None
    assert failure.remedy.endswith(".")
    assert not any(phrase in f"{failure.sentence} {failure.remedy}".lower().split() for phrase in PHRASES)
    return failure.category, failure.field


# --- 4.2: options

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


# --- 4.2: dates, numbers, booleans


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


# --- 4.4: several values

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


# --- 4.4: joined names

NAME = FieldMapping(1, "firstname", "name", Transform.FULL_NAME, more_hubspot_fields=("lastname",))
ANA = {"firstname": "Ana María", "lastname": "de la Cruz"}


def test_a_joined_name_is_written_as_one() -> None:
    """4.4 First and last name on HubSpot's side, one name in the app."""
    pair = Pair(NAME).put(H, **ANA)
    pair.settle()
    assert pair.shown(A)["name"] == "Ana María de la Cruz"
    pair.put(H, firstname="Eva").settle()
    assert pair.shown(A)["name"] == "Eva de la Cruz"


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("Ana María de la Vega", {"lastname": "de la Vega"}),
        ("Eva de la Cruz", {"firstname": "Eva"}),
        ("Ana María", {"lastname": None}),
        ("Ana María Luisa de la Cruz", {"firstname": "Ana María Luisa"}),
        ("Ana  María de la  Cruz", {}),
        ("Eva Blanco Negro", {"firstname": "Eva", "lastname": "Blanco Negro"}),
    ],
)
def test_a_split_name_touches_only_the_part_that_changed(name: str, changed: Mapping[str, Value]) -> None:
    """4.4 "Ana María de la Cruz" stays split where it was split."""
    pair = Pair(NAME).put(H, **ANA)
    pair.settle()
    patches = pair.put(A, name=name).settle().patches
    assert (patches[H].fields if H in patches else {}) == changed


def test_a_particle_goes_with_the_last_name() -> None:
    """4.4 What is new between an unchanged first and last name."""
    pair = Pair(NAME).put(H, firstname="Ana María", lastname="Cruz")
    pair.settle()
    assert pair.put(A, name="Ana María de la Cruz").settle().patches[H].fields == {"lastname": "de la Cruz"}


def test_two_fields_on_the_apps_side_join_as_well() -> None:
    """4.4 The other way round."""
    pair = Pair(FieldMapping(1, "fullname", "first", Transform.FULL_NAME, more_app_fields=("last",)))
    pair.put(H, fullname="Ana Cruz").settle()
    assert pair.shown(A) == {"first": "Ana", "last": "Cruz"}
    pair.put(A, first="Eva").settle()
    assert pair.shown(H) == {"fullname": "Eva Cruz"}


def test_a_record_is_made_with_both_parts() -> None:
    """4.4 In a new record the first word is the first name."""
    made = Pair(NAME).put(A, name="Ana María de la Cruz").made(A)
    assert made.patches[H].fields == {"firstname": "Ana", "lastname": "María de la Cruz"}


def test_a_lost_half_of_a_name_is_an_edit_still() -> None:
    """4.4 A write of one part that did not succeed is decided again, and nothing of the app's goes."""
    pair = Pair(NAME).put(H, **ANA)
    pair.settle()
    first = pair.put(A, name="Ana María Vega").decide()
    assert pair.decide() == first
    assert first.patches[H].fields == {"lastname": "Vega"}


def test_a_joined_mapping_is_saved_and_checked() -> None:
    """4.4 Two fields on one side; anything else is refused with its path."""
    names = {"more_hubspot": ("lastname",)}
    world = World()
    world.schemas["hubspot"]["contacts"] = with_field(CONTACTS, FieldSchema("lastname"))
    world.schemas["orbit"]["people"] = with_field(PEOPLE, FieldSchema("full"))
    email = MappingSpec(0, "email", "email")
    world.applied(document_of(contacts=sync_of(mappings=(email, MappingSpec(1, "firstname", "full", **names)))))
    stored = world.sync().mappings[-1]
    assert (stored.transform, stored.fields(H)) == (Transform.FULL_NAME, ("firstname", "lastname"))
    assert world.sync().fields(H).count("lastname") == 1
    for spec, path in (
        (MappingSpec(1, "firstname", "full", more_hubspot=("firstname",)), "hubspot"),
        (MappingSpec(1, "firstname", "full", transform=Transform.PHONE, **names), "transform"),
        (MappingSpec(1, "firstname", "full", transform=Transform.FULL_NAME), "transform"),
        (MappingSpec(1, "firstname", "points", **names), "app"),
        (MappingSpec(1, "firstname", "full", more_hubspot=("nowhere",)), "hubspot"),
    ):
        with pytest.raises(RefusedDocumentError) as refused:
            world.applied(document_of(contacts=sync_of(mappings=(email, spec))))
        assert f"syncs.contacts.mappings[1].{path}" in {fault.path for fault in refused.value.faults}


NAMES = st.text(alphabet="AB ab", max_size=6)


@given(NAMES, NAMES, NAMES)
def test_a_split_name_is_the_same_name_again(name: str, first: str, last: str) -> None:
    """4.4 Whatever the parts were before."""
    parts = split(name, " ".join(first.split()), " ".join(last.split()))
    assert whole(*parts).split() == name.split()


# --- 4.5: checked before the call


def checked(side: Side, value: Value, clears: bool = False, **schema: object) -> Pair:
    """A pair whose field of the other side has this schema, and whose own shows the value."""
    found = FieldSchema("target", **schema)  # type: ignore[arg-type]
    mapping = FieldMapping(1, "target", "target", clears=clears)
    return Pair(mapping, {side.other: {"target": found}}).put(side, target=value)


@pytest.mark.parametrize("side", Side)
def test_a_value_longer_than_its_field_fails_before_the_call(side: Side) -> None:
    """4.5 Length."""
    assert refusal(checked(side, "zebra " * 9, max_length=20).decide()) == (FailureCategory.TOO_LONG, "target")
    checked(side, "x" * 20, max_length=20).settle()


@pytest.mark.parametrize("side", Side)
def test_a_field_that_became_read_only_fails_before_the_call(side: Side) -> None:
    """4.5 Read-only, where the schema changed after the sync was saved."""
    assert refusal(checked(side, "x", read_only=True).decide()) == (FailureCategory.READ_ONLY, "target")


@pytest.mark.parametrize("side", Side)
def test_a_required_value_is_asked_for_before_the_call(side: Side) -> None:
    """4.5 Required, in a new record and where a clear would travel."""
    assert refusal(checked(side, None, required=True).made(side)) == (FailureCategory.REQUIRED_MISSING, "target")
    pair = checked(side, "x", clears=True, required=True)
    pair.settle()
    assert refusal(pair.put(side, target="").decide()) == (FailureCategory.REQUIRED_MISSING, "target")
    kept = checked(side, "x", required=True)
    kept.settle()
    assert kept.put(side, target="").settle().patches == {}


def test_the_first_failure_in_the_mappings_order_is_the_one_that_is_told() -> None:
    """4.5 Another look tells the next."""
    pair = Pair(FieldMapping(1, "a", "a"))
    wanted = {name: FieldSchema(name, max_length=1) for name in ("a", "b")}
    sync = replace(pair.sync, mappings=(FieldMapping(2, "b", "b"), FieldMapping(1, "a", "a")))
    pair.put(H, a="zebra", b="zebra")
    decision = decide(pair.entry, pair.records[H], pair.records[A], Context(sync, BOTH, schemas={A: wanted}))
    assert refusal(decision) == (FailureCategory.TOO_LONG, "b")


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


def read(mapping: Mapping[str, object]) -> tuple[tuple[MappingSpec, ...], list[str]]:
    """The mappings of a document with this one, and the paths of its faults."""
    ends = {"hubspot": {"connection": "h", "object": "contacts"}, "app": {"connection": "o", "object": "people"}}
    found = read_document({"syncs": {"contacts": {**ends, "direction": "two_way", "mappings": [mapping]}}})
    return found.syncs["contacts"].mappings, [fault.path for fault in found.faults]


def test_a_document_names_two_fields_as_a_list_and_options_as_a_table() -> None:
    """4.4 `hubspot: [firstname, lastname]`; 4.2 `options: {open: OPEN}`. What is neither is a fault with its path."""
    (mapping,), faults = read({"hubspot": ["firstname", "lastname"], "app": "name", "options": {"open": "OPEN"}})
    assert (mapping.fields(H), mapping.fields(A)) == (("firstname", "lastname"), ("name",))
    assert (mapping.options, faults) == ((OptionPair("open", "OPEN"),), [])
    for wrong in ([], ["a", "b", "c"], [1, "b"], {"a": "b"}):
        mappings_read, faults = read({"hubspot": wrong, "app": "name"})
        assert mappings_read == ()
        assert faults
        assert all(path.startswith("syncs.contacts.mappings[0].hubspot") for path in faults)
