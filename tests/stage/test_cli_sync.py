"""The life of a sync by the command line alone: planned, saved, followed, compared, stopped, turned on, forgotten."""

from __future__ import annotations

import pytest

from tests.stage.command import Hubsync
from tests.stage.people import contact, email, person
from tests.stage.scene import Scene

LONE_CONTACTS, BOTH, LONE_PEOPLE = range(2), range(2, 6), range(6, 9)
EDITED = 3


@pytest.fixture
def seeded(scene: Scene) -> Scene:
    """Four people in both under different names, two in HubSpot alone, three in the app alone."""
    scene.hubspot.seed([contact(n) for n in (*LONE_CONTACTS, *BOTH)])
    scene.app.seed([person(n) for n in (*BOTH, *LONE_PEOPLE)])
    return scene


def first_name(scene: Scene) -> str:
    """What HubSpot calls the person who is edited."""
    return str(scene.hubspot.rows()[email(EDITED)]["firstname"])


def rename(scene: Scene, name: str) -> None:
    """In the app."""
    scene.app.edit(scene.app.rows()[email(EDITED).title()]["id"], name={"first": name})


def rename_and_tell(scene: Scene, name: str) -> None:
    """In the app; its webhook has been taken in when this returns."""
    delivered = scene.app.outbox().get("delivered", 0)
    rename(scene, name)
    scene.until("the webhook is delivered", lambda: scene.app.outbox().get("delivered", 0) > delivered)


def written(scene: Scene) -> tuple[int, int]:
    """How much was written to HubSpot and to the app."""
    return scene.hubspot.writes(), scene.app.writes()


@pytest.mark.slow
def test_what_a_file_would_do_is_told_and_not_done(seeded: Scene, hubsync: Hubsync) -> None:
    """`apply --dry-run` and `plan FILE` write nothing; what `plan` counts is what `apply` then writes, and then there
    is nothing left to plan. `compare --wait` finds what nobody told of.
    """
    scene, file = seeded, hubsync.write(seeded.document())
    index = scene.table(scene.stage.index_table)
    checked = hubsync("apply", file, "--dry-run", "--json").json
    assert (checked["dry"], [each["change"] for each in checked["syncs"]]) == (True, ["new"])
    planned = hubsync("plan", file, "--json", code=3).json
    assert {part["path"]: part["change"] for part in planned["diff"]["parts"]} == {
        f"connections.{scene.hubspot_connection}": "new",
        f"connections.{scene.connection}": "new",
        f"syncs.{scene.name}": "new",
    }
    (plan,) = planned["plans"]
    assert plan["counts"]["created"] == {"hubspot": len(LONE_PEOPLE), "app": len(LONE_CONTACTS)}
    assert plan["counts"]["updated"] == {"hubspot": 0, "app": len(BOTH)}
    assert written(scene) == (0, 0)
    assert scene.table(scene.stage.index_table) == index
    assert scene.api.get(f"/v1/syncs/{scene.name}").status_code == 404
    assert scene.api.get(f"/v1/connections/{scene.connection}").status_code == 404

    hubsync("apply", file)
    scene.synced(in_sync=9)
    assert written(scene) == (len(LONE_PEOPLE), len(LONE_CONTACTS) + len(BOTH))
    (left,) = hubsync("plan", scene.name, "--json").json["plans"]
    assert (left["nothing_to_do"], left["counts"]["unchanged"]) == (True, 9)

    rename(scene, "Grace")
    (plan,) = hubsync("plan", scene.name, "--json", code=3).json["plans"]
    assert plan["counts"]["updated"] == {"hubspot": 1, "app": 0}
    report = hubsync("compare", scene.name, "--wait", "--json").json
    assert (report["total"]["differed"], report["total"]["repaired"], report["total"]["failed"]) == (1, 1, 0)
    assert first_name(scene) == "Grace"


def test_a_sync_from_its_file_to_its_end(seeded: Scene, hubsync: Hubsync) -> None:
    """`apply` makes two applications one, `status --watch` sees it through, `off` and `on` stop and let go what people
    do, as `enabled` in a document does, and `delete` forgets the sync and touches nobody's record.
    """
    scene = seeded
    done = hubsync("apply", hubsync.write(scene.document()), "--json").json
    assert [(each["name"], each["change"], each["status"]) for each in done["syncs"]] == [
        (scene.name, "new", "initial_sync")
    ]
    followed = hubsync("status", scene.name, "--watch", "--json").json
    assert (followed["name"], followed["status"]) == (scene.name, "active")
    assert [phase["done"] for phase in followed["progress"]] == [True, True, True]
    scene.counted(in_sync=9)
    assert len(scene.hubspot.rows()) == len(scene.app.rows()) == 9

    scene.listen()
    before = first_name(scene)
    assert hubsync("off", scene.name, "--json").json["status"] == "off"
    rename_and_tell(scene, "Grace")
    scene.poll()
    scene.at_rest()
    assert first_name(scene) == before

    assert hubsync("on", scene.name, "--json").json["status"] == "initial_sync"
    rename_and_tell(scene, "Hedy")
    scene.until("the edit is in HubSpot", lambda: first_name(scene) == "Hedy")

    for enabled in (False, True):
        applied = hubsync("apply", hubsync.write(scene.document(enabled=enabled)), "--json").json
        assert [each["status"] for each in applied["syncs"]] == ["initial_sync" if enabled else "off"]
        assert scene.view()["status"] == ("initial_sync" if enabled else "off")

    contacts, people = scene.hubspot.rows(), scene.app.rows()
    assert hubsync("delete", scene.name, code=2).out == ""
    assert scene.view()["name"] == scene.name
    assert hubsync("delete", scene.name, "--yes", "--json").json == {"name": scene.name, "done": True}
    assert scene.api.get(f"/v1/syncs/{scene.name}").status_code == 404
    assert not [key for key in scene.table(scene.stage.index_table) if followed["id"] in key]
    assert (scene.hubspot.rows(), scene.app.rows()) == (contacts, people)
    rename_and_tell(scene, "Radia")
    scene.poll()
    assert first_name(scene) == "Hedy"


@pytest.mark.slow
def test_a_restart_looks_at_everything_anew(seeded: Scene, hubsync: Hubsync) -> None:
    """`restart` carries over what nobody told of and doubles nothing; `apply --restart` does so again."""
    scene, file = seeded, hubsync.write(seeded.document())
    scene.apply()
    scene.synced(in_sync=9)
    rename(scene, "Grace")
    scene.app.create(person(20))
    begun = hubsync("restart", scene.name, "--json").json
    assert (begun["status"], begun["generation"]) == ("initial_sync", 2)
    assert hubsync("status", scene.name, "--watch", "--json").json["status"] == "active"
    scene.counted(in_sync=10)
    assert first_name(scene) == "Grace"
    assert len(scene.hubspot.rows()) == len(scene.app.rows()) == 10

    assert [each["change"] for each in hubsync("apply", file, "--json").json["syncs"]] == ["unchanged"]
    (again,) = hubsync("apply", file, "--restart", "--json").json["syncs"]
    assert (again["change"], again["generation"]) == ("restarted", 3)
