"""A draft on the deployed stack is tried on chosen records: these are really written, and no other."""

from __future__ import annotations

from tests.stage.command import Hubsync
from tests.stage.people import contact, email, person
from tests.stage.scene import Scene


def test_a_draft_is_tried_on_chosen_records(scene: Scene, hubsync: Hubsync) -> None:
    """1.10 `hubsync try` writes a chosen contact and its pair, tells of each record, and leaves a draft."""
    scene.hubspot.seed([contact(n) for n in range(8)])
    scene.app.seed([person(n) for n in range(4, 12)])
    scene.apply(draft=True)
    assert scene.view()["status"] == "draft"
    lone, both = (str(scene.hubspot.rows()[email(n)]["id"]) for n in (0, 4))
    tried = hubsync("try", scene.name, f"hubspot:{lone}", f"hubspot:{both}", "hubspot:1", "--wait")
    assert tried.out.count("in sync") == 2
    assert "Not found: hubspot:1" in tried.out
    scene.at_rest()
    # The contact is made in the app; the pair has another name there, and HubSpot is the default.
    assert (scene.hubspot.writes(), scene.app.writes()) == (0, 2)
    assert scene.view()["status"] == "draft"
    scene.counted(in_sync=2, pending=13)
    (told,) = scene.notifications()
    assert told["title"] == f"The trial of {scene.name!r} is over"
    assert told["text"].startswith("Of the chosen records: 2 in sync, 1 not found.")
