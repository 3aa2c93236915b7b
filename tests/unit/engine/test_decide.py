"""Every action of the engine, rule by rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from hubsync.engine import bridge as bridge_module
from hubsync.engine import decide as decide_module
from hubsync.engine import merge as merge_module
from hubsync.engine.baseline import IDENTIFYING, fingerprints, watched
from hubsync.engine.context import Context, Resolution, Standing
from hubsync.engine.decide import decide
from hubsync.engine.identify import fingerprint
from hubsync.engine.merge import PRIMARY
from hubsync.model.decision import Action, Decision
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.identifier import IdentifierKind
from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.record import Record, Value
from hubsync.model.schema import FieldSchema, FieldType
from hubsync.model.side import Direction, Side
from hubsync.model.status import ExclusionReason, FailureCategory, RecordStatus
from hubsync.model.sync import Sync
from tests.simulation.syncs import companies, contacts
from tests.unit.engine.engine_cases import pair, record

H, A = Side.HUBSPOT, Side.APP
BOTH = frozenset(Side)
ANA = {"email": "ana@example.com", "firstname": "Ana"}
ANA_IN_APP = {"email": "ana@example.com", "first_name": "Ana"}


def look(sync: Sync, entry: IndexEntry, hubspot: Record | None, app: Record | None, **context: object) -> Decision:
    context.setdefault("may_create", BOTH)
    return decide(entry, hubspot, app, Context(sync, **context))  # type: ignore[arg-type]


def lone(sync: Sync, found: Record, **context: object) -> Decision:
    """The decision about a record without a partner."""
    entry = IndexEntry(sync.id, "x").with_half(found.ref.side, Half(found.ref.id))
    records = (found, None) if found.ref.side is H else (None, found)
    return look(sync, entry, *records, **context)


def in_step(sync: Sync, hubspot: Mapping[str, Value], app: Mapping[str, Value]) -> IndexEntry:
    """A pair that was settled with these values."""
    entry = pair(sync)
    halves = {H: hubspot, A: app}
    for side, values in halves.items():
        seen = fingerprints(sync, side, record(side, values))
        entry = entry.with_half(side, replace(entry.half(side), fingerprints=seen))
    return replace(entry, status=RecordStatus.IN_SYNC)


# --- a record without a partner


@pytest.mark.parametrize("side", Side)
def test_a_lone_record_is_created_on_the_other_side(side: Side) -> None:
    sync = contacts()
    mine, theirs = (ANA, ANA_IN_APP) if side is H else (ANA_IN_APP, ANA)
    decision = lone(sync, record(side, mine))
    patch = decision.patches[side.other]
    assert (decision.action, decision.status) == (Action.CREATE, RecordStatus.IN_SYNC)
    assert list(decision.patches) == [side.other]
    assert patch.create
    assert patch.fields == theirs
    assert set(patch.sent) == {1, 2}
    assert decision.baselines == {side: fingerprints(sync, side, record(side, mine))}


def test_a_create_carries_only_what_the_direction_and_the_mapping_let_through() -> None:
    sync = contacts()
    one_way = tuple(
        replace(mapping, direction=Direction.TO_HUBSPOT) if mapping.number == 2 else mapping
        for mapping in sync.mappings
    )
    decision = lone(replace(sync, mappings=one_way), record(H, {**ANA, "lastname": " "}))
    assert decision.patches[A].fields == {"email": "ana@example.com"}


def test_a_record_of_empty_fields_is_created_all_the_same() -> None:
    decision = lone(contacts(require_email=False), record(H, {}))
    assert decision.action is Action.CREATE
    assert decision.patches[A].create
    assert decision.patches[A].fields == {}


@pytest.mark.parametrize("email", [None, "", "ana@", "not an address"])
def test_a_contact_without_a_valid_email_is_excluded(email: Value) -> None:
    """Rule 3.7."""
    decision = lone(contacts(), record(A, {"email": email, "first_name": "Ana"}))
    assert (decision.action, decision.exclusion) == (Action.EXCLUDE, ExclusionReason.NO_EMAIL)
    assert not decision.patches


def test_a_setting_lets_contacts_without_an_email_in() -> None:
    """Rule 3.7."""
    assert lone(contacts(require_email=False), record(A, {"first_name": "Ana"})).action is Action.CREATE


def test_a_secondary_email_is_an_email() -> None:
    """Rule 3.4."""
    found = record(H, {"hs_additional_emails": "old@example.com;ana@example.com"})
    assert lone(contacts(), found).action is Action.CREATE


def test_a_company_with_nothing_to_match_by_is_excluded() -> None:
    """Rule 3.8."""
    decision = lone(companies(), record(H, {"city": "Vigo"}))
    assert decision.exclusion is ExclusionReason.MISSING_IDENTIFIER
    assert lone(companies(), record(H, {"name": "Acme"})).action is Action.CREATE


def test_a_duplicate_is_excluded_and_says_by_what() -> None:
    """Rule 3.5."""
    standing = Resolution(Standing.DUPLICATE, "h-9", IdentifierKind.EMAIL, key="k")
    decision = lone(contacts(), record(A, ANA_IN_APP), resolution=standing)
    assert (decision.action, decision.exclusion) == (Action.EXCLUDE, ExclusionReason.DUPLICATE)
    assert "email" in decision.reason
    assert "ana" not in decision.reason


@pytest.mark.parametrize(("direction", "side"), [(Direction.TO_HUBSPOT, H), (Direction.TO_APP, A)])
def test_a_lone_record_of_the_target_side_is_excluded(direction: Direction, side: Side) -> None:
    """Rule 1.3: nothing is ever written against the direction."""
    decision = lone(contacts(direction), record(side, ANA))
    assert (decision.action, decision.exclusion) == (Action.EXCLUDE, ExclusionReason.DIRECTION)


def test_while_an_index_is_incomplete_a_lone_record_waits() -> None:
    """Rule 1.3."""
    for context in ({"may_create": frozenset()}, {"may_create": frozenset({H})}):
        decision = lone(contacts(), record(H, ANA), **context)
        assert (decision.action, decision.status) == (Action.WAIT, RecordStatus.PENDING)
    waits = Resolution(Standing.WAIT, "a-9", IdentifierKind.EMAIL)
    assert lone(contacts(), record(H, ANA), resolution=waits).action is Action.WAIT


def test_what_keeps_a_record_out_for_good_is_told_at_once() -> None:
    """An exclusion that no index could change does not wait for one."""
    for found in (record(A, {}), record(A, ANA_IN_APP)):
        decision = lone(contacts(Direction.TO_APP), found, may_create=frozenset())
        assert decision.status is RecordStatus.EXCLUDED


def test_a_value_that_does_not_fit_refuses_the_create() -> None:
    """Rule 4.5: checked before the call."""
    decision = lone(companies(), record(H, {"name": "Acme", "numberofemployees": "many"}))
    assert (decision.action, decision.status) == (Action.REFUSE, RecordStatus.FAILING)
    assert decision.failure is not None
    assert decision.failure.category is FailureCategory.WRONG_TYPE
    assert decision.failure.remedy
    assert not decision.patches
    assert "many" not in f"{decision.failure}{decision.reason}"


# --- a bound pair


def test_a_pair_in_step_needs_nothing() -> None:
    sync = contacts()
    decision = look(sync, in_step(sync, ANA, ANA_IN_APP), record(H, ANA), record(A, ANA_IN_APP))
    assert (decision.action, decision.status, decision.patches) == (Action.NOTHING, RecordStatus.IN_SYNC, {})
    assert (decision.wins, decision.drifted) == ((), ())


def test_edits_of_different_fields_both_survive() -> None:
    """Rule 2.2."""
    sync = contacts()
    hubspot, app = {**ANA, "firstname": "Anna"}, {**ANA_IN_APP, "last_name": "Diaz"}
    decision = look(sync, in_step(sync, ANA, ANA_IN_APP), record(H, hubspot), record(A, app))
    assert decision.action is Action.UPDATE
    assert decision.patches[A].fields == {"first_name": "Anna"}
    assert decision.patches[H].fields == {"lastname": "Diaz"}
    assert {(win.number, win.winner) for win in decision.wins} == {(2, H), (3, A)}


def test_only_changed_fields_are_sent() -> None:
    """Promise 3: the window in which a person's edit could be overwritten is one field wide."""
    sync = contacts()
    decision = look(sync, in_step(sync, ANA, ANA_IN_APP), record(H, {**ANA, "phone": "1"}), record(A, ANA_IN_APP))
    assert decision.patches[A].fields == {"phone": "1"}
    assert list(decision.patches) == [A]


def test_a_cleared_value_travels_as_none() -> None:
    sync = contacts()
    mappings = tuple(replace(mapping, clears=True) for mapping in sync.mappings)
    sync = replace(sync, mappings=mappings)
    decision = look(sync, in_step(sync, ANA, ANA_IN_APP), record(H, {**ANA, "firstname": ""}), record(A, ANA_IN_APP))
    assert decision.patches[A].fields == {"first_name": None}


def test_a_difference_that_is_left_alone_is_told_by_its_number() -> None:
    """Rules 2.5 and 2.9."""
    sync = contacts()
    decision = look(sync, in_step(sync, ANA, ANA_IN_APP), record(H, {**ANA, "firstname": ""}), record(A, ANA_IN_APP))
    assert (decision.action, decision.drifted) == (Action.NOTHING, (2,))


def test_a_new_mapping_fills_its_field_alone() -> None:
    """Rule 1.2: the others keep their baselines, an old difference stays as it is."""
    sync = contacts(default=A)
    entry = in_step(sync, {**ANA, "firstname": "Ann"}, ANA_IN_APP)
    sync = replace(sync, mappings=(*sync.mappings, FieldMapping(9, "nick", "nick")))
    decision = look(
        sync, entry, record(H, {**ANA, "firstname": "Ann", "nick": "h"}), record(A, {**ANA_IN_APP, "nick": "a"})
    )
    assert {side: patch.fields for side, patch in decision.patches.items()} == {H: {"nick": "a"}}
    assert decision.drifted == (2,)


@pytest.mark.parametrize("side", Side)
def test_a_pair_that_loses_its_email_is_excluded_and_keeps_its_baseline(side: Side) -> None:
    """Rule 3.7; with the old baseline, an edit made meanwhile still travels once the email is back."""
    sync = contacts()
    entry = in_step(sync, ANA, ANA_IN_APP)
    without = {"email": "", "firstname": "Anna", "first_name": "Anna"}
    records = (record(H, without), record(A, ANA_IN_APP)) if side is H else (record(H, ANA), record(A, without))
    decision = look(sync, entry, *records)
    assert (decision.action, decision.exclusion, decision.patches) == (Action.EXCLUDE, ExclusionReason.NO_EMAIL, {})
    assert decision.baselines == {one: entry.half(one).fingerprints for one in Side}


def test_an_email_that_another_pair_holds_is_a_unique_conflict() -> None:
    """Rule 3.6: neither pair is overwritten."""
    sync = contacts()
    hubspot = record(H, {**ANA, "email": "eva@example.com"})
    decision = look(sync, in_step(sync, ANA, ANA_IN_APP), hubspot, record(A, ANA_IN_APP), conflict=IdentifierKind.EMAIL)
    assert decision.failure is not None
    assert decision.failure.category is FailureCategory.UNIQUE_CONFLICT
    assert not decision.patches
    assert not decision.baselines  # so that the edit is still one when the conflict is over


def test_an_email_that_changes_travels_and_the_pair_stays_one() -> None:
    """Rule 3.6."""
    sync = contacts()
    decision = look(
        sync,
        in_step(sync, ANA, ANA_IN_APP),
        record(H, {**ANA, "email": "new@example.com"}),
        record(A, ANA_IN_APP),
    )
    assert {side: patch.fields for side, patch in decision.patches.items()} == {A: {"email": "new@example.com"}}


def test_a_match_by_a_secondary_email_does_not_replace_the_primary() -> None:
    """Rule 3.4."""
    sync = contacts(default=A)
    hubspot = record(H, {**ANA, "email": "main@example.com", "hs_additional_emails": "ana@example.com"})
    matched = Resolution(Standing.MATCH, "h-1", IdentifierKind.EMAIL)
    decision = look(sync, pair(sync), hubspot, record(A, {**ANA_IN_APP, "first_name": "Anna"}), resolution=matched)
    assert decision.patches[H].fields == {"firstname": "Anna"}
    assert decision.drifted == (1,)
    assert PRIMARY not in [win.why for win in decision.wins if win.number != 1]
    assert decision.reason.startswith("Matched by email")


def test_where_hubspot_is_the_default_its_primary_email_goes_to_the_app() -> None:
    sync = contacts(default=H)
    hubspot = record(H, {**ANA, "email": "main@example.com", "hs_additional_emails": "ana@example.com"})
    decision = look(sync, pair(sync), hubspot, record(A, ANA_IN_APP))
    assert {side: patch.fields for side, patch in decision.patches.items()} == {A: {"email": "main@example.com"}}


def test_a_domain_that_overrules_a_name_is_told() -> None:
    """Rule 3.2."""
    sync = companies()
    matched = Resolution(Standing.MATCH, "h-1", IdentifierKind.DOMAIN, IdentifierKind.NAME)
    values = {"name": "Acme", "title": "Acme", "domain": "acme.example", "website": "acme.example"}
    decision = look(sync, pair(sync), record(H, values), record(A, values), resolution=matched)
    assert "the name named another record, the domain counts" in decision.reason.lower()


def test_the_first_value_that_does_not_fit_is_the_failure_and_nothing_is_written() -> None:
    """Rule 4.5: not even the fields that would fit."""
    sync = companies()
    was = {"name": "Acme", "title": "Acme"}
    entry = in_step(sync, was, was)
    decision = look(
        sync, entry, record(H, {**was, "city": "Vigo", "numberofemployees": "x"}), record(A, was), may_create=BOTH
    )
    assert decision.action is Action.REFUSE
    assert (decision.patches, decision.baselines) == ({}, {})


def test_the_target_fields_type_shapes_what_is_sent() -> None:
    sync = companies()
    was = {"name": "Acme", "title": "Acme"}
    decision = look(
        sync,
        in_step(sync, was, was),
        record(H, {**was, "domain": "acme.example", "numberofemployees": "12"}),
        record(A, was),
        schemas={A: {"website": FieldSchema("website", FieldType.URL), "employees": FieldSchema("employees")}},
    )
    assert decision.patches[A].fields == {"website": "https://acme.example", "employees": "12"}


# --- deletions


@pytest.mark.parametrize("survivor", Side)
def test_the_survivor_of_a_pair_is_shown_and_nothing_travels(survivor: Side) -> None:
    """Rule 7.1."""
    sync = contacts()
    entry = in_step(sync, ANA, ANA_IN_APP)
    entry = entry.with_half(survivor.other, replace(entry.half(survivor.other), gone=True))
    records = (record(H, {**ANA, "phone": "9"}), None) if survivor is H else (None, record(A, ANA_IN_APP))
    decision = look(sync, entry, *records)
    assert (decision.action, decision.status, decision.patches) == (Action.REFUSE, RecordStatus.FAILING, {})
    assert decision.failure is not None
    assert decision.failure.category is FailureCategory.DELETED
    assert ("HubSpot" in decision.failure.sentence) is (survivor is A)


def test_when_both_are_gone_the_entry_goes() -> None:
    """Rule 7.1."""
    sync = contacts()
    assert look(sync, pair(sync), None, None).action is Action.FORGET
    assert look(sync, IndexEntry(sync.id, "h-1", hubspot=Half("1", gone=True)), None, None).action is Action.FORGET


# --- how much is computed


def test_a_pair_in_step_is_looked_at_with_one_comparison_a_field(monkeypatch: pytest.MonkeyPatch) -> None:
    """A CPU budget, in calls: two normal forms and two fingerprints for each of the fields, and no more for each;
    what is the same text on both sides needs no normal form at all."""
    calls = {"canonical": 0, "fingerprint": 0}

    def counted(name: str, function: object) -> object:
        def call(*args: object, **kwargs: object) -> object:
            calls[name] += 1
            return function(*args, **kwargs)  # type: ignore[operator]

        return call

    monkeypatch.setattr(bridge_module, "canonical", counted("canonical", bridge_module.canonical))
    monkeypatch.setattr(decide_module, "canonical", counted("canonical", decide_module.canonical))
    monkeypatch.setattr("hubsync.engine.baseline.fingerprint", counted("fingerprint", fingerprint))
    monkeypatch.setattr(merge_module, "fingerprint", counted("fingerprint", merge_module.fingerprint))
    for fields in (10, 40):
        mappings = tuple(FieldMapping(number, f"f{number}", f"f{number}", Transform.TEXT) for number in range(fields))
        sync = replace(contacts(require_email=False), mappings=mappings)
        values = {f"f{number}": f"value {number}" for number in range(fields)}
        spaced = {name: f" {value}" for name, value in values.items()}
        calls.update(canonical=0, fingerprint=0)
        assert look(sync, in_step(sync, values, values), record(H, values), record(A, values)).action is Action.NOTHING
        assert calls["canonical"] == 0
        entry = in_step(sync, values, spaced)
        calls.update(canonical=0, fingerprint=0)
        assert look(sync, entry, record(H, values), record(A, spaced)).action is Action.NOTHING
        assert calls["canonical"] == 2 * fields
        assert calls["fingerprint"] == len(watched(sync, H)) + len(watched(sync, A))
    assert len(watched(sync, H)) == 42  # the mapped fields, the email and the secondary ones
    assert {number for number, _ in watched(sync, H)} > {IDENTIFYING, IDENTIFYING + 1}
