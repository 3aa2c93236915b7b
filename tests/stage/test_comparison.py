"""The comparison: it finds what nobody told of, and believes no application that suddenly looks empty."""

from __future__ import annotations

import pytest

from tests.stage.people import contact, email, person
from tests.stage.scene import Scene

pytestmark = pytest.mark.slow

MANY = 12
"""Enough records for an empty side to look wrong."""


@pytest.fixture
def active(scene: Scene) -> Scene:
    """Twelve people on both sides, in step; nobody tells of anything."""
    scene.hubspot.seed([contact(n) for n in range(MANY)])
    scene.app.seed([person(n) for n in range(MANY)])
    scene.apply()
    scene.synced(in_sync=MANY)
    return scene


def compare(scene: Scene) -> set[str]:
    """Compare once; what the reports say."""
    scene.tell("compare")
    scene.at_rest()
    told = (each["text"] for each in scene.notifications() if each["title"] == f"Comparison of {scene.name!r}")
    return {line for text in told for line in text.splitlines()}


def spoil_counts(scene: Scene) -> None:
    """As if the stream had lost some changes: each bucket's count is wrong."""
    dynamodb, sync_id = scene.aws("dynamodb"), scene.view()["id"]
    for item in scene.table(scene.stage.state_table).values():
        if item["pk"]["S"] == f"counts#{sync_id}":
            item["numbers"] = {"S": '{"in_sync": 99}'}
            dynamodb.put_item(TableName=scene.stage.state_table, Item=item)
    assert scene.view()["counts"]["in_sync"] >= 99


def test_edits_on_both_sides_are_found_and_carried_over(active: Scene) -> None:
    active.hubspot.edit(active.hubspot.rows()[email(1)]["id"], firstname="Grace")
    active.app.edit(active.app.rows()[email(2).title()]["id"], name={"last": "Hopper"})
    active.app.create(person(50))
    spoil_counts(active)

    found = compare(active)

    assert "hubspot: 1 record(s) differed from the index." in found
    assert active.app.rows()[email(1).title()]["name"]["first"] == "Grace"
    assert active.hubspot.rows()[email(2)]["lastname"] == "Hopper"
    assert email(50) in active.hubspot.rows()
    active.counted(in_sync=MANY + 1)


def test_a_deletion_is_found_and_nothing_is_deleted_on_the_other_side(active: Scene) -> None:
    active.app.delete(active.app.rows()[email(3).title()]["id"])
    found = compare(active)
    assert "1 indexed record(s) were in neither list and were read." in found
    assert len(active.hubspot.rows()) == MANY
    assert len(active.app.rows()) == MANY - 1
    active.counted(in_sync=MANY - 1, failing=1)
    (failing,) = active.records("failing")
    assert failing["failure"]["category"] == "deleted_on_the_other_side"


def test_a_side_that_suddenly_looks_empty_is_not_believed(active: Scene) -> None:
    entries = active.table(active.stage.index_table)
    for row in active.app.rows().values():
        active.app.delete(row["id"])
    found = compare(active)
    assert "app suddenly looks empty: nothing there was believed to be deleted." in found
    assert active.table(active.stage.index_table) == entries
    assert len(active.hubspot.rows()) == MANY
    assert active.app.rows() == {}
