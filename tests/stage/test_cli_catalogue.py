"""What there is to sync, and what is deployed, by the command line alone."""

from __future__ import annotations

import time

import httpx
import jsonschema_rs
import pytest
import yaml

from infra.local.crm.signature import pack, sign
from tests.stage.accounts import Body
from tests.stage.command import Hubsync
from tests.stage.people import contact, person
from tests.stage.scene import Scene

pytestmark = pytest.mark.slow

PAIRS = range(3)
SHOE_SIZE = {"name": "shoe_size", "label": "Shoe size"}


@pytest.fixture
def active(scene: Scene) -> Scene:
    """Three people in both, in step."""
    scene.hubspot.seed([contact(n) for n in PAIRS])
    scene.app.seed([person(n) for n in PAIRS])
    nobody = {"field": "last_name", "operator": "not_equals", "value": "${NOBODY}"}
    scene.apply(filters={"app": {"all": [nobody]}}, history_days=7)
    scene.synced(in_sync=3)
    return scene


def test_what_is_exported_and_applied_again_changes_nothing(active: Scene, hubsync: Hubsync) -> None:
    """`export-config` writes a file that fits `schema`, which `plan` finds no fault and no change in, and of which
    `apply` saves nothing new.
    """
    scene, before = active, active.view()
    written = scene.hubspot.writes(), scene.app.writes()
    hubsync("export-config", scene.name, "--output", "deployed.yaml")
    text = (hubsync.folder / "deployed.yaml").read_text()
    for secret in (scene.stage.hubspot_token, scene.stage.app_token, scene.webhook_secret):
        assert secret
        assert secret not in text
    document = yaml.safe_load(text)
    assert list(document["syncs"]) == [scene.name]
    assert sorted(document["connections"]) == sorted([scene.hubspot_connection, scene.connection])
    jsonschema_rs.validate(hubsync("schema").json, document)

    secrets = {
        f"{connection}_{kind}".replace("-", "_").upper(): value[kind]
        for connection, value in scene.document()["connections"].items()
        for kind in ("token", "webhook_secret")
    }
    hubsync("apply", "deployed.yaml", code=2)
    assert "The file says what is deployed." in hubsync("plan", "deployed.yaml", **secrets).out
    done = hubsync("apply", "deployed.yaml", "--json", **secrets).json
    assert {each["change"] for each in (*done["connections"], *done["syncs"])} == {"unchanged"}
    scene.at_rest()
    assert scene.view() == before
    assert (scene.hubspot.writes(), scene.app.writes()) == written
    everything = hubsync("export-config", "--json").json
    assert everything["syncs"][scene.name] == hubsync("export-config", scene.name, "--json").json["syncs"][scene.name]


def test_apps_and_fields_are_those_of_the_accounts(active: Scene, hubsync: Hubsync) -> None:
    """`apps` knows what is built in; `fields` what the account has, a property that was made a moment ago included."""
    assert {each["key"] for each in hubsync("apps", "--json").json} == {"hubspot", "orbit", "ledgerly"}
    orbit = hubsync("apps", "orbit", "--json").json
    (people,) = [each for each in orbit["objects"] if each["object"] == "people"]
    assert {"hubspot": "firstname", "app": "first_name"} in [
        {side: pair[side] for side in ("hubspot", "app")} for pair in people["defaults"]
    ]
    made = httpx.post(
        f"{active.stage.hubspot_url}/crm/v3/properties/contacts",
        json={**SHOE_SIZE, "type": "number", "fieldType": "number", "groupName": "contactinformation"},
        headers={"Authorization": f"Bearer {active.stage.hubspot_token}"},
    )
    assert made.status_code == 201, made.text
    shown = hubsync("fields", active.hubspot_connection, "contacts", "--json").json
    assert [(each["label"], each["type"]) for each in shown["fields"] if each["name"] == "shoe_size"] == [
        ("Shoe size", "number")
    ]
    assert "shoe_size" in hubsync("fields", active.hubspot_connection, "contacts").out


def test_an_account_that_is_refused_needs_a_person_and_a_new_token(active: Scene, hubsync: Hubsync) -> None:
    """`connections` lists the accounts; one whose token is no good any more is told of and ends it with 3, until a new
    one is given. So is its sync's. Forgotten it is once no sync uses it.
    """
    scene, name = active, active.hubspot_connection
    well = {each["name"]: each["status"] for each in hubsync("connections", "--json").json}
    assert (well[name], well[scene.connection]) == ("active", "active")
    scene.hubspot.admin("PATCH", "settings", {"revoked": True})
    scene.polled("the token is refused", lambda: account(scene)["status"] != "active")
    listed = hubsync("connections", "--json", code=3).json
    assert {each["name"]: each["status"] for each in listed}[name] == "needs_person"
    assert "needs person" in hubsync("connections", name, code=3).out
    assert "needs person" in hubsync("status", scene.name).out

    scene.hubspot.admin("PATCH", "settings", {"revoked": False})
    hubsync("connections", name, "--new-token", given=f"{scene.stage.hubspot_token}\n")
    assert account(scene)["status"] == hubsync("connections", name, "--json").json["status"] == "active"

    hubsync("connections", name, "--remove", "--yes", code=1)
    assert account(scene)["name"] == name
    hubsync("delete", scene.name, "--yes")
    hubsync("connections", name, "--remove", code=2)
    hubsync("connections", name, "--remove", "--yes")
    assert scene.api.get(f"/v1/connections/{name}").status_code == 404
    assert len(scene.hubspot.rows()) == len(PAIRS)


def test_a_new_webhook_secret_is_the_one_that_counts(active: Scene, hubsync: Hubsync) -> None:
    """`connections --new-secret` has webhooks refused that are signed with the old one."""
    body = pack([{"event": "person.updated", "id": "per_nobody", "occurred_at": "2026-11-05T08:00:00.000Z"}])

    def posted() -> int:
        headers = sign(active.webhook_secret, body, time.time_ns() // 1_000_000)
        return httpx.post(active.webhook_url, content=body, headers=headers, timeout=30).status_code

    assert posted() == 202
    hubsync("connections", active.connection, "--new-secret", given="another-secret-than-before\n")
    assert posted() == 401
    hubsync("connections", active.connection, "--new-secret", given=f"{active.webhook_secret}\n")
    assert posted() == 202


def account(scene: Scene) -> Body:
    """HubSpot's account as the API shows it."""
    found: Body = scene.api.get(f"/v1/connections/{scene.hubspot_connection}").json()
    return found
