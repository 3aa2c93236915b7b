"""Costs are counted: functions called, hashes made, calls to HubSpot. Nothing here looks at a clock."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from hubsync.engine import identify
from hubsync.model.decision import Action
from hubsync.model.export import ExportFormat
from hubsync.services.manage.plan import Change
from tests.benchmarks import exporting
from tests.benchmarks.decision import FIELDS, Pair
from tests.benchmarks.saving import MAPPINGS, Desk


def functions_called(pair: Pair) -> int:
    """How many functions written in Python one decision calls."""
    called = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal called
        called += event == "call"

    pair.decide()  # what is remembered for a sync is remembered by now
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        pair.decide()
    finally:
        sys.setprofile(before)
    return called


def test_a_field_that_nobody_changed_costs_no_call() -> None:
    """Thirty fields or three hundred: as long as one was edited, as many functions are called."""
    assert functions_called(Pair(FIELDS)) == functions_called(Pair(10 * FIELDS))


def test_a_decision_calls_few_functions() -> None:
    """Six for each field would be the whole of what it may cost."""
    assert functions_called(Pair()) <= 6 * FIELDS


def test_a_decision_hashes_only_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fingerprints are given: hashed are the edited field on both sides, and what goes into the intent and the
    guard against flip-flops.
    """
    pair, hashed = Pair(), []
    monkeypatch.setattr(identify, "_hash", lambda *_: hashed.append(True) or b"12345678")
    pair.decide()
    assert len(hashed) <= 5


def test_the_measured_decision_is_the_one_that_is_meant() -> None:
    """One field of thirty goes from HubSpot to the app."""
    decision = Pair().decide()
    assert decision.action is Action.UPDATE
    assert {side.value: dict(patch.fields) for side, patch in decision.patches.items()} == {
        "app": {f"field{FIELDS - 1}": "Edited"}
    }


def test_saving_a_sync_asks_hubspot_for_its_properties_and_no_more() -> None:
    """Fifty mappings against four hundred properties: the schema is read once, and set up once."""
    desk = Desk()
    (planned,) = desk.save().syncs
    assert planned.change is Change.NEW
    assert len(planned.sync.mappings) == MAPPINGS
    assert desk.calls <= 2


def test_an_export_writes_once_for_a_thousand_records() -> None:
    """Five thousand records: a part and a count of it for each thousand, and three counts more for the run, the file
    and the end. A row is a row of the list.
    """
    world = exporting.exported(5_000, ExportFormat.CSV).world
    assert world.stores.writes["export"] <= 1 + 5 + 3
    (content,) = world.stores.files.files.values()
    assert content.count(b"\r\n") == 5_001
