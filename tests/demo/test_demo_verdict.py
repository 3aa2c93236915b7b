"""The checker accepts a right world, and says of every wrong one what is wrong with which record."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import infra.demo.checker
from infra.demo.checker.expectation import Expectation
from infra.demo.checker.initial import expect
from infra.demo.checker.rules import COMPANIES, CONTACTS, DEALS, PLACE, Rules, Side
from infra.demo.checker.verdict import unchanged, verify, verify_counts
from infra.demo.checker.world import Record, World
from tests.demo.reference import seeded, synced


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rules", [CONTACTS, COMPANIES, DEALS], ids=lambda rules: rules.name)
def test_a_right_world_has_no_faults(rules: Rules, seed: int) -> None:
    before = seeded(rules, seed, deals=80)
    expected = expect(rules, before)
    assert verify(expected, synced(rules, before)) == []
    assert all(None not in pair.ids.values() for pair in expected.pairs)


def test_a_world_that_was_never_synced_is_full_of_faults() -> None:
    before = seeded(CONTACTS, 1)
    faults = verify(expect(CONTACTS, before), before)
    assert sum("is missing in" in fault for fault in faults) > 50


Rows = dict[Side, dict[str, dict[str, Any]]]


def spoilt(spoil: Callable[[Rows, Expectation], None], rules: Rules = CONTACTS) -> list[str]:
    """The faults of a right world after one change."""
    before = seeded(rules, 3, deals=80)
    expected = expect(rules, before)
    after = synced(rules, before)
    assert verify(expected, after) == []
    rows: Rows = {
        "hubspot": {key: dict(record.fields) for key, record in after.hubspot.items()},
        "app": {key: dict(record.fields) for key, record in after.app.items()},
    }
    fresh = expect(rules, before)
    spoil(rows, expected)
    return verify(fresh, World.of(rows["hubspot"].items(), rows["app"].items()))


def test_a_doubled_record_is_found() -> None:
    def spoil(rows: Rows, expected: Expectation) -> None:
        made = next(key for key in rows["app"] if key.startswith("made_"))
        rows["app"]["again"] = dict(rows["app"][made])

    faults = spoilt(spoil)
    assert len(faults) == 1
    assert faults[0].startswith("app record again was made twice: the app already has made_")


def test_a_second_copy_of_a_matched_record_is_found() -> None:
    def spoil(rows: Rows, expected: Expectation) -> None:
        pair = next(pair for pair in expected.pairs if (pair.ids["app"] or "").startswith("app_"))
        rows["hubspot"]["999999"] = {"email": rows["app"][pair.ids["app"] or ""]["email"]}

    faults = spoilt(spoil)
    assert len(faults) == 1
    assert faults[0].startswith("HubSpot record 999999 came from nowhere")


def test_a_lost_record_is_found() -> None:
    def spoil(rows: Rows, expected: Expectation) -> None:
        pair = next(pair for pair in expected.pairs if (pair.ids["app"] or "").startswith("app_"))
        del rows["app"][pair.ids["app"] or ""]

    faults = spoilt(spoil)
    assert len(faults) == 1
    assert "is lost in the app" in faults[0]


def test_a_duplicate_that_vanished_is_found() -> None:
    def spoil(rows: Rows, expected: Expectation) -> None:
        del rows["app"][next(still.record.id for still in expected.still if still.why == "duplicate")]

    faults = spoilt(spoil)
    assert len(faults) == 1
    assert "is lost: it had to stay as it was (duplicate)" in faults[0]


def test_a_record_that_was_left_out_and_written_to_is_found() -> None:
    def spoil(rows: Rows, expected: Expectation) -> None:
        still = next(still for still in expected.still if still.why == "no_email" and still.record.side == "app")
        rows["app"][still.record.id]["name.last"] = "Touched"

    faults = spoilt(spoil)
    assert len(faults) == 1
    assert "the record is excluded: no_email" in faults[0]


def test_a_wrong_winner_is_found() -> None:
    def spoil(rows: Rows, expected: Expectation) -> None:
        for pair in expected.pairs:
            app, hubspot = pair.ids["app"] or "", pair.ids["hubspot"] or ""
            field = pair.fields["app"]["job_title"]
            if field.written and "wins" in field.why:
                rows["app"][app]["job_title"] = rows["hubspot"][hubspot]["jobtitle"] = "The app's own"
                return
        raise AssertionError("the data has no conflict")

    faults = spoilt(spoil)
    assert len(faults) == 2
    assert any("because hubspot wins at the first match" in fault for fault in faults)


def test_a_blank_that_was_not_filled_is_found() -> None:
    def spoil(rows: Rows, expected: Expectation) -> None:
        pair = next(p for p in expected.pairs if "blank" in p.fields["hubspot"]["birthday"].why)
        rows["hubspot"][pair.ids["hubspot"] or ""]["birthday"] = None

    faults = spoilt(spoil)
    assert len(faults) == 1
    assert "birthday holds None" in faults[0]


def test_a_field_that_nobody_maps_must_not_be_touched() -> None:
    def spoil(rows: Rows, expected: Expectation) -> None:
        pair = next(pair for pair in expected.pairs if (pair.ids["app"] or "").startswith("app_"))
        rows["app"][pair.ids["app"] or ""]["stage"] = "touched"

    assert len(spoilt(spoil)) == 1


def test_a_needless_write_of_an_equal_value_is_found() -> None:
    """The texts were equal but for the space around them: nothing had to be written."""

    def spoil(rows: Rows, expected: Expectation) -> None:
        for pair in expected.pairs:
            field = pair.fields["hubspot"]["firstname"]
            if not field.written and isinstance(field.value, str) and field.value != field.value.strip():
                rows["hubspot"][pair.ids["hubspot"] or ""]["firstname"] = field.value.strip()
                return
        raise AssertionError("the data has no space")

    faults = spoilt(spoil)
    assert len(faults) == 1
    assert "because nothing changed it" in faults[0]


def test_a_deal_in_the_wrong_stage_is_found() -> None:
    def spoil(rows: Rows, expected: Expectation) -> None:
        pair = next(p for p in expected.pairs if p.fields["app"][PLACE].value == "pip_sales/stg_won")
        rows["app"][pair.ids["app"] or ""][PLACE] = "pip_sales/stg_lost"

    (fault,) = spoilt(spoil, DEALS)
    assert f"{PLACE} holds 'pip_sales/stg_lost' and must hold 'pip_sales/stg_won'" in fault


def test_a_needless_move_between_stages_that_go_with_one_is_found() -> None:
    """Both go with the app's stage: that deal had to stay where it was."""

    def spoil(rows: Rows, expected: Expectation) -> None:
        field = "default/contractsent"
        pair = next(p for p in expected.pairs if p.fields["hubspot"][PLACE].value == field)
        rows["hubspot"][pair.ids["hubspot"] or ""][PLACE] = "default/presentationscheduled"

    (fault,) = spoilt(spoil, DEALS)
    assert "must hold 'default/contractsent', because nothing changed it" in fault


def test_a_deal_that_was_left_out_and_made_all_the_same_is_found() -> None:
    def spoil(rows: Rows, expected: Expectation) -> None:
        still = next(s for s in expected.still if s.why == "stage_not_mapped" and s.record.side == "hubspot")
        rows["app"]["again"] = {"title": still.record.fields["dealname"], PLACE: "pip_sales/stg_won"}

    (fault,) = spoilt(spoil, DEALS)
    assert fault.startswith("app record again came from nowhere")


def test_a_deal_that_was_left_out_and_written_to_is_found() -> None:
    def spoil(rows: Rows, expected: Expectation) -> None:
        still = next(s for s in expected.still if s.why == "stage_not_mapped" and s.record.side == "app")
        rows["app"][still.record.id][PLACE] = "pip_sales/stg_won"

    (fault,) = spoilt(spoil, DEALS)
    assert "the record is excluded: stage_not_mapped" in fault


def test_a_deal_that_was_restored_twice_is_found() -> None:
    before = seeded(DEALS, 3, deals=80)
    expected, after = expect(DEALS, before), synced(DEALS, before)
    assert verify(expected, after) == []
    pair = next(pair for pair in expected.pairs if None not in pair.ids.values())
    ours, theirs = pair.ids["hubspot"] or "", pair.ids["app"] or ""
    expected.deleted("app", theirs, after.hubspot[ours])
    app = {key: record for key, record in after.app.items() if key != theirs}
    assert verify(expected, World(after.hubspot, app)) == []
    expected.restored(after.hubspot[ours])
    new = Record("app", "new", after.app[theirs].fields)
    twice = {**app, "new": new, "newer": Record("app", "newer", new.fields)}
    (fault,) = verify(expected, World(after.hubspot, twice))
    assert "newer was made twice" in fault


def test_a_lost_edit_is_found() -> None:
    before = seeded(CONTACTS, 3)
    expected = expect(CONTACTS, before)
    after = synced(CONTACTS, before)
    assert verify(expected, after) == []
    pair = expected.pairs[0]
    app_id = pair.ids["app"] or ""
    expected.edited("app", app_id, "name.last", "Edited")
    fields = {**after.app[app_id].fields, "name.last": "Edited"}
    edited = World(after.hubspot, {**after.app, app_id: Record("app", app_id, fields)})
    faults = verify(expected, edited)
    assert len(faults) == 1
    assert faults[0].startswith(f"HubSpot record {pair.ids['hubspot']}: lastname holds")


def test_wrong_counts_are_found() -> None:
    expected = expect(CONTACTS, seeded(CONTACTS, 3))
    right = expected.counts()
    assert verify_counts(expected, right) == []
    wrong = {**right, "in_sync": right["in_sync"] - 1, "pending": 1}
    faults = verify_counts(expected, wrong)
    assert len(faults) == 2
    assert "as in_sync" in faults[0]
    assert "1 records are shown as pending" in faults[1]


def test_a_status_that_is_not_shown_counts_as_none() -> None:
    expected = expect(CONTACTS, World.of([("1", {"email": "a@example.com"})], []))
    assert verify_counts(expected, {"in_sync": 1}) == []
    assert len(verify_counts(expected, {})) == 1


def test_two_looks_at_one_world_find_every_difference() -> None:
    one = World.of([("1", {"name": "X"}), ("2", {})], [("o1", {})])
    two = World.of([("1", {"name": "Y"})], [("o1", {}), ("o2", {})])
    faults = unchanged("companies", one, two)
    assert len(faults) == 3
    assert unchanged("companies", one, one) == []


def test_the_checker_imports_nothing_but_itself_and_the_standard_library() -> None:
    package = infra.demo.checker
    for path in Path(package.__file__ or "").parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert name.split(".")[0] in sys.stdlib_module_names or name.startswith(package.__name__), path
