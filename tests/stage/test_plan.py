"""A plan on the deployed stack: what it says is what applying the document then does, and it does nothing itself."""

from __future__ import annotations

import pytest

from tests.stage.people import contact, email, person
from tests.stage.scene import Body, Scene

LONE_CONTACTS, BOTH, LONE_PEOPLE = range(12), range(12, 24), range(24, 36)


@pytest.fixture
def seeded(scene: Scene) -> Scene:
    """Two dozen on each side, half of them the same: with another name in the app, without a phone in HubSpot."""
    scene.hubspot.seed([contact(n) for n in LONE_CONTACTS] + [contact(n, phone="") for n in BOTH])
    scene.app.seed([person(n) for n in (*BOTH, *LONE_PEOPLE)])
    return scene


def planned(scene: Scene, ordered: Body) -> Body:
    """The one plan that was ordered, once it is made."""
    (plan,) = ordered["plans"]

    def look() -> Body | None:
        shown: Body = scene.api.get(f"/v1/plans/{plan['id']}").json()
        return None if shown["status"] in ("waiting", "running") else shown

    made = scene.until("the plan is made", look)
    assert made is not None
    assert (made["status"], made["problem"]) == ("done", None)
    return made


def test_what_is_planned_is_what_applying_then_does(seeded: Scene) -> None:
    index = seeded.table(seeded.stage.index_table)
    answer = seeded.api.post("/v1/plan", json=seeded.document())
    assert answer.status_code == 202, answer.text
    plan = planned(seeded, answer.json())
    counts = plan["counts"]
    assert counts["created"] == {"hubspot": len(LONE_PEOPLE), "app": len(LONE_CONTACTS)}
    assert counts["updated"] == {"hubspot": len(BOTH), "app": len(BOTH)}
    assert counts["linked"] == len(BOTH)
    assert counts["records"] == 36
    assert {"field": "firstname", "before": None, "after": f"Bea {LONE_PEOPLE[0]}"} in [
        field for each in plan["differences"] for field in each["fields"]
    ]
    assert seeded.hubspot.writes() == seeded.app.writes() == 0
    assert seeded.api.get(f"/v1/syncs/{seeded.name}").status_code == 404
    assert seeded.table(seeded.stage.index_table) == index

    seeded.apply()
    seeded.synced(in_sync=36)
    assert seeded.hubspot.writes() == counts["created"]["hubspot"] + counts["updated"]["hubspot"]
    assert seeded.app.writes() == counts["created"]["app"] + counts["updated"]["app"]

    again = planned(seeded, seeded.api.post(f"/v1/syncs/{seeded.name}/plan").json())
    assert again["nothing_to_do"], again["counts"]
    assert again["counts"]["unchanged"] == 36

    key = seeded.hubspot.rows()[email(LONE_CONTACTS[0])]["id"]
    said = seeded.api.get(f"/v1/syncs/{seeded.name}/records/{key}/explain").json()
    assert said["status"] == "in_sync"
    assert said["next"] == ["The next look would change nothing."]
