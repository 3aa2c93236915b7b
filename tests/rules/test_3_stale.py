"""Rules 1.3, 3.4 and 7.1: nobody is matched by what a record no longer says."""

from __future__ import annotations

from hubsync.model.side import Direction
from hubsync.model.status import RecordStatus
from tests.rules.scene import Scene, emails
from tests.simulation.world import contacts


def absent(scene: Scene, *happens: str) -> None:
    """While the sync is off, the first record of the app gets another email, or one of a side is deleted, and somebody
    of its old email appears on the other side."""
    scene.world.lifecycle.off("contacts")
    if "edited" in happens:
        scene.edit_app(0, email="moved@example.com")
    if "deleted" in happens:
        scene.delete_hubspot(0)
    if "hubspot" in happens:
        scene.create_hubspot(email="ana@example.com")
    else:
        scene.create_app(email="ana@example.com")
    scene.world.lifecycle.on("contacts")
    scene.look()


def test_nobody_is_matched_by_what_an_older_scan_saw() -> None:
    """1.3 A record that was alone has got another email while the sync was off: it is not matched by its old one."""
    scene = Scene([], emails("ana@example.com"), contacts(Direction.TO_APP))
    absent(scene, "edited", "hubspot")
    assert scene.pairs() == set()
    assert sorted(one["email"] for one in scene.apps()) == ["ana@example.com", "moved@example.com"]


def test_a_record_that_is_gone_is_nobodys_match() -> None:
    """7.1 A record that was alone was deleted while the sync was off: whoever bears its email now is another."""
    scene = Scene(emails("ana@example.com"), [], contacts(Direction.TO_HUBSPOT))
    absent(scene, "deleted", "app")
    assert [one["email"] for one in scene.hubspots()] == ["ana@example.com"]
    (entry,) = scene.entries()
    assert entry.status is RecordStatus.IN_SYNC


def test_a_match_is_made_with_what_stands_there_now() -> None:
    """3.4 The poll has not yet told of an edited email: a record that bears the old one finds nobody there."""
    scene = Scene(emails("ana@example.com"), [], contacts(Direction.TO_HUBSPOT))
    scene.edit_hubspot(0, email="moved@example.com")
    scene.create_app(email="ana@example.com")
    scene.world.deliver()
    scene.world.settle()
    assert scene.pairs() == set()
    assert sorted(one["email"] for one in scene.hubspots()) == ["ana@example.com", "moved@example.com"]
