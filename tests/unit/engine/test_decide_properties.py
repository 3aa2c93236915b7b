"""What holds of a decision whatever entry, records and context it is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from hubsync.engine.baseline import watched
from hubsync.engine.context import LONE, Context, Resolution, Standing
from hubsync.engine.decide import decide
from hubsync.engine.identify import canonical_hash
from hubsync.model.decision import Action
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.filter import Condition, Filters, Group, Joined, Operator
from hubsync.model.identifier import IdentifierKind
from hubsync.model.record import Record
from hubsync.model.rounds import Rounds
from hubsync.model.schema import FieldSchema, FieldType
from hubsync.model.side import Side
from hubsync.model.status import FailureCategory, RecordStatus
from hubsync.model.sync import Sync
from tests.simulation.syncs import companies, contacts
from tests.unit.engine.engine_cases import DIRECTIONS, SIDES, UNKNOWN, VALUES, applied, baseline, intent, record

H, A = Side.HUBSPOT, Side.APP
BOTH = frozenset(Side)

FIELD_VALUES = st.sampled_from(["a@example.com", "b@example.com", "not one", "", None, "Ana", " ana"]) | VALUES

SHORT = st.sampled_from([b"", b"aaaa", canonical_hash(b"k" * 32, "Ana")[:4], canonical_hash(b"k" * 32, "ana")[:4]])
ROUNDS = st.builds(
    Rounds, SIDES, st.integers(0, 4_000), SHORT, SHORT, st.integers(0, 20), st.integers(0, 5), st.booleans()
)
KNOWN = Group(Joined.ANY, tuple(Condition(name, Operator.IS_KNOWN) for name in ("firstname", "first_name", "city")))
FILTERS = st.sampled_from([Filters(), Filters(), Filters(hubspot=KNOWN), Filters(app=KNOWN), Filters(KNOWN, KNOWN)])
NOWS = st.integers(0, 8_000_000)


@st.composite
def syncs(draw: st.DrawFn) -> Sync:
    """Contacts or companies, in any direction, each field with its own direction and clears."""
    made = draw(st.sampled_from([contacts, companies]))(draw(DIRECTIONS), draw(SIDES))
    mappings = tuple(
        replace(mapping, direction=draw(DIRECTIONS), clears=draw(st.booleans()))
        for mapping in made.mappings
        if draw(st.integers(0, 4))
    )
    return replace(made, mappings=mappings, require_email=draw(st.booleans()), filters=draw(FILTERS))


@st.composite
def records_of(draw: st.DrawFn, sync: Sync, side: Side) -> Record:
    return record(side, {name: draw(FIELD_VALUES) for name in sync.fields(side)})


@st.composite
def entries_of(draw: st.DrawFn, sync: Sync, records: Mapping[Side, Record | None]) -> IndexEntry:
    """An entry with any baseline: none, one of other values, or just what the records show now."""
    entry = IndexEntry(sync.id, "h-1", version=1, status=draw(st.sampled_from(RecordStatus)))
    for side in Side:
        now = records[side]
        if now is None and draw(st.booleans()):
            continue
        was: dict[int, bytes] = {}
        for number, name in watched(sync, side):
            value = draw(st.just(UNKNOWN) | FIELD_VALUES)
            if now is not None and draw(st.booleans()):
                value = now.fields.get(name)
            was |= baseline(sync, {number: value})
        entry = entry.with_half(side, Half("1", was, gone=now is None))
    numbers = [mapping.number for mapping in sync.mappings]
    return replace(
        entry,
        rounds=draw(st.dictionaries(st.sampled_from(numbers), ROUNDS, max_size=2)) if numbers else {},
        intents=tuple(
            intent(sync, side, draw(st.sampled_from(sync.mappings)), draw(FIELD_VALUES))
            for side in Side
            if sync.mappings and draw(st.booleans())
        ),
    )


@st.composite
def contexts(draw: st.DrawFn, sync: Sync) -> Context:
    kinds = st.none() | st.sampled_from(IdentifierKind)
    resolution = draw(
        st.just(LONE) | st.builds(Resolution, st.sampled_from(Standing), st.just("h-9"), kinds, kinds, st.just("k"))
    )
    schemas = {
        side: {
            mapping.field(side): FieldSchema(mapping.field(side), draw(st.sampled_from(FieldType)))
            for mapping in sync.mappings
            if draw(st.booleans())
        }
        for side in Side
    }
    creatable = draw(st.frozensets(SIDES))
    return Context(sync, creatable, resolution, draw(kinds), schemas, now=draw(NOWS), retry=draw(st.booleans()))


Situation = tuple[IndexEntry, dict[Side, Record | None], Context]


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    sync = draw(syncs())
    records: dict[Side, Record | None] = {side: draw(st.none() | records_of(sync, side)) for side in Side}
    return draw(entries_of(sync, records)), records, draw(contexts(sync))


@given(situations())
def test_every_situation_has_one_decision_and_always_the_same(situation: Situation) -> None:
    """Promise 1: pure and total."""
    entry, records, context = situation
    before = repr(situation)
    first, second = (decide(entry, records[H], records[A], context) for _ in range(2))
    assert first == second
    assert repr(situation) == before


@given(situations())
def test_a_decision_is_whole(situation: Situation) -> None:
    """Each action comes with what explains it, and only creates and updates write (rules 8.1 to 8.3)."""
    entry, records, context = situation
    decision = decide(entry, records[H], records[A], context)
    assert decision.reason
    assert bool(decision.patches) is (decision.action in (Action.CREATE, Action.UPDATE))
    assert (decision.failure is not None) is (decision.status is RecordStatus.FAILING)
    assert (decision.exclusion is not None) is (decision.status is RecordStatus.EXCLUDED)
    held = decision.failure is not None and decision.failure.category is FailureCategory.FLIP_FLOP
    assert (decision.action is Action.REFUSE or held) is (decision.status is RecordStatus.FAILING)
    assert (decision.action is Action.FORGET) is (records[H] is None and records[A] is None)


@given(situations())
def test_nothing_is_written_against_the_direction_or_made_where_it_may_not_be(situation: Situation) -> None:
    """Rules 1.3 and 2.4."""
    entry, records, context = situation
    decision = decide(entry, records[H], records[A], context)
    for side, patch in decision.patches.items():
        assert context.sync.direction.writes(side)
        assert patch.create is (records[side] is None)
        assert not patch.create or side in context.may_create
        writable = {one.field(side) for one in context.sync.mappings if context.sync.may_write(one, side)}
        assert patch.fields.keys() <= writable
        assert len(patch.sent) == len(patch.fields)


@given(situations())
def test_no_customers_value_is_in_a_sentence(situation: Situation) -> None:
    """Promise 7."""
    entry, records, context = situation
    secret = "zebra-4711"
    marked = {
        side: None if found is None else replace(found, fields={**found.fields, **dict.fromkeys(found.fields, secret)})
        for side, found in records.items()
    }
    decision = decide(entry, marked[H], marked[A], context)
    assert secret not in f"{decision.reason}{decision.failure}{[win.why for win in decision.wins]}"


@settings(max_examples=300)
@given(st.data())
def test_a_decision_that_was_carried_out_leaves_nothing_to_do(data: st.DataObject) -> None:
    """Rules 2.6 and 9.1: what we wrote comes back and causes no further write, in every direction, whoever is the
    default, whether clears travel or not.
    """
    sync = data.draw(syncs())
    records: dict[Side, Record | None] = {side: data.draw(st.none() | records_of(sync, side)) for side in Side}
    entry = data.draw(entries_of(sync, records))
    context = Context(sync, BOTH, now=data.draw(NOWS))
    first = decide(entry, records[H], records[A], context)
    if first.action is Action.FORGET:
        return
    entry, records = applied(sync, entry, records, first)
    second = decide(entry, records[H], records[A], context)
    if first.action in (Action.EXCLUDE, Action.REFUSE):
        assert second == first
    else:
        assert (second.action, second.patches) == (Action.NOTHING, {})
    if first.action in (Action.UPDATE, Action.NOTHING):
        assert second.drifted == first.drifted
        assert {side: second.baselines[side] for side in Side} == {side: entry.half(side).fingerprints for side in Side}
