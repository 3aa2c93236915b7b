"""Rule 4.5: what a field's schema forbids fails before the call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.engine.context import Context
from hubsync.engine.decide import decide
from hubsync.model.mapping import FieldMapping
from hubsync.model.record import Value
from hubsync.model.schema import FieldSchema
from hubsync.model.side import Side
from hubsync.model.status import FailureCategory
from tests.rules.typed_pair import BOTH, Pair, refusal

H, A = Side.HUBSPOT, Side.APP


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
