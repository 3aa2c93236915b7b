"""Single records by the command line alone: listed, shown, explained, retried, restored, exported, and tried."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.stage.accounts import Body
from tests.stage.command import Hubsync
from tests.stage.people import contact, email, person
from tests.stage.scene import Scene

PAIRS, TOO_LONG = range(5), 5
NAMES = ("email", "firstname", "lastname")
LONG_NAME = "x" * 300
"""Orbit takes names of 255 letters."""


@pytest.fixture
def active(scene: Scene) -> Scene:
    """Five people in both, and one whose name is too long for the app; webhooks arrive."""
    scene.hubspot.seed([*(contact(n) for n in PAIRS), contact(TOO_LONG, firstname=LONG_NAME)])
    scene.app.seed([person(n) for n in PAIRS])
    scene.apply()
    scene.synced(in_sync=5, failing=1)
    scene.listen()
    return scene


def hubspot_id(scene: Scene, number: int) -> str:
    return str(scene.hubspot.rows()[email(number)]["id"])


def app_row(scene: Scene, number: int) -> Body:
    """A person of the app, who was seeded there."""
    return scene.app.rows()[email(number).title()]


def rows_of(file: Path) -> dict[str, dict[str, str]]:
    """The lines of an export by HubSpot's ids."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return {row["HubSpot id"]: row for row in csv.DictReader(lines)}


@pytest.mark.slow
def test_a_failing_record_is_found_mended_and_retried(active: Scene, hubsync: Hubsync) -> None:
    """`records`, `record` and `explain` say what is wrong and change nothing; mended in HubSpot, which nobody hears of,
    the record is in step after `retry`.
    """
    scene, key = active, hubspot_id(active, TOO_LONG)
    written = scene.hubspot.writes(), scene.app.writes()
    (failing,) = hubsync("records", scene.name, "--status", "failing", "--json").json
    assert (failing["hubspot_id"], failing["app_id"], failing["failure"]["category"]) == (key, None, "too_long")
    assert failing["failure"]["field"] == "first_name"
    title = f"The initial sync of {scene.name!r} is complete"
    scene.until("people are told", lambda: title in hubsync("notifications", "--all").out)
    listed = hubsync("records", scene.name, "--all", "--json").json
    assert {each["hubspot_id"] for each in listed} == {row["id"] for row in scene.hubspot.rows().values()}
    some = hubsync("records", scene.name, "--limit", "2", "--json")
    assert (len(some.json), some.err) == (2, "")
    (searched,) = hubsync("records", scene.name, "--search", email(TOO_LONG), "--values", "--json").json
    values = {each["hubspot"]: each["hubspot_value"] for each in searched["values"]["fields"]}
    assert (searched["id"], searched["values"]["app"]) == (failing["id"], None)
    assert (values["firstname"], values["email"]) == (LONG_NAME, email(TOO_LONG))
    assert hubsync("records", scene.name, "--search", email(77), "--json").json == []

    (found,) = hubsync("records", scene.name, "--search", email(TOO_LONG).upper(), "--json").json
    assert found["id"] == failing["id"]
    named = {each["hubspot_id"]: each["values"] for each in hubsync("records", scene.name, "--values", "--json").json}
    assert named[key]["hubspot"]["name"].startswith(LONG_NAME)
    for number in PAIRS:
        values = named[hubspot_id(scene, number)]
        first = next(each for each in values["fields"] if each["hubspot"] == "firstname")
        assert first["hubspot_value"] == first["app_value"] == app_row(scene, number)["name"]["first"]
        assert values["hubspot"] == values["app"]
    page = f"https://app-eu1.hubspot.com/contacts/62515/record/0-1/{key}\n"
    assert hubsync("open", scene.name, email(TOO_LONG), "--print").out == page

    shown = hubsync("record", scene.name, key, "--json").json
    values = {each["hubspot"]: (each["hubspot_value"], each["app_value"]) for each in shown["fields"]}
    assert values["firstname"] == (LONG_NAME, None)
    pair = hubsync("record", scene.name, app_row(scene, 0)["id"], "--json").json
    assert {each["state"] for each in pair["fields"]} == {"same"}
    (event,) = pair["history"]
    assert (event["side"], event["outcome"]) == ("app", "written")
    change = event["fields"]["first_name"]
    assert (change["before"], change["after"]) == ("Bea 0", "Ada 0")

    told = hubsync("explain", scene.name, key, "--json").json
    assert (told["status"], told["changes"]) == ("failing", [])
    scene.hubspot.edit(key, firstname="Grace")
    told = hubsync("explain", scene.name, key, "--json").json
    (change,) = told["changes"]
    assert (change["side"], change["created"]) == ("app", True)
    assert {"field": "first_name", "before": None, "after": "Grace"} in change["fields"]
    assert (scene.hubspot.writes(), scene.app.writes()) == written
    scene.counted(in_sync=5, failing=1)

    assert hubsync("retry", scene.name, "--all", "--json").json == {"records": 1, "unknown": []}
    scene.counted(in_sync=6)
    assert scene.app.rows()[email(TOO_LONG)]["name"]["first"] == "Grace"
    assert hubsync("records", scene.name, "--status", "failing", "--json").json == []

    scene.hubspot.edit(key, firstname="Hedy")
    assert hubsync("retry", scene.name, key, "nobody", "--json").json == {"records": 1, "unknown": ["nobody"]}
    scene.until("the edit is in the app", lambda: scene.app.rows()[email(TOO_LONG)]["name"]["first"] == "Hedy")


@pytest.mark.slow
def test_what_was_deleted_is_restored_once_somebody_agrees(active: Scene, hubsync: Hubsync) -> None:
    """`restore` makes again, once, what was deleted in the app, and nothing before it is confirmed."""
    scene, lost = active, app_row(active, 2)
    scene.app.delete(lost["id"])
    scene.counted(in_sync=4, failing=2)
    hubsync("restore", scene.name, "--to", "app", "--all", code=2)
    scene.at_rest()
    assert len(scene.app.rows()) == 4

    done = hubsync("restore", scene.name, "--to", "app", "--all", "--yes", "--json").json
    assert (done["count"], done["confirmed"], done["left"]) == (1, True, [])
    scene.counted(in_sync=5, failing=1)
    made = scene.app.rows()[email(2)]
    assert (made["name"], made["phone"]) == (lost["name"], lost["phone"])
    assert len(scene.app.rows()) == 5
    nothing = hubsync("restore", scene.name, hubspot_id(scene, 2), "--to", "app", "--yes", "--json").json
    assert (nothing["count"], len(nothing["left"])) == (0, 1)
    scene.at_rest()
    assert len(scene.app.rows()) == 5


@pytest.mark.slow
def test_a_list_is_exported_and_its_file_fetched(active: Scene, hubsync: Hubsync) -> None:
    """`export` saves what both applications hold; `exports` lists it, and fetches the file of one that nobody waited
    for.
    """
    scene = active
    hubsync("export", scene.name, "--values", "--out", "all.csv")
    found = rows_of(hubsync.folder / "all.csv")
    contacts = {row["id"]: row for row in scene.hubspot.rows().values()}
    people = {row["id"]: row for row in scene.app.rows().values()}
    assert {row["Status"] for row in found.values()} == {"in_sync", "failing"}
    for key, row in found.items():
        mine, theirs = contacts.pop(key), people.pop(row["App id"], None)
        assert [row[f"HubSpot: {name}"] for name in NAMES] == [mine[name] for name in NAMES]
        # With a mark, for a spreadsheet takes what begins with + for a formula.
        assert row["HubSpot: phone"] == f"'{mine['phone']}"
        name = theirs["name"] if theirs else {"first": "", "last": ""}
        assert (row["App: first_name"], row["App: last_name"]) == (name["first"], name["last"])
    assert (contacts, people) == ({}, {})

    ordered = hubsync("export", scene.name, "--status", "failing", "--no-wait").out.strip()
    followed = hubsync("exports", ordered, "--out", "failing.csv", "--json").json
    assert (followed["id"], followed["status"], followed["rows"]) == (ordered, "done", 1)
    ((key, row),) = rows_of(hubsync.folder / "failing.csv").items()
    assert (key, row["Category or reason"], row["Field"]) == (hubspot_id(scene, TOO_LONG), "too_long", "first_name")
    listed = [(each["sync"], each["rows"]) for each in hubsync("exports", "--json").json]
    assert listed[:2] == [(scene.name, 1), (scene.name, 6)]
    book = hubsync("export", scene.name, "--format", "xlsx", "--json").json["name"]
    assert (hubsync.folder / book).read_bytes().startswith(b"PK")
