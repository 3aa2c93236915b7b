"""The brake on the deployed stack: a run that would change too much is held, shown by the command, and confirmed."""

from __future__ import annotations

import pytest

from tests.stage.command import Hubsync
from tests.stage.people import contact, person
from tests.stage.scene import Scene


@pytest.mark.slow
def test_a_run_beyond_its_brake_waits_for_a_person(scene: Scene, hubsync: Hubsync) -> None:
    """1.10 A deployed sync with a brake is held before it writes, says so, and runs once it is confirmed."""
    scene.hubspot.seed([contact(n) for n in range(6)])
    scene.app.seed([person(n) for n in range(6, 10)])
    index = scene.table(scene.stage.index_table)
    scene.apply(brake={"records": 9})
    watched = hubsync("status", scene.name, "--watch", code=3)
    assert f"{scene.name}  held" in watched.out
    assert "would change 10 of 10 records: 4 created in HubSpot, 6 created in the app." in watched.out
    scene.at_rest()
    assert scene.hubspot.writes() == scene.app.writes() == 0
    assert scene.table(scene.stage.index_table) == index
    (told,) = scene.notifications()
    assert told["title"] == f"The initial sync of {scene.name!r} is held by its brake"
    plan = scene.api.get(f"/v1/plans/{scene.view()['weighed']}").json()
    assert (plan["status"], plan["counts"]["changed"], len(plan["differences"])) == ("done", 10, 10)

    hubsync("on", scene.name, code=1)
    confirmed = hubsync("on", scene.name, "--confirm")
    assert confirmed.out.strip() == f"{scene.name} is on (initial sync)."
    scene.synced(in_sync=10)
    assert (scene.hubspot.writes(), scene.app.writes()) == (4, 6)
