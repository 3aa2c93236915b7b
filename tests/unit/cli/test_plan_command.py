"""`hubsync plan` and `hubsync explain` against the real API."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from hubsync.model.side import Side
from hubsync.model.sync import SyncStatus
from tests.unit.cli.conftest import Hubsync
from tests.unit.cli.test_hubsync_command import YAML
from tests.unit.services.manage_world import World


@pytest.fixture
def file(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HUB_TOKEN", "hub-token")
    world.held[Side.HUBSPOT] = {"7": {"email": "ana@example.com", "firstname": "Ana"}}
    world.held[Side.APP] = {
        "p1": {"email": "ANA@example.com", "first_name": "Anna"},
        "p2": {"email": "bo@example.com", "first_name": "Bo"},
        "p3": {"first_name": "Nobody"},
    }
    path = tmp_path / "syncs.yaml"
    path.write_text(YAML)
    return path


def test_a_plan_reads_like_a_diff_and_ends_with_3(hubsync: Hubsync, file: Path, world: World) -> None:
    """1.10 `hubsync plan` ends with 3 where there is something to do, and saves nothing."""
    done = hubsync("plan", str(file))
    assert done.code == 3, done.err
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert lines[0] == "+ connections.hubspot: new"
    assert lines.index("+ syncs.contacts: new") < lines.index("contacts, generation 1")
    assert "+ create in HubSpot 1" in lines
    assert "~ update in the app 1" in lines
    assert "field writes in HubSpot 2 email 1, firstname 1" in lines
    assert "= linked 1" in lines
    assert "- excluded 1 no email 1" in lines
    assert 'first_name: "Anna" -> "Ana"' in lines
    assert 'firstname: "Bo"' in lines
    assert world.stores.syncs.syncs() == ()


def test_nothing_to_do_ends_with_0(hubsync: Hubsync, file: Path, world: World) -> None:
    """1.10 `hubsync plan` ends with 0 where there is nothing to do."""
    world.held = {side: {} for side in Side}
    assert hubsync("apply", str(file)).code == 0
    unchanged = hubsync("plan", str(file))
    assert (unchanged.code, unchanged.out) == (
        0,
        (
            "The file says what is deployed.\n\n"
            "contacts: nothing to do, no record feels what was edited, if anything was.\n"
        ),
    )
    restart = hubsync("plan", "contacts")
    assert restart.code == 0
    assert "Nothing to do." in restart.out


def test_a_plan_that_was_cut_off_ends_with_1(hubsync: Hubsync, file: Path, world: World) -> None:
    """1.10 A plan that could not be made is an error, not an empty plan."""
    assert hubsync("apply", str(file)).code == 0
    world.making = False
    ordered = world.plans.of_sync("contacts")
    world.plans.view(ordered.plans["contacts"])
    make = world.make

    def too_late(plan_id: str) -> None:
        make(plan_id)
        world.clock.at += 17 * 60 * 1000

    world.make = too_late  # type: ignore[method-assign]
    done = hubsync("plan", "contacts")
    assert done.code == 1
    assert "cut off" in done.out


def test_machines_get_json_without_colours(hubsync: Hubsync, file: Path) -> None:
    done = hubsync("plan", str(file), "--json")
    assert done.code == 3
    (plan,) = json.loads(done.out)["plans"]
    assert plan["counts"]["created"] == {"hubspot": 1, "app": 0}


def test_faults_are_told_with_their_line(hubsync: Hubsync, file: Path) -> None:
    file.write_text(YAML.replace("two_way", "sideways"))
    done = hubsync("plan", str(file))
    assert done.code == 1
    assert "syncs.yaml:10: syncs.contacts.direction" in done.err


def test_a_record_is_explained_in_sentences(hubsync: Hubsync, file: Path, world: World) -> None:
    assert hubsync("apply", str(file)).code == 0
    world.put(replace(world.sync(), status=SyncStatus.ACTIVE, indexed=(Side.HUBSPOT, Side.APP)))
    done = hubsync("explain", "contacts", "p2")
    assert done.code == 0, done.err
    assert "The next look would create it in HubSpot with: firstname, email." in done.out
    assert 'firstname: "Bo"' in done.out
    assert json.loads(hubsync("explain", "contacts", "p2", "--json").out)["changes"][0]["side"] == "hubspot"
    nobody = hubsync("explain", "contacts", "p9")
    assert nobody.code == 1
    assert "neither HubSpot nor the app has one" in nobody.err


def test_a_file_is_compared_with_what_is_deployed(hubsync: Hubsync, file: Path, world: World) -> None:
    """1.10 Settings that differ are told old and new, secrets by their name only; nothing is saved."""
    world.held = {side: {} for side in Side}
    file.write_text(
        YAML + "  more:\n    hubspot: {connection: hubspot, object: companies}\n"
        "    app: {connection: orbit, object: organisations}\n    direction: to_app\n"
    )
    assert hubsync("apply", str(file)).code == 0
    edited = YAML.replace("phone_region: NO", "history_days: 7").replace("orbit-token", "secret-token")
    file.write_text(edited.replace("app: email}", "app: email, clears: true}\n      - {hubspot: phone, app: phone}"))
    before = world.stores.syncs.syncs()
    done = hubsync("plan", str(file))
    assert done.code == 3, done.err
    lines = done.out.splitlines()
    assert lines[: lines.index("")] == [
        "~ connections.orbit: changed",
        "    token: another one",
        "~ syncs.contacts: changed",
        '    phone_region: "NO" -> (default)',
        "    history_days: (default) -> 7",
        "    mappings[email, email].clears: (default) -> true",
        "    mappings[phone, phone]: added",
        "~ syncs.more: starts anew",
        "- syncs.more: not in the file, left alone",
    ]
    assert "secret-token" not in done.out
    assert world.stores.syncs.syncs() == before
    told = json.loads(hubsync("plan", str(file), "--json").out)["diff"]
    assert told["others"] == ["syncs.more"]
    assert {"path": "phone_region", "before": "NO", "after": None} in told["parts"][2]["settings"]


def test_a_setting_that_no_record_feels_ends_with_3_as_well(hubsync: Hubsync, file: Path, world: World) -> None:
    """1.10 A file that says something else than what is deployed is something to do."""
    world.held = {side: {} for side in Side}
    assert hubsync("apply", str(file)).code == 0
    file.write_text(YAML + "    history_days: 7\n")
    done = hubsync("plan", str(file))
    assert (done.code, "history_days: (default) -> 7" in done.out) == (3, True)
