"""Rule 4.6: where a field's value comes from. The other rules of section 4 have modules of their own."""

from __future__ import annotations

import pytest

from hubsync.model.side import Direction
from hubsync.services.manage.document import Document, EndSpec, MappingSpec, RefusedDocumentError, SyncSpec
from tests.rules.scene import Scene


def saved(*mappings: tuple[str, str, Direction]) -> list[str]:
    """The paths of the faults with which these mappings are refused; none if they are saved."""
    specs = (
        MappingSpec(0, "email", "email"),
        *(MappingSpec(at, *one[:2], direction=one[2]) for at, one in enumerate(mappings, 1)),
    )
    ends = EndSpec("hubspot", "contacts"), EndSpec("orbit", "people")
    try:
        Scene().apply()(Document(syncs={"contacts": SyncSpec(*ends, mappings=specs)}), dry=True)
    except RefusedDocumentError as refused:
        return [fault.path for fault in refused.faults]
    return []


@pytest.mark.parametrize("direction", [Direction.TWO_WAY, Direction.TO_APP])
def test_a_field_has_one_source(direction: Direction) -> None:
    """4.6 Two properties of HubSpot that would both be written into one field of the app: refused, with the place."""
    assert saved(("jobtitle", "job_title", direction), ("city", "job_title", direction)) == [
        "syncs.contacts.mappings[2].app"
    ]


def test_a_field_may_have_several_targets() -> None:
    """4.6 One field may be carried into two others, where only one of them flows back."""
    assert saved(("jobtitle", "job_title", Direction.TWO_WAY), ("city", "job_title", Direction.TO_HUBSPOT)) == []


def test_a_pair_is_mapped_once() -> None:
    """4.6 The same two fields twice: refused."""
    twice = ("jobtitle", "job_title", Direction.TWO_WAY)
    assert saved(twice, twice) == ["syncs.contacts.mappings[2]"]
