"""Whatever JSON comes, reading it ends in a document or in faults, and applying it in a save or in nothing."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.api.document import read_document
from hubsync.services.manage.document import Fault, RefusedDocumentError
from tests.unit.api.test_management_api import DOCUMENT
from tests.unit.services.manage_world import World

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def places(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something could be replaced in a document."""
    items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [path, *(place for key, value in items for place in places(value, (*path, key)))]


PLACES = places(DOCUMENT)[1:]


def spoilt(place: tuple[Any, ...], value: Any) -> Any:
    document = copy.deepcopy(DOCUMENT)
    part: Any = document
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    return document


def faults(world: World, body: Any) -> tuple[Fault, ...]:
    """The faults for which a body is refused; none if it is applied."""
    try:
        world.applied(read_document(body))
    except RefusedDocumentError as refused:
        return refused.faults
    return ()


@given(JSON)
def test_any_json_is_read(body: Any) -> None:
    document = read_document(body)
    assert document.faults or set(body) <= {"connections", "syncs"}
    assert all(fault.reason and fault.remedy for fault in document.faults)


@given(st.sampled_from(PLACES), JSON)
def test_a_document_with_one_part_replaced_is_saved_or_refused_whole(place: tuple[Any, ...], value: Any) -> None:
    world = World()
    if faults(world, spoilt(place, value)):
        assert world.untouched
    else:
        assert all(sync.generation == 1 for sync in world.stores.syncs.syncs())


@pytest.mark.parametrize("place", [each for each in PLACES if each[-1] in ("direction", "transform", "app", "object")])
def test_a_number_is_never_taken_for_a_name(place: tuple[Any, ...]) -> None:
    (fault,) = faults(World(), spoilt(place, 7))
    assert fault.path.startswith(f"{place[0]}.{place[1]}")
